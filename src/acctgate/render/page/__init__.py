"""The parts of the HTML page: its texts, its data, and the templates, style and script beside this file."""

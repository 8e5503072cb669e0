"""The parts of the page: its texts, its plots, and its style and script, which stand beside this file."""

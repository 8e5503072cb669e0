"""The life cycle of a compliance pack's report: list, generate, wait, download, and read its sheet.

Source: Cloud Config 2020-09-07. Generating is a write; everything else reads.
"""

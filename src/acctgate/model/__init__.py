"""The data model: snapshots, the answers of the APIs as strict pydantic models, outcomes, reports and diffs.

Import from the modules: this package loads nothing by itself.
"""

"""What the three APIs say about an account, as strict pydantic models: one module per API.

Import a model from its module: judging an account needs none of them (see validators.py).
"""

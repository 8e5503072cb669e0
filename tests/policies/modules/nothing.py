"""No rules."""

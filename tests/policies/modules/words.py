"""Rules that are none."""

RULES = ["root-mfa"]

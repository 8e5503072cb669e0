"""Random bytes for every parser and every format: `make fuzz`, and briefly in the tests."""

"""acctgate's tests. Examples and golden reports lie in folders: add a file, get a test."""

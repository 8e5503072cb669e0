"""Read many accounts: those of a Resource Directory, or those that a file lists."""

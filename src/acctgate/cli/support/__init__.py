"""What commands have in common: groups of options, where input comes from, where reports go, errors and progress."""

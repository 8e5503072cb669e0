"""What rules have in common: their interface, parameters, orders of values, and what rules of one kind share."""

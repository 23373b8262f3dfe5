"""The plan's pure rules: reading a plan from a table, and what follows from its content."""

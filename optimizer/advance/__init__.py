"""Next year's instance, from a plan and what became of it."""

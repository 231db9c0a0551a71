"""Options: what can be chosen, what it uses, and what it needs."""

"""Somebody's own plan: what it is worth, what it breaks, and what would have to change."""

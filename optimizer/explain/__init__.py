"""Explain: why this plan, what would change it, and why nothing is possible."""

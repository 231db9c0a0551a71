"""A smaller or stronger problem with the same best plans."""

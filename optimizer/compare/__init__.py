"""Comparisons of constraint sets."""

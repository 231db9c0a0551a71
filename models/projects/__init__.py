"""Alternatives, when they can run, and their money."""

"""Constraint sets: named changes, applied to an instance."""

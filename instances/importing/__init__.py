"""Somebody's own sheet, made an instance by a map that says what its columns are."""

"""The page of a priority list."""

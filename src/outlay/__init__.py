"""outlay."""

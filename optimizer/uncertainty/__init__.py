"""Draws: from what is uncertain about an instance to constraint sets, each a world of its own."""

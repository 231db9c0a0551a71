"""Plans for several worlds, on the terminal."""

"""One answer on the terminal: its parts, and the sections that put them together."""

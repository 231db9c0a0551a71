"""Words and tables on a terminal."""

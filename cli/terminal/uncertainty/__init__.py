"""What is not known, on a terminal."""

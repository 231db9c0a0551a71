"""A frontier on the terminal."""

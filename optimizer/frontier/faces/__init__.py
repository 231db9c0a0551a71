"""What mixtures of plans reach, and what is open beyond, where objectives have no steps."""

"""The space of the objectives: what is asked and read in it, hypervolumes, and a local search for efficient plans."""

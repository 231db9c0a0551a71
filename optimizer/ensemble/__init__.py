"""Several scenarios decided together."""

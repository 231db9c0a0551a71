"""What is uncertain about an instance: factors, their correlations, and named scenarios."""

"""The page of a plan for several scenarios."""

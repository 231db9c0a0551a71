"""Public benchmark data as instances of the product."""

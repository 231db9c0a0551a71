"""The LP relaxation, as a guide and as a bound."""

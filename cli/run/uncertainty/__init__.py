"""Commands about what is not known."""

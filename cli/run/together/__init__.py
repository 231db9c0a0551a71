"""Commands that decide for several worlds at once."""

"""Generated instances of any size."""

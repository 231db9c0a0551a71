"""Long attempts to break the product."""

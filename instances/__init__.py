"""The domain: what an instance is, reading, checking, writing it, constraint sets, bundled data."""

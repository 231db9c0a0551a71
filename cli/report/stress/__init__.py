"""The report of a stress test."""

"""The report of a frontier."""

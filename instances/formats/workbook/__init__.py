"""Workbooks: an instance as sheets that people read and edit, and its way back to the last digit."""

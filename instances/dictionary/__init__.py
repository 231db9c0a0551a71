"""The data dictionary: every table, column and setting with its unit, default and meaning, as data."""

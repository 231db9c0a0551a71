"""Each command's work, imported when it is used."""

"""The constraint families, a file each."""

"""Neighbourhoods: which projects a sub-problem may decide anew, a kind a file; the list of them is `registry`."""

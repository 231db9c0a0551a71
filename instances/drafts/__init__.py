"""Drafts: constraint sets in the making, a line a change, that can be undone, named and saved."""

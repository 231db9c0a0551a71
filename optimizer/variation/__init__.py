"""Variations: one compiled model, many questions."""

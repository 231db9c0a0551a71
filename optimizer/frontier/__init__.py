"""Frontiers: every efficient plan for two or three objectives, and what may still lie between them."""

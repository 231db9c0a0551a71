"""Proofs: by parts, and what contradicts one."""

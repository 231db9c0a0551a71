"""Run files: written, read, and every claim of them recomputed."""

"""Which options of a project fit beside a growing plan: by the room in rows, or by dates."""

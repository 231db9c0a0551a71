"""Levels of objectives, retries and statuses: from arrays to an answer."""

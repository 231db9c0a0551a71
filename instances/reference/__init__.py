"""The data dictionary as a page and as a JSON schema."""

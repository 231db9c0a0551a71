"""The page of one answer: its parts, and the page that puts them together."""

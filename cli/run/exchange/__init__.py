"""Commands that bring tables and plans in from elsewhere and take them out again."""

"""Values in cells: exact decimals, text, and circles of names."""

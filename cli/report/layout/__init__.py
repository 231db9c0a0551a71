"""What all pages are made of: the frame, tables, styles, and how large a page may be."""

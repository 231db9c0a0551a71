"""Plain words and figures that terminal and page share."""

"""Several plans that belong together: what their kinds have in common, and the folder that holds them."""

"""Priority lists: one list that is right at every level of a limit."""

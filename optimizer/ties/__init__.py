"""Among plans that are equally good: the one with the earliest dates, and the one nearest to another plan."""

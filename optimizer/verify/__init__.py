"""The independent check of a plan, in exact arithmetic, from the instance alone."""

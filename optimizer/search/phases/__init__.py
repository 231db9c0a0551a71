"""The phases of the search, one after another: each does its part and says which one is next."""

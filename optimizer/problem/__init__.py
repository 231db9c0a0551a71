"""The problem as arrays: compiled from Pyomo, in the solver's units, and whose columns are whose."""

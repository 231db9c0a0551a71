"""The problem as arrays: compiled from Pyomo, in the solver's units, and whose columns are whose."""

import outlay.models  # noqa: F401 - loads scipy without what is not used of it

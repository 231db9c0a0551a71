"""The engine: solve, compare, verify, solutions; talks to HiGHS."""

import outlay.models  # noqa: F401 - loads scipy without what is not used of it

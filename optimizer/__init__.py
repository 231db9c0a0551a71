"""The engine: solve, compare, verify, solutions; talks to HiGHS."""

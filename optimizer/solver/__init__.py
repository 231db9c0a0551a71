"""The solver process: HiGHS behind two pipes, with a deadline."""

"""Work shared among solvers: pools of threads or of other machines, and how many tasks are put to them."""

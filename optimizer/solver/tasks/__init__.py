"""What the solver process can be asked besides to solve; imported by the worker."""

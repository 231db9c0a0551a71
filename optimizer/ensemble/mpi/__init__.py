"""Scenarios decided together by mpi-sppy, on as many machines as there are."""

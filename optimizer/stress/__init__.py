"""Stress: plans that are decided now, in worlds that were drawn, with the rest decided anew in each."""

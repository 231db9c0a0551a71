"""Tests of what mixtures of plans reach."""

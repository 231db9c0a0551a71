"""Attacks on the product that run as long as one likes: ``python -m tests.campaigns NAME --minutes N --seed S``.

A short run of each, of a fixed number of cases, is a test with the marker ``slow``.
"""

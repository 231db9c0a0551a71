"""Tests of the HTML reports: their structure, and how they look in a real browser."""

"""Scenarios decided together by HiGHS on this machine."""

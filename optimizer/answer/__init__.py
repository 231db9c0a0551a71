"""Answers: plans, tables, reasons, and how far apart two plans are."""

"""Contexts of a run, its transactions and its version table."""

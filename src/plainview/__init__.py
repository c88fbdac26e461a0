"""Plainview: one view of a family, in plain view of the public."""

__version__ = "0.1.0"

"""Setsquare, an open quality management system."""

__version__ = "0.1.0"

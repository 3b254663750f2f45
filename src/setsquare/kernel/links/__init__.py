"""Typed links between records."""

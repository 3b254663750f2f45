"""Signatures: who signed what, with which meaning, bound to exactly what was signed."""

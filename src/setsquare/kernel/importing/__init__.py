"""Bringing in many records at once from a table: each row is the type's creating command, all of them or none."""

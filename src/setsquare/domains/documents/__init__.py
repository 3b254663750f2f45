"""Controlled documents: their types, their revisions, who has to read them and where copies are."""

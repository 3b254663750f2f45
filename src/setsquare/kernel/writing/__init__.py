"""Texts and files of records: stored Markdown, safe HTML, conversion, comparison, canonical JSON."""

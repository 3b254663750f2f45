"""Looking after the index by hand."""

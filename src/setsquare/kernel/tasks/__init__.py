"""Tasks: what a person is asked to do about a record, and until when."""

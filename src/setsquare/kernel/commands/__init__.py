"""The one door: every change of a record is a command, declared once and run in one transaction."""

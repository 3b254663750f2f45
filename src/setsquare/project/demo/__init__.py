"""The demo organisation: its content, and how it is loaded."""

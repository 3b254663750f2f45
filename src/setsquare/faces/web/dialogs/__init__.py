"""The dialogs of commands: what they ask, carrying them out, and what to do when they are refused."""

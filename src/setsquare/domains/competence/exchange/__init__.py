"""Taking a framework's content in from files of others, and giving it out as such."""

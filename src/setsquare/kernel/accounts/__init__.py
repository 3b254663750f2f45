"""People, the units that they belong to, and what they may do where."""

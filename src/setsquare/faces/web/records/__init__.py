"""The page of a record and its tabs."""

"""Full-text search over records, the same on both databases."""

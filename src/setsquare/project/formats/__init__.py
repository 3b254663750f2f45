"""How days and times are written in each language: one style on pages, on paper and in mail."""

"""The one record: what every controlled thing has in common, and the declarations of record types."""

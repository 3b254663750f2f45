"""The web face: pages derived from the declarations of record types and commands."""

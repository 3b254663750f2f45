"""The organisation: its units, people and roles, as records with a trail of their own."""

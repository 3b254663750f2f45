"""Database back ends: SQLite with a fair queue of writers. PostgreSQL uses Django's own."""

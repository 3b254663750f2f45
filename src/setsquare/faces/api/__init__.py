"""The programming interface: everything that the web does, under `/api/v1`, derived from the declarations."""

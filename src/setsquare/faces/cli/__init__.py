"""The command line: registers, records and every command, derived from the declarations."""

"""What `setsquare check` looks at: each module answers with findings about one part of the installation."""

"""Pages of training that are made by hand: the matrix, and what each person needs and holds."""

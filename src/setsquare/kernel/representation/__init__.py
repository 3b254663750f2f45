"""What there is, as JSON values: the same for the API, the command line and whatever reads after them."""

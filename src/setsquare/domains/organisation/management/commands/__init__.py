"""Commands of Django that the organisation does otherwise."""

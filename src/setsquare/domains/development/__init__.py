"""Development: what people plan to learn, who helps them, what they do for it, and how far they have come."""

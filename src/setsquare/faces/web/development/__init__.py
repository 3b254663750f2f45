"""The page of a development plan: its targets, actions and notes, with how far each is."""

"""The mail face: notices as messages, at once or once a day."""

"""Forms derived from the bodies of commands: fields to show, and what was posted back."""

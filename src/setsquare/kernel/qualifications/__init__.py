"""What people are qualified in, from when until when, and by what that is shown."""

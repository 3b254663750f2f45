"""Training: courses and who needs them, sessions, and the certificates that show who is trained."""

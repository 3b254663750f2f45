"""Courses and the levels of competence that they lead to: what a course says of it, and who is asked for a gap."""

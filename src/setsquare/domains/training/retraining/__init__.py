"""Courses that people take anew because of a record: what they hold from before no longer counts."""

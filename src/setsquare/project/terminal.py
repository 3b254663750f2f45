"""Words to the person at the terminal."""

import sys


class Refused(Exception):
    """What was asked cannot be done. The message is one sentence that says what to change."""


def say(text: str = "") -> None:
    """Print a line for people, at once."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print a sentence about what went wrong."""
    print(text, file=sys.stderr, flush=True)

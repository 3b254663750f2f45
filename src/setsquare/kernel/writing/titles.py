"""Titles that the program made of what a record is about: kept in one language, told in the reader's.

A domain that makes such titles keeps them in English, so that a record is the same whoever made it, and says by
`word_titles` how one of them is told.
"""

from collections.abc import Callable

Wording = Callable[[str], str | None]
_wordings: list[Wording] = []


def word_titles(wording: Wording) -> Wording:
    """Have titles told by the decorated function: in the reader's language, or None for one that is not of its kind."""
    _wordings.append(wording)
    return wording


def title_told(title: str) -> str:
    """Return a title as its reader is told it: one that somebody wrote stays as it is."""
    return next((told for wording in _wordings if (told := wording(title)) is not None), title)

"""The sections of a revision's text, by their headings: those that readers are to see first."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from setsquare.domains.documents.models import Revision
from setsquare.kernel.files.texts import kept_text
from setsquare.kernel.writing.markdown import sections_of


def headings(revision: Revision) -> list[str]:
    """Return the headings of a revision's text, each once; none of a file."""
    return list(_sections(revision.content_id)) if revision.content_id is not None else []


def missing_from(revision: Revision, names: Iterable[str]) -> list[str]:
    """Return which of these headings the text does not have."""
    known = headings(revision)
    return [name for name in names if name not in known]


def chosen(revision: Revision, names: Iterable[str]) -> Iterator[str]:
    """Yield the text of the sections of these headings, in the order of the document."""
    if revision.content_id is not None:
        wanted = set(names)
        yield from (text for name, text in _sections(revision.content_id).items() if name in wanted)


@lru_cache(maxsize=200)
def _sections(digest: str) -> dict[str, str]:
    """Return each section of a text by its heading; a text never changes. Sections of the same heading are one."""
    found: dict[str, str] = {}
    for name, text in sections_of(kept_text(digest)):
        found[name] = f"{found[name]}\n\n{text}" if name in found else text
    return found

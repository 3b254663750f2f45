"""The required sections of a revision's text: which are missing, and which nobody has written yet."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from setsquare.domains.documents.models import DocumentType, Revision
from setsquare.kernel.files.texts import kept_text
from setsquare.kernel.trail.reading import as_of
from setsquare.kernel.writing.markdown import missing_sections
from setsquare.kernel.writing.required import unwritten_sections


@dataclass(frozen=True)
class Section:
    """A required section, as a checklist shows it."""

    label: str
    there: bool
    written: bool

    @property
    def done(self) -> bool:
        """Tell whether it is there, with something in it."""
        return self.there and self.written


def checked(revision: Revision, body: str) -> list[Section]:
    """Return the required sections of a revision's type with how they stand in a text."""
    required = revision.document.kind.required_sections
    if not required:
        return []
    missing = missing_sections(body, required)
    unwritten = unwritten_sections(body, required, template_of(revision))
    return [Section(name, name not in missing, name not in unwritten) for name in required]


def incomplete_sections(revision: Revision) -> str | None:
    """Return what of its text is missing or not written, in sentences; None where there is no text at all."""
    required = revision.document.kind.required_sections
    if revision.content_id is None or not kept_text(revision.content_id).strip():
        return None
    if not required:
        return ""
    template = template_of(revision)
    missing, unwritten = _lacking(revision.content_id, tuple(required), template)
    told = []
    if missing:
        sentence = _("These sections are missing: %(names)s. Add a heading for each.")
        told.append(sentence % {"names": ", ".join(missing)})
    if unwritten:
        sentence = _(
            "These sections are not written yet: %(names)s. They are empty, or as the template gave them."
        )
        told.append(sentence % {"names": ", ".join(unwritten)})
    return " ".join(told)


def template_of(revision: Revision) -> str:
    """Return the template that its document began with: that of the type when the document was made."""
    document = revision.document
    return _template_at(document.kind, document.record.created)


def _template_at(kind: DocumentType, moment: dt.datetime) -> str:
    entry = as_of(kind.record, moment) if kind.record.version > 1 else None
    return kept_text(entry.values["template"] if entry is not None else kind.template_id)


@lru_cache(maxsize=2048)
def _lacking(digest: str, required: tuple[str, ...], template: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return which required sections a text lacks, and which are not written; a text never changes."""
    body = kept_text(digest)
    return missing_sections(body, required), unwritten_sections(body, required, template)

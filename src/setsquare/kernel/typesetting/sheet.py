"""All that a printed document shows, as plain values: the typesetting asks nothing of the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext, gettext_noop

Tone = Literal["neutral", "controlled", "void"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a print is worth: "Uncontrolled when printed", "Controlled copy 3 of 5 for …", "DRAFT – not for use".

    It stands in the footer of every page. ``tone`` colours it: ``void`` is for what must not be used. ``watermark``,
    a word such as "DRAFT", is laid large and pale behind the text.
    """

    text: str
    tone: Tone = "neutral"
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """A row of the revision history; the date as it is to be printed."""

    revision: str
    date: str
    author: str
    summary: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it was made: printed name, meaning, time with its zone, and the SHA-256 it is bound to."""

    name: str
    meaning: str
    time: str
    digest: str
    reason: str = ""
    on_behalf_of: str = ""
    """For whom the signer stood in."""
    authority: str = ""
    """By which rules and qualifications they might sign, a line for each rule."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The captions of the sheet; `translated` gives them in the active language."""

    number: str = gettext_noop("Number")
    revision: str = gettext_noop("Revision")
    state: str = gettext_noop("State")
    effective: str = gettext_noop("Effective")
    next_review: str = gettext_noop("Next review")
    owner: str = gettext_noop("Owner")
    unit: str = gettext_noop("Unit")
    written_by: str = gettext_noop("Written by")
    page: str = gettext_noop("Page {page} of {pages}")
    printed: str = gettext_noop("Printed {time}")
    live: str = gettext_noop("Scan for the current version")
    live_alternative: str = gettext_noop("Code that leads to the current version of this document")
    history: str = gettext_noop("Revision history")
    date: str = gettext_noop("Date")
    author: str = gettext_noop("Author")
    summary: str = gettext_noop("What changed")
    decided: str = gettext_noop("Reading and training")
    signatures: str = gettext_noop("Signatures")
    signed_by: str = gettext_noop("Printed name")
    meaning: str = gettext_noop("Meaning")
    time: str = gettext_noop("Date and time")
    reason: str = gettext_noop("Reason")
    on_behalf_of: str = gettext_noop("On behalf of")
    authority: str = gettext_noop("Authority")
    digest: str = gettext_noop("SHA-256 of what was signed")
    unsigned: str = gettext_noop("This revision has not been signed.")
    picture: str = gettext_noop("Picture")
    missing_picture: str = gettext_noop("This picture cannot be shown.")
    attachment: str = gettext_noop("The record of this document as canonical JSON, as it was signed")

    @classmethod
    def translated(cls) -> "Labels":
        """Return the captions in the active language."""
        return cls(**{each.name: gettext(str(each.default)) for each in fields(cls)})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document to be printed.

    Dates and times come formatted, as the reader's language and time zone are the caller's business. ``images`` are
    the pictures' bytes by the SHA-256 that ``body_markdown`` names them by; ``record_urls`` absolute addresses of
    linked records by number; ``logo`` a PNG, JPEG, GIF or SVG. ``record`` is attached as ``record.json``.
    ``produced`` becomes the PDF's creation time: the same sheet gives the same bytes. ``approval`` says in words by
    whom it was approved where that was done elsewhere; it stands in front of the signatures. ``decided`` says what
    people have to read and learn because of it, a line each.
    """

    organisation: str
    number: str
    title: str
    type_name: str
    revision: str
    state: str
    owner: str
    unit: str
    body_markdown: str
    stamp: Stamp
    produced: datetime
    printed_at: str
    written_by: str = ""
    effective: str = ""
    next_review: str = ""
    language: str = "en"
    logo: bytes | None = None
    images: Mapping[str, bytes] = field(default_factory=dict)
    record_urls: Mapping[str, str] = field(default_factory=dict)
    history: tuple[History, ...] = ()
    signatures: tuple[Signature, ...] = ()
    approval: str = ""
    decided: tuple[str, ...] = ()
    live_url: str = ""
    record: bytes | None = None
    labels: Labels = field(default_factory=Labels)

"""Documents on paper and as files: the PDF with its title block, history and signatures, and other formats."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from setsquare.domains.documents.authorship import authors_of
from setsquare.domains.documents.deciding.in_words import decided_in_words
from setsquare.domains.documents.importing.fitting import title_block
from setsquare.domains.documents.models import ControlledCopy, Document, Revision, decision_of
from setsquare.domains.documents.queries import (
    carried_over,
    carried_over_in_words,
    signatures_on,
    successor_of,
)
from setsquare.domains.documents.replacing import replacing
from setsquare.domains.documents.revising import figures_of
from setsquare.domains.documents.states import REVISION as LIFECYCLE
from setsquare.domains.documents.thing import DOCUMENT, REVISION
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.authority.deciding import in_sentences
from setsquare.kernel.commands.declaration import meaning_label
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.manners import manners_told
from setsquare.kernel.files.store import read
from setsquare.kernel.records.things import Hidden, visible_to
from setsquare.kernel.signatures.models import Signature as Made
from setsquare.kernel.trail.reading import withheld as left_out
from setsquare.kernel.trail.reading import without
from setsquare.kernel.typesetting.pdf import document_pdf
from setsquare.kernel.typesetting.sheet import History, Labels, Sheet, Signature, Stamp
from setsquare.kernel.writing.canonical import canonical
from setsquare.kernel.writing.conversion import Format, from_markdown
from setsquare.kernel.writing.limits import Unreadable
from setsquare.kernel.writing.markdown import images, references

AddressOf = Callable[[str], str]
"""From a record's number to the absolute address of its page."""


def address_on_paper(number: str) -> str:
    """Return the address that leads to a record's page by its number alone.

    It stands on paper and in QR codes for as long as these are kept, so it is fixed, whatever the pages do.
    """
    return f"{settings.SETSQUARE.address.rstrip('/')}/go/{quote(number, safe='/')}/"


def pdf_of(
    revision: Revision,
    *,
    viewer: User,
    address_of: AddressOf,
    copy: ControlledCopy | None = None,
) -> bytes:
    """Return a revision as PDF, with title block, history, signatures and its canonical JSON attached.

    Of a file it is the cover sheet that names the file by its SHA-256. `copy` makes it a controlled copy. Links
    lead only to what `viewer` may see. Days and times are those of the document's site, whoever prints it.
    """
    with translation.override(revision.document.language):
        return document_pdf(sheet_of(revision, viewer, address_of, copy))


def sheet_of(
    revision: Revision, viewer: User, address_of: AddressOf, copy: ControlledCopy | None = None
) -> Sheet:
    """Return all that the PDF of a revision shows."""
    document, record = revision.document, revision.record
    now = timezone.now()
    place = place_of(revision)
    body = revision.content.body if revision.content is not None else _cover(revision)
    in_force = document.current_id == revision.pk
    return Sheet(
        organisation=Unit.objects.get(parent__isnull=True).name,
        number=document.record.number,
        title=record.title,
        type_name=document.kind.record.title,
        revision=str(revision.ordinal),
        state=_state(revision, now),
        owner=document.record.owner.name,
        unit=record.unit.name,
        written_by=", ".join(person.name for person in revision.written_by),
        body_markdown=body,
        stamp=stamp_of(revision, copy, now),
        produced=now,
        printed_at=_moment(now, place),
        effective=_day(revision.effective_at or revision.effective_from, place),
        next_review=formats.date_format(document.next_review) if in_force and document.next_review else "",
        language=document.language,
        images=_pictures(revision),
        record_urls=_addresses(body, viewer, address_of),
        history=_history(revision),
        signatures=_signatures(revision),
        approval=_approval(revision),
        decided=_decided(revision),
        live_url=address_of(document.record.number),
        record=record_json(revision, viewer),
        labels=Labels.translated(),
    )


def place_of(revision: Revision) -> ZoneInfo:
    """Return the time zone of the document's site."""
    return zone(revision.document.record.unit)


def stamp_of(
    revision: Revision, copy: ControlledCopy | None = None, printed: dt.datetime | None = None
) -> Stamp:
    """Return what a print of the revision is worth that is made at `printed`, or now."""
    now = printed or timezone.now()
    state = revision.record.state
    if state == "effective" and copy is not None:
        return Stamp(_copy_words(copy), "controlled")
    if state == "effective":
        return Stamp(_("Uncontrolled when printed"), "neutral")
    if state in ("superseded", "withdrawn", "discarded"):
        watermark = _(LIFECYCLE.state(state).label).upper()
        return Stamp(_("%(state)s – not for use") % {"state": _state(revision, now)}, "void", watermark)
    if state == "approved":
        return _not_yet(revision, now)
    return Stamp(_("Draft – not for use"), "void", _("DRAFT"))


def _state(revision: Revision, printed: dt.datetime) -> str:
    """Return the revision's state in words; of one that was in force also since when it is not, and by what.

    A change on the day of the print is told with its time of day: other prints of that day say otherwise.
    """
    state = revision.record.state
    word = _(LIFECYCLE.state(state).label)
    if revision.superseded_at is None or state not in ("superseded", "withdrawn"):
        return word
    words = {"state": word, "date": _day_or_time(revision.superseded_at, printed, place_of(revision))}
    if state == "withdrawn" and (other := replacing(revision.document.record).first()) is not None:
        return _("%(state)s since %(date)s, replaced by %(number)s") % {**words, "number": other.number}
    next_one = successor_of(revision) if state == "superseded" else None
    if next_one is None:
        return _("%(state)s since %(date)s") % words
    return _("%(state)s since %(date)s by revision %(number)s") % {**words, "number": next_one.ordinal}


def _not_yet(revision: Revision, printed: dt.datetime) -> Stamp:
    """Return the stamp of what is approved and waits for its day."""
    watermark = _("NOT YET IN FORCE")
    if revision.effective_from is None:
        return Stamp(_("Approved, not yet in force"), "void", watermark)
    words = {"date": _day_or_time(revision.effective_from, printed, place_of(revision))}
    return Stamp(_("Approved, in force from %(date)s") % words, "void", watermark)


def _copy_words(copy: ControlledCopy) -> str:
    of = copy.revision.copies.count()
    words = {"number": copy.number, "of": of, "for": copy.holder.name if copy.holder else copy.place}
    if copy.until is None:
        return _("Controlled copy %(number)s of %(of)s for %(for)s") % words
    words["until"] = formats.date_format(copy.until)
    return _("Controlled copy %(number)s of %(of)s for %(for)s until %(until)s") % words


def record_json(revision: Revision, viewer: User) -> bytes:
    """Return the canonical JSON of a revision, its document and the signatures that count for it.

    What is hidden of them from `viewer` is left out. A signature's digest is that of the whole; `withheld` names what
    is left out of what was signed.
    """
    document, record = revision.document.record, revision.record
    hidden = REVISION.hidden_from(viewer, record)
    return canonical(
        {
            "document": without(DOCUMENT.state_of(document), DOCUMENT.hidden_from(viewer, document)),
            "revision": without(REVISION.state_of(record), hidden),
            "signatures": [_signed(made, hidden) for made in signatures_on(revision)],
        }
    )


def _signed(made: Made, hidden: Hidden) -> dict[str, Any]:
    """Return what was signed, but for what is hidden of the record."""
    content = json.loads(made.signed)
    withheld = left_out(content["record"], hidden)
    content["record"] = without(content["record"], hidden)
    if hidden.keys and content.pop("given", None) is not None:
        withheld.append("given")
    relied = {"authority": made.authority} if made.authority else {}
    return {
        "digest": made.digest,
        "signed": content,
        **relied,
        **({"withheld": withheld} if withheld else {}),
    }


def _moment(moment: dt.datetime, place: ZoneInfo) -> str:
    """Return a time by the clocks of a place, with its name, as paper does not tell whose clock is meant."""
    return f"{formats.date_format(moment.astimezone(place), 'DATETIME_FORMAT')} ({place.key})"


def _day(moment: dt.datetime | None, place: ZoneInfo) -> str:
    return formats.date_format(moment.astimezone(place).date()) if moment is not None else ""


def _day_or_time(moment: dt.datetime, printed: dt.datetime, place: ZoneInfo) -> str:
    """Return the day of a moment there; with the time of day where it is the day of the print."""
    day = _day(moment, place)
    return _moment(moment, place) if day == _day(printed, place) else day


def _cover(revision: Revision) -> str:
    """Return the text of the sheet that stands for a controlled file."""
    file = revision.file
    if file is None:
        return _("This revision has no content yet.")
    told = _(
        "The content of this revision is a file of its own. It is the one meant here if its SHA-256 is this:"
    )
    rows = [
        (_("File"), revision.file_name),
        (_("Kind"), file.media_type),
        (_("Size"), filesizeformat(file.size)),
        (_("SHA-256"), file.digest),
    ]
    table = "\n".join(f"| {name} | {value.replace('|', ' ')} |" for name, value in rows)
    return f"{told}\n\n| | |\n|---|---|\n{table}\n"


def _pictures(revision: Revision) -> dict[str, bytes]:
    if revision.content is None:
        return {}
    wanted = images(revision.content.body)
    return {
        digest: read(figure.blob)
        for digest, figure in figures_of(revision.record).items()
        if digest in wanted
    }


def _addresses(body: str, viewer: User, address_of: AddressOf) -> dict[str, str]:
    numbers = visible_to(viewer).filter(number__in=references(body)).values_list("number", flat=True)
    return {number: address_of(number) for number in numbers}


def _history(revision: Revision) -> tuple[History, ...]:
    """Return the revisions up to this one that took effect, and this one, newest first.

    Where two took effect on one day, the time of day tells them apart.
    """
    document: Document = revision.document
    place = place_of(revision)
    found = document.revisions.filter(ordinal__lte=revision.ordinal).select_related("record__owner")
    rows = [
        row for row in found.order_by("-ordinal") if row.effective_at is not None or row.pk == revision.pk
    ]
    moments = [row.effective_at or row.effective_from for row in rows]
    days = [_day(moment, place) for moment in moments]
    return tuple(
        History(
            revision=str(row.ordinal),
            date=_moment(moment, place) if moment and days.count(day) > 1 else day,
            author=", ".join(person.name for person in authors),
            summary=row.summary or row.reason or (_("First issue") if row.ordinal == 1 else ""),
        )
        for row, authors, moment, day in zip(rows, authors_of(rows), moments, days, strict=True)
    )


def _decided(revision: Revision) -> tuple[str, ...]:
    """Return what was decided on who reads the revision and who learns anew."""
    decision = decision_of(revision)
    return tuple(decided_in_words(decision)) if decision is not None else ()


def _approval(revision: Revision) -> str:
    """Return who approved the revision outside Setsquare, empty where it was approved here."""
    found = carried_over(revision)
    return carried_over_in_words(found, _day(found.carried_at, place_of(revision))) if found else ""


def _signatures(revision: Revision) -> tuple[Signature, ...]:
    on_it = signatures_on(revision)
    manners = manners_told(on_it)
    return tuple(
        Signature(
            name=", ".join(part for part in (made.printed_name, made.printed_title) if part),
            meaning=str(meaning_label(made.meaning)),
            time=_with_zones(made.at, place_of(revision)),
            digest=made.digest,
            reason=made.reason,
            on_behalf_of=made.on_behalf_of_name,
            authority="\n".join(filter(None, (manners.get(made.pk, ""), *in_sentences(made.authority)))),
        )
        for made in on_it
    )


def _with_zones(moment: dt.datetime, place: ZoneInfo) -> str:
    """Return when somebody signed by the clocks of the document's site, and in UTC."""
    utc = f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
    if place.key == "UTC":
        return utc
    return f"{moment.astimezone(place):%Y-%m-%d %H:%M:%S} ({place.key}) · {utc}"


def exported(revision: Revision, format: Format, *, viewer: User, address_of: AddressOf) -> bytes:
    """Return a revision's text as Word, OpenDocument, HTML or Markdown.

    Raises Refused for one that is a file, and where its pictures are too large for the format.
    """
    if revision.content is None:
        raise Refused(_("The content of this revision is a file; download the file itself."))
    record, body = revision.record, revision.content.body
    known = _addresses(body, viewer, address_of)
    try:
        with translation.override(revision.document.language):
            told = (
                record.number,
                _(LIFECYCLE.state(record.state).label),
                _day(revision.effective_at, place_of(revision)) or "–",
                revision.document.record.owner.name,
                record.unit.name,
            )
            metadata = dict(zip(title_block(), told, strict=True))
            return from_markdown(
                body,
                format,
                title=record.title,
                images=_pictures(revision),
                metadata=metadata,
                link=known.get,
            )
    except Unreadable as why:  # told in the reader's language, whatever the document's is
        sentence = _(
            "%(number)s cannot be given out in this format: its pictures are too large for it. Take the PDF, or put"
            " smaller pictures into the text."
        )
        raise Refused(sentence % {"number": record.number}) from why

"""What is wrong with the values of a new document, all of it at once, as far as they can be read."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.documents.audiences import refuse_closed
from setsquare.domains.documents.models import DocumentType
from setsquare.domains.documents.revising import require_file, require_text
from setsquare.domains.documents.rules import controls
from setsquare.kernel.accounts.models import UnitPath
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.numbering import why_no_number
from setsquare.kernel.records.things import Label

CONTENTS = ("source", "file", "content")
"""Fields of which a new document takes one."""


def wrong_with_new(situation: Situation, given: Mapping[str, Any]) -> dict[str, Label]:
    """Return what is wrong with the values of a new document, by field; those that could not be read are missing."""
    kind: DocumentType | None = given["type"].document_type if given.get("type") else None
    found = dict(_numbering(situation, given))
    unit = given.get("unit")
    if kind is not None and unit is not None and not _is_below(kind, unit.pk):
        sentence = _("Documents of this type are made in %(unit)s and below it.")
        found["unit"] = sentence % {"unit": kind.record.unit.name}
    found |= _contents(kind, given)
    try:
        refuse_closed(given.get("audience") or [], ())
    except Refused as refused:
        found |= refused.fields
    return found


def _numbering(situation: Situation, given: Mapping[str, Any]) -> Iterator[tuple[str, Label]]:
    number = given.get("number")
    if not number:
        return
    if not controls(situation):
        yield "number", _("Only who controls documents gives numbers by hand; leave it empty.")
    elif why := why_no_number("document", number, situation.actor.user):
        yield "number", why


def _is_below(kind: DocumentType, unit: int) -> bool:
    return UnitPath.objects.filter(ancestor=kind.record.unit_id, descendant=unit).exists()


def _contents(kind: DocumentType | None, given: Mapping[str, Any]) -> dict[str, Label]:
    """Return what is wrong with what the document begins with: too many ways, or one that its type does not have."""
    ways = [name for name in CONTENTS if given.get(name) is not None]
    if len(ways) > 1:
        return {"content": _("Give one of them: a text, a file to import, or a controlled file.")}
    if kind is None or not ways:
        return {}
    try:
        (require_file if ways == ["file"] else require_text)(kind, ways[0])
    except Refused as refused:
        return refused.fields
    return {}

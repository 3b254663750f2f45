"""Which document takes the place of one that is withdrawn."""

from typing import Annotated

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.documents.models import Document
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import RecordRef, Shown
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.models import Record

REPLACED_BY = "replaced_by"

Replacement = Annotated[
    RecordRef | None,
    Shown(
        gettext_lazy("Replaced by"),
        gettext_lazy("The document that is used in its place, if there is one."),
        of="document",
    ),
]


def replacing(record: Record) -> QuerySet[Record]:
    """Return the document that replaces one that is withdrawn, if one was named."""
    return Record.objects.filter(links_in__source=record, links_in__kind=REPLACED_BY)


def replace_by(act: Act, other: Record | None) -> None:
    """Link the act's document to the one that replaces it; refuse one that nobody can use in its place."""
    if other is None:
        return
    if other == act.record:
        raise Refused({"replaced_by": _("Nothing replaces itself; choose another document or none.")})
    if other.type != "document" or not _in_force_or_soon(other.document):
        sentence = _("%(number)s is no document that is in force or approved; choose one that is.")
        raise Refused({"replaced_by": sentence % {"number": other.number}})
    act.link(other, REPLACED_BY)


def _in_force_or_soon(document: Document) -> bool:
    opened = document.open_revision
    soon = opened is not None and opened.record.state == "approved"
    return document.record.state == "effective" or (soon and document.record.state == "preparing")

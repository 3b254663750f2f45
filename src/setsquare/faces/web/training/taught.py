"""What stands above a course: that nobody can complete it, and the text of the documents that are read in it."""

from typing import Any

from django.http import HttpRequest

from setsquare.domains.documents.models import Document
from setsquare.domains.documents.thing import DOCUMENT
from setsquare.domains.training.models import TEACHES, Course
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import numbered
from setsquare.faces.web.documents.reading import reading_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing

MOST = 5
"""Documents whose text the page of a course shows."""


def taught_part(request: HttpRequest, _thing: Thing, record: Record) -> dict[str, Any]:
    """Return what is wrong with a course on offer, and what is to be read in it, as far as the reader may see that."""
    course: Course = record.course
    stuck = record.state == "offered" and not course.can_be_completed
    return {
        "stuck": course.completed_how if stuck else "",
        "taught": _documents(request, record) if course.kind == Course.Kind.READ else [],
    }


def taught_told(situation: Situation) -> list[tuple[Label, str]]:
    """Return the documents that are read in a course, for who confirms that they read it: label and address."""
    found = _taught(situation.user, situation.subject)
    return [
        (f"{one.record.number} {one.record.title}", numbered("document", one.record.number)) for one in found
    ]


def _documents(request: HttpRequest, record: Record) -> list[dict[str, Any]]:
    return [
        {
            "number": one.record.number,
            "title": one.record.title,
            "url": numbered("document", one.record.number),
            "html": reading_of(request, one.current).html if one.current is not None else "",
        }
        for one in _taught(person_of(request), record)
    ]


def _taught(user: User, record: Record) -> list[Document]:
    """Return the documents in force that a course teaches and somebody may see."""
    taught = Link.objects.filter(source=record, kind=TEACHES).values("target_id")
    seen = DOCUMENT.visible_to(user).filter(pk__in=taught)
    found = Document.objects.filter(pk__in=seen.values("pk"), current__isnull=False)
    return list(found.select_related("record", "current").order_by("record__number_key")[:MOST])

"""Lists of documents that their register does not give: reviews due, the tree, controlled copies, who has read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.domains.documents.deciding.asked import is_read_early
from setsquare.domains.documents.deciding.coverage import coverage_of
from setsquare.domains.documents.models import ControlledCopy, DocumentType, Revision
from setsquare.domains.documents.numbers import next_number_of
from setsquare.domains.documents.permissions import CONTROL
from setsquare.domains.documents.queries import copies, review_due, tree_by_area, tree_by_type, tree_by_unit
from setsquare.domains.documents.reading import STANDINGS, Reading, matrix, reading_by_unit, reading_of
from setsquare.domains.documents.rules import oversees
from setsquare.domains.documents.thing import DOCUMENT, DOCUMENT_TYPE, REVISION
from setsquare.faces.api.answering import address, address_of, digest_of, list_of, respond
from setsquare.faces.api.callers import actor_of, caller_of
from setsquare.faces.api.describing import Schema, parameter, says
from setsquare.faces.api.personal import PAGED
from setsquare.faces.api.reading import Parameters
from setsquare.faces.api.registers import find
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, plain
from setsquare.kernel.representation import deeds
from setsquare.kernel.representation.records import Values, mention

TREES = {"type": tree_by_type, "area": tree_by_area, "unit": tree_by_unit}
SHOWN = ("out", "late", "recalled", "all")
WITHIN = 90


def add_document_lists(api: NinjaAPI) -> None:
    """Add the lists; they come before the generic addresses."""
    within = parameter(
        "within", "Due within so many days.", kind="integer", minimum=0, maximum=9999, default=WITHIN
    )
    by = parameter("by", "What the branches are.", enum=list(TREES), default="type")
    show = parameter("show", "Which copies.", enum=SHOWN, default="out")
    kind = parameter("type", "Code or number of the document type.")
    unit = parameter("unit", "Code of the unit.")
    documents = DOCUMENT.slug
    _add(api, f"/{documents}:reviews", "reviews", "Periodic reviews that are due", reviews, [*PAGED, within])
    _add(api, f"/{documents}:tree", "tree", "How many documents there are of each kind", tree, [by])
    _add(api, f"/{documents}:copies", "all_copies", "Controlled copies", all_copies, [*PAGED, show])
    _add(
        api,
        f"/{documents}:number",
        "number",
        "The number that a document would get now",
        number_for,
        [kind, unit],
    )
    _add(api, f"/{documents}/{{path:number}}/copies", "copies", "Its controlled copies", copies_of, [*PAGED])
    narrowed = [parameter("standing", "Only those of this standing.", enum=STANDINGS), unit]
    for thing in (DOCUMENT, REVISION):
        base, name = f"/{thing.slug}/{{path:number}}", f"{thing.slug}."
        reading, readers = _reading_of(thing), _readers_of(thing)
        _add(api, f"{base}/reading", f"{name}reading", "How far its reading is, by unit", reading, [])
        _add(
            api,
            f"{base}/readers",
            f"{name}readers",
            "Who has read it, who has not",
            readers,
            [*PAGED, *narrowed],
        )


def _add(api: NinjaAPI, path: str, name: str, summary: str, view: Any, parameters: list[Schema]) -> None:
    full = name if "." in name else f"{DOCUMENT.slug}.{name}"
    tag = str(REVISION.plural if full.startswith(REVISION.slug) else DOCUMENT.plural)
    described = says("A page.", "Page", parameters=parameters, errors=(404, 422))
    view.__name__ = full.replace(".", "_")
    api.get(path, operation_id=full, summary=summary, tags=[tag], openapi_extra=described)(view)


def reviews(request: HttpRequest) -> HttpResponse:
    """Answer with the documents in force whose review is due, the longest overdue first."""
    caller = caller_of(request)
    caller.require(Scope.READ, DOCUMENT.code)
    asked = Parameters(request, "limit", "after", "within")
    rows = review_due(caller.user, asked.number("within", WITHIN, 0, 9999))
    today = timezone.localdate()

    def show(record: Record) -> Values:
        document = record.document
        return {
            **mention(record),
            "owner": record.owner.username,
            "unit": record.unit.code,
            "document_type": document.kind.code,
            "last_review": plain(document.last_review),
            "next_review": plain(document.next_review),
            "overdue": document.next_review is not None and document.next_review < today,
            "review_months": document.review_months,
            "href": address_of(record),
        }

    return list_of(request, rows, "document__next_review", show, asked, descending=False)


def tree(request: HttpRequest) -> HttpResponse:
    """Answer with the branches and how many documents each holds."""
    caller = caller_of(request)
    caller.require(Scope.READ, DOCUMENT.code)
    by = Parameters(request, "by").text("by") or "type"
    if by not in TREES:
        raise Refused({"by": _("Choose one of: %(expected)s.") % {"expected": ", ".join(TREES)}})
    items = [
        {
            "code": branch.code,
            "label": str(branch.label),
            "count": branch.count,
            "depth": branch.depth,
            "filter": {by: branch.code or "none"},
        }
        for branch in TREES[by](caller.user)
    ]
    return respond(request, {"items": items}, tag=digest_of(items))


def number_for(request: HttpRequest) -> HttpResponse:
    """Answer with the number that a document of a type would get in a unit now."""
    caller = caller_of(request)
    caller.require(Scope.READ, DOCUMENT.code)
    asked = Parameters(request, "type", "unit")
    code = asked.text("type")
    seen = DocumentType.objects.filter(record__in=DOCUMENT_TYPE.visible_to(caller.user))
    kind = (
        seen.select_related("record__unit").filter(code=code).first()
        or seen.select_related("record__unit").filter(record__number=code).first()
    )
    if kind is None:
        raise Refused({"type": _("There is no document type “%(code)s”.") % {"code": code}})
    unit = _unit_named(asked.text("unit")) or kind.record.unit
    return respond(request, {"number": next_number_of(kind, unit, timezone.now())})


def _unit_named(code: str) -> Unit | None:
    if not code:
        return None
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise Refused({"unit": _("There is no unit with the code “%(code)s”.") % {"code": code}})
    return unit


# --- controlled copies ------------------------------------------------------------------------------


def all_copies(request: HttpRequest) -> HttpResponse:
    """Answer with the copies of the documents that the caller controls, and those that they hold."""
    caller = caller_of(request)
    caller.require(Scope.READ, DOCUMENT.code)
    asked = Parameters(request, "limit", "after", "show")
    show = asked.text("show") or "out"
    if show not in SHOWN:
        raise Refused({"show": _("Choose one of: %(expected)s.") % {"expected": ", ".join(SHOWN)}})
    rows = copies(caller.user, out_only=show != "all")
    if show == "late":
        rows = rows.filter(until__lt=timezone.localdate())
    elif show == "recalled":
        rows = rows.filter(recalled__isnull=False)
    return list_of(request, rows, "id", _copy, asked)


def copies_of(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the copies of one document; who does not oversee it sees those that they hold."""
    caller = caller_of(request)
    caller.require(Scope.READ, DOCUMENT.code)
    record = find(DOCUMENT, caller.user, number)
    asked = Parameters(request, "limit", "after")
    situation = Situation(actor_of(request), DOCUMENT, record)
    rows = record.document.copies.select_related(
        "document__record", "holder", "revision__record", "issued_by"
    )
    if not (oversees(situation) or CONTROL in situation.permissions):
        rows = rows.filter(holder=caller.user)
    return list_of(request, rows, "id", _copy, asked)


def _copy(copy: ControlledCopy) -> Values:
    record = copy.document.record
    return {
        "label": copy.label,
        "document": {**mention(record), "href": address_of(record)},
        "revision": copy.revision.record.number,
        "number": copy.number,
        "holder": deeds.person(copy.holder),
        "place": copy.place,
        "until": plain(copy.until),
        "issued": plain(copy.issued),
        "issued_by": deeds.person(copy.issued_by),
        "recalled": plain(copy.recalled),
        "reminded": plain(copy.reminded),
        "reconciled": plain(copy.reconciled),
        "outcome": copy.outcome,
        "note": copy.note,
        "pdf": None
        if copy.reconciled
        else address(DOCUMENT.slug, record.number, f"/copies/{copy.label}:export"),
    }


# --- who has read -----------------------------------------------------------------------------------


def _read_revision(request: HttpRequest, thing: Thing, number: str) -> Revision | None:
    """Return the revision whose reading is asked about; None where nothing is in force."""
    caller = caller_of(request)
    caller.require(Scope.READ, thing.code)
    record = find(thing, caller.user, number)
    if not oversees(Situation(actor_of(request), thing, record)):
        raise NotPermitted(_("Who has read it is for those who work on documents or read the trail."))
    revision: Revision | None = record.document.current if thing is DOCUMENT else record.revision
    read = revision is not None and (revision.effective_at is not None or is_read_early(revision))
    return revision if read else None


def _reading_of(thing: Thing) -> Any:
    def reading(request: HttpRequest, number: str) -> HttpResponse:
        revision = _read_revision(request, thing, number)
        Parameters(request)
        if revision is None:
            return respond(request, {"revision": None, "whole": None, "coverage": None, "items": []})
        items = [
            {
                "unit": item.unit.code if item.unit else None,
                "name": item.unit.name if item.unit else None,
                **_figures(item.reading),
            }
            for item in reading_by_unit(revision)
        ]
        values = {
            "revision": _revision(revision),
            "whole": _figures(reading_of(revision)),
            "coverage": _coverage(revision),
            "items": items,
        }
        return respond(request, values, tag=digest_of(values))

    return reading


def _revision(revision: Revision) -> Values:
    return {**mention(revision.record), "href": address_of(revision.record)}


def _coverage(revision: Revision) -> Values | None:
    """Return how far a revision is that waits for people before it takes effect."""
    found = coverage_of(revision)
    if found is None:
        return None
    return {"people": found.people, "done": found.done, "share": found.share, "threshold": found.threshold}


def _figures(reading: Reading) -> Values:
    return {
        "people": reading.people,
        "confirmed": reading.confirmed,
        "waiting": reading.waiting,
        "overdue": reading.overdue,
    }


def _readers_of(thing: Thing) -> Any:
    def readers(request: HttpRequest, number: str) -> HttpResponse:
        revision = _read_revision(request, thing, number)
        asked = Parameters(request, "limit", "after", "standing", "unit")
        standing = asked.text("standing")
        if standing and standing not in STANDINGS:
            raise Refused(
                {"standing": _("Choose one of: %(expected)s.") % {"expected": ", ".join(STANDINGS)}}
            )
        unit = _unit_named(asked.text("unit"))
        if revision is None:
            return respond(request, {"items": [], "next": None, "previous": None})
        rows = matrix(revision, unit=unit, standing=standing)
        return list_of(request, rows, "name", _reader, asked, descending=False)

    return readers


def _reader(person: User) -> Values:
    return {
        "person": deeds.person(person),
        "unit": person.unit.code if person.unit else None,
        "standing": person.standing,  # type: ignore[attr-defined]
        "confirmed": plain(person.confirmed_at),  # type: ignore[attr-defined]
        "due": plain(person.due),  # type: ignore[attr-defined]
    }

"""What concerns all record types: what there is, search, and the trail of everything."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.faces.api.answering import ROOT, address_of, digest_of, linked, list_of, respond
from setsquare.faces.api.callers import actor_of, caller_of
from setsquare.faces.api.describing import Schema, parameter, says
from setsquare.faces.api.personal import PAGED
from setsquare.faces.api.problems import Problem
from setsquare.faces.api.reading import Parameters
from setsquare.kernel.accounts.models import User, named
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.commands.offering import may_create
from setsquare.kernel.records.things import (
    Thing,
    all_things,
    thing_by_slug,
    thing_of,
)
from setsquare.kernel.representation import declarations, deeds
from setsquare.kernel.representation.records import Values, mention
from setsquare.kernel.search.query import search
from setsquare.kernel.trail.everything import NARROWED_BY, PERMISSION, heard_by, may_read, readable_by
from setsquare.kernel.trail.models import Entry

ALL = ["Everything"]


def add_finding(api: NinjaAPI, things: tuple[Thing, ...]) -> None:
    """Add `/types`, `/search` and `/trail`."""
    known = {thing.code: thing for thing in things}

    def types(request: HttpRequest) -> HttpResponse:
        caller_of(request).require(Scope.READ)
        Parameters(request)
        items = [_brief(thing) for thing in known.values()]
        return respond(request, {"items": items}, tag=digest_of(items))

    def one_type(request: HttpRequest, slug: str) -> HttpResponse:
        Parameters(request)
        try:
            thing = known[thing_by_slug(slug).code]
        except KeyError:
            raise Problem("not_found", _("There is no record type “%(name)s”.") % {"name": slug}) from None
        caller_of(request).require(Scope.READ, thing.code)
        makes = [command.name for command in may_create(thing.code, actor_of(request))]
        values = {
            **declarations.thing(thing, caller_of(request).user),
            "may_create": makes,
            "href": f"{ROOT}/{thing.slug}",
        }
        return respond(request, values, tag=digest_of(values))

    api.get(
        "/types",
        operation_id="types",
        summary="Which record types there are",
        tags=ALL,
        openapi_extra=says("All of them.", "Page"),
    )(types)
    api.get(
        "/types/{slug}",
        operation_id="types.read",
        summary="A record type: states, columns, filters, and its commands with their JSON Schema",
        tags=ALL,
        openapi_extra=says("The declaration.", "Type", errors=(404,)),
    )(one_type)
    _add_search(api)
    _add_trail(api)


def _brief(thing: Thing) -> Values:
    return {
        "code": thing.code,
        "slug": thing.slug,
        "name": str(thing.name),
        "plural": str(thing.plural),
        "description": str(thing.description),
        "element": str(thing.element),
        "href": f"{ROOT}/types/{thing.slug}",
    }


def _add_search(api: NinjaAPI) -> None:
    taken = (
        parameter("q", 'Words; "a phrase"; -without. The last word may be unfinished.'),
        parameter("types", "Only records of these types (codes, separated by commas)."),
        parameter("limit", "How many at most.", kind="integer", minimum=1, maximum=200, default=50),
    )
    api.get(
        "/search",
        operation_id="search",
        summary="Find records by their words, the best first",
        tags=ALL,
        openapi_extra=says(
            "What was found; `approximate` where it is too much to rank.",
            "Page",
            parameters=taken,
            errors=(422,),
        ),
    )(find_records)


def find_records(request: HttpRequest) -> HttpResponse:
    """Answer with the records that hold the words and that the caller may see."""
    caller = caller_of(request)
    caller.require(Scope.READ)
    asked = Parameters(request, "q", "types", "limit")
    types = [code.strip() for code in asked.text("types").split(",") if code.strip()]
    known = {thing.code for thing in all_things()}
    if unknown := [code for code in types if code not in known]:
        raise Refused({"types": _("There is no record type “%(name)s”.") % {"name": unknown[0]}})
    found = search(caller.user, asked.text("q"), types=types, limit=asked.limit())
    items = [
        {
            **mention(hit.record),
            "owner": hit.record.owner.username,
            "unit": hit.record.unit.code,
            "title_html": hit.title_html,
            "snippet_html": hit.snippet_html,
            "href": address_of(hit.record),
        }
        for hit in found.hits
    ]
    return respond(request, {"items": items, "approximate": found.approximate, "more": found.more})


def trail_narrowed_by() -> tuple[Schema, ...]:
    """Return the description of what the trail is narrowed by."""
    return (
        parameter("by", "Who did it: a sign-in name, or `me`."),
        parameter("command", "Which command."),
        parameter("channel", "By which way: web, api, cli, import, worker."),
        parameter("type", "Of records of this type (its code)."),
        parameter("number", "Of this record."),
        parameter("from", "Not before this date or time."),
        parameter("until", "Not after this date or time."),
    )


def _add_trail(api: NinjaAPI) -> None:
    api.get(
        "/trail",
        operation_id="trail",
        summary="Everything that happened, the newest first",
        description=_("Takes the permission: %(names)s.") % {"names": PERMISSION},
        tags=ALL,
        openapi_extra=says("A page.", "Page", parameters=(*PAGED, *trail_narrowed_by()), errors=(422,)),
    )(trail)


def trail(request: HttpRequest) -> HttpResponse:
    """Answer with the entries about records that the caller sees in units whose trail they may read."""
    caller = caller_of(request)
    caller.require(Scope.READ)
    if not may_read(caller.user):
        raise NotPermitted(_("Your roles do not allow reading the trail."))
    asked = Parameters(request, "limit", "after", "by", *NARROWED_BY, "from", "until")

    def show(entry: Entry) -> Values:
        record, (told,) = linked(mention(entry.record)), heard_by([entry], caller.user)
        return {"record": record, **deeds.entry(told, thing_of(entry.record.type))}

    rows = asked_of_trail(readable_by(caller.user), caller.user, asked)
    return list_of(request, rows, "at", show, asked)


def asked_of_trail(rows: QuerySet[Entry], user: User, asked: Parameters) -> QuerySet[Entry]:
    """Return the entries narrowed as asked; raises Refused at what cannot be read."""
    if person := asked.text("by"):
        name = user.username if person == "me" else person
        rows = rows.filter(named(name, "actor__username"))
    for name, path in NARROWED_BY.items():
        if value := asked.text(name):
            rows = rows.filter(**{path: value})
    if since := asked.moment("from", begins=True):
        rows = rows.filter(at__gte=since)
    if until := asked.moment("until"):
        rows = rows.filter(at__lte=until)
    return rows

"""The addresses of a record type: its register, its records and what belongs to them."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.faces.api.answering import ROOT, address, linked, list_of, listed, respond
from setsquare.faces.api.callers import actor_of, caller_of
from setsquare.faces.api.describing import Schema, parameter, says
from setsquare.faces.api.problems import Problem
from setsquare.faces.api.reading import Parameters
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.declaration import Situation, command_of
from setsquare.kernel.commands.errors import NotFound
from setsquare.kernel.commands.offering import offers
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.expiring import reckon
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proofs import known, people_of
from setsquare.kernel.records.registers import count, filters_of, page, select, sorts_of
from setsquare.kernel.records.seeing import seen
from setsquare.kernel.records.things import Thing, plain, visible_to
from setsquare.kernel.representation import declarations, deeds
from setsquare.kernel.representation.deeds import earlier
from setsquare.kernel.representation.files import files_of
from setsquare.kernel.representation.past import Past, as_it_stood, not_to_come, signed_openly
from setsquare.kernel.representation.records import (
    Values,
    attachment,
    line,
    link,
    text_at,
    texts_of,
    whole,
)
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.queries import asked_on
from setsquare.kernel.trail.reading import entries_of, told

OWN = ("q", "sort", "limit", "after", "count")
PARTS = ("trail", "tasks", "signatures", "links", "files", "commands")


def find(thing: Thing, user: User, number: str) -> Record:
    """Return the record of this type and number; raises NotFound alike where there is none and where it is hidden."""
    found = seen(thing, user, number)
    if found is None:
        raise NotFound(number if number.isprintable() else "")
    return found


def shown(thing: Thing, record: Record, reader: User) -> Values:
    """Return a record as its address shows it to the reader."""
    values = whole(thing, record, reader)
    parts = {part: address(thing.slug, record.number, f"/{part}") for part in PARTS}
    texts = {name: address(thing.slug, record.number, f"/texts/{name}") for name in texts_of(thing)}
    return {**values, "links": {"self": address(thing.slug, record.number), **parts, "texts": texts}}


def answer_with(
    request: HttpRequest, thing: Thing, record: Record, *, status: int = 200, conclusion: str = ""
) -> HttpResponse:
    """Return a record with its version as entity tag, and what a command tells of its outcome."""
    headers = {"Location": address(thing.slug, record.number)} if status in (201, 202) else None
    values = shown(thing, record, caller_of(request).user) | (
        {"conclusion": conclusion} if conclusion else {}
    )
    return respond(request, values, status=status, tag=str(record.version), headers=headers)


def _taken(thing: Thing) -> list[Schema]:
    return [
        *narrowed_by(thing),
        parameter("limit", "How many at once.", kind="integer", minimum=1, maximum=200, default=50),
        parameter("after", "The cursor of a page; `next` and `previous` hold it."),
        parameter("count", "Count what is found, up to 10,000.", kind="boolean"),
    ]


def narrowed_by(thing: Thing) -> list[Schema]:
    """Return the description of what a register is narrowed and sorted by."""
    sorts = [sign + name for name in sorts_of(thing) for sign in ("", "-")]
    return [
        parameter("q", "Only records that hold these words."),
        parameter(
            "sort",
            "Ascending, or descending with a minus sign; otherwise the newest changed first.",
            enum=sorts,
        ),
        *(
            parameter(known.code, f"{known.label} ({known.kind}). Several values: any of them.", several=True)
            for known in filters_of(thing)
            if known.code not in OWN
        ),
    ]


def add_register(api: NinjaAPI, thing: Thing) -> None:
    """Add `GET /<slug>`."""

    def read(request: HttpRequest) -> HttpResponse:
        caller = caller_of(request)
        caller.require(Scope.READ, thing.code)
        asked = Parameters(request, *OWN, rest=True)
        filters, query = asked.others(), asked.text("q")
        found = page(
            thing,
            caller.user,
            filters=filters,
            query=query,
            sort=asked.text("sort"),
            limit=asked.limit(),
            cursor=asked.text("after"),
        )
        more: dict[str, Any] = {}
        if asked.flag("count"):
            total = count(select(thing, caller.user, filters=filters, query=query))
            more["count"] = {"number": total.number, "capped": total.capped}
        items = [
            {**line(thing, record), "href": address(thing.slug, record.number)} for record in found.records
        ]
        return listed(request, items, found.next, found.previous, **more)

    api.get(
        f"/{thing.slug}",
        operation_id=f"{thing.slug}.list",
        summary=f"List {thing.plural}",
        description=str(thing.description),
        tags=[str(thing.plural)],
        openapi_extra=says("A page of the register.", "Page", parameters=_taken(thing), errors=(422,)),
    )(_named(read, f"{thing.code}_list"))


def add_record(api: NinjaAPI, thing: Thing) -> None:
    """Add `GET /<slug>/{number}`; its parts come before it, since a number may hold slashes."""

    def read(request: HttpRequest, number: str) -> HttpResponse:
        caller = caller_of(request)
        caller.require(Scope.READ, thing.code)
        asked = Parameters(request, "at")
        record = find(thing, caller.user, number)
        moment = asked.moment("at")
        if moment is None:
            return answer_with(request, thing, record)
        past = as_it_stood(thing, record, not_to_come(moment), caller.user)
        if past is None:
            raise Problem("not_found", _("%(number)s was made later.") % {"number": record.number})
        values = {**earlier(past, thing, caller.user), "links": _links_then(thing, past)}
        return respond(request, values, tag=f"{past.entry.seq}-as-of-{past.at.timestamp()}")

    def refuse(request: HttpRequest, number: str) -> HttpResponse:
        _number, _colon, name = number.rpartition(":")
        sentence = _("There is no command “%(name)s” here; GET %(path)s/types/%(slug)s lists them.")
        raise Problem("not_found", sentence % {"name": name, "path": ROOT, "slug": thing.slug})

    for part, make in _PARTS.items():
        add_part(api, thing, part, make)
    _add_texts(api, thing)
    at = parameter("at", "As the record stood at this time (a date stands for its end); not later than now.")
    api.get(
        f"/{thing.slug}/{{path:number}}",
        operation_id=f"{thing.slug}.read",
        summary=f"Read: {thing.name}",
        tags=[str(thing.plural)],
        openapi_extra=says(
            "The record; its ETag is its version.", "Record", parameters=[at], errors=(404, 422)
        ),
    )(_named(read, f"{thing.code}_read"))
    api.post(f"/{thing.slug}/{{path:number}}", include_in_schema=False)(
        _named(refuse, f"{thing.code}_refuse")
    )


def _links_then(thing: Thing, past: Past) -> Values:
    """Return where the record is as it is now, and its texts as they were."""
    number, at = past.record.number, urlencode({"at": plain(past.at)})
    held = [name for name in texts_of(thing) if past.state.get(name) and past.readable]
    texts = {name: f"{address(thing.slug, number, f'/texts/{name}')}?{at}" for name in held}
    return {"self": address(thing.slug, number), "texts": texts}


Part = Callable[[HttpRequest, Thing, Record], HttpResponse]


def add_part(api: NinjaAPI, thing: Thing, part: str, make: Part) -> None:
    """Add `GET /<slug>/{number}/<part>`."""

    def read(request: HttpRequest, number: str) -> HttpResponse:
        caller = caller_of(request)
        caller.require(Scope.READ, thing.code)
        return make(request, thing, find(thing, caller.user, number))

    paged = [parameter("limit", "How many at once.", kind="integer", minimum=1, maximum=200, default=50)]
    paged.append(parameter("after", "The cursor of a page; `next` and `previous` hold it."))
    api.get(
        f"/{thing.slug}/{{path:number}}/{part}",
        operation_id=f"{thing.slug}.{part}",
        summary=f"{(make.__doc__ or '').partition('.')[0]}: {thing.name}",
        tags=[str(thing.plural)],
        openapi_extra=says(
            "A page.", "Page", parameters=[] if part == "commands" else paged, errors=(404, 422)
        ),
    )(_named(read, f"{thing.code}_{part}"))


def _trail(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """What happened to it, newest first."""
    asked = Parameters(request, "limit", "after")
    limit, before = asked.limit(), asked.number("after", 10**9, 1, 10**9)
    hidden = thing.hidden_from(caller_of(request).user, record)
    newest = list(entries_of(record, hidden).filter(seq__lt=before).order_by("-seq")[: limit + 1])
    passages = told(newest[::-1], hidden)[::-1][:limit]
    items = [deeds.passage(found, thing) for found in passages]
    following = str(passages[-1].entry.seq) if len(newest) > limit else ""
    return listed(request, items, following)


def _tasks(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """What is and was asked of people about it; who has to read it is told to those who oversee that."""
    user = caller_of(request).user
    rows = asked_on(record, user, thing.hidden_from(user, record)).select_related("record", "assignee")
    return list_of(request, rows, "opened", deeds.task, Parameters(request, "limit", "after"))


def _signatures(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Who signed it, and exactly what."""
    rows = Signature.objects.filter(record=record).select_related("signer", "on_behalf_of", "entry")
    user = caller_of(request).user
    hidden, rows = thing.hidden_from(user, record), signed_openly(rows, user, record)

    def show(found: Signature) -> Values:
        return deeds.signature(found, hidden)

    return list_of(request, rows, "at", show, Parameters(request, "limit", "after"))


def _links(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """What it is linked with, as far as you may see it."""
    seen = visible_to(caller_of(request).user)
    outwards = Q(source=record) & Exists(seen.filter(pk=OuterRef("target_id")))
    inwards = Q(target=record) & Exists(seen.filter(pk=OuterRef("source_id")))
    rows = Link.objects.filter(outwards | inwards).select_related("source", "target")

    people: dict[int, Sequence[User]] = {}

    def show(found: Link) -> Values:
        values = link(found, record)
        other = found.target if found.source_id == record.pk else found.source
        whose = [person.username for person in known(other, people)]
        return {**values, "record": {**linked(values["record"]), **({"people": whose} if whose else {})}}

    def along(found: Sequence[Link]) -> None:
        ends = [end for one in found for end in (one.source, one.target)]
        reckon(ends)
        people.update(people_of(ends))

    return list_of(request, rows, "made", show, Parameters(request, "limit", "after"), along=along)


def _files(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Its files; those that were taken out for who may read what it said then."""
    rows = files_of(record, caller_of(request).user).select_related("blob", "added_by")

    def show(attached: Attachment) -> Values:
        return {**attachment(attached), "href": f"{ROOT}/files/{attached.blob_id}"}

    return list_of(request, rows, "added", show, Parameters(request, "limit", "after"))


def _commands(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """What you may do with it now, and why not the rest."""
    Parameters(request)
    situation = Situation(actor_of(request), thing, record)
    items = []
    for offered in offers(situation):
        declared = command_of(thing.code, offered.command.name)
        initial = declared.initial(situation) if declared.initial and offered.why_not is None else {}
        items.append(
            {
                **declarations.offer(offered),
                "schema": declarations.body_schema(declared.body),
                "choices": declarations.body_choices(declared.body),
                "initial": plain(initial),
                "href": address(thing.slug, record.number, f":{declared.name}"),
            }
        )
    return respond(request, {"version": record.version, "items": items})


_PARTS: dict[str, Part] = {
    "trail": _trail,
    "tasks": _tasks,
    "signatures": _signatures,
    "links": _links,
    "files": _files,
    "commands": _commands,
}


def _add_texts(api: NinjaAPI, thing: Thing) -> None:
    """Add `GET /<slug>/{number}/texts/{name}`, for types whose records hold texts."""

    def read(request: HttpRequest, number: str, name: str) -> HttpResponse:
        caller = caller_of(request)
        caller.require(Scope.READ, thing.code)
        moment = Parameters(request, "at").moment("at")
        record = find(thing, caller.user, number)
        found = text_at(thing, record, caller.user, name, moment) if name in texts_of(thing) else None
        if found is None:
            raise Problem("not_found", _("%(number)s has no such text.") % {"number": record.number})
        answer = HttpResponse(found.body, content_type="text/markdown; charset=utf-8")
        answer["ETag"] = f'"{found.digest}"'
        filename = f"{record.number.replace('/', '-')}-{name}.md"
        answer["Content-Disposition"] = content_disposition_header(False, filename) or "inline"
        answer["Cache-Control"] = "private, no-cache"
        return answer

    if texts_of(thing):
        names = ", ".join(texts_of(thing))
        api.get(
            f"/{thing.slug}/{{path:number}}/texts/{{str:name}}",
            operation_id=f"{thing.slug}.texts",
            summary=f"Read a text ({names}): {thing.name}",
            tags=[str(thing.plural)],
            openapi_extra=says(
                "The text, as Markdown.",
                None,
                parameters=[parameter("at", "As it stood at this time.")],
                errors=(404, 422),
                media_type="text/markdown",
            ),
        )(_named(read, f"{thing.code}_texts"))


def _named(view: Any, name: str) -> Any:
    view.__name__ = name
    return view

"""Reading at the command line: registers, records, histories, search, tasks and the trail."""

import argparse
import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.faces.cli.failures import Usage
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.showing import as_csv, as_json, moment, say, state_name, table, told
from setsquare.kernel.accounts.models import named
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.authority.deciding import in_sentences
from setsquare.kernel.commands.declaration import Situation, meaning_label
from setsquare.kernel.commands.errors import NotFound, NotPermitted, Refused
from setsquare.kernel.commands.offering import offers
from setsquare.kernel.commands.standing_in import kept_from
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.naming import leave_unnamed
from setsquare.kernel.records.registers import MOST, filters_of, page, sorts_of
from setsquare.kernel.records.seeing import seen
from setsquare.kernel.records.things import Thing, all_things, plain, thing_of, value_at
from setsquare.kernel.representation import declarations, deeds
from setsquare.kernel.representation.declarations import translated
from setsquare.kernel.representation.past import as_it_stood, further, not_to_come
from setsquare.kernel.representation.records import line, mention, text_at, texts_of, whole
from setsquare.kernel.search.query import search
from setsquare.kernel.tasks.queries import inbox
from setsquare.kernel.trail.everything import NARROWED_BY, heard_by, may_read, readable_by
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import history

Options = argparse.Namespace


def find(caller: Caller, thing: Thing, number: str) -> Record:
    """Return the record of this type and number that the caller may see; raises NotFound."""
    record = seen(thing, caller.user, number)
    if record is None:
        raise NotFound(number if number.isprintable() else "")
    return record


def moment_from(option: str, text: str, *, begins: bool = False) -> dt.datetime:
    """Return the time that an option names; a date stands for its end, or for where it `begins`."""
    try:
        found = dt.datetime.fromisoformat(text)
        if not 1 < found.year < 9999:
            raise ValueError
    except ValueError:
        sentence = _("Give a date or a time such as 2026-11-30 or 2026-11-30T09:00:00Z.")
        raise Refused({option: sentence}) from None
    if len(text) <= len("2026-11-30") and not begins:
        found = dt.datetime.combine(found.date(), dt.time.max)
    return found if timezone.is_aware(found) else timezone.make_aware(found)


# --- registers ----------------------------------------------------------------------------------


def add_list_options(parser: argparse.ArgumentParser, thing: Thing) -> None:
    """Add the options of `list`."""
    filters = ", ".join(known.code for known in filters_of(thing))
    parser.add_argument("words", nargs="*", help=_("only records that hold these words"))
    parser.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=_("by: %(names)s") % {"names": filters},
    )
    sorts = ", ".join(sorts_of(thing))
    parser.add_argument(
        "--sort",
        default="",
        help=_("by: %(names)s; with a minus sign before it, descending") % {"names": sorts},
    )
    parser.add_argument("--limit", type=int, default=50, help=_("how many at most (50)"))
    parser.add_argument("--csv", action="store_true", help=_("as CSV, with every column"))


def list_records(caller: Caller, thing: Thing, options: Options) -> None:
    """Show a register."""
    caller.require(Scope.READ, thing.code)
    if options.limit < 1:
        raise Refused({"limit": _("Give %(ge)s or more.") % {"ge": 1}})
    records, more = _records(caller, thing, options)
    if options.json:
        as_json({"items": [line(thing, record) for record in records], "more": more})
    elif options.csv:
        head = ["number", "title", "state", "owner", "unit", "version", "changed"]
        own = [column for column in thing.columns if column.code not in head]
        as_csv(
            [*head, *(column.code for column in own)],
            (
                [*(shown[name] for name in head), *(shown["columns"][column.code] for column in own)]
                for shown in (line(thing, record) for record in records)
            ),
        )
    else:
        _table(thing, records)
        if more:
            say(_("There are more; --limit shows them."))


def _records(caller: Caller, thing: Thing, options: Options) -> tuple[list[Record], bool]:
    records: list[Record] = []
    cursor = ""
    filters = filters_given(options.filter)
    while True:
        wanted = options.limit - len(records)
        found = page(
            thing,
            caller.user,
            filters=filters,
            query=" ".join(options.words),
            sort=options.sort,
            limit=min(wanted, MOST),
            cursor=cursor,
        )
        records += found.records
        cursor = found.next
        if not cursor or len(records) >= options.limit:
            return records, bool(cursor)


def filters_given(given: list[str]) -> dict[str, list[str]]:
    """Return the filters that options give, `name=value` each; raises Usage."""
    filters: dict[str, list[str]] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise Usage(_("Write a filter as --filter name=value."))
        filters.setdefault(name.strip(), []).append(value)
    return filters


def _table(thing: Thing, records: list[Record]) -> None:
    if not records:
        say(_("There is nothing here. %(description)s") % {"description": translated(thing.description)})
        return
    shown = [column for column in thing.columns if column.shown and column.code not in ("number", "title")]
    head = [_("Number"), _("Title"), *(translated(column.label) for column in shown)]
    rows = [
        [
            record.number,
            record.told,
            *(told(thing, value_at(record, column.path), column.kind, column.choices) for column in shown),
        ]
        for record in records
    ]
    table(head, rows)


# --- one record ---------------------------------------------------------------------------------


def add_show_options(parser: argparse.ArgumentParser, thing: Thing) -> None:
    """Add the options of `show`."""
    parser.add_argument("number", metavar="NUMBER")
    parser.add_argument("--at", metavar="TIME", help=_("as it stood then (a date stands for its end)"))
    if texts_of(thing):
        names = ", ".join(texts_of(thing))
        parser.add_argument("--text", metavar="NAME", help=_("write its text: %(names)s") % {"names": names})


def show_record(caller: Caller, thing: Thing, options: Options) -> None:
    """Show a record, now or as it stood."""
    caller.require(Scope.READ, thing.code)
    record = find(caller, thing, options.number)
    at = not_to_come(moment_from("at", options.at)) if options.at else None
    if getattr(options, "text", None):
        _show_text(caller, thing, record, options.text, at)
        return
    if at is not None:
        _show_earlier(caller, thing, record, at, options)
    elif options.json:
        as_json(whole(thing, record, caller.user))
    else:
        leave_unnamed(thing, [record], caller.user)
        _show_now(thing, record)
        _show_beside(thing, record)


def _show_text(caller: Caller, thing: Thing, record: Record, name: str, at: dt.datetime | None) -> None:
    try:
        found = text_at(thing, record, caller.user, name, at)
    except KeyError:
        names = ", ".join(texts_of(thing))
        raise Refused({"text": _("Choose one of: %(expected)s.") % {"expected": names}}) from None
    if found is None:
        raise Refused({"text": _("%(number)s has no such text.") % {"number": record.number}})
    print(found.body)


def _show_earlier(caller: Caller, thing: Thing, record: Record, at: dt.datetime, options: Options) -> None:
    past = as_it_stood(thing, record, at, caller.user)
    if past is None:
        raise Refused({"at": _("%(number)s was made later.") % {"number": record.number}})
    values = deeds.earlier(past, thing, caller.user)
    if options.json:
        as_json(values)
        return
    words = {"time": moment(past.at), "zone": timezone.get_current_timezone_name()}
    say(_("As of %(time)s (%(zone)s): as it stood then") % words)
    _show_now(thing, past.record)
    if rest := further(thing, past.state):
        say()
        say(_("Further facts"))
        _pairs([(str(thing.labels.get(key, key)), _written(past.state[key])) for key in rest])
    say()
    say(_("Signatures made by then"))
    signed = [(one["by"]["name"], one) for one in values["signatures"]]
    _pairs([(name, _signature_told(one)) for name, one in signed])
    if not signed:
        say("  " + _("Nobody had signed it by then."))


def _signature_told(one: dict[str, Any]) -> str:
    """Return a signature in a line, and below it the rules that the signer met."""
    line = f"{meaning_label(one['meaning'])} · {one['at']} · {one['digest']}"
    return "\n".join([line, *in_sentences(one.get("authority"))])


def _show_now(thing: Thing, record: Record) -> None:
    say(f"{record.number}  {record.told}")
    state = state_name(thing, record.state)
    say(
        _("%(state)s · version %(version)s · changed %(time)s")
        % {"state": state, "version": record.version, "time": moment(record.changed)}
    )
    about = ((_("Owner"), record.owner.name), (_("Unit"), record.unit.name))
    named = {translated(fact.label) for section in thing.sections for fact in section.facts}
    _pairs([(label, value) for label, value in about if label not in named])
    for section in thing.sections:
        pairs = [
            (
                translated(fact.label),
                told(thing, value_at(record, fact.path), fact.kind, fact.choices) or translated(fact.without),
            )
            for fact in section.facts
        ]
        if any(value for _label, value in pairs):
            say()
            say(translated(section.label))
            _pairs([(label, value) for label, value in pairs if value])


def _show_beside(thing: Thing, record: Record) -> None:
    """Show what is told of a record though it stands elsewhere, a line for each."""
    for beside in thing.besides:
        if lines := [[one[name] for name in beside.told] for one in beside.values(record)]:
            say()
            say(translated(beside.label))
            _pairs([(str(what), " · ".join(map(_in_line, rest))) for what, *rest in lines])


def _in_line(value: Any) -> str:
    return moment(value) if isinstance(value, dt.datetime) else str(value)


def _pairs(pairs: list[tuple[str, str]]) -> None:
    width = max((len(label) for label, _value in pairs), default=0)
    for label, value in pairs:
        say(f"  {label:<{width}}  " + value.replace("\n", "\n" + " " * (width + 4)))


def _written(value: Any) -> str:
    if isinstance(value, list | dict):
        items = value.items() if isinstance(value, dict) else enumerate(value, 1)
        return "\n".join(f"{key}: {item}" for key, item in items)
    return str(value)


def show_history(caller: Caller, thing: Thing, options: Options) -> None:
    """Show what happened to a record, newest first."""
    caller.require(Scope.READ, thing.code)
    record = find(caller, thing, options.number)
    passages = history(record, thing.hidden_from(caller.user, record))
    if options.json:
        as_json({"items": [deeds.passage(found, thing) for found in passages]})
        return
    rows = []
    for found in passages:
        changed = ", ".join(change.path for change in found.changes)
        entry = found.entry
        rows.append([str(entry.seq), moment(entry.at), sentence_of(found, thing), entry.reason, changed])
    table([_("Version"), _("When"), _("What"), _("Why"), _("Changed")], rows)


def show_offers(caller: Caller, thing: Thing, options: Options) -> None:
    """Show what the caller may do with a record now, and why not the rest."""
    caller.require(Scope.READ, thing.code)
    record = find(caller, thing, options.number)
    offered = offers(Situation(caller.actor, thing, record))
    if options.json:
        as_json({"items": [declarations.offer(found) for found in offered]})
        return
    rows = [
        [
            found.command.name.replace("_", "-"),
            translated(found.command.label),
            str(found.why_not or _("now")),
        ]
        for found in offered
    ]
    table([_("Command"), _("What it does"), _("When")], rows)


# --- everything -----------------------------------------------------------------------------------


def add_search_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `search`."""
    parser.add_argument("words", nargs="+", help=_('words; "a phrase"; the last one may be unfinished'))
    parser.add_argument("--type", action="append", default=[], help=_("only records of this type (its code)"))
    parser.add_argument("--limit", type=int, default=25)


def find_records(caller: Caller, options: Options) -> None:
    """Show the records that hold the words, the best first."""
    caller.require(Scope.READ)
    known = {thing.code for thing in all_things()} | {thing.slug for thing in all_things()}
    if unknown := [name for name in options.type if name not in known]:
        raise Refused({"type": _("There is no record type “%(name)s”.") % {"name": unknown[0]}})
    types = [thing.code for thing in all_things() if {thing.code, thing.slug} & set(options.type)]
    limit = min(max(options.limit, 1), MOST)
    found = search(caller.user, " ".join(options.words), types=types, limit=limit)
    if options.json:
        items = [mention(hit.record) for hit in found.hits]
        as_json({"items": items, "approximate": found.approximate, "more": found.more})
        return
    if not found.hits:
        say(_("Nothing that you can see holds these words."))
        return
    rows = []
    for hit in found.hits:
        thing = thing_of(hit.record.type)
        rows.append(
            [hit.record.number, hit.record.told, str(thing.name), state_name(thing, hit.record.state)]
        )
    table([_("Number"), _("Title"), _("Type"), _("State")], rows)


def show_tasks(caller: Caller, options: Options) -> None:
    """Show what the caller is asked to do, the earliest due first."""
    caller.require(Scope.READ)
    tasks = list(inbox(caller.user)[: max(options.limit, 1)])
    kept = {pk: str(why) for pk, why in kept_from(caller.user, tasks).items()}
    if options.json:
        as_json({"items": [{**deeds.task(task), "why_not": kept.get(task.pk)} for task in tasks]})
        return
    if not tasks:
        say(_("Nothing is asked of you."))
        return
    rows = [
        [
            moment(task.due),
            task.kind.replace("_", " "),
            task.record.number,
            task.record.told,
            task.assignee.name,
            *([kept.get(task.pk, "")] if kept else []),
        ]
        for task in tasks
    ]
    heads = [_("Due"), _("What"), _("Number"), _("Title"), _("Of whom"), *([_("Why not")] if kept else [])]
    table(heads, rows)


def add_trail_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `trail`."""
    parser.add_argument("--number", metavar="NUMBER", help=_("of this record"))
    add_narrowing(parser)
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--csv", action="store_true", help=_("as CSV"))


def add_narrowing(parser: Any) -> None:
    """Add what the trail is narrowed by, besides a record."""
    parser.add_argument("--by", metavar="USER", help=_("who did it"))
    parser.add_argument("--command", metavar="NAME", help=_("which command"))
    parser.add_argument("--channel", help=_("by which way: web, api, cli, import, worker"))
    parser.add_argument("--type", metavar="CODE", help=_("of records of this type"))
    parser.add_argument("--from", dest="since", metavar="TIME", help=_("not before"))
    parser.add_argument("--until", metavar="TIME", help=_("not after (a date stands for its end)"))


def trail_entries(caller: Caller, options: Options) -> QuerySet[Entry]:
    """Return the entries that the caller may read, narrowed as asked, newest first."""
    caller.require(Scope.READ)
    if not may_read(caller.user):
        raise NotPermitted(_("Your roles do not allow reading the trail."))
    rows = readable_by(caller.user).order_by("-at", "-id")
    if options.by:
        rows = rows.filter(named(options.by, "actor__username"))
    for name, path in NARROWED_BY.items():
        if value := getattr(options, name):
            rows = rows.filter(**{path: value})
    if options.since:
        rows = rows.filter(at__gte=moment_from("from", options.since, begins=True))
    if options.until:
        rows = rows.filter(at__lte=moment_from("until", options.until))
    return rows


def show_trail(caller: Caller, options: Options) -> None:
    """Show what was done in the units whose trail the caller may read, newest first."""
    rows = trail_entries(caller, options)
    found = heard_by(rows[: max(options.limit, 1)], caller.user)
    entries = [(entry, thing_of(entry.record.type)) for entry in found]
    if options.json:
        as_json({"items": [{"record": mention(e.record), **deeds.entry(e, thing)} for e, thing in entries]})
        return
    if options.csv:
        head = ["at", "number", "version", "by", "command", "sentence", "reason", "channel"]
        as_csv(
            head,
            (
                [
                    plain(e.at),
                    e.record.number,
                    e.seq,
                    e.actor.username if e.actor else "",
                    e.command,
                    sentence_of(e, thing),
                    e.reason,
                    e.channel,
                ]
                for e, thing in entries
            ),
        )
        return
    lines = [[moment(e.at), e.record.number, sentence_of(e, thing), e.reason] for e, thing in entries]
    table([_("When"), _("Number"), _("What"), _("Why")], lines)

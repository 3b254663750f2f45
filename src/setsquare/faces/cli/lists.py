"""Further lists: notices, reviews that are due, controlled copies, who has read, remarks, saved views, ways in."""

import argparse
from dataclasses import asdict
from typing import Any

from allauth.usersessions.models import UserSession
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.documents.deciding.asked import is_read_early
from setsquare.domains.documents.deciding.coverage import coverage_of
from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.queries import copies, review_due, threads
from setsquare.domains.documents.reading import STANDINGS, matrix, reading_by_unit
from setsquare.domains.documents.rules import oversees, sees_discussion
from setsquare.domains.documents.thing import DOCUMENT, REVISION
from setsquare.faces.cli.failures import Usage
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.reading import Options, filters_given, find
from setsquare.faces.cli.showing import as_json, moment, say, table
from setsquare.kernel.accounts.models import Token
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records import registers, saved_views
from setsquare.kernel.records.things import all_things, plain, thing_by_slug
from setsquare.kernel.representation import deeds
from setsquare.kernel.representation.tables import chosen_columns
from setsquare.kernel.writing.sentences import quoted

SHOWN = ("out", "late", "recalled", "all")


def add_limit(parser: argparse.ArgumentParser) -> None:
    """Add how many are shown."""
    parser.add_argument("--limit", type=int, default=50, help=_("how many at most (50)"))


def add_notice_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `notices`."""
    parser.add_argument("--unread", action="store_true", help=_("only what was not read yet"))
    add_limit(parser)


def show_notices(caller: Caller, options: Options) -> None:
    """Show what the caller is told, newest first."""
    caller.require(Scope.READ)
    rows = Notice.objects.filter(user=caller.user).select_related("record").order_by("-at", "-id")
    if options.unread:
        rows = rows.filter(read__isnull=True)
    items = [deeds.notice(found) for found in rows[: max(options.limit, 1)]]
    if options.json:
        as_json({"items": items})
    elif not items:
        say(_("There is nothing that you were not told before."))
    else:
        lines = [
            [item["at"][:16].replace("T", " "), item["sentence"], "" if item["read"] else "*"]
            for item in items
        ]
        table([_("When (UTC)"), _("What"), _("New")], lines)


# --- documents --------------------------------------------------------------------------------------


def add_review_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `reviews`."""
    parser.add_argument(
        "--within", type=int, default=90, metavar="DAYS", help=_("due within so many days (90)")
    )
    add_limit(parser)


def show_reviews(caller: Caller, options: Options) -> None:
    """Show the documents whose periodic review is due, the longest overdue first."""
    caller.require(Scope.READ, DOCUMENT.code)
    if not 0 <= options.within <= 9999:
        raise Refused({"within": _("Give a number from %(least)s to %(most)s.") % {"least": 0, "most": 9999}})
    today = timezone.localdate()
    rows = review_due(caller.user, options.within)[: max(options.limit, 1)]
    items = [
        {
            "number": record.number,
            "title": record.title,
            "owner": record.owner.username,
            "next_review": plain(record.document.next_review),
            "overdue": (record.document.next_review or today) < today,
        }
        for record in rows
    ]
    if options.json:
        as_json({"items": items})
    elif not items:
        say(_("No review is due."))
    else:
        late = _("overdue")
        lines = [
            [str(item[name]) for name in ("next_review", "number", "title", "owner")]
            + [late if item["overdue"] else ""]
            for item in items
        ]
        table([_("Due"), _("Number"), _("Title"), _("Owner"), ""], lines)


def add_copy_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `copies`."""
    parser.add_argument("number", nargs="?", metavar="NUMBER", help=_("only of this document"))
    parser.add_argument("--show", choices=SHOWN, default="out", help=_("which: those that are out, or all"))
    add_limit(parser)


def show_copies(caller: Caller, options: Options) -> None:
    """Show the controlled copies of documents that the caller controls, and those that they hold."""
    caller.require(Scope.READ, DOCUMENT.code)
    rows = copies(caller.user, out_only=options.show != "all")
    if options.number:
        rows = rows.filter(document_id=find(caller, DOCUMENT, options.number).pk)
    if options.show == "late":
        rows = rows.filter(until__lt=timezone.localdate())
    elif options.show == "recalled":
        rows = rows.filter(recalled__isnull=False)
    items: list[dict[str, Any]] = [
        {
            "document": copy.document.record.number,
            "copy": copy.label,
            "holder": copy.holder.name if copy.holder else copy.place,
            "until": plain(copy.until),
            "recalled": plain(copy.recalled),
            "outcome": copy.outcome,
        }
        for copy in rows[: max(options.limit, 1)]
    ]
    if options.json:
        as_json({"items": items})
    elif not items:
        say(_("There is no such copy."))
    else:
        head = [_("Document"), _("Copy"), _("For"), _("Until"), _("Recalled"), _("Outcome")]
        table(head, [[str(value or "") for value in item.values()] for item in items])


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `reading`."""
    parser.add_argument("number", metavar="NUMBER", help=_("a document, or a revision of it"))
    parser.add_argument("--people", action="store_true", help=_("each person instead of the units"))
    parser.add_argument("--standing", choices=STANDINGS, default="", help=_("only people of this standing"))
    add_limit(parser)


def show_reading(caller: Caller, options: Options) -> None:
    """Show who has read what is in force, by unit or person."""
    caller.require(Scope.READ, DOCUMENT.code)
    thing = REVISION if "/" in options.number else DOCUMENT
    record = find(caller, thing, options.number)
    if not oversees(Situation(caller.actor, thing, record)):
        raise NotPermitted(_("Who has read it is for those who work on documents or read the trail."))
    revision: Revision | None = record.document.current if thing is DOCUMENT else record.revision
    if revision is None or not (revision.effective_at is not None or is_read_early(revision)):
        raise Refused(_("No revision of %(number)s is in force.") % {"number": record.number})
    if options.people or options.standing:
        people: Any = matrix(revision, standing=options.standing)[: max(options.limit, 1)]
        rows = [
            {
                "person": person.username,
                "name": person.name,
                "unit": person.unit.code if person.unit else "",
                "standing": person.standing,
                "confirmed": plain(person.confirmed_at),
            }
            for person in people
        ]
        head = [_("Person"), _("Name"), _("Unit"), _("Standing"), _("Confirmed")]
    else:
        rows = [
            {
                "unit": item.unit.code if item.unit else "",
                "people": item.reading.people,
                "confirmed": item.reading.confirmed,
                "waiting": item.reading.waiting,
                "overdue": item.reading.overdue,
            }
            for item in reading_by_unit(revision)
        ]
        head = [_("Unit"), _("People"), _("Confirmed"), _("Waiting"), _("Overdue")]
    coverage = coverage_of(revision)
    if options.json:
        as_json({"items": rows, "coverage": asdict(coverage) if coverage is not None else None})
        return
    table(head, [["" if value is None else str(value) for value in row.values()] for row in rows])
    if coverage is not None:
        words = {"share": coverage.share, "threshold": coverage.threshold}
        say(_("It waits until %(threshold)s %% have done what it asks: %(share)s %% so far.") % words)


def add_comment_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `comments`."""
    parser.add_argument("number", metavar="NUMBER", help=_("a revision, such as SOP-004/2"))


def show_comments(caller: Caller, options: Options) -> None:
    """Show the discussion of a revision, its oldest thread first."""
    caller.require(Scope.READ, REVISION.code)
    record = find(caller, REVISION, options.number)
    if not sees_discussion(Situation(caller.actor, REVISION, record)):
        raise NotPermitted(_("The discussion is for those who write, review and approve."))
    lines = [
        {
            "number": comment.number,
            "thread": thread.comment.number,
            "author": comment.author.username,
            "at": plain(comment.at),
            "quote": comment.quote,
            "text": comment.text.body,
            "resolved": thread.comment.resolved is not None,
        }
        for thread in threads(record.revision)
        for comment in (thread.comment, *thread.replies)
    ]
    if options.json:
        as_json({"items": lines})
        return
    for line in lines:
        indent = "" if line["number"] == line["thread"] else "    "
        done = _("resolved") if line["resolved"] and not indent else ""
        say(f"{indent}{line['number']}  {line['author']}  {done}")
        if line["quote"]:
            say(f"{indent}   {quoted(line['quote'])}")
        say(f"{indent}   {line['text']}")


# --- saved views --------------------------------------------------------------------------------------


def add_view_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `views`."""
    slugs = [thing.slug for thing in all_things()]
    parser.add_argument("register", metavar="REGISTER", choices=slugs, help=", ".join(slugs))
    parser.add_argument(
        "--keep", metavar="NAME", help=_("keep these filters under a name, instead of showing")
    )
    parser.add_argument("--delete", metavar="NAME", help=_("delete your view of this name"))
    parser.add_argument(
        "--shared", action="store_true", help=_("offer it to everybody who reads the register")
    )
    parser.add_argument("--words", default="", help=_("only records that hold these words"))
    parser.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE", help=_("as in `list`"))
    parser.add_argument("--sort", default="", help=_("as in `list`"))
    parser.add_argument(
        "--columns", action="append", default=[], metavar="NAME", help=_("only these, in this order")
    )


def answer_views(caller: Caller, options: Options) -> None:
    """Show, keep or delete saved views of a register."""
    thing = thing_by_slug(options.register)
    if options.keep is not None and options.delete is not None:
        raise Usage(_("Give either --keep or --delete."))
    own = saved_views.offered_to(caller.user, thing)
    if options.delete is not None:
        caller.require(Scope.WRITE, thing.code)
        found = own.filter(user=caller.user, name=options.delete).first()
        if found is None:
            raise Refused({"delete": _("You have no view of this name.")})
        saved_views.drop(caller.user, thing, found.pk)
        say(_("The view is deleted."))
        return
    if options.keep is not None:
        _keep_view(caller, options)
        say(_("The view is saved."))
        return
    caller.require(Scope.READ, thing.code)
    items = [
        {"name": view.name, "owner": view.user.username, "shared": view.shared, "query": view.query}
        for view in own.select_related("user")
    ]
    if options.json:
        as_json({"items": items})
    elif not items:
        say(_("No view is saved."))
    else:
        lines = [
            [view.name or _("(usual)"), view.user.username, _("Yes") if view.shared else "", view.query]
            for view in own.select_related("user")
        ]
        table([_("Name"), _("Owner"), _("Shared"), _("Filters")], lines)


def _keep_view(caller: Caller, options: Options) -> None:
    thing = thing_by_slug(options.register)
    caller.require(Scope.WRITE, thing.code)
    filters = filters_given(options.filter)
    chosen_columns(thing, options.columns)
    registers.page(thing, caller.user, filters=filters, query=options.words, sort=options.sort, limit=1)
    pairs = [(code, value) for code, values in filters.items() for value in values]
    pairs += [(name, value) for name, value in (("q", options.words), ("sort", options.sort)) if value]
    pairs += [("columns", code) for code in options.columns]
    name = options.keep.strip()
    if wrong := saved_views.why_not(caller.user, thing, name, pairs):
        raise Refused({"keep" if field == "name" else field: sentence for field, sentence in wrong.items()})
    saved_views.keep(caller.user, thing, name, pairs, shared=options.shared)


# --- ways in ------------------------------------------------------------------------------------------


def show_access(caller: Caller, options: Options) -> None:
    """Show the caller's tokens and where they are signed in."""
    caller.require(Scope.READ)
    live = Token.objects.filter(user=caller.user, revoked__isnull=True, expires__gt=timezone.now())
    tokens = [
        {
            "prefix": token.prefix,
            "name": token.name,
            "scopes": ", ".join(token.scopes),
            "expires": plain(token.expires),
            "last_used": plain(token.last_used),
        }
        for token in live.order_by("-created")
    ]
    sessions = [
        {"ip": found.ip, "user_agent": found.user_agent[:60], "began": moment(found.created_at)}
        for found in UserSession.objects.filter(user=caller.user).order_by("-created_at")
        if found.exists()
    ]
    if options.json:
        as_json({"tokens": tokens, "sessions": sessions})
        return
    token_head = [_("Token"), _("Name"), _("Scopes"), _("Expires"), _("Last used")]
    table(token_head, [[str(value or "") for value in token.values()] for token in tokens])
    say()
    table(
        [_("Signed in from"), _("Browser"), _("Since")], [[str(v) for v in row.values()] for row in sessions]
    )

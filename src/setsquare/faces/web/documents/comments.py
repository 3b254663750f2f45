"""The discussion of a revision: remarks beside the text, threads, and the dialog in which one answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from setsquare.domains.documents.commands.commenting import shortened
from setsquare.domains.documents.models import Comment
from setsquare.domains.documents.rules import comments_on, may_settle, sees_discussion
from setsquare.domains.documents.thing import REVISION
from setsquare.faces.web.access import (
    actor_of,
    person_of,
    record_at,
    redirect_for,
    signed_in,
    situation_of,
    wants_dialog,
)
from setsquare.faces.web.addresses import command_address, record_address
from setsquare.faces.web.dialogs.asking import VERSION, Asking
from setsquare.faces.web.dialogs.ruled import in_which_manner, ruled
from setsquare.faces.web.keys import claim, new_key
from setsquare.faces.web.pages import Rows
from setsquare.faces.web.records.head import head_of
from setsquare.faces.web.records.states import Words
from setsquare.faces.web.values import markdown_shown
from setsquare.kernel.commands.declaration import Situation, command_of
from setsquare.kernel.commands.errors import CommandError, NotFound, Refused, SignatureRefused
from setsquare.kernel.commands.running import carry_out, why_not_permitted, why_wrong_state
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing


def _told(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], words: Words
) -> tuple[str | None, str | None]:
    """Tell a comment of the trail as people read it; of one that was there only whether it is open."""
    same = before is not None and all(
        before.get(name) == after.get(name) for name in (*before, *after) if name not in _SETTLING
    )
    if same:
        return _settled(before or {}, words), _settled(after, words)
    return _whole(before, words) if before is not None else None, _whole(after, words)


def _whole(comment: Mapping[str, Any], words: Words) -> str:
    values = {
        "who": words.names.get(comment.get("by", ""), comment.get("by", "")),
        "text": words.texts.get(comment.get("text", ""), _("(text)")),
        "quote": shortened(comment.get("quote") or ""),
        "number": comment.get("answers"),
    }
    if comment.get("answers"):
        told = _("%(who)s in answer to #%(number)s: %(text)s") % values
    elif comment.get("quote"):
        told = _("%(who)s on “%(quote)s”: %(text)s") % values
    else:
        told = _("%(who)s on the whole: %(text)s") % values
    return f"{told} ({_settled(comment, words)})" if comment.get("resolved") else told


def _settled(comment: Mapping[str, Any], words: Words) -> str:
    if comment.get("state") != "resolved":
        return _("not resolved yet")
    name = comment.get("resolved_by") or ""
    if not name:
        return _("resolved")
    return _("resolved by %(name)s") % {"name": words.names.get(name, name)}


_SETTLING = ("state", "resolved", "resolved_by")
TOLD = Rows(
    label=lambda number: _("Comment #%(number)s") % {"number": number},
    told=_told,
    people=frozenset({"by", "resolved_by"}),
    text="text",
)
"""How the comments of a revision are told in its history."""


def may_talk(situation: Situation) -> bool:
    """Tell whether the person takes part in the discussion now."""
    comment = command_of("revision", "comment")
    return (
        why_wrong_state(comment, situation.subject) is None and why_not_permitted(comment, situation) is None
    )


def threads_of(comments: Sequence[Comment], situation: Situation, *, talks: bool) -> list[dict[str, Any]]:
    """Return the threads as the macro `thread` shows them, the open ones first."""
    replies: dict[int, list[Comment]] = {}
    for comment in comments:
        if comment.answers_id is not None:
            replies.setdefault(comment.answers_id, []).append(comment)
    threads = [
        _thread(comment, replies.get(comment.pk, []), situation, talks=talks)
        for comment in comments
        if comment.answers_id is None
    ]
    return sorted(threads, key=lambda thread: bool(thread["resolved"]))


def _thread(
    first: Comment, replies: Sequence[Comment], situation: Situation, *, talks: bool
) -> dict[str, Any]:
    url = reverse("comment_thread", args=[situation.subject.number, first.number])
    return {
        "id": first.number,
        "quote": first.quote,
        "lost": False,
        "resolved": first.resolved is not None,
        "resolved_by": first.resolved_by,
        "reply_url": url if talks else "",
        "resolve_url": f"{url}?settle"
        if talks and may_settle(situation.user, situation.detail, first)
        else "",
        "comments": [
            {"who": comment.author, "when": comment.at, "html": markdown_shown(comment.text.body)}
            for comment in (first, *replies)
        ],
    }


def remarks_of(comments: Sequence[Comment], record: Record) -> list[dict[str, Any]]:
    """Return the remarks on passages as the script of the reading view takes them."""
    answers: dict[int, int] = {}
    for comment in comments:
        if comment.answers_id is not None:
            answers[comment.answers_id] = answers.get(comment.answers_id, 0) + 1
    return [
        {
            "id": comment.number,
            "quote": comment.quote,
            "prefix": comment.prefix,
            "suffix": comment.suffix,
            "block": "" if comment.block is None else str(comment.block),
            "resolved": comment.resolved is not None,
            "who": comment.author.name,
            "when": comment.at.isoformat(),
            "text": comment.text.body,
            "url": reverse("comment_thread", args=[record.number, comment.number]),
        }
        for comment in comments
        if comment.answers_id is None and comment.quote
    ]


def unresolved(comments: Sequence[Comment]) -> int:
    """Count the threads that are not settled."""
    return sum(comment.answers_id is None and comment.resolved is None for comment in comments)


def discussion(situation: Situation, record: Record) -> Mapping[str, Any]:
    """Return the discussion for a page of the revision: remarks, threads, how many are open; at most two queries."""
    talks = may_talk(situation)
    comments = comments_on(situation)
    return {
        "talks": talks,
        "remarks": remarks_of(comments, record),
        "threads": threads_of(comments, situation, talks=talks),
        "open_comments": unresolved(comments),
        "comment_url": command_address(record, "comment") if talks else "",
    }


def discussion_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show every thread of a revision."""
    context = head_of(request, thing, record, "discussion")
    _only_for_those_who_see_it(context["situation"])
    context |= discussion(context["situation"], record)
    return render(request, "documents/discussion.html.jinja", context)


def _only_for_those_who_see_it(situation: Situation) -> None:
    """Raise Http404 for a reader: the discussion is for those who write, review and approve."""
    if not sees_discussion(situation):
        raise Http404


@signed_in
def thread_page(request: HttpRequest, number: str, comment: int) -> HttpResponseBase:
    """Show one thread, to answer and to settle it; what was typed is added as an answer by either button."""
    record = record_at(request, REVISION, number)
    situation = situation_of(request, REVISION, record)
    _only_for_those_who_see_it(situation)
    comments = comments_on(situation)
    found = next((one for one in comments if one.number == comment), None)
    if found is None:
        raise Http404
    first = next((one for one in comments if one.pk == found.answers_id), found)
    refused: CommandError | None = None
    if request.method == "POST":
        try:
            _talk(request, record, first)
        except NotFound:
            raise Http404 from None
        except CommandError as why:
            refused = why
        else:
            return redirect_for(request, record_address(record))
    asking = ruled(request, situation, command_of("revision", _settling(request, first)[0]), refused)
    error = _at_the_text(refused, asking) if refused is not None else ""
    talks = may_talk(situation)
    (thread,) = threads_of(
        [one for one in comments if first.pk in (one.pk, one.answers_id)], situation, talks=False
    )
    context = {
        "page_title": _("Comment %(number)s") % {"number": first.number},
        "crumbs": [(record.number, record_address(record)), (_("Comment"), "")],
        "record": record,
        "thread_": thread,
        "talks": talks or refused is not None,
        "settling": "settle" in request.GET or "settle" in request.POST,
        "settles": first.resolved is not None or may_settle(situation.user, situation.detail, first),
        "raised_by": first.author,
        "typed": request.POST.get("text", ""),
        "error": error,
        "asking": asking,
        "action": reverse("comment_thread", args=[record.number, first.number]),
        "key": request.POST.get("_key", "") or new_key(),
        "dialog": wants_dialog(request),
    }
    return render(request, "documents/thread.html.jinja", context, status=422 if refused is not None else 200)


def _settling(request: HttpRequest, first: Comment) -> tuple[str, str, str]:
    """Return which command is asked for, which of its fields takes the text, and what is said once it is done."""
    settles = "settle" in (request.POST or request.GET)
    if settles and first.resolved is None:
        return "resolve", "answer", _("The comment is resolved.")
    if settles:
        return "reopen_comment", "text", _("The comment is open again.")
    return "reply", "text", _("Your answer is added.")


def _at_the_text(refused: CommandError, asking: Asking) -> Label:
    """Return what is told at the text; what is told at the signature or the glass stands there."""
    if not isinstance(refused, Refused):
        return "" if isinstance(refused, SignatureRefused) else refused.sentence
    elsewhere = refused.fields.keys() <= asking.beside.keys()
    return refused.fields.get("text") or refused.fields.get("answer", "" if elsewhere else refused.sentence)


def _talk(request: HttpRequest, record: Record, first: Comment) -> None:
    """Add the answer that was typed; where that was asked, settle or reopen the thread with it."""
    actor = actor_of(request)
    body: dict[str, Any] = {"comment": first.number}
    text = request.POST.get("text", "").strip()
    name, field, done = _settling(request, first)
    manner, body = in_which_manner(request), {**body, field: text}
    if manner["glass"]:  # who breaks it signs, and failed signing has to be counted
        given = request.POST.get(VERSION, "")
        version = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
        outcome = carry_out("revision", name, actor, record=record, body=body, version=version, **manner)
        messages.success(request, f"{done} {outcome.conclusion}")
        return
    with transaction.atomic():
        if claim(request.POST.get("_key", ""), person_of(request)) is None:
            return
        outcome = carry_out("revision", name, actor, record=record, body=body, **manner)
    if outcome.waits:
        messages.info(request, outcome.conclusion)
    else:
        messages.success(request, done)

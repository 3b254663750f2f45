"""The head of the pages of documents and revisions: what kind of document it is, what is in force, what comes next."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from setsquare.domains.documents.models import Document, Revision
from setsquare.domains.documents.queries import carried_over, carried_over_in_words
from setsquare.faces.web.access import situation_of
from setsquare.faces.web.addresses import (
    command_address,
    file_address,
    numbered,
    record_address,
    register_address,
)
from setsquare.faces.web.times import day_text, time_text
from setsquare.faces.web.values import asked_on, state_shown
from setsquare.kernel.commands.declaration import Situation, command_of
from setsquare.kernel.commands.running import why_not_permitted, why_wrong_state
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, thing_of

_KNOWN = "_known_situation"
IN_DIALOG = frozenset({"confirm_reading", "new_revision", "schedule"})
"""Commands with a view of their own that shows a dialog all the same."""


def time_shown(moment: Any, kind: str = "date") -> SafeString:
    """Return a time as `parts/people.html.jinja` writes it."""
    told = time_text(moment) if kind == "relative" else day_text(moment)
    return format_html('<time datetime="{}" data-time="{}">{}</time>', moment.isoformat(), kind, told)


def revision_name(ordinal: int) -> str:
    """Return how a revision is called on a page of its document."""
    return _("Revision %(number)s") % {"number": ordinal}


def carried_over_shown(revision: Revision | None) -> dict[str, Any] | None:
    """Return what stands in place of an approval's signatures where a revision was approved outside Setsquare."""
    found = carried_over(revision) if revision is not None else None
    if found is None:
        return None
    day = date_format(timezone.localtime(found.carried_at)) if found.carried_at is not None else ""
    proof = found.evidence
    return {
        "sentence": carried_over_in_words(found, day),
        "evidence": {"name": proof.name, "url": file_address(proof.blob_id, proof.name)} if proof else None,
    }


def known_situation(request: HttpRequest, thing: Thing, record: Record) -> Situation:
    """Return the person before the record, as the head of the page asked about it already: no query is made twice."""
    known: Situation | None = getattr(request, _KNOWN, None)
    if known is not None and known.record is not None and known.record.pk == record.pk:
        return known
    return situation_of(request, thing, record)


def document_head(request: HttpRequest, context: dict[str, Any]) -> None:
    """Say the type, the revision in force and since when, and the next review."""
    record: Record = context["record"]
    if "situation" in context:  # not before what is past
        setattr(request, _KNOWN, context["situation"])
    document: Document = record.document
    context["kind"] = document.kind.record.title
    _put_in_dialog(context["commands"])
    facts = context["head_facts"]
    if document.current is not None:
        label = _("Last in force") if record.state == "withdrawn" else _("In force")
        facts.insert(0, _fact("versions", label, revision_name(document.current.ordinal)))
        if document.effective_since is not None and record.state == "effective":
            since = format_html(_("effective since {}"), time_shown(document.effective_since))
            facts.insert(1, _fact("circle-check", _("Effective"), since))
    if document.next_review is not None:
        due = time_shown(document.next_review, "date" if context.get("past") else "relative")
        day = asked_on(
            context["thing"], record.state, context["past"].at.date() if "past" in context else None
        )
        late = day is not None and document.next_review < day
        told = format_html(_("review overdue, {}") if late else _("review due {}"), due)
        shown = format_html('<span class="state is-red">{}</span>', told) if late else told
        facts.append(_fact("calendar", _("Next review"), shown))


def revision_head(request: HttpRequest, context: dict[str, Any]) -> None:
    """Say which document it is a revision of, offer writing first, and put dialogs where they belong."""
    record: Record = context["record"]
    revision: Revision = record.revision
    situation: Situation | None = context.get("situation")  # none before what is past
    owner = revision.document.record
    context["kind"] = revision.document.kind.record.title
    context["crumbs"] = [
        (thing_of("document").plural, register_address(thing_of("document"))),
        (owner.number, record_address(owner)),
        (revision_name(revision.ordinal), ""),
    ]
    if revision.kind == Revision.Kind.EDITORIAL:
        context["head_facts"].insert(0, _fact("writing", _("Change"), _("Editorial change")))
    if situation is None:
        return
    setattr(request, _KNOWN, situation)
    _put_in_dialog(context["commands"])
    if (write := writing_command(situation)) is not None:
        _offer_writing(context["commands"], write)


def type_head(_request: HttpRequest, context: dict[str, Any]) -> None:
    """Say that a change of the type waits for somebody's signature."""
    record: Record = context["record"]
    if record.state == "in_use" and record.document_type.proposed is not None:
        context["head_facts"].insert(
            0, _fact("signature", _("Proposed"), _("A change waits for a signature"))
        )


def _put_in_dialog(commands: list[dict[str, Any]]) -> None:
    for command in commands:
        if command["name"] in IN_DIALOG:
            command["dialog"] = True


def writing_command(situation: Situation) -> dict[str, Any] | None:
    """Return the way to the editor, where the person may write on the revision now."""
    record = situation.subject
    save = command_of("revision", "save")
    if why_wrong_state(save, record) or why_not_permitted(save, situation) is not None:
        return None
    return {
        "name": "save",
        "label": _("Write"),
        "url": command_address(record, "save"),
        "icon": "edit",
        "why_not": None,
        "primary": True,
        "danger": False,
        "dialog": False,
        "key": "e",
        "confirm": "",
        "hint": "",
    }


def _offer_writing(commands: list[dict[str, Any]], write: dict[str, Any]) -> None:
    """Put writing in front; submitting stays beside it."""
    revision_moves = [command for command in commands if command["primary"]]
    for command in revision_moves:
        command["primary"] = False
    commands.insert(0, write)


def replacement_shown(number: str | None, title: str, *, seen: bool) -> dict[str, str] | None:
    """Return the document that replaces one that is withdrawn; by its number alone where the person does not see it."""
    if not number:
        return None
    return {"name": f"{number} {title}", "url": numbered("document", number)} if seen else {"name": number}


def _fact(icon: str, label: str, html: Any) -> dict[str, Any]:
    return {"icon": icon, "label": label, "html": html}


def state_of(record: Record) -> dict[str, str]:
    """Return a record's state as the macro `state` takes it."""
    word = state_shown(thing_of(record.type), record.state)
    return {"word": word.text, "colour": word.extra}

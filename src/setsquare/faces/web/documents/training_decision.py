"""Deciding who reads a revision and who learns anew because of it, with the comparison in view."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from setsquare.domains.documents.audiences import readers
from setsquare.domains.documents.deciding.sections import headings
from setsquare.domains.documents.models import Revision, decision_of
from setsquare.domains.documents.queries import before
from setsquare.faces.web.addresses import command_address, record_address
from setsquare.faces.web.dialogs.asking import Asking
from setsquare.faces.web.dialogs.command import answer, command_form
from setsquare.faces.web.documents.comparing import Compared
from setsquare.faces.web.documents.deciding import changes_shown, compare_address, crumbs_to
from setsquare.faces.web.documents.heads import revision_name
from setsquare.faces.web.documents.reading import reading_of
from setsquare.faces.web.forms.fields import Field
from setsquare.kernel.commands.declaration import Command, Situation, command_of
from setsquare.kernel.commands.running import why_wrong_state
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing


def decide_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Show what changed beside the decision on who reads it and who learns anew."""
    return answer(request, thing, command_of("revision", "decide_training"), record, _deciding)


def _deciding(
    request: HttpRequest,
    command: Command,
    situation: Situation,
    asking: Asking,
    *,
    conflict: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    record = situation.subject
    if status != 200 and why_wrong_state(command, record) is not None:
        return command_form(request, command, situation, asking, conflict=conflict, status=status)
    revision: Revision = record.revision
    former = before(revision)
    changes = changes_shown(request, former, revision)
    new = request.method != "POST" and decision_of(revision) is None
    offered = (_offered(field, revision, changes, new=new) for field in asking.fields)
    asking.fields = [shown for shown in offered if shown is not None]
    context = {
        "page_title": _("Reading and training of %(number)s") % {"number": record.number},
        "page_lead": record.title,
        "crumbs": crumbs_to(revision.document.record, record, _("Reading and training")),
        "record": record,
        "revision": revision,
        "former": revision_name(former.ordinal) if former is not None else "",
        "changes": changes,
        "compare_url": compare_address(former, revision),
        "reading": reading_of(request, revision) if former is None else None,
        "audience": readers(revision.document).count(),
        "asking": asking,
        "conflict": conflict,
        "action": command_address(record, "decide_training"),
        "back": record_address(record),
    }
    return render(request, "documents/decide.html.jinja", context, status=status)


def _offered(field: Field, revision: Revision, changes: Compared | None, *, new: bool) -> Field | None:
    """Return a field of the form; the sections to choose are those of the text, and those that changed say so.

    While nothing is decided, those that changed are ticked. Who has to read it always has a value.
    """
    if field.name == "who":
        field.required = True
    if field.name != "passages":
        return field
    names = headings(revision)
    if not names:
        return None
    changed = set(changes.sections) if changes is not None else set()
    field.kind = "many_choices"
    field.choices = [
        (name, _("%(name)s (changed)") % {"name": name} if name in changed else name) for name in names
    ]
    chosen = changed if new else set(str(field.value or "").splitlines())
    field.value = [name for name in names if name in chosen]
    return field

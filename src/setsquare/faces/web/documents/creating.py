"""Making a document: its type first, then what it is called, and what it begins with."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.documents.commands.identity import CreateDocument
from setsquare.domains.documents.models import DocumentType
from setsquare.domains.documents.numbers import next_number_of
from setsquare.domains.documents.permissions import CONTROL, WORK
from setsquare.domains.documents.thing import DOCUMENT
from setsquare.domains.documents.thing import DOCUMENT_TYPE as TYPES
from setsquare.faces.web.access import actor_of, person_of, redirect_for, signed_in
from setsquare.faces.web.addresses import command_address, create_address, record_address, register_address
from setsquare.faces.web.dialogs.asking import errors_of
from setsquare.faces.web.dialogs.command import tell_remarks
from setsquare.faces.web.dialogs.ruled import in_which_manner, ruled
from setsquare.faces.web.forms.fields import fields_of, place_errors
from setsquare.faces.web.forms.posted import posted
from setsquare.faces.web.keys import claim, keep_outcome, new_key, outcome_of
from setsquare.faces.web.navigation import reach_of
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.commands.declaration import Situation, command_of
from setsquare.kernel.commands.errors import CommandError, Refused
from setsquare.kernel.commands.running import Outcome, carry_out, rehearse
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing

START = "start"
TEMPLATE, TEXT_FILE, OWN_FILE = "template", "source", "file"
FIRST = ("title", "unit", "area", "owner", "number")
MORE = ("why", "keywords", "standards", "language", "review_months", "audience")
EXTERNAL = ("publisher", "edition", "copy_place")


def create_page(request: HttpRequest, thing: Thing) -> HttpResponseBase:
    """Show the types to choose from, then the form for one of them, or make the document."""
    kinds = _kinds(request)
    wanted = request.POST.get("type") or request.GET.get("type", "")
    kind = next((kind for kind in kinds if kind.code == wanted), None)
    if kind is None:
        return _choose(request, kinds)
    if request.method == "POST":
        return _make(request, kind)
    return _form(request, kind, _first_values(request, kind), {})


def _kinds(request: HttpRequest) -> list[DocumentType]:
    """Return the types, where the person may make documents somewhere."""
    rows = DocumentType.objects.filter(record__state="in_use").select_related("record__unit", "template")
    if not reach_of(request).permissions & {WORK, CONTROL}:
        return []
    return list(rows.order_by("record__title"))


def _choose(request: HttpRequest, kinds: list[DocumentType]) -> HttpResponse:
    context = {
        "page_title": _("New document"),
        "page_lead": _("What kind of document is it? The kind decides on its number, approval and review."),
        "crumbs": _crumbs(),
        "kinds": [
            {
                "name": kind.record.title,
                "description": kind.description,
                "url": f"{create_address(DOCUMENT, 'create')}?type={kind.code}",
                "months": kind.review_months,
                "content": kind.content,
                "external": kind.external,
            }
            for kind in kinds
        ],
        "types_url": register_address(TYPES),
        "import_url": reverse("document_import"),
    }
    return render(request, "documents/choose_type.html.jinja", context)


def _crumbs(last: Label = "") -> list[tuple[Label, str]]:
    crumbs: list[tuple[Label, str]] = [(DOCUMENT.plural, register_address(DOCUMENT))]
    crumbs.append((_("New"), create_address(DOCUMENT, "create") if last else ""))
    return [*crumbs, (last, "")] if last else crumbs


def _first_values(request: HttpRequest, kind: DocumentType) -> dict[str, Any]:
    user = person_of(request)
    given = {
        name: value for name, value in posted(CreateDocument, request.GET).items() if value not in ([], False)
    }
    unit = user.unit.code if user.unit is not None else kind.record.unit.code
    return {"unit": unit, "owner": user.username, **given, "type": kind.code}


def _form(
    request: HttpRequest,
    kind: DocumentType,
    values: Mapping[str, Any],
    errors: Mapping[str, Label],
    refused: CommandError | None = None,
) -> HttpResponse:
    user = person_of(request)
    fields = fields_of(CreateDocument, values, errors, user)
    known = {field.name: field for field in fields}
    ways = _ways(kind)
    start = request.POST.get(START) or ways[0]["value"]
    unit = _unit(user, str(values.get("unit", ""))) or kind.record.unit
    controls = CONTROL in reach_of(request).permissions
    place = Situation(actor_of(request), DOCUMENT, None, unit.pk)
    asking = ruled(request, place, command_of("document", "create"), refused)
    more = [known[name] for name in (*MORE, *(EXTERNAL if kind.external else ()))]
    context = {
        "page_title": _("New: %(thing)s") % {"thing": kind.record.title},
        "page_lead": kind.description,
        "crumbs": _crumbs(kind.record.title),
        "kind": kind,
        "first": [known[name] for name in FIRST if name != "number"],
        "number": known["number"] if controls else None,
        "next_number": next_number_of(kind, unit, timezone.now()),
        "number_url": f"{reverse('document_number')}?type={kind.code}",
        "ways": ways,
        "start": start,
        "source": known["source"],
        "file": known["file"],
        "more": more,
        "more_open": any(field.errors for field in more) or kind.external,
        "errors": place_errors(fields, errors, {START: ("id_start", _("Begin with")), **asking.beside}),
        "asking": asking,
        "action": create_address(DOCUMENT, "create"),
        "back": create_address(DOCUMENT, "create"),
        "key": request.POST.get("_key", "") or new_key(),
        "sections": kind.required_sections,
        "route": _route(kind),
    }
    return render(request, "documents/create.html.jinja", context, status=422 if errors else 200)


def _route(kind: DocumentType) -> list[str]:
    """Return who approves documents of a type, a line for each step, with the names of roles and people."""
    codes = {code for step in kind.route for code in step["roles"]}
    people = {name for step in kind.route for name in step["people"]}
    names = dict(Role.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    if people:
        names |= dict(User.objects.filter(username__in=people).values_list("username", "name"))
    lines = []
    for step in kind.route:
        who = ", ".join(names.get(code, code) for code in (*step["roles"], *step["people"]))
        words = {"name": step["name"], "who": who, "needed": step["needed"]}
        if len(step["roles"]) + len(step["people"]) == 1 and (step["mode"] == "all" or step["people"]):
            pattern = _("%(name)s: %(who)s")
        elif step["mode"] == "all":
            pattern = _("%(name)s: all of %(who)s")
        else:
            pattern = _("%(name)s: %(needed)s of %(who)s")
        lines.append(pattern % words)
    return lines


def _unit(user: User, code: str) -> Unit | None:
    if user.unit is not None and user.unit.code == code:
        return user.unit
    return Unit.objects.filter(code=code).first()


def _ways(kind: DocumentType) -> list[dict[str, Any]]:
    """Return what a document of this type may begin with."""
    text = kind.content != DocumentType.Content.FILE
    ways = []
    if text:
        hint = _("With the sections that the type asks for.")
        ways.append({"value": TEMPLATE, "label": _("The type's template"), "hint": hint})
        hint = _("Word, OpenDocument, Markdown or HTML: headings, tables, lists and pictures are kept.")
        ways.append({"value": TEXT_FILE, "label": _("A text from a file"), "hint": hint})
    if kind.content != DocumentType.Content.TEXT:
        hint = _("PDF, drawing, spreadsheet: the file itself is controlled; its text can be searched.")
        ways.append({"value": OWN_FILE, "label": _("A file as it is"), "hint": hint})
    return ways


def _make(request: HttpRequest, kind: DocumentType) -> HttpResponseBase:
    data = posted(CreateDocument, request.POST)
    data["type"] = kind.code
    if not data.get("audience"):
        data.pop("audience", None)
    start = request.POST.get(START, TEMPLATE)
    order = {
        name: value for name, value in data.items() if name not in (TEXT_FILE, OWN_FILE) or name == start
    }
    missing = (
        {start: _no_file(request, start)} if start in (TEXT_FILE, OWN_FILE) and not order.get(start) else {}
    )
    try:
        if missing:  # what else is wrong is told with it
            rehearse("document", "create", actor_of(request), body=order)
            return _form(request, kind, data, missing)
        record = _carry_out(request, order)
    except CommandError as refused:
        return _form(request, kind, data, {**errors_of(refused), **missing}, refused)
    if record.type != DOCUMENT.code:  # it waits for a countersignature
        return redirect_for(request, record_address(record))
    opened = record.document.open_revision
    if opened is not None and opened.content_id:
        return redirect_for(request, command_address(opened.record, "save"))
    return redirect_for(request, record_address(opened.record if opened is not None else record))


def _no_file(request: HttpRequest, way: str) -> str:
    """Return what is said where no file came: one that was refused when it was uploaded is named."""
    if name := request.POST.get(f"{way}_refused", ""):
        return _("“%(name)s” was refused when it was uploaded; choose another file.") % {"name": name[:255]}
    return _("Choose the file first.")


def _carry_out(request: HttpRequest, data: dict[str, Any]) -> Record:
    """Make the document, or what keeps it for a countersignature, once: the same form sent again leads to it.

    Who breaks the glass signs, and failed signing has to be counted: that stands in no transaction of the form's.
    """
    key, user = request.POST.get("_key", ""), person_of(request)
    manner = in_which_manner(request)
    if manner["glass"]:
        return _told(request, carry_out("document", "create", actor_of(request), body=data, **manner))
    with transaction.atomic():
        sent = claim(key, user)
        if sent is not None:
            outcome = carry_out("document", "create", actor_of(request), body=data, **manner)
            keep_outcome(sent, outcome.record)
            return _told(request, outcome)
    made = outcome_of(key, user)
    if made is None:
        raise Refused(_("This form was sent before; open it anew."))
    messages.success(request, _("%(number)s was made.") % {"number": made.number})
    return made


def _told(request: HttpRequest, outcome: Outcome) -> Record:
    """Tell what came of it, and return what was made."""
    tell = messages.info if outcome.waits else messages.success
    tell(request, outcome.conclusion)
    tell_remarks(request, outcome)
    return Record.objects.select_related("document__open_revision__record").get(pk=outcome.record.pk)


@signed_in
def number_preview(request: HttpRequest) -> HttpResponse:
    """Show the number that a document of this type would get in this unit now."""
    kind = next((k for k in _kinds(request) if k.code == request.GET.get("type", "")), None)
    if kind is None:
        return render(request, "documents/number.html.jinja", {"next_number": ""})
    unit = Unit.objects.filter(code=request.GET.get("unit", "")).first() or kind.record.unit
    return render(
        request, "documents/number.html.jinja", {"next_number": next_number_of(kind, unit, timezone.now())}
    )

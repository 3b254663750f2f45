"""Bringing in many records by a table: choose the file, look at what would be made, then make all of it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from setsquare.faces.web.access import actor_of, person_of, redirect_for, signed_in, thing_at
from setsquare.faces.web.addresses import register_address
from setsquare.faces.web.forms.fields import summary_of
from setsquare.faces.web.keys import claim, new_key
from setsquare.faces.web.navigation import reach_of
from setsquare.kernel.commands.declaration import Command
from setsquare.kernel.commands.errors import CommandError, Refused
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.files.models import Upload
from setsquare.kernel.files.store import read
from setsquare.kernel.importing.columns import importing_command, may_import, rows_in_lines
from setsquare.kernel.importing.running import FILE, LARGEST, MOST_ROWS, Report, bring_in, table_from
from setsquare.kernel.importing.templates import FORMS, offered, template
from setsquare.kernel.records.things import Label, Thing
from setsquare.kernel.representation.tables import MEDIA_TYPES
from setsquare.kernel.writing.limits import MEGABYTE, Unreadable

SHOWN = 50
"""Records that a check lists; the rest is counted."""


def _command(request: HttpRequest, thing: Thing) -> Command:
    command = importing_command(thing)
    if command is None or not may_import(thing, actor_of(request)):
        raise Http404
    return command


@signed_in
def import_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask for the table, show what it would make or what has to be put right, and make all of it."""
    thing = thing_at(slug)
    command = _command(request, thing)
    if request.method != "POST":
        return _page(request, thing, command)
    reason = request.POST.get("reason", "").strip()[:4000]
    checking = "start" not in request.POST
    try:
        upload = _upload(request)
        table = table_from(read(upload.blob))
        first = partial(_claim_form, request)
        report = bring_in(thing, actor_of(request), table, dry_run=checking, reason=reason, first=first)
    except _BroughtIn:
        messages.info(request, _("This table was brought in already."))
        return redirect_for(request, _newest(thing))
    except Refused as refused:
        return _page(request, thing, command, errors=refused.fields, reason=reason)
    except CommandError as refused:
        return _page(request, thing, command, errors={"": refused.sentence}, reason=reason)
    if not report.done:
        return _page(request, thing, command, upload=upload, report=report, reason=reason)
    said = ngettext("%(count)d record was made.", "%(count)d records were made.", len(report.made))
    messages.success(request, said % {"count": len(report.made)})
    return redirect_for(request, _newest(thing))


class _BroughtIn(Exception):
    """The same form was carried out already."""


def _claim_form(request: HttpRequest) -> None:
    """Take the form's key with what it starts; a check takes none."""
    if "start" in request.POST and claim(request.POST.get("_key", ""), person_of(request)) is None:
        raise _BroughtIn


def _newest(thing: Thing) -> str:
    return f"{register_address(thing)}?sort=-created"


def _upload(request: HttpRequest) -> Upload:
    """Return the table that was sent now, or that was checked before; raises Refused."""
    sent = request.FILES.get(FILE)
    if sent is not None:
        if (sent.size or 0) > LARGEST:
            sentence = _("This is too large: at most %(most)d MB are accepted.")
            raise Refused({FILE: sentence % {"most": LARGEST // MEGABYTE}})
        try:
            return take_in(person_of(request), sent.read(), sent.name or FILE)
        except Unreadable as refused:
            raise Refused({FILE: refused.sentence}) from None
    digest = request.POST.get("checked", "")
    mine = Upload.objects.filter(user=person_of(request)).select_related("blob")
    known = mine.filter(blob_id=digest).order_by("-id").first() if len(digest) == 64 else None
    if known is None:
        raise Refused({FILE: _("Choose the table first.")})
    return known


def _page(
    request: HttpRequest,
    thing: Thing,
    command: Command,
    *,
    upload: Upload | None = None,
    report: Report | None = None,
    errors: dict[str, Label] | None = None,
    reason: str = "",
) -> HttpResponse:
    action = reverse("register_import", args=[thing.slug])
    columns = offered(command)
    context: dict[str, Any] = {
        "page_title": _("Import %(records)s") % {"records": thing.plural},
        "page_lead": _(
            "From a table: rows with the same title and unit become one record, all of them or none."
        )
        if rows_in_lines(command)
        else _("From a table: each row becomes a record, all of them or none."),
        "crumbs": [(thing.plural, register_address(thing)), (_("Import"), "")],
        "thing": thing,
        "action": action,
        "templates": [(form.upper(), f"{action}template.{form}") for form in FORMS],
        "columns": [(column, column.says()) for column in columns],
        "limits": {
            "rows": number_format(MOST_ROWS, use_l10n=True, force_grouping=True),
            "size": LARGEST // MEGABYTE,
        },
        "upload": upload,
        "key": new_key(),
        "report": report,
        "made": report.made[:SHOWN] if report else (),
        "further": max(0, len(report.made) - SHOWN) if report else 0,
        "reason": reason,
        "errors": {name: [sentence] for name, sentence in (errors or {}).items()},
        "summary": summary_of(
            errors or {}, {"file": _("The table as .xlsx, .csv or .json"), "reason": _("Reason")}
        ),
    }
    wrong = bool(errors) or bool(report and report.wrong)
    return render(request, "registers/import.html.jinja", context, status=422 if wrong else 200)


@require_GET
@signed_in
def import_template(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Send the empty table."""
    thing = thing_at(slug)
    command = _command(request, thing)
    if form not in FORMS:
        raise Http404
    name = f'attachment; filename="{thing.slug}.{form}"'
    return HttpResponse(
        template(command, form), content_type=MEDIA_TYPES[form], headers={"Content-Disposition": name}
    )


def import_way(request: HttpRequest, thing: Thing) -> list[tuple[Label, str, str]]:
    """Return the way from the register to its import, for who may use it."""
    command = importing_command(thing)
    if command is None or command not in reach_of(request).creating.get(thing.code, []):
        return []
    return [(_("Import"), reverse("register_import", args=[thing.slug]), "upload")]

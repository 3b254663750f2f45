"""The pages of bulk imports: what to bring in, what was found, how far it is."""

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from setsquare.domains.documents.importing import jobs, reports
from setsquare.domains.documents.importing.models import ImportJob, ImportRow
from setsquare.domains.documents.importing.tables import COLUMNS, column_label
from setsquare.domains.documents.meanings import CARRIED_OVER
from setsquare.domains.documents.models import DocumentType
from setsquare.domains.documents.permissions import CONTROL, WORK
from setsquare.domains.documents.thing import DOCUMENT
from setsquare.faces.web.access import person_of, redirect_for, signed_in, wants_part
from setsquare.faces.web.addresses import record_address, register_address
from setsquare.faces.web.dialogs.asking import PASSKEY, PASSWORD, Asking
from setsquare.faces.web.forms.fields import summary_of
from setsquare.faces.web.signing_in.passkeys import has_passkey
from setsquare.kernel.accounts.models import Unit, User, named
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.commands.errors import Refused, SignatureRefused
from setsquare.kernel.files.models import Upload
from setsquare.kernel.files.store import read, receive
from setsquare.kernel.importing.tables import ZIP
from setsquare.kernel.records.things import Label
from setsquare.kernel.signatures.credentials import Credentials

IMPORTERS = frozenset({WORK, CONTROL})
"""Permissions of which one is enough to bring in documents."""
ROWS = 100
FILES = ("source", "files")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = ("type", "unit", "owner", "effective_since", "approved_by", "approved_on", "reason")
COLOURS = {
    ImportRow.State.WAITING: "grey",
    ImportRow.State.RIGHT: "blue",
    ImportRow.State.WRONG: "red",
    ImportRow.State.IMPORTED: "green",
    ImportRow.State.BEFORE: "grey",
}


def _allowed(request: HttpRequest) -> User:
    user = person_of(request)
    if not IMPORTERS & permissions_in(user, None):
        raise Http404
    return user


def _crumbs(*further: tuple[Label, str]) -> list[tuple[Label, str]]:
    return [
        (DOCUMENT.plural, register_address(DOCUMENT)),
        (_("Import"), reverse("document_import")),
        *further,
    ]


@signed_in
def import_page(request: HttpRequest) -> HttpResponseBase:
    """Ask what to bring in; bring it in and lead to what was found."""
    user = _allowed(request)
    if request.method != "POST":
        return _form(request, user, {}, {})
    options: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in OPTIONS}
    options["effective"] = request.POST.get("as") == "effective"
    options["reading"] = request.POST.get("reading") == "true"
    wrong = _wrong(options)
    brought = {field: found for field in FILES if (found := _brought(request, user, field)) is not None}
    if "source" not in brought:
        wrong = {"source": _("Choose the zip or the list first."), **wrong}
        return _form(request, user, options, wrong, _kept(user, brought, wrong))
    name, data = brought["source"]
    files = brought["files"][1] if "files" in brought else None
    try:
        job = jobs.begin(user, data, name, files=files, options=options, wrong=wrong)
    except Refused as refused:
        return _form(request, user, options, refused.fields, _kept(user, brought, refused.fields))
    return redirect_for(request, reverse("document_import_job", args=[job.pk]))


def _brought(request: HttpRequest, user: User, field: str) -> tuple[str, bytes] | None:
    """Return a file's name and bytes: as it was chosen now, or kept since the form was refused."""
    given = request.FILES.get(field)
    if given is not None:
        return given.name or "", given.read()
    digest = request.POST.get(f"{field}_kept", "")
    kept = Upload.objects.filter(user=user, blob_id=digest).select_related("blob").first() if digest else None
    return (kept.name, read(kept.blob)) if kept is not None else None


def _kept(
    user: User, brought: Mapping[str, tuple[str, bytes]], wrong: Mapping[str, Label]
) -> dict[str, Upload]:
    """Keep the files of a form that is refused, as browsers forget them; what is wrong itself is chosen anew."""
    return {
        field: receive(user, data, name, "application/zip" if data.startswith(ZIP) else "text/csv")
        for field, (name, data) in brought.items()
        if field not in wrong and 0 < len(data) <= settings.UPLOAD_LIMIT
    }


def _wrong(options: dict[str, Any]) -> dict[str, Label]:
    """Return what is wrong with what holds for all lines."""
    wrong: dict[str, Label] = {}
    if options["effective"] and not options["reason"]:
        wrong["reason"] = _("Say how it is known that they are approved; it is kept in the history of each.")
    if options["unit"] and not Unit.objects.filter(code=options["unit"]).exists():
        wrong["unit"] = _("There is no unit with the code “%(code)s”.") % {"code": options["unit"]}
    if options["owner"] and not User.objects.filter(named(options["owner"]), is_active=True).exists():
        wrong["owner"] = _("There is nobody with the sign-in name “%(name)s”.") % {"name": options["owner"]}
    return wrong


def _form(
    request: HttpRequest,
    user: User,
    typed: dict[str, Any],
    errors: dict[str, Label],
    kept: Mapping[str, Upload] | None = None,
) -> HttpResponse:
    kinds = DocumentType.objects.filter(record__state="in_use").order_by("record__title")
    unit = Unit.objects.filter(code=typed.get("unit") or (user.unit.code if user.unit else "")).first()
    owner = User.objects.filter(named(typed["owner"])).first() if typed.get("owner") else None
    recent = ImportJob.objects.filter(user=user).order_by("-id")[:10]
    context = {
        "page_title": _("Import documents"),
        "page_lead": _(
            "Many at once: from a folder, or from a list with its files. Everything is checked before anything is made."
        ),
        "crumbs": [(DOCUMENT.plural, register_address(DOCUMENT)), (_("Import"), "")],
        "typed": {"effective": False, "reading": False, **dict.fromkeys(OPTIONS, ""), **typed},
        "kinds": list(kinds.values_list("code", "record__title")),
        "unit": [{"value": unit.code, "text": unit.name, "hint": ""}] if unit is not None else [],
        "owner": [{"value": owner.username, "text": owner.name, "hint": ""}] if owner is not None else [],
        "kept": kept or {},
        "errors": {name: [sentence] for name, sentence in errors.items()},
        "summary": summary_of(errors, _labels()),
        "controls": CONTROL in permissions_in(user, None),
        "columns": [(name, column_label(name)) for name in COLUMNS],
        "recent": [_line(job) for job in recent],
        "units_source": f"{reverse('choose', args=['units'])}?q=",
        "people_source": f"{reverse('choose', args=['people'])}?q=",
        "template_url": reverse("document_import_template"),
        "action": reverse("document_import"),
    }
    return render(request, "documents/import.html.jinja", context, status=422 if errors else 200)


def _labels() -> dict[str, Label]:
    """Return what the fields of the form are called."""
    return {
        "source": _("The folder as .zip, or the list as .xlsx or .csv"),
        "files": _("The files of the list as .zip"),
        "type": _("Type"),
        "unit": _("Unit"),
        "owner": _("Owner"),
        "effective_since": _("In force since"),
        "approved_by": _("Approved by"),
        "approved_on": _("Approved on"),
        "reason": _("Reason"),
    }


def _line(job: ImportJob) -> dict[str, Any]:
    return {
        "name": job.name,
        "url": reverse("document_import_job", args=[job.pk]),
        "made": job.made,
        **_state(job),
    }


def _state(job: ImportJob) -> dict[str, str]:
    words = {
        ImportJob.State.CHECKING: (_("Being checked"), "blue"),
        ImportJob.State.CHECKED: (_("Checked"), "purple"),
        ImportJob.State.RUNNING: (_("Being imported"), "blue"),
        ImportJob.State.DONE: (_("Done"), "green"),
        ImportJob.State.STOPPED: (_("Stopped"), "orange"),
    }
    word, colour = words[ImportJob.State(job.state)]
    return {"word": word, "colour": colour}


def _job(request: HttpRequest, pk: int) -> ImportJob:
    job = ImportJob.objects.select_related("user").filter(pk=pk, user=_allowed(request)).first()
    if job is None:
        raise Http404
    return job


@require_GET
@signed_in
def import_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was found line by line and how far the import is; htmx asks for the progress alone."""
    return _job_page(request, _job(request, pk), {})


def _job_page(request: HttpRequest, job: ImportJob, errors: dict[str, Label]) -> HttpResponse:
    """Show an import; to htmx its progress, with the lines where anything became of one since it asked last."""
    progress = jobs.progress(job)
    part = wants_part(request)
    context = _progress(job, progress) | {"asking": _asking(job, errors), "part": part}
    show = request.GET.get("show", "")
    show = show if show in ImportRow.State.values else ""
    rows = job.rows.select_related("record").order_by("row")
    page = Paginator(rows.filter(state=show) if show else rows, ROWS).get_page(request.GET.get("page"))
    context["poll_url"] = f"{context['here']}?" + urlencode(
        {"show": show, "page": page.number, "seen": context["mark"]}
    )
    if part and request.GET.get("seen") == context["mark"]:
        return render(request, "documents/import_progress.html.jinja", context)
    context |= {
        "page_title": job.name,
        "page_lead": "",
        "crumbs": _crumbs((job.name, "")),
        "rows": [_row(row) for row in page],
        "pages": page,
        "show": show,
        "filters": [
            {"label": label, "count": getattr(progress, state), "state": state, "current": state == show}
            for state, label in reports.STATES.items()
            if getattr(progress, state)
        ],
        "unknown": job.options.get("unknown_columns", []),
    }
    template = "documents/import_news.html.jinja" if part else "documents/import_job.html.jinja"
    return render(request, template, context, status=422 if errors else 200)


def _asking(job: ImportJob, errors: dict[str, Label]) -> Asking | None:
    """Return what starting the import asks for: a signature, where it takes documents over as in force."""
    lines = len(jobs.to_sign(job)) if job.state in jobs.STARTABLE else 0
    if not lines:
        return None
    asking = Asking([], errors, meaning=CARRIED_OVER, passkeys=has_passkey(job.user))
    asking.what = ngettext(
        "%(count)s document that is taken over as in force, as it was checked here",
        "%(count)s documents that are taken over as in force, as they were checked here",
        lines,
    ) % {"count": lines}
    return asking


def _progress(job: ImportJob, progress: jobs.Progress) -> dict[str, Any]:
    checking = job.state in (ImportJob.State.CHECKING, ImportJob.State.CHECKED) or progress.waiting > 0
    done = progress.total - progress.waiting if checking else progress.done
    return {
        "job": job,
        "state": _state(job),
        "progress": progress,
        "done_lines": done,
        "checking": checking,
        "at_work": job.state in (ImportJob.State.CHECKING, ImportJob.State.RUNNING),
        "may_start": job.state in jobs.STARTABLE and progress.right > 0 and not progress.waiting,
        "may_check": job.state == ImportJob.State.STOPPED and progress.waiting > 0,
        "mark": "-".join(str(number) for number in (job.state, *astuple(progress))),
        "check_url": reverse("document_import_check", args=[job.pk]),
        "here": reverse("document_import_job", args=[job.pk]),
        "start_url": reverse("document_import_start", args=[job.pk]),
        "stop_url": reverse("document_import_stop", args=[job.pk]),
        "report_url": reverse("document_import_report", args=[job.pk]),
    }


def _row(row: ImportRow) -> dict[str, Any]:
    return {
        "row": row.row,
        "values": row.values,
        "word": reports.STATES[row.state],
        "colour": COLOURS[ImportRow.State(row.state)],
        "problems": [
            {"column": column_label(column), "sentence": sentence} for column, sentence in row.problems
        ],
        "remarks": row.remarks,
        "record": {"number": row.record.number, "url": record_address(row.record)} if row.record else None,
    }


@require_POST
@signed_in
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the worker import what can be imported; the person signs what is taken over as in force."""
    job = _job(request, pk)
    credentials = Credentials(
        password=request.POST.get(PASSWORD, ""), passkey=request.POST.get(PASSKEY, ""), request=request
    )
    try:
        jobs.start(job, credentials)
    except SignatureRefused as refused:
        return _job_page(request, job, {PASSWORD: refused.sentence})
    except Refused:  # the page tells how far it is
        pass
    return redirect_for(request, reverse("document_import_job", args=[pk]))


@require_POST
@signed_in
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on checking where it was stopped."""
    jobs.go_on_checking(_job(request, pk))
    return redirect_for(request, reverse("document_import_job", args=[pk]))


@require_POST
@signed_in
def import_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop after the line at work."""
    jobs.stop(_job(request, pk))
    return redirect_for(request, reverse("document_import_job", args=[pk]))


@require_GET
@signed_in
def import_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the lines with what became of them as a workbook."""
    return _workbook(reports.report(_job(request, pk)), f"import-{pk}.xlsx")


@require_GET
@signed_in
def import_template(request: HttpRequest) -> HttpResponse:
    """Send the empty list with an example."""
    _allowed(request)
    return _workbook(reports.template(), "documents.xlsx")


def _workbook(data: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )

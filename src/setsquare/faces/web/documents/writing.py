"""The editor of a draft: a page for the text, kept while it is typed, safe against a second editor."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from setsquare.domains.documents.models import DocumentType, Revision, WorkingText
from setsquare.domains.documents.queries import told_missing
from setsquare.domains.documents.required import checked
from setsquare.domains.documents.thing import REVISION
from setsquare.domains.documents.working import drop_working_text, keep_working_text, working_text_of
from setsquare.faces.web.access import actor_of, person_of, record_at, redirect_for, signed_in, situation_of
from setsquare.faces.web.addresses import command_address, file_address, record_address, register_address
from setsquare.faces.web.choosers import LIVE
from setsquare.faces.web.dialogs.ruled import in_which_manner, ruled, waiting_told
from setsquare.faces.web.documents.heads import revision_name, writing_command
from setsquare.faces.web.documents.meeting import meeting, theirs
from setsquare.faces.web.documents.reading import file_shown
from setsquare.faces.web.forms.fields import place_errors
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import command_of
from setsquare.kernel.commands.errors import CommandError, NotFound, Refused, Stale
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.files.models import Text
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing, thing_of

DETAILS = ("title", "summary", "why")
OVERTAKEN = "overtaken"
"""Where the text is noted that a person began with, as long as something of what was saved since is not in theirs."""
LONGEST = {"title": 300, "summary": 4000, "why": 4000}


def editor_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Show the editor, or save what was written."""
    if request.method == "POST":
        return _discard(request, record) if "discard" in request.POST else _save(request, record)
    situation = situation_of(request, thing, record)
    if writing_command(situation) is None:
        messages.info(request, _("%(number)s cannot be written on now.") % {"number": record.number})
        return redirect_for(request, record_address(record))
    working = working_text_of(person_of(request), record)
    typed = _typed(record.revision, working)
    overtaken = working.details.get(OVERTAKEN) if working is not None else None
    return _page(request, record, typed, working=working, overtaken=overtaken)


def _typed(revision: Revision, working: WorkingText | None) -> dict[str, str]:
    """Return what the fields show: what the person typed and did not save, else what is saved."""
    saved = _details(revision)
    if working is None:
        return {**saved, "content": _body(revision.content_id)}
    kept = {name: str(working.details[name]) for name in DETAILS if name in working.details}
    return {**saved, **kept, "content": working.body}


def _details(revision: Revision) -> dict[str, str]:
    return {"title": revision.record.title, "summary": revision.summary, "why": revision.reason}


def _body(digest: str | None) -> str:
    return Text.objects.get(pk=digest).body if digest else ""


def _page(
    request: HttpRequest,
    record: Record,
    typed: Mapping[str, str],
    *,
    working: WorkingText | None = None,
    stale: Stale | None = None,
    base: str | None = None,
    overtaken: str | None = None,
    refused: CommandError | None = None,
) -> HttpResponse:
    """Show the editor; where somebody else saved since the person began, with their changes taken in."""
    revision: Revision = record.revision
    kind = revision.document.kind
    document = revision.document.record
    current = revision.content_id or ""
    began = base if base is not None else working.base if working is not None else current
    origin = overtaken if overtaken is not None else began
    shared = meeting(origin, current, typed["content"])
    if shared.met is not None and (working is not None or began != current):
        typed = {**typed, "content": shared.met.text}
    overtook = origin != current or stale is not None
    labels = _labels(revision)
    asking = ruled(request, situation_of(request, REVISION, record), command_of("revision", "save"), refused)
    errors = asking.errors
    context = {
        "page_title": _("Write %(number)s") % {"number": record.number},
        "crumbs": _crumbs(revision, document, record),
        "record": record,
        "revision": revision,
        "typed": typed,
        "errors": {name: [sentence] for name, sentence in errors.items()},
        "summary_errors": place_errors((), errors, {**_places(labels), **asking.beside}),
        "asking": asking,
        "version": stale.record.version if stale is not None else record.version,
        "base": current,
        "overtaken": origin if shared.conflicts else None,
        **_addresses(record),
        "restored": working.saved if working is not None and stale is None else None,
        "theirs": theirs(request, record, shared, _unlike(revision, typed, labels)) if overtook else None,
        "others": _others(revision, person_of(request)),
        "checklist": checked(revision, typed["content"]),
        "file": file_shown(revision.file, revision.file_name) if revision.file is not None else None,
        "takes_text": kind.content != DocumentType.Content.FILE,
        "takes_file": kind.content != DocumentType.Content.TEXT,
        "needs_summary": revision.document.current_id is not None,
        "preparing": document.state == "preparing",
    }
    return render(request, "documents/write.html.jinja", context, status=422 if errors or stale else 200)


def _addresses(record: Record) -> dict[str, str]:
    """Return where the page and its editor send to and lead to."""
    return {
        "action": command_address(record, "save"),
        "back": record_address(record),
        "autosave_url": reverse("autosave", args=[record.number]),
        "upload_url": reverse("upload"),
        "records_url": f"{reverse('choose', args=['records'])}?{LIVE}=1&q=",
        "files_url": reverse("picture", args=["0"])[:-1],
        "import_url": command_address(record, "import_content"),
        "file_url": command_address(record, "use_file"),
    }


def _labels(revision: Revision) -> dict[str, Label]:
    """Return what the fields of the page are called."""
    why = _("Why it is changed") if revision.document.current_id is not None else _("Why it is made")
    return {
        "title": _("Title"),
        "content": _("Text"),
        "summary": _("What changed"),
        "why": why,
        "taken_over": _("I have taken over what is needed of it"),
    }


def _places(labels: Mapping[str, Label]) -> dict[str, tuple[str, Label]]:
    return {name: (f"id_{name}", label) for name, label in labels.items()}


def _unlike(
    revision: Revision, typed: Mapping[str, str], labels: Mapping[str, Label]
) -> list[tuple[Label, str]]:
    """Return what is saved beside the text and was typed otherwise."""
    saved = _details(revision)
    return [(labels[name], saved[name]) for name in DETAILS if saved[name] != typed[name]]


def _crumbs(revision: Revision, document: Record, record: Record) -> list[tuple[Any, str]]:
    documents = thing_of("document")
    return [
        (documents.plural, register_address(documents)),
        (document.number, record_address(document)),
        (revision_name(revision.ordinal), record_address(record)),
        (_("Write"), ""),
    ]


def _others(revision: Revision, me: User) -> list[User]:
    """Return who else has typed something here that is not saved."""
    rows = revision.working_texts.exclude(user=me).select_related("user").order_by("-saved")
    return [row.user for row in rows[:5]]


def _save(request: HttpRequest, record: Record) -> HttpResponseBase:
    """Save what was written; refused or overtaken, everything typed is shown again."""
    typed = {name: request.POST.get(name, "").replace("\r\n", "\n") for name in ("content", *DETAILS)}
    base = request.POST.get("base", "")
    current = record.revision.content_id or ""
    body = {name: value for name, value in typed.items() if name in ("summary", "why") or value.strip()}
    if "content" not in request.POST:
        body.pop("content", None)
    given = request.POST.get("_version", "")
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else record.version
    overtaken = None if "taken_over" in request.POST else request.POST.get(OVERTAKEN)
    try:
        if "content" in body and base != current:
            raise Stale(record, [])
        if overtaken is not None:
            raise Refused({"taken_over": _("Look at what is not in your text, and tick that you did.")})
        outcome = carry_out(
            "revision",
            "save",
            actor_of(request),
            record=record,
            body=body,
            version=version,
            reason=request.POST.get("reason", ""),
            **in_which_manner(request),
        )
    except NotFound:
        raise Http404 from None
    except Stale as stale:
        overtaken = base if overtaken is None else overtaken
        _keep(request, record, typed, base, overtaken)
        return _page(request, _fresh(request, record), typed, stale=stale, base=base, overtaken=overtaken)
    except CommandError as refused:
        _keep(request, record, typed, base, overtaken)
        return _page(request, record, typed, refused=refused, base=base, overtaken=overtaken)
    if outcome.waits:
        _keep(request, record, typed, base, overtaken)
        messages.info(request, waiting_told(outcome.conclusion))
        return redirect_for(request, record_address(record))
    messages.success(request, _("%(number)s is saved.") % {"number": outcome.record.number})
    for sentence in told_missing(body.get("content", "")):
        messages.warning(request, sentence)
    if "submit" in request.POST:
        return redirect_for(request, command_address(record, _next(record)))
    return redirect_for(request, record_address(record) if "stay" not in request.POST else request.path)


def _next(record: Record) -> str:
    editorial = (
        record.revision.kind == Revision.Kind.EDITORIAL or not record.revision.document.kind.review_required
    )
    return "send_for_approval" if editorial else "submit"


def _fresh(request: HttpRequest, record: Record) -> Record:
    return record_at(request, REVISION, record.number)


def _keep(
    request: HttpRequest, record: Record, typed: Mapping[str, str], base: str, overtaken: str | None
) -> None:
    """Keep what was typed, so that not even closing the page loses it; what is too long is only shown."""
    details = {name: typed[name][: LONGEST[name]] for name in DETAILS}
    if overtaken is not None:
        details[OVERTAKEN] = overtaken
    try:
        keep_working_text(person_of(request), record, typed["content"], base, details)
    except CommandError:
        return


def _discard(request: HttpRequest, record: Record) -> HttpResponseBase:
    drop_working_text(person_of(request), record)
    messages.info(request, _("What you had typed is discarded; this is the saved text."))
    return redirect_for(request, command_address(record, "save"))


@require_POST
@signed_in
def autosave(request: HttpRequest, number: str) -> JsonResponse:
    """Keep what a person has typed; answers 409 where somebody else saved the text meanwhile."""
    record = record_at(request, REVISION, number)
    user = person_of(request)
    before = working_text_of(user, record)
    current = record.revision.content_id or ""
    base = current if request.POST.get("force") else request.POST.get("version", current)
    if before is not None and before.base == current:
        base = current  # put over theirs before, on purpose
    content = request.POST.get("content", before.body if before is not None else "").replace("\r\n", "\n")
    details = dict(before.details) if before is not None else {}
    details |= {name: request.POST[name].replace("\r\n", "\n") for name in DETAILS if name in request.POST}
    if before is not None and before.base != current and base == current:
        details.setdefault(OVERTAKEN, before.base)
    try:
        kept = keep_working_text(user, record, content, base, details)
    except NotFound:
        raise Http404 from None
    except CommandError as refused:
        return JsonResponse({"detail": str(refused.sentence)}, status=422)
    if kept.conflict:
        sentence = _(
            "Somebody else saved this text meanwhile. What you typed is kept; reload the page to see theirs."
        )
        return JsonResponse({"detail": sentence, "theirs_url": record_address(record)}, status=409)
    return JsonResponse({"saved_at": kept.working.saved.isoformat(), "version": base})


@require_POST
@signed_in
def checklist(request: HttpRequest, number: str) -> HttpResponse:
    """Show which required sections of the text that was sent are written; the page asks while one writes."""
    record = record_at(request, REVISION, number)
    items = checked(record.revision, request.POST.get("content", ""))
    return render(request, "documents/checklist.html.jinja", {"checklist": items})


@require_GET
@signed_in
def picture(request: HttpRequest, digest: str) -> HttpResponseBase:
    """Lead the editor from a picture's digest to the picture."""
    return HttpResponse(
        status=302,
        headers={"Location": file_address(digest, "picture"), "Cache-Control": "private, max-age=86400"},
    )

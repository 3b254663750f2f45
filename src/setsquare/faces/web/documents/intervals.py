"""Changing how often a document is reviewed, by a small dialog."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from setsquare.domains.documents.thing import DOCUMENT
from setsquare.faces.web.access import (
    actor_of,
    record_at,
    redirect_for,
    signed_in,
    situation_of,
    wants_dialog,
)
from setsquare.faces.web.addresses import record_address, register_address
from setsquare.faces.web.dialogs.ruled import in_which_manner, ruled
from setsquare.faces.web.forms.fields import place_errors
from setsquare.kernel.commands.declaration import command_of
from setsquare.kernel.commands.errors import CommandError, NotFound, Refused
from setsquare.kernel.commands.running import carry_out, why_not_permitted, why_wrong_state
from setsquare.kernel.records.models import Record


@signed_in
def interval_page(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the months between reviews and the reason, or change them."""
    record = record_at(request, DOCUMENT, number)
    if request.method != "POST":
        return _form(request, record, str(record.document.review_months), "")
    months, reason = request.POST.get("review_months", "").strip(), request.POST.get("reason", "").strip()
    given = request.POST.get("_version", "")
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
    try:
        if not months:
            raise Refused({"review_months": _("Give a number of months; 0 is none.")})
        body = {"review_months": months}
        outcome = carry_out(
            "document",
            "edit",
            actor_of(request),
            record=record,
            body=body,
            version=version,
            reason=reason,
            **in_which_manner(request),
        )
    except NotFound:
        raise Http404 from None
    except CommandError as refused:
        return _form(request, record_at(request, DOCUMENT, number), months, reason, refused)
    if outcome.unchanged or outcome.waits:
        messages.info(request, outcome.conclusion)
    else:
        messages.success(request, _("The periodic review of %(number)s is changed.") % {"number": number})
    return redirect_for(request, reverse("document_reviews"))


def _form(
    request: HttpRequest, record: Record, months: str, reason: str, refused: CommandError | None = None
) -> HttpResponse:
    edit = command_of("document", "edit")
    situation = situation_of(request, DOCUMENT, record)
    asking = ruled(request, situation, edit, refused)
    named = {
        "review_months": ("id_review_months", _("Months between reviews")),
        "reason": ("id_reason", _("Reason")),
        **asking.beside,
    }
    context = {
        "page_title": _("Change the periodic review"),
        "crumbs": [(DOCUMENT.plural, register_address(DOCUMENT)), (record.number, record_address(record))],
        "record": record,
        "months": months,
        "reason": reason,
        "needs_reason": edit.needs_reason(record),
        "asking": asking,
        "errors": {name: [sentence] for name, sentence in asking.errors.items()},
        "summary": place_errors((), asking.errors, named),
        "action": reverse("document_interval", args=[record.number]),
        "back": reverse("document_reviews"),
        "why_not": why_not_permitted(edit, situation) or why_wrong_state(edit, record) or "",
        "dialog": wants_dialog(request),
    }
    return render(
        request, "documents/interval.html.jinja", context, status=422 if refused is not None else 200
    )

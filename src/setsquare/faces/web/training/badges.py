"""Badges for those who hold a certificate, and the page that verifies any badge."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from setsquare.domains.training.badges.credentials import why_none
from setsquare.domains.training.badges.giving import MEDIA_TYPES, examined, given, picture_of, told
from setsquare.domains.training.badges.verifying import Verdict
from setsquare.domains.training.thing import CERTIFICATES
from setsquare.faces.web.access import person_of, record_at, signed_in
from setsquare.faces.web.addresses import numbered, register_address
from setsquare.faces.web.forms.fields import summary_of
from setsquare.kernel.commands.errors import CommandError, Refused
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing

PICTURE = "picture"


def badge_part(_request: HttpRequest, _thing: Thing, record: Record) -> dict[str, Any]:
    """Return what shows the badge of a certificate, where there is one, and what leaves open who issued it."""
    doubt = record.certificate.doubt if record.state == "submitted" else ""
    grounds = reverse("certificate_grounds", args=[record.number])
    if why_none(record.certificate):
        return {"badge": None, "doubt": doubt, "grounds_url": grounds}
    files = [(form, reverse("badge_file", args=[record.number, form])) for form in MEDIA_TYPES]
    return {
        "badge": {"picture": reverse("badge_file", args=[record.number, PICTURE]), "files": files},
        "doubt": doubt,
        "grounds_url": grounds,
    }


@require_GET
@signed_in
def badge_file(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Send the badge of a certificate, or only its picture."""
    record = record_at(request, CERTIFICATES, number)
    if form == PICTURE:
        answer = HttpResponse(picture_of(record.certificate), content_type=MEDIA_TYPES["svg"])
    elif form in MEDIA_TYPES:
        try:
            file = given(record, form)
        except CommandError as none:
            return HttpResponse(str(none.sentence), status=409, content_type="text/plain; charset=utf-8")
        answer = HttpResponse(file.data, content_type=file.media_type)
        answer["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    else:
        raise Http404
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    answer["Cache-Control"] = "private, no-cache"
    return answer


@signed_in
def verify_page(request: HttpRequest) -> HttpResponse:
    """Take a badge, as a file or as text, and tell whether it is valid and if not, why."""
    context: dict[str, Any] = {
        "page_title": _("Verify a badge"),
        "page_lead": _("Any Open Badge 3.0: who signed it, whether it still holds, and whose it is."),
        "crumbs": [(CERTIFICATES.plural, register_address(CERTIFICATES)), (_("Verify a badge"), "")],
        "action": reverse("verify_badge"),
        "text": request.POST.get("text", ""),
        "key": request.POST.get("key", ""),
        "errors": {},
        "verdict": None,
    }
    if request.method != "POST":
        return render(request, "training/verify.html.jinja", context)
    try:
        verdict = examined(_sent(request), context["key"], person_of(request))
    except Refused as refused:
        return render(request, "training/verify.html.jinja", context | _errors(refused), status=422)
    return render(request, "training/verify.html.jinja", context | _shown(request, verdict))


def _sent(request: HttpRequest) -> bytes:
    """Return the badge that was sent; raises Refused."""
    file, text = request.FILES.get("file"), request.POST.get("text", "").strip()
    if file is not None:
        if file.size is not None and file.size > settings.UPLOAD_LIMIT:
            raise Refused({"file": _("The file is too large.")})
        return bytes(file.read())
    if not text:
        raise Refused({"file": _("Choose the file of a badge, or paste its text.")})
    return text.encode()


def _errors(refused: Refused) -> dict[str, Any]:
    labels: dict[str, Label] = {"file": _("Badge"), "key": _("Public key of the issuer")}
    errors = {name: [str(sentence)] for name, sentence in refused.fields.items()}
    return {"errors": errors, "summary": summary_of(refused.fields, labels)}


def _shown(request: HttpRequest, verdict: Verdict) -> dict[str, Any]:
    user = person_of(request)
    values = told(verdict, user)
    number = values["certificate"]
    badge = verdict.badge
    return {
        "verdict": values,
        "text": "",
        "why_not": verdict.why_not,
        "doubt": verdict.doubt,
        "last_day": verdict.last_day,
        "person": verdict.person,
        "begins": badge.begins,
        "certificate_url": numbered("certificate", number) if number else "",
    }

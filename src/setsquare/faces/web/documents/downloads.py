"""Taking a document away: PDF, Word, Markdown, and the PDF of a controlled copy."""

from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from setsquare.domains.documents.models import ControlledCopy, Revision
from setsquare.domains.documents.publishing import exported, pdf_of
from setsquare.domains.documents.queries import copies
from setsquare.domains.documents.thing import DOCUMENT, REVISION
from setsquare.faces.web.access import person_of, record_at, redirect_for, signed_in
from setsquare.faces.web.addresses import file_address, record_address
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.models import Record
from setsquare.kernel.writing.conversion import Format

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown; charset=utf-8",
}
FORMATS: dict[str, Format] = {"docx": "docx", "md": "md"}


def address_of(number: str) -> str:
    """Return the absolute address of a record's page, as it stands on paper and in its QR code."""
    return settings.SETSQUARE.address.rstrip("/") + reverse("go", args=[number])


@require_GET
@signed_in
def document_download(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Send what is in force, before that the draft, as PDF, Word or Markdown."""
    record = record_at(request, DOCUMENT, number)
    revision = record.document.current or record.document.open_revision
    if revision is None:
        raise Http404
    return _revision(request, record_at(request, REVISION, revision.record.number), form)


@require_GET
@signed_in
def revision_download(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Send a revision as PDF, Word or Markdown."""
    return _revision(request, record_at(request, REVISION, number), form)


def _revision(request: HttpRequest, record: Record, form: str) -> HttpResponse:
    revision = _whole(record)
    viewer = person_of(request)
    name = f"{record.number.replace('/', '-')} {record.title}"
    if form == "pdf":
        data = pdf_of(revision, viewer=viewer, address_of=address_of)
        return _sent(data, f"{name}.pdf", form)
    try:
        data = exported(revision, FORMATS[form], viewer=viewer, address_of=address_of)
    except Refused as refused:
        if revision.content is None:
            return redirect_for(request, file_address(revision.file_id or "", revision.file_name))
        messages.error(request, str(refused.sentence))
        return redirect_for(request, record_address(record))
    return _sent(data, f"{name}.{form}", form)


def _whole(record: Record) -> Revision:
    of_document = ("document__record__owner", "document__record__unit", "document__kind__record")
    related = ("record__owner", "record__unit", *of_document, "content", "file")
    return Revision.objects.select_related(*related).get(pk=record.pk)


@require_GET
@signed_in
def copy_pdf(request: HttpRequest, number: str, label: str) -> HttpResponse:
    """Send the PDF of a controlled copy, for who controls the document or holds the copy."""
    record = record_at(request, DOCUMENT, number)
    ordinal, _dash, count = label.partition("-")
    mine = copies(person_of(request)).filter(document_id=record.pk)
    found: ControlledCopy | None = mine.filter(revision__ordinal=int(ordinal), number=int(count)).first()
    if found is None:
        raise Http404
    if found.reconciled is not None:
        messages.info(request, _("This copy is settled; it is not printed again."))
        return redirect_for(request, record_address(record, "copies"))
    data = pdf_of(
        _whole(found.revision.record),
        viewer=person_of(request),
        address_of=address_of,
        copy=found,
    )
    return _sent(data, f"{record.number} {found.label}.pdf", "pdf")


def _sent(data: bytes, name: str, form: str) -> HttpResponse:
    response = HttpResponse(data, content_type=TYPES[form])
    way = "inline" if form == "pdf" else "attachment"
    plain = name.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_").replace("?", "_")
    response["Content-Disposition"] = f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, private=True, no_cache=True)
    return response

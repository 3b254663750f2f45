"""Files: bringing them in, and fetching those of records that the caller may see."""

from pathlib import PurePosixPath

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.faces.api.answering import PRIVATE, ROOT, respond
from setsquare.faces.api.callers import Caller, caller_of
from setsquare.faces.api.describing import Schema, says
from setsquare.faces.api.problems import Problem
from setsquare.faces.api.reading import Parameters
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.files.models import Blob, Upload
from setsquare.kernel.files.parts import part_asked, part_of
from setsquare.kernel.files.store import path_of
from setsquare.kernel.records.things import Thing
from setsquare.kernel.representation.files import file_for
from setsquare.kernel.representation.records import Values, blobs_of

TAGS = ["Files"]
MULTIPART: Schema = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1}
                },
            }
        }
    },
}


def add_files(api: NinjaAPI, things: tuple[Thing, ...]) -> None:
    """Add `/uploads` and `/files/{digest}`."""

    def read(request: HttpRequest, digest: str) -> HttpResponseBase:
        Parameters(request)
        caller = caller_of(request)
        caller.require(Scope.READ)
        name = _name_for(caller, digest, things) if len(digest) == 64 and digest.isalnum() else None
        if name is None:
            raise Problem("not_found", _("There is no such file that you can see."))
        return _send(request, Blob.objects.get(digest=digest), name)

    described = says("The files, by digest.", "Uploads", status=201, errors=(400, 413, 415, 422))
    api.post(
        "/uploads",
        operation_id="uploads",
        summary="Bring in files; commands take them by digest",
        tags=TAGS,
        openapi_extra={**described, "requestBody": MULTIPART},
        response={201: None},
    )(upload)
    api.get(
        "/files/{digest}",
        operation_id="files.read",
        summary="Fetch a file that you brought in or that a record holds",
        tags=TAGS,
        openapi_extra=says("The file.", None, errors=(404,), media_type="application/octet-stream"),
    )(read)


def upload(request: HttpRequest) -> HttpResponse:
    """Take in the files of a multipart request."""
    caller = caller_of(request)
    Parameters(request)
    if caller.token is not None and not any(
        _may_write(caller, scope) for scope in (Scope.WRITE, Scope.ADMIN)
    ):
        caller.require(Scope.WRITE)
    if request.content_type != "multipart/form-data":
        raise Problem("media_type", _("Send files as multipart/form-data, in the field “file”."))
    given = request.FILES.getlist("file")
    if not given:
        raise Refused({"file": _("Send at least one file in the field “file”.")})
    taken = [take_in(caller.user, sent.read(), sent.name or "file") for sent in given]
    return respond(request, {"items": [_shown(found) for found in taken]}, status=201)


def _may_write(caller: Caller, scope: Scope) -> bool:
    """Tell whether the token may change anything at all, were it records of one type only."""
    return caller.token is not None and any(
        str(given).partition(":")[0] == scope for given in caller.token.scopes
    )


def _shown(found: Upload) -> Values:
    return {
        "digest": found.blob_id,
        "name": found.name,
        "media_type": found.blob.media_type,
        "size": found.blob.size,
        "href": f"{ROOT}/files/{found.blob_id}",
    }


def _name_for(caller: Caller, digest: str, things: tuple[Thing, ...]) -> str | None:
    """Return the file's name if the caller may have it: their own, or of a record that they see."""
    own = Upload.objects.filter(blob_id=digest, user=caller.user).order_by("-id").first()
    if own is not None:
        return own.name
    if found := file_for(caller.user, digest):
        return found.name
    for thing in things:
        for field in blobs_of(thing):
            holders = thing.visible_to(caller.user).filter(**{f"{thing.detail}__{field}": digest})
            if record := holders.first():
                return record.number.replace("/", "-")
    return None


def _send(request: HttpRequest, blob: Blob, name: str) -> HttpResponseBase:
    tag = f'"{blob.digest}"'
    asked = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
    part = part_asked(asked, blob.size)
    if tag in request.headers.get("If-None-Match", ""):
        answer: HttpResponseBase = HttpResponse(status=304)
    elif part is not None and part[0] > part[1]:
        sentence = _("The file has %(size)s bytes; ask for a part within them.") % {"size": blob.size}
        raise Problem("range", sentence, headers={"Content-Range": f"bytes */{blob.size}"})
    else:
        answer = _part(blob, *part) if part is not None else _whole(blob)
        answer["Content-Disposition"] = content_disposition_header(True, PurePosixPath(name).name)
        answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["ETag"] = tag
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = PRIVATE
    return answer


def _whole(blob: Blob) -> HttpResponseBase:
    return FileResponse(path_of(blob).open("rb"), content_type=blob.media_type)


def _part(blob: Blob, start: int, end: int) -> HttpResponseBase:
    answer = StreamingHttpResponse(
        part_of(path_of(blob), start, end), status=206, content_type=blob.media_type
    )
    answer["Content-Range"] = f"bytes {start}-{end}/{blob.size}"
    answer["Content-Length"] = str(end - start + 1)
    return answer

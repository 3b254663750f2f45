"""Files: taken in by upload, given out to who may see a record that holds them."""

import re
from urllib.parse import quote

from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import file_address
from setsquare.kernel.accounts.models import User
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.files.models import Blob, Upload
from setsquare.kernel.files.parts import part_asked, part_of
from setsquare.kernel.files.store import path_of
from setsquare.kernel.representation.files import file_for
from setsquare.kernel.writing.limits import Unreadable

INLINE = {
    "image/png": "sandbox; default-src 'none'",
    "image/jpeg": "sandbox; default-src 'none'",
    "image/gif": "sandbox; default-src 'none'",
    "text/plain": "sandbox; default-src 'none'",
    "application/pdf": "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; plugin-types application/pdf",
}
"""Types that a browser may show by itself, and what it may do then; everything else is only saved."""
KEPT = 365 * 24 * 3600
"""Seconds that a browser may keep a file: its address names its content."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@require_POST
@signed_in
def upload(request: HttpRequest) -> JsonResponse:
    """Take one file (`file`) in; answers its digest, name and address."""
    given = request.FILES.get("file")
    if given is None:
        return JsonResponse({"detail": _("There is no file in the request.")}, status=422)
    if given.size is not None and given.size > settings.UPLOAD_LIMIT:
        return JsonResponse({"detail": _("The file is too large.")}, status=413)
    try:
        kept = take_in(person_of(request), given.read(), given.name or "")
    except Unreadable as refused:
        return JsonResponse({"detail": str(refused)}, status=422)
    address = file_address(kept.blob_id, kept.name)
    answer = {
        "id": kept.blob_id,
        "digest": kept.blob_id,
        "name": kept.name,
        "size": kept.blob.size,
        "type": kept.blob.media_type,
        "src": f"file:{kept.blob_id}",
        "url": address,
        "warning": kept.warning,
    }
    return JsonResponse(answer, status=201)


@require_GET
@signed_in
def file(request: HttpRequest, digest: str, name: str) -> HttpResponseBase:
    """Give out a file's content, whole or in part."""
    blob = _readable(person_of(request), digest)
    path = path_of(blob)
    etag = f'"{blob.digest}"'
    if etag in request.headers.get("If-None-Match", ""):
        return _with_headers(HttpResponse(status=304), blob, name, etag)
    if not path.is_file():
        raise Http404
    asked = request.headers.get("Range", "") if request.headers.get("If-Range", etag) == etag else ""
    part = part_asked(asked, blob.size)
    if part is None:
        whole = FileResponse(path.open("rb"), content_type=_content_type(blob))
        whole["Content-Length"] = str(blob.size)
        return _with_headers(whole, blob, name, etag)
    start, end = part
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{blob.size}"})
    response = StreamingHttpResponse(part_of(path, start, end), status=206, content_type=_content_type(blob))
    response["Content-Range"] = f"bytes {start}-{end}/{blob.size}"
    response["Content-Length"] = str(end - start + 1)
    return _with_headers(response, blob, name, etag)


def _readable(user: User, digest: str) -> Blob:
    """Return the file if the person brought it in or may see a record that holds it."""
    if not _DIGEST.fullmatch(digest):
        raise Http404
    blob = Blob.objects.filter(digest=digest).defer("text").first()
    if blob is None:
        raise Http404
    if file_for(user, digest) is not None or Upload.objects.filter(blob=blob, user=user).exists():
        return blob
    raise Http404


def _content_type(blob: Blob) -> str:
    return f"{blob.media_type}; charset=utf-8" if blob.media_type.startswith("text/") else blob.media_type


def _with_headers(response: HttpResponseBase, blob: Blob, name: str, etag: str) -> HttpResponseBase:
    inline = blob.media_type in INLINE
    plain = name.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_").replace("?", "_")
    way = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    response["Content-Security-Policy"] = INLINE.get(blob.media_type, "sandbox; default-src 'none'")
    response["X-Content-Type-Options"] = "nosniff"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    patch_cache_control(response, private=True, max_age=KEPT, immutable=True)
    return response

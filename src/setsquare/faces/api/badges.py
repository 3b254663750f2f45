"""Open Badges for programs: the badge of a certificate, and what comes of verifying any badge."""

import json

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.domains.training.badges.giving import MEDIA_TYPES, examined, given, told
from setsquare.domains.training.thing import CERTIFICATES
from setsquare.faces.api.answering import PRIVATE, respond
from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.describing import COMPONENTS, parameter, says
from setsquare.faces.api.reading import Parameters, object_in
from setsquare.faces.api.registers import find
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused

TAGS = [str(CERTIFICATES.plural)]
COMPONENTS["Verdict"] = {
    "type": "object",
    "required": ["valid", "name", "issuer", "issuer_id", "id", "findings"],
    "properties": {
        "valid": {"type": "boolean"},
        "name": {"type": "string"},
        "issuer": {"type": "string"},
        "issuer_id": {"type": "string"},
        "id": {"type": "string"},
        "valid_from": {"type": ["string", "null"], "format": "date-time"},
        "valid_until": {"type": ["string", "null"], "format": "date-time"},
        "last_day": {"type": ["string", "null"], "format": "date"},
        "key": {"type": ["string", "null"], "description": "The public key that signed it."},
        "issuer_shown_by": {
            "type": ["string", "null"],
            "enum": ["own", "known", "host", None],
            "description": "What shows that the key is the issuer's: it is ours, a known one, or told by its host.",
        },
        "known_issuer": {"type": ["string", "null"], "description": "The number of the known issuer."},
        "doubt": {
            "type": ["string", "null"],
            "description": "What leaves open who issued it; `valid` only says that nothing speaks against it.",
        },
        "person": {"type": ["string", "null"], "description": "Of those whose training you follow."},
        "certificate": {"type": ["string", "null"], "description": "Ours, where you may see it."},
        "findings": {"type": "array", "items": {"type": "object"}},
    },
}
SENT = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["badge"],
                "properties": {
                    "badge": {"description": "The JSON of a badge as an object, or a JWT as text."},
                    "key": {"type": "string", "description": "The public key of its issuer, if not known."},
                },
                "additionalProperties": False,
            }
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "key": {"type": "string"},
                },
            }
        },
    },
}


def add_badges(api: NinjaAPI) -> None:
    """Add `GET /certificates/{number}:badge` and `POST /certificates:verify_badge`; before the generic addresses."""
    taken = [parameter("format", "The pictures hold the badge.", enum=list(MEDIA_TYPES), default="json")]
    api.get(
        f"/{CERTIFICATES.slug}/{{path:number}}:badge",
        operation_id="certificates.badge",
        summary="The Open Badge 3.0 of a certificate",
        tags=TAGS,
        openapi_extra=says(
            "The badge.",
            None,
            parameters=taken,
            errors=(404, 409, 422),
            media_type="application/octet-stream",
        ),
    )(badge)
    described = says("What was found.", "Verdict", errors=(400, 415, 422))
    described["responses"].pop(304, None)
    api.post(
        f"/{CERTIFICATES.slug}:verify_badge",
        operation_id="certificates.verify_badge",
        summary="Verify any Open Badge 3.0: signature, validity, revocation, whose it is",
        tags=TAGS,
        openapi_extra={**described, "requestBody": SENT},
    )(verify)


def badge(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the badge of a certificate."""
    caller = caller_of(request)
    caller.require(Scope.READ, CERTIFICATES.code)
    record = find(CERTIFICATES, caller.user, number)
    file = given(record, Parameters(request, "format").text("format") or "json")
    answer = HttpResponse(file.data, content_type=file.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    answer["Cache-Control"] = PRIVATE
    return answer


def verify(request: HttpRequest) -> HttpResponse:
    """Answer what came of looking at a badge."""
    caller = caller_of(request)
    caller.require(Scope.READ, CERTIFICATES.code)
    Parameters(request)
    data, key = _sent(request)
    return respond(request, told(examined(data, key, caller.user), caller.user))


def _sent(request: HttpRequest) -> tuple[bytes, str]:
    if request.content_type == "multipart/form-data":
        file = request.FILES.get("file")
        if file is None:
            raise Refused({"file": _("Send at least one file in the field “file”.")})
        return file.read(), request.POST.get("key", "")
    given_ = object_in(request)
    found, key = given_.pop("badge", None), given_.pop("key", "")
    if given_:
        raise Refused({next(iter(given_)): _("This is not a field of this command.")})
    if not isinstance(key, str):
        raise Refused({"key": _("Write a text here.")})
    if not isinstance(found, str | dict):
        raise Refused({"badge": _("Give the badge: an object, or a JWT as text.")})
    return (found if isinstance(found, str) else json.dumps(found)).encode("utf-8", "replace"), key

"""What everybody may fetch of badges without signing in: who issues them, the keys, what is achieved, what was revoked.

Nothing of it names a person or lists certificates: a status is asked by the number of a badge, which only its holder
and those whom they showed it to know.
"""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from setsquare.domains.training.badges import credentials
from setsquare.domains.training.badges.giving import picture_of_course
from setsquare.domains.training.badges.keys import KeyUnusable
from setsquare.domains.training.models import Course
from setsquare.domains.training.states import GIVEN
from setsquare.kernel.records.models import Record

KEPT = 300
"""Seconds for which anybody may keep an answer: a revoked badge shows as such no later than that."""


def _respond(request: HttpRequest, data: bytes, media_type: str) -> HttpResponse:
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    same = tag in request.headers.get("If-None-Match", "")
    answer = HttpResponse(status=304) if same else HttpResponse(data, content_type=media_type)
    answer["ETag"] = tag
    answer["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(answer, public=True, max_age=KEPT)
    return answer


def _json(request: HttpRequest, values: Any) -> HttpResponse:
    return _respond(request, json.dumps(values, ensure_ascii=False).encode(), "application/json")


@require_safe
def issuer(request: HttpRequest) -> HttpResponse:
    """Answer who issues badges here, with the public keys."""
    try:
        return _json(request, credentials.profile())
    except KeyUnusable:
        raise Http404 from None


@require_safe
def key_list(request: HttpRequest) -> HttpResponse:
    """Answer with the public keys as JWKS."""
    try:
        return _json(request, credentials.key_set())
    except KeyUnusable:
        raise Http404 from None


@require_safe
def key(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with one public key as JWK."""
    try:
        found = credentials.published_key(name)
    except KeyUnusable:
        found = None
    if found is None:
        raise Http404
    return _json(request, found)


@require_safe
def achievement(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Answer what a badge of a course stands for."""
    told = {"@context": [credentials.VC, credentials.OB], **credentials.achievement(_course(uid))}
    return _json(request, told)


@require_safe
def picture(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Answer with how the badges of a course look."""
    answer = _respond(request, picture_of_course(_course(uid)).encode(), "image/svg+xml")
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _course(uid: UUID) -> Course:
    found = Course.objects.select_related("record").filter(
        record__uid=uid, record__state__in=("offered", "retired")
    )
    course = found.first()
    if course is None:
        raise Http404
    return course


@require_safe
def status(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Answer whether a badge was revoked."""
    issued = Record.objects.filter(type="certificate", state__in=(*GIVEN, "revoked"), uid=uid).first()
    if issued is None:
        raise Http404
    return _json(request, credentials.status(issued))

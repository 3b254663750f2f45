"""Errors as problem details (RFC 9457): what is wrong, at which field, and what would be right."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.errors import AuthenticationError, HttpError

from setsquare.faces.api.ways import ways_shown
from setsquare.kernel.commands.errors import (
    NotFound,
    NotPermitted,
    Refused,
    SignatureRefused,
    Stale,
    VersionMissing,
    WrongState,
)
from setsquare.kernel.database.busy import is_busy
from setsquare.kernel.records.conditions import RegisterError
from setsquare.kernel.records.things import Label
from setsquare.kernel.representation.deeds import changed_meanwhile
from setsquare.kernel.writing.limits import Unreadable

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger("setsquare.api")


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its HTTP status and title."""

    status: int
    title: Promise


KINDS: dict[str, Kind] = {
    "malformed": Kind(400, gettext_lazy("The request cannot be read")),
    "unauthenticated": Kind(401, gettext_lazy("Sign in")),
    "forbidden": Kind(403, gettext_lazy("Not permitted")),
    "scope": Kind(403, gettext_lazy("The token's scope does not allow this")),
    "signature": Kind(403, gettext_lazy("Not signed")),
    "not_found": Kind(404, gettext_lazy("Not found")),
    "method": Kind(405, gettext_lazy("Not done in this way")),
    "wrong_state": Kind(409, gettext_lazy("The state does not allow this")),
    "under_way": Kind(409, gettext_lazy("The same request is under way")),
    "conflict": Kind(409, gettext_lazy("This is there already, and says something else")),
    "stale": Kind(412, gettext_lazy("Changed by others meanwhile")),
    "version_missing": Kind(428, gettext_lazy("Say which version is signed")),
    "range": Kind(416, gettext_lazy("There is no such part of the file")),
    "too_large": Kind(413, gettext_lazy("Too large")),
    "media_type": Kind(415, gettext_lazy("Not a form that is read here")),
    "invalid": Kind(422, gettext_lazy("Something has to be put right")),
    "key_reused": Kind(422, gettext_lazy("The idempotency key was used for another request")),
    "locked_out": Kind(429, gettext_lazy("Too many failed attempts")),
    "failure": Kind(500, gettext_lazy("Something went wrong on our side")),
    "busy": Kind(503, gettext_lazy("Busy")),
}


@dataclass
class Problem(Exception):
    """An answer that is a problem.

    `fields` maps fields (empty: the whole) to sentences, `labels` to what they are called on the screen.
    """

    code: str
    detail: Label = ""
    fields: Mapping[str, Label] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> list[dict[str, str]]:
        """Return what is wrong, each with the field's name, what it is called on the screen, and the sentence."""
        return [
            {"field": name, "label": self.labels.get(name) or name, "sentence": str(text)}
            for name, text in self.fields.items()
        ]


def respond(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the answer that tells the problem."""
    kind = KINDS[problem.code]
    body = {
        "type": f"/api/v1/docs#{problem.code}",
        "title": str(kind.title),
        "status": kind.status,
        "detail": str(problem.detail or kind.title),
        "instance": f"urn:setsquare:request:{getattr(request, 'request_id', '')}",
        "code": problem.code,
        "errors": problem.errors,
        **problem.more,
    }
    answer = HttpResponse(json.dumps(body, ensure_ascii=False), status=kind.status, content_type=MEDIA_TYPE)
    for name, value in problem.headers.items():
        answer[name] = value
    answer["Cache-Control"] = "no-store"
    return answer


def answer_to(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the answer to an error of any kind; one that is our fault is logged and told without its inside."""
    problem = problem_of(request, error)
    if problem is None:
        log.exception("api_failed", exc_info=error)
        got_request_exception.send(sender=None, request=request)
        problem = _failure()
    return respond(request, problem)


def around(request: HttpRequest, error: Exception | None) -> HttpResponse:
    """Return the answer to an error of the middleware, which the interface never saw; it is logged already.

    Without one, it is the error that is being handled just now: Django does not hand on what is our fault.
    """
    found = error or sys.exception()
    problem = problem_of(request, found) if isinstance(found, Exception) else None
    return respond(request, problem or _failure())


def _failure() -> Problem:
    return Problem("failure", _("This was noted. Give the request's number when you report it."))


def problem_of(request: HttpRequest, error: Exception) -> Problem | None:
    """Return the problem that an error stands for, None where it is a fault of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, SignatureRefused) and getattr(request, "axes_locked_out", False):
        return locked_out(request)
    for types, make in _MADE:
        if isinstance(error, types):
            made: Problem | None = make(error)
            return made
    return None


def locked_out(request: HttpRequest) -> Problem:
    """Return the problem of who failed too often; it takes the place of the page that a browser would get."""
    request.axes_locked_out = False  # type: ignore[attr-defined]
    minutes = settings.SETSQUARE.sign_in.lockout_minutes
    sentence = _("Too many failed attempts. Try again in %(minutes)d minutes.") % {"minutes": minutes}
    return Problem("locked_out", sentence, headers={"Retry-After": str(minutes * 60)})


def unauthenticated(sentence: Label = "", *, invalid: bool = False) -> Problem:
    """Return the problem of who is not known; `invalid` where a token was given that is none."""
    challenge = 'Bearer realm="Setsquare"' + (', error="invalid_token"' if invalid else "")
    detail = sentence or _("Send a personal token: Authorization: Bearer ...")
    return Problem("unauthenticated", detail, headers={"WWW-Authenticate": challenge})


def _refused(error: Refused | RegisterError) -> Problem:
    labels = error.labels if isinstance(error, Refused) else {}
    place, sentence = next(iter(error.fields.items()))
    named = _("%(field)s: %(sentence)s") % {"field": labels.get(place) or place, "sentence": sentence}
    return Problem("invalid", named if place else sentence, error.fields, labels=labels)


def _not_permitted(error: NotPermitted) -> Problem:
    more = {"ways": ways_shown(error.ways)} if error.ways else {}
    return Problem("forbidden", error.sentence, more=more)


def _stale(error: Stale) -> Problem:
    more = {"version": error.record.version - 1, "changes": changed_meanwhile(error)}
    return Problem("stale", error.sentence, more=more)


def _wrong_state(error: WrongState) -> Problem:
    more = {"state": error.state, "states": error.states, "first": error.first} if error.state else {}
    return Problem("wrong_state", error.sentence, more=more)


def _http(error: HttpError) -> Problem:
    if isinstance(error, AuthenticationError):
        return unauthenticated()
    return Problem(
        "forbidden", _("The browser's session and the form's token do not fit. Load the page again.")
    )


def _ended(_error: SessionInterrupted) -> Problem:
    return unauthenticated(
        _("Your session was ended while this was under way. Sign in and look whether it was done.")
    )


def _not_answered(error: OperationalError) -> Problem | None:
    if not is_busy(error):
        return None
    log.warning("api_database_busy", exc_info=error)
    return Problem("busy", _("The database is busy. Try again."), headers={"Retry-After": "2"})


def _said(code: str) -> Any:
    return lambda error: Problem(code, error.sentence)


_MADE: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Any], ...] = (
    ((Refused, RegisterError), _refused),
    (NotPermitted, _not_permitted),
    (NotFound, _said("not_found")),
    (WrongState, _wrong_state),
    (Stale, _stale),
    (
        VersionMissing,
        lambda error: Problem("version_missing", error.sentence, more={"version": error.record.version}),
    ),
    (SignatureRefused, lambda error: Problem("signature", error.sentence, {"signature": error.sentence})),
    (Unreadable, lambda error: Problem("media_type", error.sentence, {"file": error.sentence})),
    (Http404, lambda _error: Problem("not_found", _("There is nothing at this address."))),
    (HttpError, _http),
    (SessionInterrupted, _ended),
    (PermissionDenied, lambda _error: Problem("forbidden", _("You may not do this."))),
    (RequestDataTooBig, lambda _error: Problem("too_large", _("Send less at once."))),
    (
        (MultiPartParserError, SuspiciousOperation, BadRequest),
        lambda _error: Problem("malformed", _("The request's body cannot be read.")),
    ),
    (DataError, lambda _error: Problem("invalid", _("A value is too long or too large to be kept."))),
    (OperationalError, _not_answered),
)

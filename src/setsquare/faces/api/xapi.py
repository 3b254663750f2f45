"""The learning record endpoint (xAPI, IEEE 9274.1.1): `/api/xapi/about` and `/api/xapi/statements`."""

import base64
import binascii
import datetime as dt
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from setsquare.domains.training.xapi.checking import is_uuid, moment
from setsquare.domains.training.xapi.keeping import (
    Conflict,
    as_told,
    named,
    named_person,
    readable_by,
    take_in,
    written,
)
from setsquare.domains.training.xapi.models import Statement
from setsquare.faces.api import problems
from setsquare.faces.api.callers import Caller
from setsquare.faces.api.problems import Problem
from setsquare.faces.api.reading import parsed
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.bodies import UNKEEPABLE
from setsquare.kernel.commands.errors import Refused

VERSIONS = ["2.0.0", "1.0.3"]
HEADER = "X-Experience-API-Version"
KNOWN = re.compile(r"(1\.0|2\.0)(\.\d+)?", re.ASCII)
MOST = 100
"""Statements of one answer."""
FILTERS = frozenset(
    {"statementId", "voidedStatementId", "agent", "verb", "activity", "since", "until", "limit", "ascending"}
    | {"format", "attachments", "from"}
)
View = Callable[[HttpRequest], HttpResponse]


def answering(view: View) -> View:
    """Have a view answer with the version, and with problem details whatever goes wrong."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            response = view(request)
        except Exception as error:
            response = problems.answer_to(request, error)
        response[HEADER] = VERSIONS[-1]
        response["X-Experience-API-Consistent-Through"] = written(timezone.now())
        response["Cache-Control"] = "private, no-cache"
        return response

    return answer


@answering
def about(request: HttpRequest) -> HttpResponse:
    """Answer which versions are spoken; everybody may ask."""
    if request.method not in ("GET", "HEAD"):
        raise Problem("method", headers={"Allow": "GET"})
    return JsonResponse({"version": VERSIONS})


@answering
def statements(request: HttpRequest) -> HttpResponse:
    """Take statements in, or give those out that the caller may read."""
    caller = _caller(request)
    if not KNOWN.fullmatch(request.headers.get(HEADER, "")):
        sentence = _("Send the header %(header)s: 1.0.3 or 2.0.0.")
        raise Problem("malformed", sentence % {"header": HEADER})
    if request.method in ("GET", "HEAD"):
        return _given(request, caller)
    if request.method not in ("POST", "PUT"):
        raise Problem("method", headers={"Allow": "GET, POST, PUT"})
    try:
        return _put(request, caller) if request.method == "PUT" else _post(request, caller)
    except Refused as refused:
        place, sentence = next((name, str(text)) for name, text in refused.fields.items())
        told = f"{place}: {sentence}" if place else sentence
        raise Problem("malformed", told, refused.fields) from None
    except Conflict as conflict:
        raise Problem("conflict", str(conflict)) from None


def _caller(request: HttpRequest) -> Caller:
    """Return whose token was sent: as Bearer, or as the password of Basic with the sign-in name."""
    kind, _space, sent = request.headers.get("Authorization", "").partition(" ")
    name = None
    if kind.lower() == "basic":
        try:
            name, _colon, sent = base64.b64decode(sent.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            sent = ""
    elif kind.lower() != "bearer":
        sent = ""
    token = tokens.authenticate(sent.strip()) if sent else None
    if token is None or (name is not None and name.lower() != token.user.username.lower()):
        sentence = _("Send a personal token: as Bearer, or as the password of Basic with your sign-in name.")
        raise Problem(
            "unauthenticated", sentence, headers={"WWW-Authenticate": 'Basic realm="Setsquare xAPI"'}
        )
    caller = Caller(token.user, token)
    caller.require(Scope.STATEMENTS)
    return caller


def _sent(request: HttpRequest) -> Any:
    if request.content_type != "application/json":
        raise Problem("malformed", _("Send the body as JSON, with Content-Type: application/json."))
    try:
        return parsed(request.body)
    except (ValueError, RecursionError):
        raise Problem("malformed", _("The body is not JSON that can be read here.")) from None


def _post(request: HttpRequest, caller: Caller) -> HttpResponse:
    if request.GET:
        raise Refused({next(iter(request.GET)): _("This takes no parameter.")})
    sent = _sent(request)
    kept = take_in(caller.user, sent if isinstance(sent, list) else [sent])
    return JsonResponse([str(uid) for uid in kept], safe=False)


def _put(request: HttpRequest, caller: Caller) -> HttpResponse:
    uid = request.GET.get("statementId", "")
    if not is_uuid(uid) or set(request.GET) != {"statementId"}:
        raise Refused({"statementId": _("Give the id of the statement, a UUID.")})
    sent = _sent(request)
    if not isinstance(sent, dict) or str(sent.get("id", uid)).lower() != uid.lower():
        raise Refused({"id": _("This is another id than the address names.")})
    take_in(caller.user, [{**sent, "id": uid}])
    return HttpResponse(status=204)


def _given(request: HttpRequest, caller: Caller) -> HttpResponse:
    asked = request.GET.dict()
    if any(UNKEEPABLE.search(value) for value in asked.values()):
        raise Problem("malformed", _("This holds a character that cannot be kept. Write it anew without."))
    if unknown := set(asked) - FILTERS:
        name = min(unknown)
        raise Problem("malformed", _("There is no parameter “%(name)s” here.") % {"name": name[:100]})
    seen = Statement.objects.filter(readable_by(caller.user)).select_related("sender")
    if "statementId" in asked or "voidedStatementId" in asked:
        return _one(seen, asked)
    rows = _narrowed(seen, asked)
    limit = _number(asked, "limit") or MOST
    limit = min(limit, MOST)
    ascending = asked.get("ascending") == "true"
    if "from" in asked:
        place = _number(asked, "from")
        rows = rows.filter(pk__gt=place) if ascending else rows.filter(pk__lt=place)
    page = list(rows.order_by("pk" if ascending else "-pk")[: limit + 1])
    more = ""
    if len(page) > limit:
        page.pop()
        more = f"{request.path}?{urlencode({**asked, 'from': page[-1].pk})}"
    return JsonResponse({"statements": [as_told(row) for row in page], "more": more})


def _one(seen: QuerySet[Statement], asked: dict[str, str]) -> HttpResponse:
    if set(asked) - {"statementId", "voidedStatementId", "format", "attachments"}:
        raise Problem("malformed", _("One statement is asked for by its id alone."))
    uid = asked.get("statementId", "")
    found = seen.filter(uid=UUID(uid)).first() if is_uuid(uid) else None
    if found is None:
        raise Problem("not_found", _("There is no such statement that you can see."))
    return JsonResponse(as_told(found))


def _narrowed(rows: QuerySet[Statement], asked: dict[str, str]) -> QuerySet[Statement]:
    for name in ("verb", "activity"):
        if name in asked:
            rows = rows.filter(**{name: asked[name]})
    for name, condition in (("since", "stored__gt"), ("until", "stored__lte")):
        if name in asked:
            rows = rows.filter(**{condition: _moment(asked, name)})
    if "agent" in asked:
        try:
            agent = json.loads(asked["agent"])
            text = named(agent)
            if UNKEEPABLE.search(text):
                raise ValueError("a character that is no text")
            person = named_person(agent)
        except (ValueError, TypeError, KeyError, AttributeError, StopIteration, RecursionError):
            raise Problem("malformed", _("The agent is to be a JSON object with one identifier.")) from None
        rows = rows.filter(person=person) if person is not None else rows.filter(actor=text)
    return rows


def _moment(asked: dict[str, str], name: str) -> dt.datetime:
    found = moment(asked[name].replace(" ", "+"))
    if found is None:
        sentence = _("Write a time with its zone, such as 2026-11-30T09:00:00Z.")
        raise Problem("malformed", f"{name}: {sentence}")
    return found


def _number(asked: dict[str, str], name: str) -> int:
    text = asked.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,15}", text, re.ASCII):
        raise Problem("malformed", _("“%(name)s” is to be a number.") % {"name": name})
    return int(text)

"""Reading requests: parameters, JSON bodies, and the version that a change is meant for."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from typing import Any, NoReturn
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.faces.api.problems import Problem
from setsquare.kernel.commands.errors import Refused, SignatureRefused
from setsquare.kernel.commands.manners import GLASS
from setsquare.kernel.records.conditions import why_too_long
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.registers import MOST
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.signatures.credentials import Credentials

TAGS = re.compile(r'(?:W/)?"([^"]*)"')


class Parameters:
    """The query of a request; whatever is unknown, given twice or not of its form is refused at its name."""

    def __init__(self, request: HttpRequest, *known: str, rest: bool = False) -> None:
        """Take the query; with `rest`, names that are not `known` are left for `others`."""
        self._given = {name: request.GET.getlist(name) for name in request.GET}
        self._known = known
        for name, values in self._given.items():
            if name not in known and not rest:
                sentence = _("There is no such parameter here; there are: %(names)s.")
                raise Refused({name: sentence % {"names": ", ".join(known) or "-"}})
            if name in known and len(values) > 1:
                raise Refused({name: _("Give this once.")})
            if any("\x00" in value for value in values):
                raise Refused({name: _("This is not of the expected form.")})
            if wrong := next(filter(None, map(why_too_long, values)), None):
                raise Refused({name: wrong})

    def text(self, name: str) -> str:
        """Return a parameter, empty where it is not given."""
        return self._given.get(name, [""])[0].strip()

    def limit(self) -> int:
        """Return how many are asked for at once, from 1 to 200."""
        return self.number("limit", 50, 1, MOST)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number within its bounds."""
        text = self.text(name)
        if not text:
            return default
        if not re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) or not least <= int(text) <= most:
            raise Refused(
                {name: _("Give a number from %(least)s to %(most)s.") % {"least": least, "most": most}}
            )
        return int(text)

    def flag(self, name: str) -> bool:
        """Return a yes or no; no where it is not given."""
        text = self.text(name).lower()
        if text not in ("", "true", "false", "1", "0"):
            raise Refused({name: _("Give true or false.")})
        return text in ("true", "1")

    def moment(self, name: str, *, begins: bool = False) -> dt.datetime | None:
        """Return a point in time; a date stands for its end, or for where it `begins`."""
        text = self.text(name).replace(" ", "+")  # a plus sign that was not encoded
        return moment_of(name, text, begins=begins) if text else None

    def others(self) -> dict[str, list[str]]:
        """Return the parameters that are not `known`, each with its values."""
        return {name: values for name, values in self._given.items() if name not in self._known}


def moment_of(name: str, text: str, *, begins: bool = False) -> dt.datetime:
    """Return the point in time that `text` names; raises Refused at `name`."""
    sentence = _("Give a date or a time such as 2026-11-30 or 2026-11-30T09:00:00Z.")
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Refused({name: sentence}) from None
    if not 1 < found.year < 9999:
        raise Refused({name: sentence})
    if len(text) <= len("2026-11-30") and not begins:
        found = dt.datetime.combine(found.date(), dt.time.max)
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def object_in(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object that the request holds, empty where it holds nothing."""
    raw = request.body
    if not raw.strip():
        return {}
    if request.content_type not in ("application/json", ""):
        raise Problem("media_type", _("Send the body as JSON, with Content-Type: application/json."))
    try:
        data = parsed(raw)
    except json.JSONDecodeError as error:
        sentence = _("The body is not JSON: it cannot be read from line %(line)s, column %(column)s.")
        raise Problem("malformed", sentence % {"line": error.lineno, "column": error.colno}) from None
    except UnicodeDecodeError:
        raise Problem("malformed", _("The body is not JSON: it is not written in UTF-8.")) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or lists within lists without end
        raise Problem("malformed", _("The body is not JSON that can be read here.")) from None
    if not isinstance(data, dict):
        raise Problem("malformed", _("Send a JSON object: { ... }."))
    return data


def parsed(raw: bytes) -> Any:
    """Return what JSON says; raises Problem for numbers that it does not know and for a key that is given twice."""
    return json.loads(raw, parse_constant=_not_json, parse_float=_finite, object_pairs_hook=_each_once)


def _not_json(name: str) -> NoReturn:
    """Refuse a number that JSON does not know."""
    raise Problem("malformed", _("The body is not JSON: %(name)s is no number of JSON.") % {"name": name})


def _finite(text: str) -> float:
    """Return a number; raises Problem for one that is too large to be kept, and would be written as no number."""
    number = float(text)
    return number if isfinite(number) else _not_json(text[:40])


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raises Problem for a key that is given twice, of which one would silently be lost."""
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in made if keys.count(key) > 1)
        raise Problem("malformed", _("“%(key)s” is given twice; give each key once.") % {"key": twice[:100]})
    return made


@dataclass(frozen=True)
class Order:
    """A command as it was sent: its body, and what goes with it."""

    body: dict[str, Any]
    reason: str
    password: str
    passkey: str
    """The answer of a passkey, as JSON."""
    challenge: str
    version: int | None
    glass: str = ""
    """The reason for breaking the glass."""

    def credentials(self, request: HttpRequest) -> Credentials | None:
        """Return what the signer proves themselves by; None where nothing was sent."""
        if not (self.password or self.passkey):
            return None
        return Credentials(self.password, self.passkey, request, self.challenge)


@contextmanager
def saying_how_to_sign(order: Order, record: Record | None = None) -> Iterator[None]:
    """Tell who sent no signature how one is given, and where, rather than only that it is missing."""
    try:
        yield
    except SignatureRefused as refused:
        if order.password or order.passkey:
            raise
        where = settings.SETSQUARE.address.rstrip("/")
        if record is not None:
            where += f"/{thing_of(record.type).slug}/{quote(record.number, safe='/')}"
        sentence = _(
            "Signing needs you, as a token alone cannot sign: open %(address)s in the browser, or send your password or"
            " your passkey's answer as “signature” with this very request."
        )
        raise SignatureRefused(sentence % {"address": f"{where}/"}) from refused


def order_in(request: HttpRequest, fields: set[str], current: int | None, *, signed: bool = False) -> Order:
    """Read a command whose body has `fields`, meant for the version that If-Match names; one that is `signed` for one.

    A body that has a `reason` of its own shares it with the trail.
    """
    data = object_in(request)
    reason = data.get("reason", "") if "reason" in fields else data.pop("reason", "")
    signature = data.pop("signature", None) or {}
    glass = data.pop(GLASS, None) or ""
    if not isinstance(glass, str):
        raise Refused({GLASS: _("Write a text here.")})
    reason = "" if reason is None else reason
    if not isinstance(reason, str):
        raise Refused({"reason": _("Write a text here.")})
    password, passkey, challenge = _signature(signature)
    version = _version(request, current, signed=signed)
    return Order(data, reason, password, passkey, challenge, version, glass)


def _signature(given: Any) -> tuple[str, str, str]:
    """Return password, passkey's answer and challenge, whichever were given."""
    if not isinstance(given, dict) or set(given) - {"password", "passkey", "challenge"}:
        sentence = _("Give an object with your password, or with your passkey's answer and its challenge.")
        raise Refused({"signature": sentence})
    texts = {}
    for name in ("password", "challenge"):
        texts[name] = given.get(name) or ""
        if not isinstance(texts[name], str) or "\x00" in texts[name]:
            raise Refused({f"signature.{name}": _("Write a text here.")})
    passkey = given.get("passkey")
    if passkey and not isinstance(passkey, dict):
        raise Refused({"signature.passkey": _("Give the passkey's answer as an object.")})
    if passkey and not texts["challenge"]:
        raise Refused({"signature.challenge": _("Give the challenge that the passkey answers.")})
    return texts["password"], json.dumps(passkey) if passkey else "", texts["challenge"]


def _version(request: HttpRequest, current: int | None, *, signed: bool) -> int | None:
    """Return the version that If-Match names: the current one if it is among them, otherwise the newest named."""
    given = request.headers.get("If-Match", "").strip()
    if not given or given == "*" or current is None:
        return None
    named = [int(tag) for tag in TAGS.findall(given) if re.fullmatch(r"[0-9]{1,9}", tag, re.ASCII)]
    if not named:
        raise Problem("malformed", _("If-Match names a version in quotes, as the ETag of a record does."))
    if signed and len(set(named)) > 1:
        raise Problem(
            "malformed", _("You sign one version: name just the one that you looked at in If-Match.")
        )
    return current if current in named else max(named)

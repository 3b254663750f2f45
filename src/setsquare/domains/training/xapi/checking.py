"""Whether something is a statement of xAPI: each thing that is wrong, at its place."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from math import inf
from typing import Any, TypeGuard
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.kernel.commands.bodies import UNKEEPABLE

VERBS = "http://adlnet.gov/expapi/verbs/"
VOIDED = f"{VERBS}voided"
LONGEST = 500
DEEPEST = 30
"""Levels of objects and lists within one another."""
EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Before then no learning system kept such records: a clock or a table was wrong."""
AHEAD = dt.timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""
PARTS = frozenset(
    {"id", "actor", "verb", "object", "result", "context", "timestamp", "stored", "authority", "version"}
    | {"attachments"}
)
OF_RESULT = frozenset({"score", "success", "completion", "response", "duration", "extensions"})
OF_SCORE = ("scaled", "raw", "min", "max")
IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_MBOX = re.compile(r"mailto:[^\s@]+@[^\s@]+")
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")
_DURATION = re.compile(r"P(?=.)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)", re.ASCII)
_VERSION = re.compile(r"(1\.0|2\.0)(\.\d+)?", re.ASCII)
Wrong = Iterator[tuple[str, str]]


def wrongs(given: Any) -> dict[str, str]:
    """Return what is wrong with a statement, by place; empty where nothing is."""
    if not isinstance(given, dict):
        return {"": _("A statement is an object.")}
    if _too_deep(given):
        return {"": _("It is nested more than %(most)s deep.") % {"most": DEEPEST}}
    found: dict[str, str] = {}
    for place, sentence in _of_statement(given):
        found.setdefault(place, sentence)
    return found


def _too_deep(given: Any) -> bool:
    """Tell whether objects and lists stand in one another too often to be written, read and shown."""
    level = [given]
    for _depth in range(DEEPEST):
        inner: list[Any] = []
        for one in level:
            inner += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        level = inner
    return any(isinstance(one, dict | list) for one in level)


def _of_statement(given: Mapping[str, Any]) -> Wrong:
    yield from _unknown(given, PARTS, "")
    yield from _nulls(given, "")
    if "id" in given and not is_uuid(given["id"]):
        yield "id", _("This is no UUID.")
    yield from _of_actor(given.get("actor"))
    yield from _of_verb(given.get("verb"))
    yield from _of_object(given.get("object"))
    if "result" in given:
        yield from _of_result(given["result"])
        yield from _contradictions(given.get("verb"), given["result"])
    if "context" in given:
        yield from _of_context(given["context"])
    if "timestamp" in given:
        yield from _of_timestamp(given["timestamp"])
    if "version" in given and not _matches(_VERSION, given["version"]):
        yield "version", _("Statements of xAPI 1.0 and 2.0 are taken.")
    if given.get("attachments"):
        yield "attachments", _("Attachments are not taken here; leave them out.")


def is_uuid(given: Any) -> bool:
    """Tell whether a value is a UUID as xAPI writes it."""
    try:
        return isinstance(given, str) and len(given) == 36 and bool(UUID(given))
    except ValueError:
        return False


def _matches(pattern: re.Pattern[str], given: Any) -> bool:
    return _is_kept(given) and len(given) <= LONGEST and bool(pattern.fullmatch(given))


def _is_kept(given: Any) -> TypeGuard[str]:
    """Tell whether a value is a text that every database keeps."""
    return isinstance(given, str) and not UNKEEPABLE.search(given)


def is_iri(given: Any) -> bool:
    """Tell whether a value is an address as xAPI takes them."""
    return _matches(_IRI, given)


def _unknown(given: Mapping[str, Any], known: frozenset[str], before: str) -> Wrong:
    for name in given:
        if name not in known:
            yield f"{before}{name}"[:100], _("A statement has no such part here.")


def _nulls(given: Mapping[str, Any], before: str) -> Wrong:
    for name, value in given.items():
        if value is None:
            yield f"{before}{name}"[:100], _("Leave this out rather than empty.")
        elif isinstance(value, dict) and name != "extensions":
            yield from _nulls(value, f"{before}{name}.")


def _of_actor(given: Any) -> Wrong:
    if not isinstance(given, dict):
        yield "actor", _("Say whom it is about.")
        return
    if given.get("objectType", "Agent") != "Agent":
        yield "actor.objectType", _("A statement is about one person here; send one for each.")
    named = [name for name in IDENTIFIERS if name in given]
    if len(named) != 1:
        yield "actor", _("Name the person by exactly one of: mbox, mbox_sha1sum, openid, account.")
    if "mbox" in given and not _matches(_MBOX, given["mbox"]):
        yield "actor.mbox", _("Write it as mailto:name@example.org.")
    if "mbox_sha1sum" in given and not _matches(_SHA1, given["mbox_sha1sum"]):
        yield "actor.mbox_sha1sum", _("This is no SHA-1: 40 hexadecimal digits.")
    if "openid" in given and not is_iri(given["openid"]):
        yield "actor.openid", _("This is no address (IRI).")
    if "account" in given:
        account = given["account"] if isinstance(given["account"], dict) else {}
        if not is_iri(account.get("homePage")):
            yield "actor.account.homePage", _("This is no address (IRI).")
        name = account.get("name")
        if not _is_kept(name) or not name.strip() or len(name) > 100:
            yield "actor.account.name", _("Name the account.")


def _of_verb(given: Any) -> Wrong:
    if not isinstance(given, dict) or not is_iri(given.get("id")):
        yield "verb.id", _("This is no address (IRI).")
        return
    if given["id"] == VOIDED:
        yield "verb.id", _("Statements are not taken back here; revoke the certificate instead.")
    if "display" in given and not _is_map(given["display"]):
        yield "verb.display", _("Give a text for each language.")


def _is_map(given: Any) -> bool:
    return isinstance(given, dict) and all(isinstance(text, str) for text in given.values())


def _of_object(given: Any) -> Wrong:
    if not isinstance(given, dict):
        yield "object", _("Say what it is about.")
        return
    if given.get("objectType", "Activity") != "Activity":
        yield "object.objectType", _("Only statements about activities are taken here.")
    elif not is_iri(given.get("id")):
        yield "object.id", _("This is no address (IRI).")
    definition = given.get("definition", {})
    if not isinstance(definition, dict):
        yield "object.definition", _("This is to be an object.")
        return
    for name in ("name", "description"):
        if name in definition and not _is_map(definition[name]):
            yield f"object.definition.{name}", _("Give a text for each language.")


def _of_result(given: Any) -> Wrong:
    if not isinstance(given, dict):
        yield "result", _("This is to be an object.")
        return
    yield from _unknown(given, OF_RESULT, "result.")
    for name in ("success", "completion"):
        if name in given and not isinstance(given[name], bool):
            yield f"result.{name}", _("Give true or false.")
    if "response" in given and not isinstance(given["response"], str):
        yield "result.response", _("Write a text here.")
    if "duration" in given and not _matches(_DURATION, given["duration"]):
        yield "result.duration", _("Write a duration such as PT1H30M.")
    if "extensions" in given and not isinstance(given["extensions"], dict):
        yield "result.extensions", _("This is to be an object.")
    if "score" in given:
        yield from _of_score(given["score"])


def _of_score(given: Any) -> Wrong:
    if not isinstance(given, dict):
        yield "result.score", _("This is to be an object.")
        return
    yield from _unknown(given, frozenset(OF_SCORE), "result.score.")
    numbers = {name: given[name] for name in OF_SCORE if name in given}
    odd = [name for name, one in numbers.items() if not _is_number(one)]
    for name in odd:
        yield f"result.score.{name}", _("This is no number.")
    if odd:
        return
    if not -1 <= numbers.get("scaled", 0) <= 1:
        yield "result.score.scaled", _("Give a number from %(least)s to %(most)s.") % {"least": -1, "most": 1}
    least, most = numbers.get("min"), numbers.get("max")
    if least is not None and most is not None and least >= most:
        yield "result.score.min", _("The least score has to be below the highest.")
    if "raw" in numbers and (
        (least is not None and numbers["raw"] < least) or (most is not None and numbers["raw"] > most)
    ):
        yield "result.score.raw", _("The score lies beyond its bounds.")


def _contradictions(verb: Any, result: Any) -> Wrong:
    """Yield where a result says the opposite of its verb, or of its own score."""
    if not isinstance(verb, dict) or not isinstance(result, dict):
        return
    success, name = result.get("success"), str(verb.get("id")).removeprefix(VERBS)
    if (name, success) in (("passed", False), ("failed", True)):
        yield "result.success", _("This says the opposite of the verb.")
    if (name, result.get("completion")) == ("completed", False):
        yield "result.completion", _("This says the opposite of the verb.")
    score = result.get("score")
    scaled = score.get("scaled") if isinstance(score, dict) else None
    passed = success is True or name == "passed"
    if _is_number(scaled) and (passed and scaled < 0 or success is False and scaled == 1):
        yield "result.score.scaled", _("This score says the opposite of the success.")


def _is_number(given: Any) -> TypeGuard[int | float]:
    return isinstance(given, int | float) and not isinstance(given, bool) and abs(given) < inf


def _of_context(given: Any) -> Wrong:
    if not isinstance(given, dict):
        yield "context", _("This is to be an object.")
        return
    if "registration" in given and not is_uuid(given["registration"]):
        yield "context.registration", _("This is no UUID.")
    for name in ("platform", "revision", "language"):
        if name in given and not _is_kept(given[name]):
            yield f"context.{name}", _("Write a text here.")


def _of_timestamp(given: Any) -> Wrong:
    found = moment(given)
    if found is None:
        yield "timestamp", _("Write a time with its zone, such as 2026-11-30T09:00:00Z.")
    elif found > timezone.now() + AHEAD:
        yield "timestamp", _("This time has not come yet.")
    elif found < EARLIEST:
        yield "timestamp", _("This time is too long ago for a learning record; look at the year.")


def moment(given: Any) -> dt.datetime | None:
    """Return a time as xAPI writes it, None where it is none or has no zone."""
    try:
        found = dt.datetime.fromisoformat(given)
    except (TypeError, ValueError):
        return None
    if found.tzinfo is None or not 1 < found.year < 9999:
        return None
    return found.astimezone(dt.UTC)

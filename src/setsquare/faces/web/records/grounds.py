"""What a signature relied on, as pages show it: with links, and what has become of it since."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.faces.web.addresses import numbered
from setsquare.kernel.accounts.models import User
from setsquare.kernel.authority.deciding import in_sentences
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.things import Label, visible_to
from setsquare.kernel.signatures.models import Signature

_SINCE: Mapping[str, Label] = {
    "revoked": gettext_lazy("revoked since"),
    "withdrawn": gettext_lazy("withdrawn since"),
    "superseded": gettext_lazy("replaced since"),
    "expired": gettext_lazy("expired since"),
    "void": gettext_lazy("declared void since"),
}
"""By the state in which a rule or what shows a qualification is by now: it held when somebody signed."""
Part = tuple[str, str]
"""A piece of a line, and the address to which it leads; empty: to none."""


class Known(NamedTuple):
    """What a reader may know by now of what signatures rely on."""

    records: Mapping[str, tuple[str, str]] = {}
    """Type and state of the records that they see, by number."""
    gone: frozenset[tuple[int, str, str, str]] = frozenset()
    """What shows a qualification no longer: whose it was, by what, in what, in which part."""


def known_to(user: User, signatures: Sequence[Signature]) -> Known:
    """Return what is known by now of what signatures rely on, as far as somebody sees it: by two queries or none."""
    numbers = {number for one in signatures for relied in one.authority or () for number in _named(relied)}
    if not numbers:
        return Known()
    rows = visible_to(user).filter(number__in=numbers).values_list("number", "type", "state")
    records = {number: (kind, state) for number, kind, state in rows}
    people = {one.signer_id for one in signatures}
    shown = Qualification.objects.filter(evidence__number__in=records, user__in=people)
    held: dict[tuple[int, str, str, str], bool] = {}
    rows_of = shown.values_list("user_id", "evidence__number", "subject__number", "topic", "ended")
    for person, evidence, subject, topic, ended in rows_of:
        key = (person, evidence, subject, topic)
        held[key] = held.get(key, False) or ended is None
    return Known(records, frozenset(key for key, still in held.items() if not still))


def _named(relied: Mapping[str, Any]) -> Iterator[str]:
    """Yield the numbers of the rule, of what it asks for and of what shows that."""
    yield relied["rule"]
    for need in (*relied.get("lacking", ()), *relied.get("qualifications", ())):
        yield need["subject"]
        if need.get("evidence"):
            yield need["evidence"]


def grounds_shown(signature: Signature, known: Known) -> list[list[Part]]:
    """Return what a signature relied on, a line for each rule, in pieces: numbers of records lead there."""
    lines = []
    for relied, sentence in zip(signature.authority or (), in_sentences(signature.authority), strict=True):
        since = _since(signature.signer_id, relied, known)
        numbers = sorted(set(_named(relied)), key=len, reverse=True)
        found = re.split(rf"(?<![\w/-])({'|'.join(map(re.escape, numbers))})(?![\w/-])", sentence)
        lines.append([part for text in found if text for part in _parts(text, known, since)])
    return lines


def _parts(text: str, known: Known, since: Mapping[str, Label]) -> Iterator[Part]:
    yield text, numbered(known.records[text][0], text) if text in known.records else ""
    if text in since:
        yield f" ({since[text]})", ""


def _since(signer: int, relied: Mapping[str, Any], known: Known) -> dict[str, Label]:
    """Return what has become of the rule, and of what showed the qualifications, by their numbers."""
    now = timezone.now()
    found: dict[str, Label] = {}
    for held in relied.get("qualifications", ()):
        if held["until"] and dt.datetime.fromisoformat(held["until"]) <= now:
            found[held["evidence"]] = _("expired since")
        elif (signer, held["evidence"], held["subject"], held["topic"]) in known.gone:
            found[held["evidence"]] = _("no longer counted since")
    for number in (relied["rule"], *(held["evidence"] for held in relied.get("qualifications", ()))):
        _type, state = known.records.get(number, ("", ""))
        if state in _SINCE:
            found[number] = _SINCE[state]
    return found

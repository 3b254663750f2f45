"""Learning records as lists show them: whom they are about, what they say, and what became of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from setsquare.domains.training.xapi.carrying import outcomes
from setsquare.domains.training.xapi.checking import VERBS
from setsquare.domains.training.xapi.keeping import UNKNOWN, readable_by
from setsquare.domains.training.xapi.models import Outgoing, Statement
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.things import Label, plain

OUTCOMES: dict[str, Label] = {
    "certificate": _("Led to a certificate"),
    "shown": _("Kept; a certificate shows it already"),
    "waits": _("Waits to be carried over"),
    "kept": _("Kept; nothing was completed"),
    "not_online": _("Kept; the course is not an online one"),
    "quiz": _("Kept; the quiz of the course decides"),
    "own": _("Kept; nobody sends their own"),
    "other_activity": _("Kept; no course has this activity"),
    "unknown_learner": _("Unknown learner"),
}


SAID: dict[str, Label] = {
    f"{VERBS}{code}": word
    for code, word in {
        "answered": pgettext_lazy("learning record", "answered"),
        "attempted": pgettext_lazy("learning record", "attempted"),
        "attended": pgettext_lazy("learning record", "attended"),
        "completed": pgettext_lazy("learning record", "completed"),
        "experienced": pgettext_lazy("learning record", "experienced"),
        "failed": pgettext_lazy("learning record", "failed"),
        "initialized": pgettext_lazy("learning record", "began"),
        "launched": pgettext_lazy("learning record", "opened"),
        "mastered": pgettext_lazy("learning record", "mastered"),
        "passed": pgettext_lazy("learning record", "passed"),
        "progressed": pgettext_lazy("learning record", "progressed"),
        "registered": pgettext_lazy("learning record", "registered"),
        "resumed": pgettext_lazy("learning record", "resumed"),
        "scored": pgettext_lazy("learning record", "scored"),
        "suspended": pgettext_lazy("learning record", "interrupted"),
        "terminated": pgettext_lazy("learning record", "ended"),
        "voided": pgettext_lazy("learning record", "voided"),
    }.items()
}
"""What the usual verbs of xAPI say."""


def said(row: Statement) -> str:
    """Return what a statement says: the usual verbs in our words, any other one as its sender calls it."""
    if row.verb in SAID:
        return str(SAID[row.verb])
    own = _in_language(json.loads(row.content)["verb"].get("display", {}))
    return own or row.verb.rstrip("/").rpartition("/")[2]


def statements_of(user: User, *, unknown: bool = False) -> QuerySet[Statement]:
    """Return the statements that somebody may read, the newest first; with `unknown` those about unknown learners."""
    rows = Statement.objects.filter(readable_by(user)).select_related(
        "person", "recognised__person", "sender"
    )
    return (rows.filter(UNKNOWN) if unknown else rows).order_by("-pk")


def told(rows: Sequence[Statement]) -> list[dict[str, Any]]:
    """Return statements as plain values."""
    became = outcomes(rows)
    return [
        {
            "id": str(row.uid),
            "stored": plain(row.stored),
            "happened": plain(row.happened),
            "person": row.learner.username if row.learner else None,
            "actor": row.actor,
            "verb": row.verb,
            "activity": row.activity,
            "name": _named(row),
            "outcome": became[row.pk][0],
            "certificate": became[row.pk][1] or None,
            "sender": row.sender.username,
        }
        for row in rows
    ]


def _named(row: Statement) -> str:
    """Return what the sender calls the activity, in the reader's language where it is given."""
    return _in_language(json.loads(row.content)["object"].get("definition", {}).get("name", {}))


def _in_language(names: Mapping[str, str]) -> str:
    own = [text for language, text in names.items() if language.split("-")[0] == (get_language() or "en")[:2]]
    return str(next(iter([*own, *names.values()]), ""))[:200]


def stores() -> list[dict[str, Any]]:
    """Return how far each learning record store was told, for who administers."""
    waits, fails = Q(sent__isnull=True), Q(sent__isnull=True) & ~Q(error="")
    counted = Outgoing.objects.values("store").annotate(
        total=Count("pk"),
        waiting=Count("pk", filter=waits),
        error=Min("error", filter=fails),
        last=Max("sent"),
    )
    found = {row["store"]: row for row in counted}
    return [_store(store, found.get(store.id)) for store in settings.SETSQUARE.learning_records]


def _store(store: Any, row: Any) -> dict[str, Any]:
    row = row or {"total": 0, "waiting": 0, "last": None, "error": ""}
    return {
        "id": store.id,
        "address": store.address,
        "sent": row["total"] - row["waiting"],
        "waiting": row["waiting"],
        "last": row["last"],
        "error": row["error"] or "",
    }

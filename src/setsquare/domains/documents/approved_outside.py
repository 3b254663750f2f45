"""Approvals outside Setsquare: whoever is named as approver, or approves documents there, is told of them."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping

from django.utils import timezone

from setsquare.domains.documents.permissions import APPROVE
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.numbering import key_of


def tell_of_approvals(by: User, approvals: Collection[tuple[str, str]]) -> None:
    """Tell people of this organisation that somebody takes documents over as approved, each once and how many.

    `approvals` are what is written as their approver, and the code of the unit, for each document.
    """
    _tell(
        by,
        _named(by, Counter(text for text, _unit in approvals)),
        gettext_noop(
            "%(name)s takes over documents of which it is written that you approved them outside Setsquare:"
            " %(count)s. Say so if you did not."
        ),
    )
    _tell(
        by,
        _approving(by, Counter(unit for _text, unit in approvals)),
        gettext_noop(
            "%(name)s takes over documents as in force that somebody approved outside Setsquare, where you approve"
            " documents: %(count)s. Look whether that is right."
        ),
    )


def _tell(by: User, counted: Mapping[User, int], text: str) -> None:
    Notice.objects.bulk_create(
        Notice(
            user=person,
            kind="document",
            text=text,
            values={"name": by.name, "count": count},
            at=timezone.now(),
        )
        for person, count in counted.items()
    )


def _named(by: User, approvals: Mapping[str, int]) -> Mapping[User, int]:
    """Count the documents of which somebody is named as approver: their name is in what is written.

    However it is spaced, and by whatever letters that look the same.
    """
    counted = Counter[User]()
    told = [(_look_of(text), count) for text, count in approvals.items()]
    for person in User.objects.filter(is_active=True).exclude(name=by.name).only("pk", "name"):
        for text, count in told:
            if _look_of(person.name) in text:
                counted[person] += count
    return counted


def _approving(by: User, units: Mapping[str, int]) -> Mapping[User, int]:
    """Count the documents by who may approve documents in their units."""
    counted = Counter[User]()
    for unit in Unit.objects.filter(code__in=units):
        for person in people_permitted(APPROVE, unit).exclude(pk=by.pk):
            counted[person] += units[unit.code]
    return counted


def _look_of(text: str) -> str:
    """Return how a text looks: without what cannot be seen, spaces alike, and letters by their shape."""
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return key_of(" ".join(seen.split()))

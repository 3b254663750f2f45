"""Approvals outside Setsquare: whoever works here and is named as approver is told of it."""

import unicodedata
from collections.abc import Mapping

from django.utils import timezone

from setsquare.kernel.accounts.models import User
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.numbering import key_of


def tell_named(by: str, approvals: Mapping[str, int]) -> None:
    """Tell people of this organisation that somebody takes documents over as approved by them, and how many.

    `approvals` counts the documents by what is written as their approver; a person counts as named where it has
    their name in it, however it is spaced and by whatever letters that look the same.
    """
    counted: dict[User, int] = {}
    told = [(_look_of(text), count) for text, count in approvals.items()]
    for person in User.objects.filter(is_active=True).only("pk", "name"):
        for text, count in told:
            if _look_of(person.name) in text and person.name != by:
                counted[person] = counted.get(person, 0) + count
    text = gettext_noop(
        "%(name)s takes over documents of which it is written that you approved them outside Setsquare: %(count)s."
        " Say so if you did not."
    )
    Notice.objects.bulk_create(
        Notice(
            user=person, kind="document", text=text, values={"name": by, "count": count}, at=timezone.now()
        )
        for person, count in counted.items()
    )


def _look_of(text: str) -> str:
    """Return how a text looks: without what cannot be seen, spaces alike, and letters by their shape."""
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return key_of(" ".join(seen.split()))

"""Approvals outside Setsquare: whoever works here and is named as approver is told of it."""

from collections.abc import Mapping

from django.utils import timezone

from setsquare.kernel.accounts.models import User
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.notices.models import Notice


def tell_named(by: str, approvals: Mapping[str, int]) -> None:
    """Tell people of this organisation that somebody takes documents over as approved by them, and how many.

    `approvals` counts the documents by what is written as their approver; a person counts as named where it has
    their name in it.
    """
    counted: dict[User, int] = {}
    told = {text.casefold(): count for text, count in approvals.items()}
    for person in User.objects.filter(is_active=True).only("pk", "name"):
        for text, count in told.items():
            if person.name.casefold() in text and person.name != by:
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

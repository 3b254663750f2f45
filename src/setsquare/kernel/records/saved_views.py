"""Saved views of registers: a person's own, and those that others share. They are no records and leave no trail."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import LONGEST_NAME, LONGEST_QUERY, SavedView
from setsquare.kernel.records.things import Thing

MOST = 100
"""Views that a person may keep for one register."""
Pairs = Sequence[tuple[str, str]]
"""Filters, words, sorting and columns, as they stand in an address."""


def offered_to(user: User, thing: Thing) -> QuerySet[SavedView]:
    """Return the person's own views (their usual one has no name) and those that others share, by name."""
    rows = SavedView.objects.filter(Q(user=user) | Q(shared=True) & ~Q(name=""), thing=thing.code)
    return rows.order_by("name", "id")


def why_not(user: User, thing: Thing, name: str, pairs: Pairs, *, usual: bool = False) -> dict[str, str]:
    """Return why a view cannot be kept, by field; empty where it can."""
    if not usual and not name:
        return {"name": _("Give the view a name.")}
    if len(name) > LONGEST_NAME:
        return {"name": _("Write at most %(max_length)s characters.") % {"max_length": LONGEST_NAME}}
    if len(urlencode(pairs)) > LONGEST_QUERY:
        return {"": _("There are too many filters to save; take some away.")}
    others = SavedView.objects.filter(user=user, thing=thing.code).exclude(name="" if usual else name)
    if others.count() >= MOST:
        return {"": _("You keep %(most)s views of this register already; delete one first.") % {"most": MOST}}
    return {}


def keep(user: User, thing: Thing, name: str, pairs: Pairs, *, shared: bool = False) -> SavedView:
    """Keep a view; the person's own of the same name is replaced. Without a name it is their usual one."""
    values = {"query": urlencode(pairs), "shared": shared and bool(name)}
    return SavedView.objects.update_or_create(user=user, thing=thing.code, name=name, defaults=values)[0]


def drop(user: User, thing: Thing, pk: int) -> bool:
    """Delete a view of the person's own; False where there is none."""
    return SavedView.objects.filter(user=user, thing=thing.code, pk=pk).delete()[0] > 0

"""The unit tree: placing, moving and reading it, with its closure kept in step."""

from collections.abc import Collection, Iterable
from zoneinfo import ZoneInfo

from django.db import transaction

from setsquare.kernel.accounts.models import Unit, UnitPath


class CircularTree(ValueError):
    """A unit cannot stand below itself."""


def place(unit: Unit, parent: Unit | None) -> None:
    """Store `unit` under `parent` and renew the closure of it and everything below it.

    Raises CircularTree where `parent` is the unit itself or stands below it.
    """
    with transaction.atomic():
        if unit.pk and parent and UnitPath.objects.filter(ancestor=unit, descendant=parent).exists():
            raise CircularTree(unit.code)
        unit.parent = parent
        unit.save()
        below = list(UnitPath.objects.filter(ancestor=unit).values_list("descendant_id", "depth")) or [
            (unit.pk, 0)
        ]
        inside = [pk for pk, _ in below]
        UnitPath.objects.filter(descendant_id__in=inside).exclude(ancestor_id__in=inside).delete()
        above = (
            list(UnitPath.objects.filter(descendant=parent).values_list("ancestor_id", "depth"))
            if parent
            else []
        )
        rows = [
            UnitPath(ancestor_id=a, descendant_id=d, depth=up + 1 + down)
            for a, up in above
            for d, down in below
        ]
        if not UnitPath.objects.filter(ancestor=unit, descendant=unit).exists():
            rows.append(UnitPath(ancestor=unit, descendant=unit, depth=0))
        UnitPath.objects.bulk_create(rows)


def zone(unit: Unit | None) -> ZoneInfo:
    """Return the time zone of a unit: its own, or of the nearest unit above that names one, or UTC."""
    if unit is None:
        return ZoneInfo("UTC")
    if unit.time_zone:
        return ZoneInfo(unit.time_zone)
    name = (
        UnitPath.objects.filter(descendant=unit)
        .exclude(ancestor__time_zone="")
        .order_by("depth")
        .values_list("ancestor__time_zone", flat=True)
        .first()
    )
    return ZoneInfo(name or "UTC")


def zones(units: Collection[int]) -> dict[int, ZoneInfo]:
    """Return the time zones of many units, by their ids; one query. It is UTC where no unit above names one."""
    rows = UnitPath.objects.filter(descendant__in=units).exclude(ancestor__time_zone="").order_by("-depth")
    found = dict.fromkeys(units, ZoneInfo("UTC"))
    for unit, name in rows.values_list("descendant_id", "ancestor__time_zone"):  # the nearest comes last
        found[unit] = ZoneInfo(name)
    return found


def by_tree(units: Iterable[Unit]) -> list[tuple[Unit, int]]:
    """Return units as one goes through their tree, by name beside each other, with how deep each stands.

    One whose parent is not among them stands at the top.
    """
    known = {unit.pk: unit for unit in units}
    below: dict[int | None, list[Unit]] = {}
    for unit in sorted(known.values(), key=lambda one: (one.name.casefold(), one.pk), reverse=True):
        below.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    found, waiting = [], [(unit, 0) for unit in below.get(None, [])]
    while waiting:
        unit, depth = waiting.pop()
        found.append((unit, depth))
        waiting += [(inner, depth + 1) for inner in below.get(unit.pk, [])]
    return found

"""Who may countersign what was prepared under supervision as things stand, and who of those asked may no longer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from setsquare.domains.authority.work import COUNTERSIGNING
from setsquare.kernel.accounts.models import User
from setsquare.kernel.authority.asking import Before, binding, rules_of
from setsquare.kernel.authority.deciding import RuleInForce, Standing
from setsquare.kernel.commands.authorising import owing_supervisors, supervisors
from setsquare.kernel.commands.declaration import Actor, Situation
from setsquare.kernel.commands.supervising import Deed, is_about
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import visible_to
from setsquare.kernel.tasks.models import Task

MOST = 25
"""People who are asked; whoever else may can find it in the register."""


class Fallen(NamedTuple):
    """A deed of which some that are asked may no longer countersign it."""

    record: Record
    lost: list[Task]
    """What is asked of those who may no longer."""
    left: bool
    """Whether others are asked besides who still may."""


def countersigners(deed: Deed, situation: Situation) -> list[User]:
    """Return who may countersign a deed, the line of who prepared it and their own unit first.

    `situation` is that of who prepared it. Whom that person gave the right to it a short while ago only where nobody
    else may.
    """
    by = deed.by
    known = list(supervisors(situation, deed.known).order_by("name", "pk"))
    owed = owing_supervisors(by, situation, deed.known)
    known.sort(key=lambda one: (one.pk in owed, one.pk != by.manager_id, one.unit_id != deed.unit_id))
    found: list[User] = []
    for user in known:
        if len(found) == MOST:
            break
        if _sees(deed, situation, user) and not _kept_apart(deed, situation, user):
            found.append(user)
    return [user for user in found if user.pk not in owed] or found


def _sees(deed: Deed, situation: Situation, user: User) -> bool:
    return deed.record is None or may_see(situation.thing, user, deed.record)


def _kept_apart(deed: Deed, situation: Situation, user: User) -> bool:
    theirs = Situation(Actor(user), situation.thing, situation.record, situation.place_id)
    return is_about(deed.known, deed.body, deed.record, user) or any(
        rule(theirs) for rule in deed.known.barred
    )


def fallen(records: Sequence[Record]) -> Iterator[Fallen]:
    """Yield those of deeds that wait of which some that are asked may no longer countersign them.

    By two queries for each deed, one for each person asked, and one for each type and unit that they are about. Needs
    `owner` and `supervised_deed__target` read along.
    """
    waiting = Task.objects.filter(record__in=records, kind=COUNTERSIGNING.code, done__isnull=True)
    asked: dict[int, list[Task]] = {}
    for task in waiting.select_related("assignee__manager").order_by("id"):
        asked.setdefault(task.record_id, []).append(task)
    seen = _seen(records, asked)
    rules: dict[tuple[str, int], tuple[RuleInForce, ...]] = {}
    for record in records:
        tasks = asked.get(record.pk, [])
        try:
            deed: Deed = record.supervised_deed.deed
            situation = deed.before(deed.by)
        except KeyError:  # no version has the command any more
            continue
        place = situation.thing.code, deed.unit_id
        if tasks and place not in rules:
            rules[place] = rules_of(binding(*place))
        situation.authority = Before(rules.get(place, ()), Standing(person=deed.by.pk))
        may = _still(deed, situation, [task.assignee for task in tasks], seen) if tasks else set()
        lost = [task for task in tasks if task.assignee_id not in may]
        if lost:
            yield Fallen(record, lost, bool(may))


def _still(
    deed: Deed, situation: Situation, people: Sequence[User], seen: Mapping[int, set[int]]
) -> set[int]:
    """Return the ids of those of people who may countersign a deed; `seen` are the records that each of them sees."""
    by_rules = supervisors(situation, deed.known).filter(pk__in=[one.pk for one in people])
    allowed = set(by_rules.order_by().values_list("pk", flat=True))
    may = {
        one.pk
        for one in people
        if one.pk in allowed
        and (deed.record is None or deed.record.pk in seen[one.pk])
        and not _kept_apart(deed, situation, one)
    }
    owed = may & owing_supervisors(deed.by, situation, deed.known).keys() if may else set()
    if owed and (may - owed or not owed.issuperset(one.pk for one in countersigners(deed, situation))):
        may -= owed
    return may


def _seen(records: Iterable[Record], asked: Mapping[int, Sequence[Task]]) -> dict[int, set[int]]:
    """Return the ids of the records that those who are asked see, of those that the deeds are about, by their ids."""
    about: dict[int, dict[int, str]] = {}
    people: dict[int, User] = {}
    for record in records:
        target = record.supervised_deed.target
        for task in asked.get(record.pk, ()):
            people[task.assignee_id] = task.assignee
            theirs = about.setdefault(task.assignee_id, {})
            if target is not None:
                theirs[target.pk] = target.type
    found = {}
    for pk, records_of in about.items():
        visible = visible_to(people[pk], types=set(records_of.values())) if records_of else None
        chosen = visible.filter(pk__in=records_of) if visible is not None else Record.objects.none()
        found[pk] = set(chosen.order_by().values_list("pk", flat=True))
    return found

"""Approval routes: from a type's steps to the people who sign, and from step to step. Nobody signs two of them."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.permissions import APPROVE, CONTROL
from setsquare.domains.documents.rules import approvals, asked_of_all, signatures_so_far, wrote
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.accounts.rights import holders, people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.authorising import those_allowed
from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.things import Label, thing_of

Step = dict[str, Any]


def route_of(revision: Revision, chosen: Iterable[User]) -> list[Step]:
    """Return the route that a revision takes, with the people of each step by sign-in name.

    `chosen` narrows the holders of roles; raises Refused where a step has nobody, or somebody chosen has no step.
    """
    picked = {person.pk: person for person in chosen}
    if revision.kind == Revision.Kind.EDITORIAL:
        steps = [_editorial(revision)]
    else:
        steps = [_filled(revision, step) for step in revision.document.kind.route]
    placed: set[int] = set()
    route: list[Step] = []
    for step, people in steps:
        narrowed = [person for person in people if person.pk in picked] or _allowed(people, revision)
        placed.update(person.pk for person in narrowed)
        _check_enough(step, narrowed)
        route.append({**step, "people": [person.username for person in narrowed]})
    if strangers := [person.name for pk, person in picked.items() if pk not in placed]:
        sentence = _("%(names)s cannot sign a step of this route here.")
        raise Refused({"approvers": sentence % {"names": ", ".join(strangers)}})
    return _with_people_of_their_own(route)


def _allowed(people: list[User], revision: Revision) -> list[User]:
    """Leave out whom rules of authority keep from approving, where somebody is left."""
    situation = Situation(Actor.system(), thing_of("revision"), revision.record)
    return those_allowed(people, situation, command_of("revision", "approve"))


def _with_people_of_their_own(route: list[Step]) -> list[Step]:
    """Leave whom a step needs out of the others; refuse where the steps cannot all be signed by different people."""
    needed_elsewhere: set[str] = set()
    for step in route:
        if step["mode"] == "all":
            step["people"] = [name for name in step["people"] if name not in needed_elsewhere]
            needed_elsewhere.update(step["people"])
    for step in route:
        if step["mode"] == "some":
            step["people"] = [name for name in step["people"] if name not in needed_elsewhere]
    short = first_short([(step["people"], max(1, step["needed"])) for step in route])
    if short is not None:
        sentence = _(
            "Nobody signs two steps of a route, and there are too few people for the step “%(step)s”;"
            " give more people the role, or choose others for the steps before."
        )
        raise Refused({"approvers": sentence % {"step": route[short]["name"]}})
    return route


def first_short(steps: Sequence[tuple[Collection[str], int]]) -> int | None:
    """Return the place of the first step that cannot get its signatures if nobody signs twice, None where all can.

    Each step is who may sign it and how many have to: a bipartite matching by augmenting paths (Kuhn's algorithm).
    """
    signs: dict[str, int] = {}

    def place(step: int, tried: set[str]) -> bool:
        for name in steps[step][0]:
            if name in tried:
                continue
            tried.add(name)
            if name not in signs or place(signs[name], tried):
                signs[name] = step
                return True
        return False

    for step, (_people, needed) in enumerate(steps):
        if not all(place(step, set()) for _each in range(needed)):
            return step
    return None


def _editorial(revision: Revision) -> tuple[Step, list[User]]:
    """One signature of who controls documents and did not write it."""
    people = people_permitted(CONTROL, revision.record.unit)
    step = {"name": _("Editorial approval"), "mode": "some", "needed": 1, "meaning": "approved"}
    return step, [person for person in people if not wrote(person, revision)]


def _filled(revision: Revision, step: Step) -> tuple[Step, list[User]]:
    """Return a type's step without its roles and the people who may sign it, the authors left out."""
    unit = revision.record.unit
    people = candidates(step["roles"], step["people"], unit)
    snapshot = {key: step[key] for key in ("name", "mode", "needed", "meaning")}
    return snapshot, [person for person in people if not wrote(person, revision)]


def may_sign(person: User, revision: Revision, number: int) -> bool:
    """Tell whether a person may be asked to sign a step of the revision's route, from 1, as its type says.

    Where the type has no such step any more, only those may whom the route named when the revision was sent.
    """
    if revision.kind == Revision.Kind.EDITORIAL:
        return people_permitted(CONTROL, revision.record.unit).filter(pk=person.pk).exists()
    if not 0 < number <= len(revision.route):
        return False
    step = revision.route[number - 1]
    declared = next((each for each in revision.document.kind.route if each["name"] == step["name"]), None)
    if declared is None:
        return person.username in step["people"]
    return person in candidates(declared["roles"], declared["people"], revision.record.unit)


def candidates(roles: Iterable[str], names: Iterable[str], unit: Unit) -> list[User]:
    """Return who may sign for these roles and people in a unit: all of them may be chosen as approver there."""
    named = Q(username__in=list(names))
    for role in Role.objects.filter(code__in=list(roles)):
        named |= Q(pk__in=holders(role, unit).order_by().values("pk"))
    return list(people_permitted(APPROVE, unit).filter(named))


def _check_enough(step: Step, people: list[User]) -> None:
    needed = max(1, step["needed"])
    if not people:
        sentence = _("Nobody but its authors can sign the step “%(step)s” here; give somebody else the role.")
        raise Refused({"approvers": sentence % {"step": step["name"]}})
    if len(people) < needed:
        sentence = _("The step “%(step)s” needs %(needed)s signatures, and only %(count)s can sign it here.")
        raise Refused(
            {"approvers": sentence % {"step": step["name"], "needed": needed, "count": len(people)}}
        )


def leaves_enough(situation: Situation) -> Label | None:
    """Rule: nobody signs a step while a later one could then no longer be signed by somebody else."""
    revision: Revision = situation.detail
    task = situation.task("approve")
    if task is None or not 0 < revision.step <= len(revision.route):
        return None
    given = signatures_so_far(situation)
    signed = {each.done_by.username for each in given if each.done_by is not None} | {situation.user.username}
    step, later = revision.route[revision.step - 1], revision.route[revision.step :]
    waiting = [each for each in asked_of_all(situation) if each.kind == "approve" and each.done is None]
    others = {each.assignee.username for each in waiting if each.pk != task.pk} - signed
    done = sum(each.step == revision.step for each in given)
    missing = step["needed"] - done - 1 if step["mode"] == "some" else len(others)
    named = {name for each in later for name in each["people"]} - signed
    active = User.objects.filter(username__in=named, is_active=True).values_list("username", flat=True)
    here = set(active if named else ())
    steps: list[tuple[Collection[str], int]] = [(others, max(0, missing))]
    steps += [([name for name in each["people"] if name in here], max(1, each["needed"])) for each in later]
    short = first_short(steps)
    if short is None:
        return None
    sentence = _(
        "If you sign here, too few people are left for the step “%(step)s”, as nobody signs two;"
        " let somebody else sign this one, or recall it and choose others."
    )
    return sentence % {"step": (step, *later)[short]["name"]}


def open_step(act: Act, revision: Revision, step: int) -> None:
    """Ask the people of a step (from 1) to sign; who left meanwhile or signed an earlier step is left out."""
    revision.step = step
    asked = revision.route[step - 1]
    here = User.objects.filter(username__in=asked["people"], is_active=True)
    people = here.exclude(pk__in=approvals(revision).values("done_by")).order_by("pk")
    if len(people) < asked["needed"] or not people:
        sentence = _("Too few people of the step “%(step)s” are here any more; recall it and send it anew.")
        raise Refused(sentence % {"step": asked["name"]})
    due = act.now + dt.timedelta(days=revision.step_days)
    for person in people:
        act.ask("approve", person, due, step=step, name=asked["name"])

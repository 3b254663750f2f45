"""Approval routes: from a type's steps to the people who sign, and from step to step."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.permissions import APPROVE, CONTROL
from setsquare.domains.documents.rules import wrote
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.accounts.rights import holders, people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.errors import Refused

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
        narrowed = [person for person in people if person.pk in picked] or people
        placed.update(person.pk for person in narrowed)
        _check_enough(step, narrowed)
        route.append({**step, "people": [person.username for person in narrowed]})
    if strangers := [person.name for pk, person in picked.items() if pk not in placed]:
        sentence = _("%(names)s cannot sign a step of this route here.")
        raise Refused({"approvers": sentence % {"names": ", ".join(strangers)}})
    return route


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


def open_step(act: Act, revision: Revision, step: int) -> None:
    """Ask the people of a step (from 1) to sign; who left meanwhile is left out."""
    revision.step = step
    asked = revision.route[step - 1]
    people = User.objects.filter(username__in=asked["people"], is_active=True).order_by("pk")
    if not people:
        sentence = _("Nobody of the step “%(step)s” is here any more; recall it and send it anew.")
        raise Refused(sentence % {"step": asked["name"]})
    due = act.now + dt.timedelta(days=revision.step_days)
    for person in people:
        act.ask("approve", person, due, step=step, name=asked["name"])

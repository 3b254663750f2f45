"""Who made a course ask for less a short while before they give it: somebody else looks at that first.

Otherwise one person alone takes the quiz out of a course for a minute, records a certificate, and puts it back. What
counts is what somebody themself changed of an offered course, as the trail tells it, whether or not it was put back:
while it was a draft it gave nothing, and its kind stays once it is offered.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils import timezone

from setsquare.domains.organisation.taking import taken_by
from setsquare.domains.training.models import Course
from setsquare.domains.training.permissions import MANAGE
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.owing import LASTING
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.sentences import some

State = Mapping[str, Any]


class Eased(NamedTuple):
    """That somebody who gives a certificate made its course ask for less."""

    by: User
    waits: bool
    """Whether it waits for somebody else; where nobody else may look at it, it counts and that is told."""


def eased(course: Course, person: User, by: User | None) -> Eased | None:
    """Return that `by`, who gives somebody a certificate, made its course ask for less; None where they did not."""
    if by is None or by == person or not made_ask_for_less(course, by):
        return None
    unit = person.unit or course.record.unit
    concerned = [by.pk, person.pk]
    others = people_permitted(MANAGE, unit).exclude(pk__in=concerned)
    taken = taken_by(by, [MANAGE], unit.pk).exclude(pk__in=concerned)
    return Eased(by, others.exists() or taken.exists())


def made_ask_for_less(course: Course, by: User) -> bool:
    """Tell whether somebody, within the last 30 days, changed an offered course so that it asks for less."""
    edits = Entry.objects.filter(record=course.pk, command="edit", actor=by, at__gte=timezone.now() - LASTING)
    places = list(edits.values_list("seq", flat=True))
    if not places:
        return False
    around = Entry.objects.filter(record=course.pk, seq__in={*places, *(place - 1 for place in places)})
    states = {entry.seq: entry.values for entry in around}
    return any(any(_less(states[place - 1], states[place], by)) for place in places)


def _less(before: State, after: State, by: User) -> Iterator[bool]:
    """Yield for each thing that a course asks for whether it asked for less after a change of `by`."""
    if before["state"] != "offered":
        return
    yield before["quiz"] is not None and after["quiz"] != before["quiz"]
    yield not set(before["builds_on"]) <= set(after["builds_on"])
    months, now = before["validity_months"], after["validity_months"]
    yield months is not None and (now is None or now > months)
    yield by.username in after["given_by"] and by.username not in before["given_by"]


def giver(act: Act, session: Record | None) -> User | None:
    """Return who gives a certificate: who acts, or who closed the session where the system issues what it left open."""
    if act.actor.user is not None or session is None:
        return act.actor.user
    closed = Entry.objects.filter(record=session, command="close").select_related("actor").first()
    return closed.actor if closed is not None else None


def say_alone(act: Act, found: Eased) -> None:
    """Tell the trail of a certificate that nobody else could look at what made its course ask for less."""
    act.say(
        gettext_noop(
            "%(name)s made the course ask for less within the last %(days)s days; nobody else may verify it"
        ),
        name=found.by.name,
        days=LASTING.days,
    )


def conclude_recorded(act: Act, found: Eased, asked: list[str]) -> None:
    """Tell who recorded a certificate that it waits because they made its course ask for less, or that it counts."""
    told: dict[str, Any] = {"days": LASTING.days, "names": some(asked)}
    if not found.waits:
        sentence = gettext_noop(
            "%(number)s is valid. You made its course ask for less within the last %(days)s days, and nobody else may"
            " verify it: its history says so."
        )
    elif asked:
        sentence = gettext_noop(
            "%(number)s counts once somebody else has verified it, as you made its course ask for less within the"
            " last %(days)s days. Asked to: %(names)s."
        )
    else:
        sentence = gettext_noop(
            "%(number)s does not count yet: you made its course ask for less within the last %(days)s days, and nobody"
            " else may verify it. Somebody has to be given the right."
        )
    act.conclude(sentence, **told)


def conclude_given(act: Act, sentence: str, given: list[Record], names: list[str]) -> None:
    """Tell who gave certificates to whom, by a sentence that names the number; and if they wait, why."""
    act.conclude(sentence, names=some(names))
    if any(one.certificate.eased_by_id is not None for one in given):
        before = act.conclusion
        act.conclude(
            gettext_noop(
                "You made the course ask for less within the last %(days)s days, so somebody else verifies this first."
            ),
            days=LASTING.days,
        )
        act.conclusion = f"{before} {act.conclusion}"

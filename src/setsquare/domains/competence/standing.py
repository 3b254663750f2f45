"""What a person is qualified in by frameworks: at a time, and how it came to be; read from qualifications alone."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from setsquare.domains.competence.assessing import people_assessed_by
from setsquare.domains.competence.models import Component, Framework
from setsquare.kernel.accounts.models import User, named
from setsquare.kernel.qualifications.days import end_of, last_day
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import held, holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import visible_to


@dataclass(frozen=True)
class Line:
    """One component that somebody is or was qualified in, in words."""

    row: Qualification
    framework: Record
    component: str
    """Its title as it is now."""
    level: str
    """What the level is called now."""
    evidence: Record | None
    """What shows it, where the reader may see it."""
    before: str = ""
    """What the level was called that they had before, in a history."""

    @property
    def code(self) -> str:
        """Return the component's code."""
        return self.row.topic

    @property
    def last(self) -> dt.date | None:
        """Return the last day on which it holds."""
        return last_day(self.row.until)


def person_seen(user: User, username: str) -> User | None:
    """Return a person whose competence somebody sees, None for anybody else and for nobody."""
    found = User.objects.filter(people_assessed_by(user), named(username))
    return found.select_related("unit", "manager").first()


def moment_of(day: dt.date | None, person: User) -> dt.datetime:
    """Return the end of a day where the person is, before now; without a day, now."""
    now = timezone.now()
    return min(end_of(day, person.unit) - dt.timedelta(microseconds=1), now) if day is not None else now


def held_by(person: User, reader: User, at: dt.datetime) -> list[Line]:
    """Return what a person was qualified in at a time, by framework as a reader goes through it."""
    rows = held(at).filter(user=person, subject__type="framework")
    lines = _told(rows.select_related("subject", "evidence"), reader)
    places = _places(lines)
    return sorted(
        lines, key=lambda line: (line.framework.number, places.get((line.framework.pk, line.code), 0))
    )


def held_in(person: User, framework: Record, reader: User) -> dict[str, Line]:
    """Return what a person is qualified in now by one framework, by the code of the component."""
    rows = holding().filter(user=person, subject=framework)
    return {line.code: line for line in _told(rows.select_related("subject", "evidence"), reader)}


def changes_of(person: User) -> QuerySet[Qualification]:
    """Return every qualification of a person in frameworks, the newest written down first."""
    rows = Qualification.objects.filter(user=person, subject__type="framework")
    return rows.select_related("subject", "evidence").order_by("-given", "-id")


def told_with_before(rows: Sequence[Qualification], reader: User) -> list[Line]:
    """Return changes in words, each with the level that it took the place of."""
    before = {}
    if rows:
        earlier = Qualification.objects.filter(
            user_id=rows[0].user_id,
            subject__in={row.subject_id for row in rows},
            topic__in={row.topic for row in rows},
        ).order_by("given", "id")
        last: dict[tuple[int, str], int] = {}
        for row in earlier.only("subject_id", "topic", "level"):
            place = (row.subject_id, row.topic)
            before[row.pk] = last.get(place)
            last[place] = row.level
    return _told(rows, reader, before)


def _told(
    rows: Iterable[Qualification], reader: User, before: dict[int, int | None] | None = None
) -> list[Line]:
    found = list(rows)
    frameworks = Framework.objects.in_bulk({row.subject_id for row in found})
    titles = {
        (part.framework_id, part.code): part.title
        for part in Component.objects.filter(framework__in=frameworks, code__in={row.topic for row in found})
    }
    seen = set(
        visible_to(reader, types={row.evidence.type for row in found})
        .filter(pk__in={row.evidence_id for row in found})
        .values_list("pk", flat=True)
    )
    names = {pk: names_of_levels(one) for pk, one in frameworks.items()}

    def named(row: Qualification, level: int | None) -> str:
        if level is None:
            return ""
        return names.get(row.subject_id, {}).get(level, str(level))

    return [
        Line(
            row,
            row.subject,
            titles.get((row.subject_id, row.topic), row.topic),
            named(row, row.level),
            row.evidence if row.evidence_id in seen else None,
            named(row, before.get(row.pk)) if before is not None else "",
        )
        for row in found
    ]


def names_of_levels(framework: Framework) -> dict[int, str]:
    """Return what each level of a framework's scale is called, by rank; 0 is below the lowest."""
    return framework.level_names


def _places(lines: Iterable[Line]) -> dict[tuple[int, str], int]:
    found = Component.objects.filter(framework__in={line.framework.pk for line in lines})
    return {(pk, code): place for pk, code, place in found.values_list("framework_id", "code", "place")}

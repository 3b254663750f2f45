"""What role profiles in force ask of whom at a day, as SQL: for thousands of people no more than for one.

Who has a profile: the people to whom it was given for that day, and those with a job title that maps onto it who work
in its unit or below, since they joined. What profiles ask, and which titles map onto them, is taken as it stands today.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db import connection

from setsquare.domains.competence.gaps.standing import BELOW, EXCEEDED, GRACE, MET, NONE, SOON, AsOf
from setsquare.domains.competence.models import Component, ProfileHolding, ProfileRequirement, ProfileTitle
from setsquare.kernel.accounts.models import UnitPath, User
from setsquare.kernel.qualifications.days import months_later
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record

IN_FORCE = "in_force"
Sql = tuple[str, list[Any]]
TABLES = {
    "users": User._meta.db_table,
    "records": Record._meta.db_table,
    "places": UnitPath._meta.db_table,
    "components": Component._meta.db_table,
    "holdings": ProfileHolding._meta.db_table,
    "requirements": ProfileRequirement._meta.db_table,
    "qualifications": Qualification._meta.db_table,
}
_GIVEN = """
SELECT given.person_id, given.profile_id, given.since FROM {holdings} given
JOIN {records} profile ON profile.id = given.profile_id AND profile.state = %s
WHERE given.since <= %s AND (given.until IS NULL OR given.until >= %s)
"""
_TITLED = """
SELECT person.id, named.column2, DATE(person.joined) FROM {users} person
JOIN (VALUES {spellings}) named ON named.column1 = person.title
JOIN {records} profile ON profile.id = named.column2
JOIN {places} place ON place.ancestor_id = profile.unit_id AND place.descendant_id = person.unit_id
WHERE DATE(person.joined) <= %s
"""
_HELD = """held.since <= %s AND held.given <= %s AND (held.until IS NULL OR held.until > %s)
AND (held.ended IS NULL{ended})"""
_ASKED = """
SELECT has.person_id, asks.component_id, MAX(asks.required) AS required, MAX(asks.desired) AS desired,
MAX(CASE WHEN {grace} THEN 0 ELSE asks.required END) AS needed
FROM ({has}) has JOIN {requirements} asks ON asks.profile_id = has.profile_id{some}
GROUP BY has.person_id, asks.component_id
"""
_STANDS = """
SELECT asked.component_id, asked.person_id, CASE
WHEN held.level >= asked.required THEN CASE WHEN held.until <= %s THEN '{soon}'
WHEN held.level >= COALESCE(CASE WHEN asked.desired > asked.required THEN asked.desired END, asked.required + 1)
THEN '{exceeded}' ELSE '{met}' END
WHEN COALESCE(held.level, 0) >= asked.needed THEN '{grace}'
WHEN held.level > 0 THEN '{below}' ELSE '{none}' END AS standing
FROM ({asked}) asked JOIN {components} component ON component.id = asked.component_id
LEFT JOIN {qualifications} held ON held.user_id = asked.person_id AND held.subject_id = component.framework_id
AND held.topic = component.code AND {held}
"""
_LACKING = """
EXISTS (SELECT 1 FROM ({has}) has JOIN {requirements} asks ON asks.profile_id = has.profile_id
JOIN {components} component ON component.id = asks.component_id
LEFT JOIN {qualifications} held ON held.user_id = {person} AND held.subject_id = component.framework_id
AND held.topic = component.code AND held.level >= asks.required AND {held} WHERE held.id IS NULL)
"""
_EVERYBODY: Sql = (f"SELECT id FROM {TABLES['users']}", [])  # noqa: S608 - names of tables
LACKING = (NONE, BELOW)
"""How somebody stands to a component who lacks it at the level that is asked of them, be there time left or not."""


def grace_ends(since: dt.date, months: int) -> dt.date:
    """Return the last day by which somebody who has a profile since a day has to reach what it asks."""
    return months_later(since, months)


def grace_begins(day: dt.date, months: int) -> dt.date:
    """Return the first day since which somebody may have a profile and still have time on `day`."""
    first = months_later(day, -months)
    while grace_ends(first, months) < day:
        first += dt.timedelta(days=1)
    while grace_ends(first - dt.timedelta(days=1), months) >= day:  # months are of different lengths
        first -= dt.timedelta(days=1)
    return first


def rows(sql: Sql) -> list[tuple[Any, ...]]:
    """Return what the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(*sql)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def values(lines: Sequence[Sequence[Any]]) -> Sql:
    """Return lines of values as they stand in SQL after VALUES."""
    line = f"({', '.join(['%s'] * len(lines[0]))})"
    return ", ".join([line] * len(lines)), [value for given in lines for value in given]


class Titles:
    """Which job titles map onto which profiles in force; read when they are needed, once."""

    @cached_property
    def spellings(self) -> list[tuple[str, int]]:
        """Return the titles as people have them, with each profile onto which they map.

        Matched here, as SQLite knows the capitals of ASCII alone.
        """
        profiles: dict[str, list[int]] = {}
        known = ProfileTitle.objects.filter(profile__record__state=IN_FORCE)
        for title, profile in known.values_list("title", "profile_id"):
            profiles.setdefault(title.casefold(), []).append(profile)
        if not profiles:
            return []
        written = User.objects.exclude(title="").order_by().values_list("title", flat=True).distinct()
        return [(title, profile) for title in written for profile in profiles.get(title.casefold(), ())]


@dataclass(frozen=True)
class Asking:
    """What profiles ask at a day: all of them, or one alone."""

    as_of: AsOf
    profile_id: int | None = None
    titles: Titles = field(default_factory=Titles, compare=False)

    def only(self, profile_id: int | None) -> "Asking":
        """Return the same of one profile alone."""
        return replace(self, profile_id=profile_id)

    @cached_property
    def _cutoffs(self) -> list[tuple[int, dt.date]]:
        known = ProfileRequirement.objects.filter(months__isnull=False)
        spans = known.order_by().values_list("months", flat=True).distinct()
        return [(months, grace_begins(self.as_of.day, months)) for months in spans if months]

    def held(self) -> Sql:
        """Return the condition that a qualification `held` holds at the time."""
        at = connection.ops.adapt_datetimefield_value(self.as_of.at)
        past = self.as_of.past
        return _HELD.format(ended=" OR held.ended > %s" if past else ""), [at] * (4 if past else 3)

    def _ways(self, people: Sql | str) -> Sql:
        """Return by each way who has which profile since when, so perhaps twice."""
        one, given = (f"= {people}", []) if isinstance(people, str) else (f"IN ({people[0]})", people[1])
        day = connection.ops.adapt_datefield_value(self.as_of.day)
        sql = [f"{_GIVEN.format(**TABLES)} AND given.person_id {one}"]
        values_: list[Any] = [IN_FORCE, day, day, *given]
        if self.profile_id is not None:
            sql[0] += " AND given.profile_id = %s"
            values_.append(self.profile_id)
        if spellings := [one for one in self.titles.spellings if self.profile_id in (None, one[1])]:
            spelt, titles = values(spellings)
            sql.append(f"{_TITLED.format(spellings=spelt, **TABLES)} AND person.id {one}")
            values_ += [*titles, day, *given]
        return " UNION ALL ".join(sql), values_

    def has(self, people: Sql | str) -> Sql:
        """Return who has which profile since when: of `people`, a subquery of ids, or a column that names one."""
        ways, given = self._ways(people)
        grouped = "SELECT person_id, profile_id, MIN(since) AS since"
        return f"{grouped} FROM ({ways}) ways GROUP BY person_id, profile_id", given

    def holders(self) -> Sql:
        """Return the subquery of the ids of the people who have a profile."""
        ways, given = self._ways(_EVERYBODY)
        return f"SELECT person_id FROM ({ways}) ways", given  # noqa: S608

    def profiles(self, people: Sql) -> Sql:
        """Return the subquery of the ids of the profiles that somebody of `people` has."""
        ways, given = self._ways(people)
        return f"SELECT DISTINCT profile_id FROM ({ways}) ways", given  # noqa: S608

    def lacking(self, column: str) -> Sql:
        """Return the condition that the person whom a column names lacks something that is asked of them."""
        has, given = self.has(column)
        held, moments = self.held()
        sql = _LACKING.format(has=has, held=held, person=column, **TABLES)
        return sql, [*given, *moments]

    def who_lack(self, component: int) -> Sql:
        """Return the subquery of the ids of the people who lack one component at the level that is asked of them."""
        stands, given = self.stands(_EVERYBODY, [component], grace=False)
        lacks = ", ".join(["%s"] * len(LACKING))
        sql = f"SELECT person_id FROM ({stands}) stands WHERE standing IN ({lacks})"  # noqa: S608
        return sql, [*given, *LACKING]

    def stands(self, people: Sql, components: Sequence[int] = (), *, grace: bool = True) -> Sql:
        """Return how each of `people` stands to each component that is asked of them, or to some of these.

        Without `grace` nobody has time left, which saves a query.
        """
        day = connection.ops.adapt_datefield_value
        spans = self._cutoffs if grace else []
        in_grace = " OR ".join(["(asks.months = %s AND has.since >= %s)"] * len(spans)) or "1 = 0"
        cutoffs = [one for months, since in spans for one in (months, day(since))]
        has, given = self.has(people)
        held, moments = self.held()
        some = f" AND asks.component_id IN ({', '.join(['%s'] * len(components))})" if components else ""
        asked = _ASKED.format(grace=in_grace, has=has, some=some, **TABLES)
        words = {"soon": SOON, "exceeded": EXCEEDED, "met": MET, "grace": GRACE, "below": BELOW, "none": NONE}
        soon = connection.ops.adapt_datetimefield_value(self.as_of.soon)
        sql = _STANDS.format(asked=asked, held=held, **words, **TABLES)
        return sql, [soon, *cutoffs, *given, *components, *moments]


def ids(people: Any) -> Sql:
    """Return a queryset of people as a subquery of their ids."""
    sql, given = people.order_by().values("pk").query.sql_with_params()
    return sql, list(given)

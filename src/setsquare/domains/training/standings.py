"""How people stand to courses, as SQL: who stands so, and how many do; for thousands no more than for one.

It says the same as `matrix.cells`, which does it in Python for the people on a page.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Count, IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from setsquare.domains.training import matrix
from setsquare.domains.training.matrix import RETRAIN, SOON, VALID
from setsquare.domains.training.models import Certificate, Course, Requirement, Retraining, Shortfall, Trainee
from setsquare.kernel.accounts.models import Grant, Role, UnitPath, User
from setsquare.kernel.accounts.rights import in_force
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.representation.records import Values
from setsquare.kernel.writing.sentences import in_percent

HAVE = (VALID, SOON, RETRAIN)
"""How somebody stands who has what is needed."""
LACK = (matrix.MISSING, matrix.EXPIRED, matrix.GRACE)
"""How somebody stands who does not have it, or no longer."""
Sql = tuple[str, list[Any]]
TABLES = {
    "users": User._meta.db_table,
    "records": Record._meta.db_table,
    "places": UnitPath._meta.db_table,
    "grants": Grant._meta.db_table,
    "needs": Requirement._meta.db_table,
    "shortfalls": Shortfall._meta.db_table,
    "trainees": Trainee._meta.db_table,
    "retrainings": Retraining._meta.db_table,
    "certificates": Certificate._meta.db_table,
    "qualifications": Qualification._meta.db_table,
}
_ENOUGH = """EXISTS (SELECT 1 FROM {qualifications} enough WHERE enough.user_id = {who}
AND enough.subject_id = {row}.lacking_id AND enough.topic = {row}.topic AND enough.level >= {row}.level
AND enough.ended IS NULL AND enough.since <= %s AND (enough.until IS NULL OR enough.until > %s))"""
_BY_PERSON = """
SELECT need.person_id AS who, need.course_id AS what, 1 AS source FROM {needs} need
WHERE need.course_id IN ({courses}) AND need.person_id"""
_BY_UNIT = """
SELECT person.id, need.course_id, 1 FROM {users} person JOIN {places} place ON place.descendant_id = person.unit_id
JOIN {needs} need ON need.unit_id = place.ancestor_id AND need.role_id IS NULL AND need.course_id IN ({courses})
WHERE (need.lacking_id IS NULL OR NOT {enough}) AND person.id"""
_BY_ROLE = """
SELECT granted.user_id, need.course_id, 1 FROM {grants} granted JOIN {needs} need ON need.role_id = granted.role_id
WHERE granted.starts <= %s AND (granted.ends IS NULL OR granted.ends > %s) AND need.course_id IN ({courses})
AND EXISTS (SELECT 1 FROM {places} place
WHERE (place.ancestor_id = need.unit_id AND place.descendant_id = granted.unit_id)
OR (place.ancestor_id = granted.unit_id AND place.descendant_id = need.unit_id))
AND (need.lacking_id IS NULL OR NOT {enough}) AND granted.user_id"""
_BY_GAP = """
SELECT short.person_id, short.course_id, 1 FROM {shortfalls} short
WHERE short.course_id IN ({courses}) AND NOT {enough} AND short.person_id"""
_ANEW = """
SELECT trainee.person_id, anew.course_id, 2 FROM {trainees} trainee
JOIN {retrainings} anew ON anew.id = trainee.retraining_id WHERE anew.course_id IN ({courses})
AND NOT EXISTS (SELECT 1 FROM {certificates} later JOIN {records} record ON record.id = later.record_id
WHERE record.state IN ('valid', 'expired') AND later.person_id = trainee.person_id AND later.course_id = anew.course_id
AND later.issued >= anew.since) AND trainee.person_id"""
_HELD = """
SELECT had.user_id, had.subject_id, 0 FROM {qualifications} had
WHERE had.subject_id IN ({courses}) AND had.topic = '' AND had.ended IS NULL AND had.user_id"""
_STANDS = """
SELECT pair.who, pair.what, pair.source, CASE
WHEN held.id IS NULL THEN 'missing'
WHEN held.until IS NULL OR held.until > %s THEN CASE WHEN pair.source = 2 THEN 'retraining'
WHEN held.until IS NULL OR held.until > {renewal} THEN 'valid' ELSE 'soon' END
WHEN pair.source = 0 THEN 'not_needed'
WHEN held.until > {tolerance} THEN 'grace' ELSE 'expired' END AS standing
FROM (SELECT who, what, MAX(source) AS source FROM ({pairs}) pairs GROUP BY who, what) pair
LEFT JOIN {qualifications} held ON held.user_id = pair.who AND held.subject_id = pair.what AND held.topic = ''
AND held.ended IS NULL
"""


class Tally(NamedTuple):
    """Of how many something is needed, and how many of them have it."""

    needed: int = 0
    have: int = 0

    @property
    def share(self) -> int:
        """Return how many in a hundred have it."""
        return in_percent(self.have, self.needed)


def narrowed(
    people: QuerySet[User], courses: Sequence[Course], standings: Collection[str] = ()
) -> QuerySet[User]:
    """Return those of the people who stand so to one of the courses; without `standings`, to whom any applies."""
    each = f"= {TABLES['users']}.id"
    if not standings:
        pairs, given = _pairs((each, []), courses, timezone.now())
        sql = f"EXISTS (SELECT 1 FROM ({pairs}) pairs)"  # noqa: S608 - names of tables and numbers
    else:
        stands, given = _stands((each, []), courses)
        places = ", ".join(["%s"] * len(standings))
        sql = f"EXISTS (SELECT 1 FROM ({stands}) stands WHERE standing IN ({places}))"  # noqa: S608
        given += list(standings)
    return people.filter(RawSQL(sql, given, BooleanField()))  # noqa: S611 - constants


def standing_so(people: QuerySet[User], courses: Sequence[Course], standing: str) -> QuerySet[User]:
    """Return those of the people who stand so to at least one of the courses, as the cells of the matrix say.

    Not needed is also what somebody never held, of which there is no row: it is what is left of all courses.
    """
    if standing != matrix.NOT_NEEDED:
        return narrowed(people, courses, (standing,))
    stands, given = _stands((f"= {TABLES['users']}.id", []), courses)
    sql = f"(SELECT COUNT(*) FROM ({stands}) stands WHERE standing <> %s) < %s"  # noqa: S608 - names and numbers
    given += [standing, len(courses)]
    return people.filter(RawSQL(sql, given, BooleanField()))  # noqa: S611 - constants


def of_courses(people: QuerySet[User], courses: Sequence[Course]) -> dict[int, Tally]:
    """Return of how many people each course is needed, and how many of these have it; one query."""
    return dict(_counted("what", "({stands}) stands", people, courses))


def with_lacks(people: QuerySet[User], courses: Sequence[Course]) -> QuerySet[User]:
    """Return the people with how many of the courses they need and do not have, as `lacks`."""
    stands, given = _stands((f"= {TABLES['users']}.id", []), courses)
    lack = ", ".join(f"'{one}'" for one in LACK)
    sql = f"(SELECT COUNT(*) FROM ({stands}) stands WHERE source > 0 AND standing IN ({lack}))"  # noqa: S608
    return people.annotate(lacks=RawSQL(sql, given, IntegerField()))  # noqa: S611 - constants


def by_standing(people: QuerySet[User], courses: Sequence[Course]) -> dict[str, int]:
    """Return how many of the people stand so to at least one of the courses, as `narrowed` finds them; one query."""
    try:
        sql, given = people.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return {}
    stands, values = _stands((f"IN ({sql})", list(given)), courses)
    query = f"SELECT standing, COUNT(DISTINCT who) FROM ({stands}) stands GROUP BY standing"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return {str(standing): int(count) for standing, count in cursor.fetchall()}


@dataclass(frozen=True)
class RoleLine:
    """A role: how many of the people hold it, and how they stand to each course that any of them needs."""

    role: Role
    people: int
    tallies: Mapping[int, Tally]
    named: frozenset[int]
    """The courses that are needed by the role as such, beside what its holders need for other reasons."""


def of_roles(people: QuerySet[User], courses: Sequence[Course]) -> list[RoleLine]:
    """Return the roles that the people hold, by name, with how their holders stand to courses; four queries."""
    now = timezone.now()
    at = connection.ops.adapt_datetimefield_value(now)
    source = f"""({{stands}}) stands JOIN (SELECT DISTINCT user_id, role_id FROM {TABLES["grants"]}
    WHERE starts <= %s AND (ends IS NULL OR ends > %s)) holds ON holds.user_id = stands.who"""  # noqa: S608
    tallies: dict[int, dict[int, Tally]] = {}
    for role, what, tally in _counted("role_id, what", source, people, courses, at, at):
        tallies.setdefault(role, {})[what] = tally
    held = Grant.objects.filter(in_force(now), user__in=people.order_by().values("pk"))
    counts = dict(held.values_list("role").annotate(Count("user", distinct=True)).order_by())
    rows = Requirement.objects.filter(role__isnull=False, course__in=courses)
    named: dict[int, set[int]] = {}
    for role, what in rows.values_list("role", "course"):
        named.setdefault(role, set()).add(what)
    return [
        RoleLine(role, counts[role.pk], tallies.get(role.pk, {}), frozenset(named.get(role.pk, ())))
        for role in Role.objects.filter(pk__in=counts).order_by("name", "pk")
    ]


def line_told(line: RoleLine, courses: Iterable[Course]) -> Values:
    """Return a role as JSON values, the same for the API and the command line: courses that any holder needs."""
    return {
        "role": line.role.code,
        "name": line.role.name,
        "people": line.people,
        "courses": [
            {
                "course": course.record.number,
                "title": course.record.title,
                "named": course.pk in line.named,
                **line.tallies[course.pk]._asdict(),
            }
            for course in courses
            if course.pk in line.tallies
        ],
    }


def _counted(
    by: str, source: str, people: QuerySet[User], courses: Sequence[Course], *more: Any
) -> Iterator[tuple[Any, ...]]:
    try:
        sql, given = people.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # narrowed to what there is not
        return
    stands, values = _stands((f"IN ({sql})", list(given)), courses)
    have = ", ".join(f"'{one}'" for one in HAVE)
    query = f"""SELECT {by}, COUNT(*), SUM(CASE WHEN standing IN ({have}) THEN 1 ELSE 0 END)
    FROM {source.format(stands=stands)} WHERE source > 0 GROUP BY {by}"""  # noqa: S608 - names and constants
    with connection.cursor() as cursor:
        cursor.execute(query, [*values, *more])
        for *keys, needed, has in cursor.fetchall():
            yield (*keys, Tally(needed, int(has)))


def _pairs(people: Sql, courses: Sequence[Course], now: dt.datetime) -> Sql:
    """Return who needs (1), has to take anew (2) or holds (0) what; a pair stands in it once for each way."""
    at = connection.ops.adapt_datetimefield_value(now)
    numbers = ", ".join(str(int(course.pk)) for course in courses) or "0"
    parts, given = [], []
    for part, who, row, moments in (
        (_BY_PERSON, "", "", 0),
        (_BY_UNIT, "person.id", "need", 2),
        (_BY_ROLE, "granted.user_id", "need", 4),
        (_BY_GAP, "short.person_id", "short", 2),
        (_ANEW, "", "", 0),
        (_HELD, "", "", 0),
    ):
        enough = _ENOUGH.format(who=who, row=row, **TABLES)
        parts.append(f"{part.format(courses=numbers, enough=enough, **TABLES)} {people[0]}")
        given += [at] * moments + people[1]
    return " UNION ALL ".join(parts), given


def _stands(people: Sql, courses: Sequence[Course]) -> Sql:
    now = timezone.now()
    pairs, given = _pairs(people, courses, now)
    renewal, later = _moment(courses, lambda course: now + dt.timedelta(days=course.renew_days))
    tolerance, earlier = _moment(courses, lambda course: now - dt.timedelta(days=course.grace_days))
    sql = _STANDS.format(renewal=renewal, tolerance=tolerance, pairs=pairs, **TABLES)
    return sql, [connection.ops.adapt_datetimefield_value(now), *later, *earlier, *given]


def _moment(courses: Sequence[Course], of: Callable[[Course], dt.datetime]) -> Sql:
    """Return the moment of each course, as SQL: most courses have the same."""
    groups: dict[dt.datetime, list[int]] = {}
    for course in courses:
        groups.setdefault(of(course), []).append(int(course.pk))
    moments = [connection.ops.adapt_datetimefield_value(moment) for moment in groups or (timezone.now(),)]
    cases = [f"WHEN pair.what IN ({', '.join(map(str, pks))}) THEN %s" for pks in [*groups.values()][1:]]
    return (f"CASE {' '.join(cases)} ELSE %s END" if cases else "%s"), [*moments[1:], moments[0]]

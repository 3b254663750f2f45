"""What courses lead to, and who is asked because of a gap, in words and as the trail keeps it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from django.db.models import Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.training.closing.models import LearningOutcome, Shortfall
from setsquare.kernel.qualifications.subjects import Parts, parts_of
from setsquare.kernel.records.models import Record


class Reached(NamedTuple):
    """A component at a level to which a course leads, or which a person lacks who is asked to take it."""

    subject: Record
    topic: str
    level: int
    name: str


def reached_by(course: int) -> tuple[list[Reached], list[Reached]]:
    """Return what a course leads to, and who is asked because they lack something."""
    outcomes = LearningOutcome.objects.filter(course=course).values_list(
        "subject_id", "subject__type", "subject__number", "topic", "level", Value(""), "id"
    )
    shortfalls = Shortfall.objects.filter(course=course).values_list(
        "lacking_id", "lacking__type", "lacking__number", "topic", "level", "person__name", "id"
    )
    found: tuple[list[Reached], list[Reached]] = ([], [])
    for key, kind, number, topic, level, name, _id in sorted(
        outcomes.union(shortfalls, all=True), key=lambda row: (row[5], row[-1])
    ):
        row = Reached(Record(pk=key, type=kind, number=number), topic, level, name)
        found[bool(name)].append(row)
    return found


def part_in_words(subject: Record, topic: str, level: int, parts: Parts) -> str:
    """Return a part of a subject at a level: its title and code, the level and its name."""
    part = parts.get((subject.pk, topic))
    name = part.levels.get(level, "") if part is not None else ""
    values = {"part": f"{part.title} ({topic})" if part is not None else topic, "level": level, "name": name}
    if name:
        return _("%(part)s at level %(level)s (%(name)s)") % values
    return _("%(part)s at level %(level)s") % values


def listed_outcomes(rows: Sequence[Reached]) -> str:
    """Return what a course leads to as a list in Markdown with links, and what that means."""
    if not rows:
        return ""
    parts = parts_of(row.subject for row in rows)
    lines = [
        f"- {_plain(part_in_words(row.subject, row.topic, row.level, parts))}, {_link(row.subject.number)}"
        for row in rows
    ]
    return "\n".join(
        [*lines, "", _("Who completed the course does not hold a level by that: an assessment gives it.")]
    )


def outcomes_then(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the same of a course as it stood."""
    sentence = _("%(part)s at level %(level)s")
    return "\n".join(
        f"- {_plain(sentence % {'part': row['topic'], 'level': row['level']})}, {_link(row['subject'])}"
        for row in rows
    )


def _link(number: str) -> str:
    return f"[{number}](record:{quote(number)})"


def _plain(text: str) -> str:
    """Return a text so that Markdown reads no marks in it."""
    return "".join(f"\\{one}" if one in "\\`*_[]<>#|~&" else one for one in text)


def outcomes_kept(record: Record) -> list[dict[str, Any]]:
    """Return what the trail keeps of what a course leads to."""
    rows = LearningOutcome.objects.filter(course=record.pk).select_related("subject").order_by("id")
    return [{"subject": row.subject, "topic": row.topic, "level": row.level} for row in rows]


def shortfalls_kept(record: Record) -> list[dict[str, Any]]:
    """Return what the trail keeps of who is asked because of a gap: the people of each gap, by sign-in names."""
    rows = Shortfall.objects.filter(course=record.pk).select_related("lacking", "person")
    found: dict[tuple[Any, ...], list[str]] = {}
    for row in rows.order_by("lacking__number", "topic", "level", "days", "person__username"):
        found.setdefault((row.lacking, row.topic, row.level, row.days), []).append(row.person.username)
    return [
        {"lacking": lacking, "topic": topic, "level": level, "days": days, "people": people}
        for (lacking, topic, level, days), people in found.items()
    ]


def shortfalls_told(rows: Sequence[Reached]) -> list[str]:
    """Return who is asked because of a gap, a line for each gap."""
    parts = parts_of(row.subject for row in rows)
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(part_in_words(row.subject, row.topic, row.level, parts), []).append(row.name)
    sentence = _("Who lacks %(part)s: %(names)s")
    return [sentence % {"part": part, "names": ", ".join(names)} for part, names in found.items()]


def within_days(days: int) -> str:
    """Return in words how soon somebody has to have a course."""
    return ngettext("within %(days)s day", "within %(days)s days", days) % {"days": days}

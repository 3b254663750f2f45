"""What subjects of qualifications consist of: the parts that their domains know, and the levels of each."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, thing_of


@dataclass(frozen=True)
class Part:
    """A part of a subject in which people are qualified, or the subject as a whole."""

    title: str
    """What it is called; empty for the subject as a whole."""
    levels: Mapping[int, str]
    """The names of its levels by rank; without a name where there is but one."""


Parts = Mapping[tuple[int, str], Part]
"""By the id of the subject's record and the topic, which is empty for the subject as a whole."""
Reader = Callable[[Collection[int]], Parts]
Followed = Callable[[User], Q]
_readers: dict[str, Reader] = {}
_followed: dict[str, Followed] = {}


def tell_parts(record_type: str, reader: Reader) -> None:
    """Have a function tell the parts of the subjects of a record type, by their ids."""
    _readers[record_type] = reader


def tell_followed(record_type: str, followed: Followed) -> None:
    """Have a condition on people tell whose levels and dates in subjects of a type somebody sees."""
    _followed[record_type] = followed


def seen_of(reader: User, people: Collection[int], subjects: Collection[str]) -> frozenset[tuple[int, str]]:
    """Return of which people `reader` sees how they stand to which subjects: by id and number.

    Everybody sees it of themself; of others who follows them there, as the subject's domain tells.
    """
    types = dict(Record.objects.filter(number__in=subjects).values_list("number", "type"))
    seen: dict[str, set[int]] = {}
    for record_type in {one for one in types.values() if one in _followed}:
        followed = User.objects.filter(_followed[record_type](reader), pk__in=people)
        seen[record_type] = set(followed.values_list("pk", flat=True))
    return frozenset(
        (person, number)
        for number, record_type in types.items()
        for person in people
        if person == reader.pk or person in seen.get(record_type, ())
    )


def as_a_whole(subjects: Collection[int]) -> Parts:
    """Tell of subjects that they are held as a whole or not at all, such as courses."""
    return {(subject, ""): Part("", {1: ""}) for subject in subjects}


def tells_parts(record_type: str) -> bool:
    """Tell whether the parts of such records are known, and people qualify in them."""
    return record_type in _readers


def types_of_subjects() -> list[str]:
    """Return the types of records in which people qualify, in the order of their names in the code."""
    return sorted(_readers)


def why_not_there(subject: Record, topic: str, level: int, parts: Parts) -> tuple[str, Label] | None:
    """Return what keeps anybody from being qualified in this: the field it is about and the sentence; None: nothing.

    `parts` are those of the subject (`parts_of`); of a type whose parts nobody tells, nobody ever qualifies in it.
    """
    values = {"number": f"{subject.number} {subject.title}", "topic": topic, "level": level}
    if not tells_parts(subject.type):
        known = ", ".join(str(thing_of(one).plural) for one in types_of_subjects())
        sentence = _("Nobody qualifies in %(number)s. Name a record of one of these: %(known)s.")
        return "subject", sentence % {**values, "known": known}
    part = parts.get((subject.pk, topic))
    if part is None and not topic:
        return "topic", _("Say which component of %(number)s.") % values
    if part is None and (subject.pk, "") in parts:
        return "topic", _("%(number)s has no parts; leave this empty.") % values
    if part is None:
        return "topic", _("%(number)s has no “%(topic)s” in force.") % values
    if level in part.levels:
        return None
    values["levels"] = ", ".join(str(known) for known in sorted(part.levels))
    return "level", _("There is no level %(level)s of it; there are: %(levels)s.") % values


def levels_of(subject: Record, topic: str = "") -> dict[int, str]:
    """Return the names of the levels of a part of a subject by rank; those of all its parts where no part is known."""
    parts = parts_of([subject])
    chosen = [parts[subject.pk, topic]] if (subject.pk, topic) in parts else list(parts.values())
    found = {rank: name for part in chosen for rank, name in part.levels.items()}
    return dict(sorted(found.items()))


def parts_of(subjects: Iterable[Record]) -> dict[tuple[int, str], Part]:
    """Return the known parts of subjects."""
    by_type: dict[str, set[int]] = {}
    for subject in subjects:
        by_type.setdefault(subject.type, set()).add(subject.pk)
    found: dict[tuple[int, str], Part] = {}
    for record_type, keys in by_type.items():
        if record_type in _readers:
            found |= _readers[record_type](keys)
    return found

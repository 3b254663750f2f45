"""Whether each record's tasks, links, files and qualifications are what its entries made them, from the first."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from setsquare.kernel.files.models import Attachment
from setsquare.kernel.links.models import Link
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.findings import Problem, in_chunks
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.beside import Ending, Played, Qualified, written
from setsquare.kernel.trail.models import Entry

ATTEMPTS = 5
"""Looks at one record that others keep changing, before it is left out."""


def check_beside() -> Iterator[Problem]:
    """Yield what differs; records with entries from before this was kept are left out, as their leaves say."""
    for records in in_chunks(Record.objects.only("pk", "number", "version"), "pk"):
        for record, found in _differing(records):
            yield from _again(record, found)


def _again(record: Record, found: list[Problem]) -> Iterator[Problem]:
    """Yield what was found, unless somebody changed the record at this moment and it is right afterwards."""
    for _attempt in range(ATTEMPTS):
        again = Record.objects.only("pk", "number", "version").get(pk=record.pk)
        if again.version == record.version:
            yield from found
            return
        record, differing = again, _differing([again])
        if not differing:
            return
        found = differing[0][1]


def _differing(records: Sequence[Record]) -> list[tuple[Record, list[Problem]]]:
    keys = [record.pk for record in records]
    played = _played(keys)
    tasks, links, files, qualified = _tasks(keys), _links(keys), _files(keys), _qualified(keys)
    differing = []
    for record in records:
        told = played.get(record.pk)
        if told is None:
            continue
        found = [
            *_compare_tasks(record, told, tasks[record.pk]),
            *_compare_links(record, told, links[record.pk]),
            *_compare_files(record, told, files[record.pk]),
            *_compare_qualified(record, told, qualified[record.pk]),
        ]
        if found:
            differing.append((record, found))
    return differing


def _played(keys: Sequence[int]) -> Mapping[int, Played]:
    played: dict[int, Played] = {}
    unknown: set[int] = set()
    entries = Entry.objects.filter(record__in=keys).order_by("record", "seq")
    for key, beside, at, actor in entries.values_list("record", "beside", "at", "actor__username"):
        if beside is None:
            unknown.add(key)
        else:
            played.setdefault(key, Played()).play(beside, at, actor or "")
    return {key: told for key, told in played.items() if key not in unknown}


def _tasks(keys: Sequence[int]) -> Mapping[int, Counter[tuple[object, ...]]]:
    found: dict[int, Counter[tuple[object, ...]]] = defaultdict(Counter)
    columns = ("kind", "step", "assignee__username", "due", "opened", "done", "done_by__username", "outcome")
    rows = Task.objects.filter(record__in=keys).values_list("record", "details", *columns)
    for key, details, *row in rows:
        found[key][(*row[:6], row[6] or "", row[7], written(details))] += 1
    return found


def _links(keys: Sequence[int]) -> Mapping[int, set[tuple[str, str]]]:
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for key, kind, uid in Link.objects.filter(source__in=keys).values_list("source", "kind", "target__uid"):
        found[key].add((kind, str(uid)))
    return found


def _files(keys: Sequence[int]) -> Mapping[int, Counter[tuple[str, ...]]]:
    """Return each file twice if it was removed: as it was added, and as it was taken away."""
    found: dict[int, Counter[tuple[str, ...]]] = defaultdict(Counter)
    columns = ("record", "added", "added_by__username", "removed", "blob", "name", "role")
    rows = Attachment.objects.filter(record__in=keys).values_list(*columns)
    for key, added, by, removed, *file in rows:
        found[key][(*file, "added", added.isoformat(), by or "")] += 1
        if removed is not None:
            found[key][(*file, "removed", removed.isoformat())] += 1
    return found


def _qualified(keys: Sequence[int]) -> Mapping[int, list[Qualification]]:
    found: dict[int, list[Qualification]] = defaultdict(list)
    rows = Qualification.objects.filter(evidence__in=keys).select_related("user", "subject").order_by("id")
    for row in rows:
        found[row.evidence_id].append(row)
    return found


def _compare_tasks(record: Record, told: Played, live: Counter[tuple[object, ...]]) -> Iterator[Problem]:
    kept: Counter[tuple[object, ...]] = Counter()
    kept.update(told.all_tasks())
    without = {task[:-1] for task in kept if task[-1] is None}  # asked before details were kept
    live = Counter((*task[:-1], None) if task[:-1] in without else task for task in live.elements())
    for kind, person in sorted({(str(task[0]), str(task[2])) for task in (live - kept) + (kept - live)}):
        said = f"What {person} was asked for at {record.number} ({kind}) is not what its entries say."
        yield Problem(record.number, said)


def _compare_links(record: Record, told: Played, live: set[tuple[str, str]]) -> Iterator[Problem]:
    numbers = dict(
        Record.objects.filter(uid__in=[uid for _kind, uid in live ^ told.links]).values_list("uid", "number")
    )
    named = {str(uid): number for uid, number in numbers.items()}
    for kind, uid in sorted(live ^ told.links):
        said = f"The link of {record.number} to {named.get(uid, uid)} ({kind}) is not what its entries say."
        yield Problem(record.number, said)


def _compare_files(record: Record, told: Played, live: Counter[tuple[str, ...]]) -> Iterator[Problem]:
    kept: Counter[tuple[str, ...]] = Counter()
    for (digest, name, role, at, by), count in told.files.items():
        kept[digest, name, role, "added", at.isoformat(), by] += count
    for (digest, name, role, at), count in told.removed.items():
        kept[digest, name, role, "removed", at.isoformat()] += count
    for _digest, name, role in sorted({file[:3] for file in (live - kept).keys() | (kept - live).keys()}):
        said = f"The file “{name}” of {record.number} ({role}) is not what its entries say."
        yield Problem(record.number, said)


def _compare_qualified(record: Record, told: Played, rows: Sequence[Qualification]) -> Iterator[Problem]:
    live: Counter[Qualified] = Counter()
    ended: set[Ending] = set()
    unexplained: list[Qualification] = []
    for row in rows:
        key = (row.user.username, str(row.subject.uid), row.topic)
        live[(*key, row.level, row.since, row.until, row.given)] += 1
        if row.ended is not None:
            ended.add((*key, row.ended))
            if row.ended != row.given and (*key, row.ended) not in told.disqualified:
                unexplained.append(row)
    wrong = {one[0] for one in (live - told.qualified) + (told.qualified - live)}
    wrong |= {person for person, *_rest in told.disqualified - ended}
    wrong |= {row.user.username for row in unexplained if not _replaced(row)}
    for person in sorted(wrong):
        said = f"What {record.number} shows that {person} is qualified in is not what its entries say."
        yield Problem(record.number, said)


def _replaced(row: Qualification) -> bool:
    """Tell whether another one took its place at the moment when it ended."""
    others = Qualification.objects.filter(user=row.user_id, subject=row.subject_id, topic=row.topic)
    return others.filter(given=row.ended or row.given).exclude(pk=row.pk).exists()

"""What a command did to a record's tasks, links, files and what it qualifies people in, as its entry keeps it.

They are rows of their own and many, beside the record's state: an entry keeps what changed of them, not all that
there is. Played one after the other, the entries of a record give what has to be there now (`Played`).
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


class Beside:
    """Notes what a command does, for its entry; nothing where it did nothing."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}

    def asked(
        self, kind: str, step: int, due: dt.datetime, people: Iterable[str], details: Mapping[str, Any]
    ) -> None:
        """Note that people, by sign-in name, were asked for something."""
        row: Row = {"kind": kind, "step": step, "due": due.isoformat(), "of": sorted(people)}
        self._note("asked", row | {"details": dict(details)})

    def finished(self, outcome: str, tasks: Iterable[tuple[str, int, str]]) -> None:
        """Note how tasks ended, each given by kind, step and the assignee's sign-in name."""
        groups: dict[tuple[str, int], list[str]] = {}
        for kind, step, person in tasks:
            groups.setdefault((kind, step), []).append(person)
        for (kind, step), people in sorted(groups.items()):
            self._note("finished", {"kind": kind, "step": step, "outcome": outcome, "of": sorted(people)})

    def linked(self, kind: str, target: str, *, gone: bool = False) -> None:
        """Note that the record was linked to another, given by its lasting id, or no longer is."""
        self._note("unlinked" if gone else "linked", {"kind": kind, "to": target})

    def attached(self, digest: str, name: str, role: str, *, gone: bool = False) -> None:
        """Note that a file was added to the record, or taken away from it."""
        self._note("removed" if gone else "attached", {"file": digest, "name": name, "role": role})

    def qualified(
        self,
        person: str,
        subject: str,
        topic: str,
        level: int,
        since: dt.datetime,
        until: dt.datetime | None,
    ) -> None:
        """Note that a person, by sign-in name, is qualified in a subject, given by its lasting id."""
        row: Row = {"of": person, "in": subject, "topic": topic, "level": level, "since": since.isoformat()}
        self._note("qualified", row | {"until": until.isoformat() if until is not None else None})

    def disqualified(self, person: str, subject: str, topic: str) -> None:
        """Note that what qualified a person in a subject no longer does."""
        self._note("disqualified", {"of": person, "in": subject, "topic": topic})

    def plain(self) -> dict[str, list[Row]]:
        """Return everything as the entry keeps it; empty where nothing was done."""
        return self._rows

    def _note(self, what: str, row: Row) -> None:
        self._rows.setdefault(what, []).append(row)


Task = tuple[str, int, str, dt.datetime, dt.datetime, dt.datetime | None, str, str, str | None]
"""Kind, step, assignee, due, opened, done, done by, outcome, details; these None where they were not kept yet."""
Waiting = tuple[dt.datetime, dt.datetime, str | None]
"""Due, opened, details."""


Qualified = tuple[str, str, str, int, dt.datetime, dt.datetime | None, dt.datetime]
"""Person, subject by its lasting id, topic, level, since, until, when it was written down."""
Ending = tuple[str, str, str, dt.datetime]
"""Person, subject by its lasting id, topic, when."""


def written(details: Mapping[str, Any]) -> str:
    """Return a task's details as one text that can be compared."""
    return json.dumps(details, sort_keys=True)


@dataclass
class Played:
    """What the entries of one record say of its tasks, links, files and qualifications, played in their order."""

    tasks: Counter[Task] = field(default_factory=Counter)
    links: set[tuple[str, str]] = field(default_factory=set)
    """Kind and the other record's lasting id."""
    files: Counter[tuple[str, str, str, dt.datetime, str]] = field(default_factory=Counter)
    """Digest, name and role of what was attached, when and by whom."""
    removed: Counter[tuple[str, str, str, dt.datetime]] = field(default_factory=Counter)
    """Digest, name and role of what was removed, and when; it stands among the files too."""
    qualified: Counter[Qualified] = field(default_factory=Counter)
    disqualified: set[Ending] = field(default_factory=set)
    """What ended by the record's own doing."""
    _open: dict[tuple[str, int, str], Waiting] = field(default_factory=dict)

    def play(self, beside: Mapping[str, list[Row]], at: dt.datetime, actor: str) -> None:
        """Play what one entry kept; `actor` is who did it, empty for the system."""
        for row in beside.get("finished", []):
            for person in row["of"]:
                unknown: Waiting = (at, at, None)
                due, opened, details = self._open.pop((row["kind"], row["step"], person), unknown)
                done = (row["kind"], row["step"], person, due, opened, at, actor, row["outcome"], details)
                self.tasks[done] += 1
        for row in beside.get("asked", []):
            kept = written(row["details"]) if "details" in row else None
            for person in row["of"]:
                due = dt.datetime.fromisoformat(row["due"])
                self._open[row["kind"], row["step"], person] = (due, at, kept)
        self.links -= {(row["kind"], row["to"]) for row in beside.get("unlinked", [])}
        self.links |= {(row["kind"], row["to"]) for row in beside.get("linked", [])}
        for row in beside.get("removed", []):
            self.removed[row["file"], row["name"], row["role"], at] += 1
        for row in beside.get("qualified", []):
            until = dt.datetime.fromisoformat(row["until"]) if row["until"] else None
            since = dt.datetime.fromisoformat(row["since"])
            self.qualified[row["of"], row["in"], row["topic"], row["level"], since, until, at] += 1
        for row in beside.get("disqualified", []):
            self.disqualified.add((row["of"], row["in"], row["topic"], at))
        for row in beside.get("attached", []):
            self.files[row["file"], row["name"], row["role"], at, actor] += 1

    def all_tasks(self) -> Counter[Task]:
        """Return the done tasks and those still open."""
        still = Counter(
            (*key, due, opened, None, "", "", details) for key, (due, opened, details) in self._open.items()
        )
        return self.tasks + still

"""Kinds of tasks: how each is named, asked for and done. Domains make theirs known when their app is ready."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label


class Group(StrEnum):
    """How a person's work is laid out: what they read, review, sign, and everything else."""

    READ = "read"
    REVIEW = "review"
    SIGN = "sign"
    DO = "do"


@dataclass(frozen=True)
class TaskKind:
    """One kind of task."""

    code: str
    label: Label
    """What the person does: Read, Review, Approve."""
    request: str
    """The msgid of the notice, with the places number, title and due."""
    command: str
    """The command by which it is done."""
    group: Group = Group.DO
    delegable: bool = True
    """Whether a substitute may do it; nobody reads for another."""
    reminder: str = gettext_noop("%(number)s %(title)s still waits for you.")
    """The msgid of a reminder, with the places number and title."""
    overdue: str = gettext_noop("Overdue: %(number)s %(title)s waits for %(names)s.")
    """The msgid of what the line is told, with the places number, title and names."""
    reminded_early: bool = False
    """Whether the person is reminded shortly before it is due, of itself."""
    one_does: bool = False
    """Whether one of those asked does it for all of them."""
    permission: str = ""
    """What somebody needs to be asked in another one's place, besides what the command says."""


_kinds: dict[str, TaskKind] = {}


_outcomes: dict[str, Label] = {
    "handed_over": _("Handed over"),
    "not_needed": _("No longer needed"),
    "reassigned": _("Given to somebody else"),
    "entrusted": _("Entrusted to who may"),
    "done": _("Done"),
}


def register_outcomes(outcomes: Mapping[str, Label]) -> None:
    """Make known what the outcomes of tasks are called."""
    _outcomes.update(outcomes)


def outcome_label(code: str) -> Label:
    """Return what an outcome is called, in the reader's language."""
    return _outcomes.get(code, code.replace("_", " "))


def register_kind(kind: TaskKind) -> TaskKind:
    """Make a kind of task known."""
    _kinds[kind.code] = kind
    return kind


def kind_of(code: str) -> TaskKind:
    """Return a kind by its code; raises KeyError."""
    return _kinds[code]


def all_kinds() -> tuple[TaskKind, ...]:
    """Return every kind of task."""
    return tuple(_kinds.values())


def personal_kinds() -> tuple[str, ...]:
    """Return the codes of the kinds that no substitute may do."""
    return tuple(kind.code for kind in _kinds.values() if not kind.delegable)

"""Lifecycle tables: which states a record type has and which command leads from where to where.

Pure data, without Django, so that a table can be read, drawn and tested by itself. Labels are marked with
`gettext_noop` and translated where they are shown.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for translation without translating it here."""
    return sentence


class Colour(StrEnum):
    """The palette of states: one colour means one thing everywhere."""

    GREY = "grey"  # being prepared, or nothing asked of anybody
    BLUE = "blue"  # under way
    PURPLE = "purple"  # waits for a decision or signature
    TEAL = "teal"  # decided, waits for its day
    GREEN = "green"  # in force, fulfilled
    ORANGE = "orange"  # needs attention
    RED = "red"  # refused, overdue, withdrawn


@dataclass(frozen=True)
class State:
    """One state. Open: work is outstanding; controlled: a change needs a reason; final: the record is closed."""

    code: str
    label: str
    colour: Colour = Colour.GREY
    open: bool = False
    controlled: bool = False
    final: bool = False


@dataclass(frozen=True)
class Move:
    """A command's row in the table: the states it starts from, and where it ends (`None`: stays)."""

    sources: tuple[str, ...]
    target: str | None = None
    targets: tuple[str, ...] = ()
    """Where the outcome decides, every state that the command may end in (`target` is then None)."""
    aside: bool = False
    """Whether nobody does it to get to where it may end: it is not named as what comes before another command."""


class LifecycleError(ValueError):
    """A lifecycle table that contradicts itself; raised at start-up, never in service."""


@dataclass(frozen=True)
class Lifecycle:
    """The states and moves of one record type."""

    initial: str
    states: tuple[State, ...]
    moves: Mapping[str, Move] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse unknown and double states."""
        codes = [state.code for state in self.states]
        if len(set(codes)) != len(codes):
            raise LifecycleError(f"a state is declared twice: {codes}")
        named = {self.initial}
        for move in self.moves.values():
            named.update(move.sources, move.targets)
            if move.target is not None:
                named.add(move.target)
        if unknown := named - set(codes):
            raise LifecycleError(f"states not declared: {sorted(unknown)}")

    def state(self, code: str) -> State:
        """Return the state with this code; raises KeyError."""
        for state in self.states:
            if state.code == code:
                return state
        raise KeyError(code)

    def move(self, command: str) -> Move:
        """Return the move of a command; raises KeyError where the table has no such row."""
        return self.moves[command]

    def ways(self, state: str, wanted: Collection[str], by: Collection[str]) -> list[str]:
        """Return the commands by which the shortest ways `by` these from a state to one of those wanted begin."""
        reached = {state}
        frontier = {state: frozenset[str]()}
        while frontier:
            following: dict[str, frozenset[str]] = {}
            for code, begun in frontier.items():
                for name, move in self.moves.items():
                    if name not in by or move.aside:
                        continue
                    for target in (*move.targets, *((move.target,) if move.target else ())):
                        if code in move.sources and target not in reached:
                            begins = begun or frozenset({name})
                            following[target] = following.get(target, frozenset()) | begins
            found = frozenset[str]().union(*(following.get(code, frozenset()) for code in wanted))
            if found:
                return [name for name in self.moves if name in found]
            reached |= following.keys()
            frontier = following
        return []

    @property
    def open_states(self) -> tuple[str, ...]:
        """Codes of the states in which work is outstanding."""
        return tuple(state.code for state in self.states if state.open)

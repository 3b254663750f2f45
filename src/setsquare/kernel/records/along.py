"""What was read along of a record's own rows (its tasks, its comments): kept with it for as long as it stands so.

Every change of such rows is a command on the record, so they are the same while its version is.
"""

from collections.abc import Callable
from typing import TypeVar

from setsquare.kernel.records.models import Record

Read = TypeVar("Read")
_ALONG = "_along"
TASKS = "tasks"
"""What is read of a record's tasks; at the end of a command they may be others."""


def along(record: Record, name: str, read: Callable[[], Read]) -> Read:
    """Return what is known along with the record by this name, read at the first time."""
    known = vars(record).setdefault(_ALONG, {})
    if name not in known:
        known[name] = read()
    found: Read = known[name]
    return found


def forget(record: Record, name: str) -> None:
    """Have what is known by this name read anew: whoever changes it says so."""
    vars(record).get(_ALONG, {}).pop(name, None)


def carry_over(read: Record, claimed: Record) -> None:
    """Let a record that is claimed know what is known along with it as it was read, where nobody changed it since."""
    if claimed.version - 1 == read.version and _ALONG in vars(read):
        vars(claimed)[_ALONG] = dict(vars(read)[_ALONG])

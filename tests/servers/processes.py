"""Something done in a process of its own, on the database of the test."""

import os
import traceback
from collections.abc import Callable

from django.db import connection, connections


def begin(work: Callable[[], object]) -> int:
    """Do `work` in a process of its own, which ends without any tidying; returns its id."""
    connection.close()
    own = connections["default"]
    child = os.fork()
    if child == 0:
        try:
            # Kept by event loop where a browser runs one in this process; the child has none.
            connections["default"] = own
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return child


def end_of(child: int) -> int:
    """Wait for the end of a process; returns its exit code, negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

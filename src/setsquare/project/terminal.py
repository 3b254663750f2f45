"""Words from and to the person at the terminal."""

import argparse
import errno
import sys
from typing import NoReturn

ENVIRONMENTAL = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO),
    *(errno.EMFILE, errno.ENFILE),
}
"""What the machine or its rights refuse: for its administrator to mend, so a sentence and not a trace."""


class Refused(Exception):
    """What was asked cannot be done. The message is one sentence that says what to change."""

    code = 1
    """The exit code of the command."""


class NotUnderstood(Refused):
    """The words of a command cannot be read."""

    code = 2


class Parser(argparse.ArgumentParser):
    """Refuses what it cannot read with one sentence; how it is written is for ``--help`` to show."""

    def error(self, message: str) -> NoReturn:
        """Refuse with what argparse found."""
        raise NotUnderstood(f"{message}; `{self.prog} --help` explains.")


def port(text: str) -> int:
    """Read a port that somebody typed."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
        raise NotUnderstood(f"{text!r} is not a port: choose a number from 1024 to 65535, such as 8123.")
    return int(text)


def of_machine(failure: OSError) -> str:
    """What the machine refused, as a sentence; empty when it is no matter of the machine."""
    if failure.errno not in ENVIRONMENTAL:
        return ""
    place = f"{failure.filename} cannot be used: " if failure.filename else ""
    return f"{place}{failure.strerror}. Mend that on this machine and run the command again."


def say(text: str = "") -> None:
    """Print a line for people, at once."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print a sentence about what went wrong."""
    print(text, file=sys.stderr, flush=True)

"""The entry: from the words of the command line to a register, a record or a command.

Only the parser that the words ask for is built, so that the start stays fast however many record types there are.
"""

from collections.abc import Sequence

import django
from django.apps import apps


def run(arguments: Sequence[str]) -> int:
    """Answer the words after `setsquare`; returns the exit code.

    0 done, 1 refused, 2 not understood, 3 not found, 4 not permitted, 5 changed by others meanwhile.
    """
    if not apps.ready:
        django.setup()
    from setsquare.faces.cli.words import answer  # noqa: PLC0415 - models can be imported only now

    try:
        return answer(list(arguments))
    except SystemExit as end:  # argparse has said what is wrong, or helped
        return end.code if isinstance(end.code, int) else 2

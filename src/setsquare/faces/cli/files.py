"""Files at the command line: written to a path, or to standard output, never over one that is there by mistake."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from setsquare.faces.cli.failures import Usage
from setsquare.faces.cli.showing import say
from setsquare.kernel.commands.errors import Refused

STANDARD_OUTPUT = "-"
TEXTS = frozenset({"csv", "json", "jwt", "md"})


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add where a file goes."""
    parser.add_argument(
        "--output",
        "-o",
        metavar="PATH",
        default="",
        help=_(
            "where it goes; - is standard output (without it a name is chosen, or for texts standard output)"
        ),
    )
    parser.add_argument("--force", action="store_true", help=_("write over a file that is there"))


def write(parts: Iterable[bytes], name: str, options: argparse.Namespace) -> None:
    """Write a file as the options say and tell where; raises Usage or Refused."""
    form = name.rpartition(".")[2]
    target = options.output or (STANDARD_OUTPUT if form in TEXTS else name)
    if target == STANDARD_OUTPUT:
        if form not in TEXTS and sys.stdout.isatty():
            raise Usage(_("This is no text; say where it goes: --output PATH."))
        _to_standard_output(parts, form)
        return
    path = Path(target)
    if path.is_dir():
        path = path / name
    try:
        with path.open("wb" if options.force else "xb") as out:
            for part in parts:
                out.write(part)
    except FileExistsError:
        sentence = _("%(path)s is there already; --force writes over it.")
        raise Refused({"output": sentence % {"path": path}}) from None
    except OSError as error:
        sentence = _("%(path)s cannot be written: %(why)s.")
        raise Refused({"output": sentence % {"path": path, "why": error.strerror}}) from None
    say(_("Written: %(path)s") % {"path": path})


def _to_standard_output(parts: Iterable[bytes], form: str) -> None:
    if form in TEXTS:
        for part in parts:
            sys.stdout.write(part.decode("utf-8-sig" if part.startswith(b"\xef\xbb\xbf") else "utf-8"))
        return
    for part in parts:
        sys.stdout.buffer.write(part)

"""`setsquare badge`: verify the badge in a file."""

import argparse
from pathlib import Path

from django.utils.translation import gettext as _

from setsquare.domains.training.badges.giving import examined, told
from setsquare.domains.training.thing import CERTIFICATES
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.reading import Options
from setsquare.faces.cli.showing import as_json, say
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused

SIGNS = {True: "+", False: "!", None: "?"}


def add_badge_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `badge`."""
    parser.add_argument("file", type=Path, metavar="FILE", help=_("a badge as .json, .jwt, .png or .svg"))
    parser.add_argument(
        "--key",
        default="",
        help=_("the public key of its issuer, or a file that holds it, if not known here"),
    )


def verify_badge(caller: Caller, options: Options) -> None:
    """Tell whether a badge is valid; refuse it where not, or where nothing shows its issuer, so that scripts notice."""
    caller.require(Scope.READ, CERTIFICATES.code)
    key = options.key
    if key and len(key) < 500 and Path(key).is_file():
        key = _read("key", Path(key)).decode("utf-8", "replace")
    verdict = examined(_read("file", options.file), key, caller.user)
    if options.json:
        as_json(told(verdict, caller.user))
    else:
        say(f"{verdict.badge.name} ({verdict.issuer_name})")
        for finding in verdict.findings:
            say(f" {SIGNS[finding.good]} {finding.sentence}")
    if not verdict.valid:
        raise Refused({"file": verdict.why_not})
    if verdict.doubt and not key:
        raise Refused({"file": verdict.doubt})
    if not options.json:
        said = (
            _("This badge is signed by the key that you gave.")
            if verdict.doubt
            else _("This badge is valid.")
        )
        say(said)


def _read(field: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        sentence = _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": wrong.strerror}
        raise Refused({field: sentence}) from None

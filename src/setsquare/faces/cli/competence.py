"""Lists of competence: what somebody holds, how it came to be, and calibration across assessors."""

import argparse
from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from setsquare.domains.competence.asking import day_asked, framework_asked, person_asked
from setsquare.domains.competence.assessment import ASSESSMENTS
from setsquare.domains.competence.calibration import calibration
from setsquare.domains.competence.standing import changes_of, held_by, moment_of, told_with_before
from setsquare.domains.competence.telling import calibration_told, line_told
from setsquare.faces.cli.lists import add_limit
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.reading import Options
from setsquare.faces.cli.showing import as_json, say, table
from setsquare.kernel.accounts.tokens import Scope


def add_competence_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `competence`."""
    parser.add_argument("person", nargs="?", default="", metavar="PERSON", help=_("sign-in name; else you"))
    parser.add_argument("--at", default="", metavar="DAY", help=_("as it stood at the end of that day"))
    parser.add_argument("--changes", action="store_true", help=_("how it came to be, the newest first"))
    add_limit(parser)


def show_competence(caller: Caller, options: Options) -> None:
    """Show what somebody whose competence the caller sees holds, or how that came to be."""
    caller.require(Scope.READ, ASSESSMENTS.code)
    person = person_asked(caller.user, options.person)
    if options.changes:
        rows = list(changes_of(person)[: max(options.limit, 1)])
        lines = told_with_before(rows, caller.user)
    else:
        lines = held_by(person, caller.user, moment_of(day_asked(options.at), person))[
            : max(options.limit, 1)
        ]
    items = [line_told(line) for line in lines]
    if options.json:
        as_json({"items": items})
    elif not items:
        say(_("Nothing is agreed that holds then."))
    else:
        names = ("framework", "component", "title", "level_name", "since", "until", "evidence")
        head = [_("Framework"), _("Component"), _("Title"), _("Level"), _("Since"), _("Until"), _("Evidence")]
        table(head, [[_short(name, item[name]) for name in names] for item in items])


def _short(name: str, value: object) -> str:
    return str(value)[:10] if name in ("since", "until") and value else str(value or "")


def add_calibration_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `calibration`."""
    parser.add_argument("framework", metavar="FRAMEWORK", help=_("number of a competence framework"))
    parser.add_argument("--component", default="", metavar="CODE", help=_("only this component"))


def show_calibration(caller: Caller, options: Options) -> None:
    """Show how assessors stand to what was agreed and to each other, where the caller may assess."""
    caller.require(Scope.READ, ASSESSMENTS.code)
    framework = framework_asked(caller.user, options.framework)
    found = calibration_told(calibration(framework, caller.user, options.component))
    if options.json:
        as_json(found)
        return
    if not found["assessors"]:
        say(_("Nothing to compare yet."))
        return
    head = [_("Assessor"), _("Ratings"), _("Mean difference in levels"), _("Equal")]
    table(head, [_rounded(row) for row in found["assessors"]])
    if found["pairs"]:
        say()
        head = [
            _("First"),
            _("Second"),
            _("Rated by both"),
            _("Mean difference in levels"),
            _("Equal"),
            _("Weighted kappa"),
        ]
        table(head, [_rounded(row) for row in found["pairs"]])


def _rounded(row: Mapping[str, Any]) -> list[str]:
    """Return values as people read them: differences and kappa to hundredths, agreement in percent."""
    found = []
    for name, value in row.items():
        if name == "exact_agreement":
            found.append(f"{round(value * 100)} %")
        elif isinstance(value, float):
            sign = "+" if name == "mean_difference" and round(value, 2) > 0 else ""
            found.append(sign + number_format(round(value, 2) or 0.0, 2, use_l10n=True))
        else:
            found.append("" if value is None else str(value))
    return found

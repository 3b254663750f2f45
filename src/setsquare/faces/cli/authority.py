"""Who may do something, what the caller may do, and what a rule would change."""

import argparse
from collections.abc import Sequence

from django.utils.translation import gettext as _

from setsquare.domains.authority.in_words import check_kind, done_by_people, told
from setsquare.domains.authority.looking import (
    BY_THE_RECORD,
    WhyNot,
    found_among,
    unit_looked_at,
    units_looked_at,
    what_may,
    who_may,
)
from setsquare.domains.authority.simulating import (
    SIMULATED,
    as_values,
    commands_of_change,
    effect,
    unit_of_change,
)
from setsquare.domains.authority.thing import AUTHORITY_RULES
from setsquare.faces.cli.lists import add_limit
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.reading import Options, find
from setsquare.faces.cli.showing import as_json, say, table
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused, WrongState


def add_who_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `who-may`."""
    parser.add_argument("command", metavar="COMMAND", help=_("its full name, such as revision.approve"))
    parser.add_argument("unit", metavar="UNIT", help=_("a unit’s code"))
    parser.add_argument("--kind", default="", help=_("records of a kind, such as a document type’s code"))
    parser.add_argument(
        "--not", dest="may_not", action="store_true", help=_("who may not, and what they lack")
    )
    add_limit(parser)


def show_who(caller: Caller, options: Options) -> None:
    """Show who may carry out a command in a unit, or who may not and what they lack."""
    caller.require(Scope.READ, AUTHORITY_RULES.code)
    command = done_by_people().get(options.command)
    if command is None:
        sentence = _("There is no command “%(key)s” that people carry out.")
        raise Refused({"command": sentence % {"key": options.command}})
    check_kind(command, options.kind)
    unit = _unit(list(units_looked_at(caller.user)), options.unit)
    found = who_may(command, unit, options.kind)
    people = list((found.may_not if options.may_not else found.may)[: max(options.limit, 1)])
    kept = found.why_not(people, caller.user) if options.may_not else {}
    items = [(one, kept.get(one.pk, WhyNot())) for one in people]
    if options.json:
        told_of = [
            {
                "person": one.username,
                "name": one.name,
                "lacks": list(why.lacks),
                "countersigned": why.supervised,
                "unattended": why.unattended,
                "glass": why.breakable,
                "by_the_record": found.record_alone,
            }
            for one, why in items
        ]
        as_json({"items": told_of, "rules": [rule.number for rule in found.rules]})
        return
    if found.record_alone:
        say(str(BY_THE_RECORD))
        say(_("Listed is who meets the rules.") if found.rules else _("No rule is asked here."))
    elif not items:
        say(_("Nobody may do this here") if not options.may_not else _("No rule keeps anybody from it"))
    if items:
        rows = [
            [
                one.username,
                one.name,
                "; ".join(why.lacks),
                _("With a countersignature")
                if why.supervised
                else _("Nobody may countersign")
                if why.unattended
                else "",
            ]
            for one, why in items
        ]
        table([_("Person"), _("Name"), _("What they lack"), _("All the same")], rows)


def add_what_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `what-may-i`."""
    parser.add_argument(
        "unit", metavar="UNIT", nargs="?", default="", help=_("a unit’s code; without it your own")
    )
    parser.add_argument("--find", default="", metavar="WORDS", help=_("only commands that are called so"))
    parser.add_argument("--kept", action="store_true", help=_("only what a rule keeps you from"))


def show_what(caller: Caller, options: Options) -> None:
    """Show what the caller's roles allow in a unit, and what rules keep them from."""
    caller.require(Scope.READ, AUTHORITY_RULES.code)
    unit = unit_looked_at(caller.user, options.unit)
    if unit is None:
        sentence = _("There is no unit with the code “%(code)s”.")
        raise Refused({"unit": sentence % {"code": options.unit}})
    found = found_among(what_may(caller.user, unit), options.find, kept=options.kept)
    if options.json:
        items = [
            {
                "command": row.command.key,
                "why_not": row.why_not or None,
                "by_the_record": row.by_the_record,
                "ways": [way.values for way in row.ways],
            }
            for row in found
        ]
        as_json({"items": items})
    else:
        rows = [
            [told(row.command), row.why_not or (_("Depends on the record") if row.by_the_record else "")]
            for row in found
        ]
        table([_("Command"), _("What keeps you from it")], rows)


def add_effect_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `rule-effect`."""
    parser.add_argument("number", metavar="NUMBER", help=_("an authority rule"))
    parser.add_argument("--unit", default="", help=_("a unit’s code; without it the rule’s own"))
    add_limit(parser)


def show_effect(caller: Caller, options: Options) -> None:
    """Show what approving a rule would change, or withdrawing one that is in force."""
    caller.require(Scope.READ, AUTHORITY_RULES.code)
    record = find(caller, AUTHORITY_RULES, options.number)
    if record.state not in SIMULATED:
        raise WrongState(_("%(number)s changes nothing any more.") % {"number": record.number}, record.state)
    rule = record.authority_rule
    unit = unit_of_change(caller.user, rule, options.unit)
    items = [
        as_values(effect(rule, command, unit), max(options.limit, 1)) for command in commands_of_change(rule)
    ]
    if options.json:
        as_json({"unit": unit.code, "items": items})
        return
    head = [
        _("Command"),
        _("May now"),
        _("May then"),
        _("Gain it"),
        _("Lose it"),
        _("Tasks that nobody could do"),
        _("Nobody may countersign"),
    ]
    names = ("command", "may_now", "may_then", "gains", "loses", "stranded")
    table(
        head,
        [
            [
                *(_("depends") if item[name] is None else str(item[name]) for name in names),
                _("yes") if item["unattended"] else "",
            ]
            for item in items
        ],
    )


def _unit(units: Sequence[Unit], code: str) -> Unit:
    unit = next((each for each in units if each.code == code), None)
    if unit is None:
        raise Refused({"unit": _("There is no unit with the code “%(code)s”.") % {"code": code}})
    return unit

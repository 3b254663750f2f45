"""`setsquare profiles`: who has a role profile, or which ones somebody has."""

import argparse

from django.utils.translation import gettext as _

from setsquare.domains.competence.profile import PROFILES
from setsquare.domains.competence.queries import Held, holders, holdings_of, profiles_of, why_held
from setsquare.domains.organisation.queries import directory
from setsquare.faces.cli.failures import Usage
from setsquare.faces.cli.lists import add_limit
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.reading import Options, find
from setsquare.faces.cli.showing import as_json, table
from setsquare.kernel.accounts.models import named
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.things import plain
from setsquare.kernel.representation import deeds
from setsquare.kernel.representation.records import Values, mention


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `profiles`."""
    parser.add_argument("number", nargs="?", metavar="NUMBER", help=_("who has this role profile"))
    parser.add_argument("--person", default="", metavar="USER", help=_("which role profiles this person has"))
    add_limit(parser)


def show(caller: Caller, options: Options) -> None:
    """Show who has a profile, or the profiles of a person, with why."""
    caller.require(Scope.READ, PROFILES.code)
    if bool(options.number) is bool(options.person):
        raise Usage(_("Give the number of a role profile, or --person USER."))
    items = _holders(caller, options) if options.number else _of_person(caller, options.person)
    if options.json:
        as_json({"items": items})
        return
    what = "person" if options.number else "profile"
    names = [item[what] for item in items]
    lines = [
        [
            name.get("username") or name["number"],
            name.get("name") or name["title"],
            _("yes") if item["by_title"] else "",
            item["since"] or "",
            item["until"] or "",
        ]
        for name, item in zip(names, items, strict=True)
    ]
    head = _("Person") if options.number else _("Role profile")
    table([head, _("Name"), _("By job title"), _("Given since"), _("Until")], lines)


def _holders(caller: Caller, options: Options) -> list[Values]:
    profile = find(caller, PROFILES, options.number).role_profile
    known = holders(profile).filter(pk__in=directory(caller.user).order_by().values("pk"))
    people = list(known[: max(options.limit, 1)])
    why = why_held(profile, people)
    return [{"person": deeds.person(one), **_why(why[one.pk])} for one in people]


def _of_person(caller: Caller, name: str) -> list[Values]:
    person = directory(caller.user).filter(named(name)).first()
    if person is None:
        raise Refused({"person": _("You know nobody with the sign-in name “%(name)s”.") % {"name": name}})
    seen = profiles_of(person).filter(pk__in=PROFILES.visible_to(caller.user).values("pk"))
    return [{"profile": mention(profile.record), **_why(held)} for profile, held in holdings_of(person, seen)]


def _why(held: Held) -> Values:
    return {"by_title": held.by_title, "since": plain(held.since), "until": plain(held.until)}

"""Gaps of competence on the command line: of people, by component, who could stand in, what hangs on one person."""

import argparse
from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from setsquare.domains.competence.gaps.asking import Asking
from setsquare.domains.competence.gaps.cells import stand
from setsquare.domains.competence.gaps.narrowing import day_of, person_followed, profile_named, unit_named
from setsquare.domains.competence.gaps.people import people_shown
from setsquare.domains.competence.gaps.standing import STANDINGS, WORDS, AsOf
from setsquare.domains.competence.gaps.standing_in import stand_ins_of
from setsquare.domains.competence.gaps.told import coverage_told, person_told, stand_in_told, thin_told
from setsquare.domains.competence.gaps.totals import coverage, single_points
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.faces.cli.lists import add_limit
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.reading import Options
from setsquare.faces.cli.showing import as_json, say, table
from setsquare.flows.gaps_to_courses import numbers
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.representation.records import Values


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--at", default="", metavar="DAY", help=_("on this day, such as 2026-11-30; else now")
    )
    parser.add_argument("--unit", default="", metavar="CODE", help=_("only people of this unit and below"))


def _add_profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", default="", metavar="NUMBER", help=_("only what this role profile asks"))


def _asked(caller: Caller, options: Options) -> tuple[Asking, QuerySet[User]]:
    caller.require(Scope.READ, FRAMEWORKS.code)
    every = Asking(AsOf.of(day_of(options.at)))
    asking = every.only(profile_named(caller.user, getattr(options, "profile", ""), every))
    people = people_shown(
        caller.user,
        asking,
        unit=unit_named(options.unit),
        only_gaps=getattr(options, "only_gaps", False),
    )
    return asking, people


def _show(
    items: Sequence[Values], options: Options, none: str, head: list[str], rows: list[list[str]]
) -> None:
    if options.json:
        as_json({"items": items})
    elif not items:
        say(none)
    else:
        table(head, rows)


def add_gap_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `gaps`."""
    _add_place(parser)
    _add_profile(parser)
    parser.add_argument("--person", default="", metavar="USER", help=_("only this person"))
    parser.add_argument("--only-gaps", action="store_true", help=_("only people who lack something"))
    parser.add_argument("--standing", choices=STANDINGS, default="", help=_("only what stands so"))
    add_limit(parser)


def show_gaps(caller: Caller, options: Options) -> None:
    """Show how the people whose competence the caller follows stand to what is asked of them."""
    asking, people = _asked(caller, options)
    if options.person:
        people = people.filter(pk=person_followed(caller.user, options.person).pk)
    page = list(people.order_by("name", "pk")[: max(options.limit, 1)])
    found = stand(page, asking)
    courses = numbers(caller.user, found.components)
    items = [person_told(person, found, options.standing, courses) for person in page]
    head = [
        _("Person"),
        _("Component"),
        _("Title"),
        _("Required"),
        pgettext("level", "Held"),
        _("Standing"),
        _("Until or due"),
        _("Courses"),
    ]
    rows = [
        [
            item["person"]["username"],
            one["component"],
            one["title"],
            str(one["required"]),
            str(one["level"]),
            str(WORDS[one["standing"]]),
            one["due"] or one["last_day"] or "",
            ", ".join(one["courses"]),
        ]
        for item in items
        for one in item["components"]
    ]
    _show(items, options, _("There is nobody such."), head, rows)


def add_coverage_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `coverage`."""
    _add_place(parser)
    _add_profile(parser)


def show_coverage(caller: Caller, options: Options) -> None:
    """Show of how many people each component is asked, and how many have what is needed."""
    asking, people = _asked(caller, options)
    items = coverage_told(coverage(people, asking))
    head = [_("Component"), _("Title"), _("Asked of"), _("Have it"), "%"]
    rows = [[str(one[name]) for name in ("component", "title", "asked", "enough", "share")] for one in items]
    _show(items, options, _("Nothing is asked for."), head, rows)


def add_stand_in_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `stand-ins`."""
    parser.add_argument("person", metavar="USER", help=_("for whom"))
    _add_place(parser)
    add_limit(parser)


def show_stand_ins(caller: Caller, options: Options) -> None:
    """Show who could stand in for somebody, who lacks least first."""
    asking, people = _asked(caller, options)
    person = person_followed(caller.user, options.person)
    found = stand_ins_of(person, people, asking, limit=max(options.limit, 1))
    items = [stand_in_told(one) for one in found]
    rows = [
        [
            one["person"]["username"],
            one["unit"] or "",
            f"{one['met']}/{one['of']}",
            ", ".join(f"{lack['component']} {lack['level']}/{lack['required']}" for lack in one["lacks"]),
        ]
        for one in items
    ]
    none = _("Nobody could stand in.")
    _show(items, options, none, [_("Person"), _("Unit"), _("Meets"), _("Lacks")], rows)


def show_single_points(caller: Caller, options: Options) -> None:
    """Show what role profiles ask for and at most one person holds."""
    asking, people = _asked(caller, options)
    items = [thin_told(one) for one in single_points(people, asking)]
    head = [_("Component"), _("Title"), _("Required"), _("Held by"), _("Held until")]
    rows = [
        [
            one["component"],
            one["title"],
            str(one["required"]),
            one["only"]["username"] if one["only"] else "",
            one["last_day"] or "",
        ]
        for one in items
    ]
    _show(items, options, _("No single point of failure."), head, rows)


add_single_point_options = _add_place

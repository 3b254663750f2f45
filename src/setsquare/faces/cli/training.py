"""The training matrix on the command line."""

import argparse
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from setsquare.domains.training.matrix import STANDINGS, WORDS, cells, courses_shown, people_shown
from setsquare.domains.training.models import Course
from setsquare.domains.training.standings import LACK, line_told, narrowed, of_roles, standing_so
from setsquare.domains.training.thing import COURSES
from setsquare.faces.cli.lists import add_limit
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.reading import Options
from setsquare.faces.cli.showing import as_json, say, table
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.things import plain


def add_matrix_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `training`."""
    parser.add_argument("--unit", default="", help=_("a unit’s code"))
    parser.add_argument("--standing", choices=STANDINGS, default="", help=_("only what stands so"))
    parser.add_argument(
        "--lacking", action="store_true", help=_("only people who lack a course that they need")
    )
    parser.add_argument(
        "--by-role", action="store_true", help=_("roles instead of people: how many need and have it")
    )
    add_limit(parser)


def show_matrix(caller: Caller, options: Options) -> None:
    """Show how the people whose training the caller follows stand to the courses on offer."""
    caller.require(Scope.READ, COURSES.code)
    unit = Unit.objects.filter(code=options.unit).first() if options.unit else None
    if options.unit and unit is None:
        raise Refused({"unit": _("There is no unit with the code “%(code)s”.") % {"code": options.unit}})
    followed, courses = people_shown(caller.user, unit=unit), list(courses_shown(caller.user))
    if options.by_role:
        _show_roles(followed, courses, options)
        return
    if options.lacking:
        followed = narrowed(followed, courses, LACK)
    if options.standing:
        followed = standing_so(followed, courses, options.standing)
    people = list(followed.order_by("name", "pk")[: max(options.limit, 1)])
    found = cells(people, courses)
    items: list[dict[str, Any]] = [
        {
            "person": one.username,
            "name": one.name,
            "course": course.record.number,
            "standing": cell.standing,
            "until": plain(cell.until),
            "last_day": plain(cell.last),
            "certificate": cell.evidence or None,
        }
        for one in people
        for course in courses
        if (cell := found[one.pk, course.pk]).standing == (options.standing or cell.standing)
        and (options.standing or cell.needed or cell.until)
    ]
    if options.json:
        as_json({"items": items})
    elif not items:
        say(_("Nobody stands so."))
    else:
        head = [_("Person"), _("Name"), _("Course"), _("Standing"), _("Until"), _("Certificate")]
        rows = [
            [
                item["person"],
                item["name"],
                item["course"],
                str(WORDS[item["standing"]]),
                item["last_day"] or "",
                item["certificate"] or "",
            ]
            for item in items
        ]
        table(head, rows)


def _show_roles(people: QuerySet[User], courses: Sequence[Course], options: Options) -> None:
    items = [line_told(line, courses) for line in of_roles(people, courses)]
    rows = [
        [item["role"], item["name"], one["course"], one["title"], str(one["needed"]), str(one["have"])]
        for item in items
        for one in item["courses"]
    ]
    if options.json:
        as_json({"items": items})
    elif not rows:
        say(_("No role needs a course."))
    else:
        table([_("Role"), _("Name"), _("Course"), _("Title"), _("Needed by"), _("Have it")], rows)

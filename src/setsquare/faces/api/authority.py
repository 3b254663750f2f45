"""Who may do something, and what the caller may do: by roles and the rules in force."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.domains.authority.in_words import check_kind, done_by_people
from setsquare.domains.authority.looking import WhyNot, found_among, unit_looked_at, what_may, who_may
from setsquare.domains.authority.models import AuthorityRule
from setsquare.domains.authority.simulating import (
    SIMULATED,
    as_values,
    commands_of_change,
    effect,
    unit_of_change,
)
from setsquare.domains.authority.thing import AUTHORITY_RULES
from setsquare.faces.api.answering import digest_of, list_of, respond
from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.describing import parameter, says
from setsquare.faces.api.personal import PAGED
from setsquare.faces.api.reading import Parameters
from setsquare.faces.api.registers import find
from setsquare.faces.api.ways import ways_shown
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.declaration import Command
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.representation import deeds
from setsquare.kernel.representation.records import Values

WHO = ("may", "may_not")


def add_authority(api: NinjaAPI) -> None:
    """Add `:who` and `:mine` of the register and `:effect` of a rule; they come before the generic addresses."""
    unit = parameter("unit", "Code of the unit.")
    mine_asked = [
        parameter("unit", "Code of the unit; without it your own."),
        parameter("q", "Words by which the commands are called."),
        parameter("kept", "Only what a rule keeps you from.", enum=("true", "false"), default="false"),
    ]
    asked = (
        parameter("command", "Full name of the command, such as `revision.approve`."),
        unit,
        parameter("kind", "Code of the kind of records, such as a document type."),
        parameter(
            "show", "Those who may, or those who may not with what they lack.", enum=WHO, default=WHO[0]
        ),
    )
    slug, tags = AUTHORITY_RULES.slug, [str(AUTHORITY_RULES.plural)]
    api.get(
        f"/{slug}:who",
        operation_id=f"{slug}.who",
        summary="Who may carry out a command in a unit, and what the others lack",
        tags=tags,
        openapi_extra=says("A page.", "Page", parameters=[*PAGED, *asked], errors=(422,)),
    )(who)
    api.get(
        f"/{slug}/{{path:number}}:effect",
        operation_id=f"{slug}.effect",
        summary="What approving a rule would change, or withdrawing one in force: who gains, who loses, which tasks",
        tags=tags,
        openapi_extra=says("The commands.", "Page", parameters=[unit, PAGED[0]], errors=(404, 409, 422)),
    )(effects)
    api.get(
        f"/{slug}:mine",
        operation_id=f"{slug}.mine",
        summary="What your roles allow in a unit, and what a rule keeps you from",
        tags=tags,
        openapi_extra=says("The commands.", "Page", parameters=mine_asked, errors=(422,)),
    )(mine)


def effects(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with what approving a rule would change, or withdrawing one in force, a row for each command."""
    caller = caller_of(request)
    caller.require(Scope.READ, AUTHORITY_RULES.code)
    record = find(AUTHORITY_RULES, caller.user, number)
    asked = Parameters(request, "unit", "limit")
    if record.state not in SIMULATED:
        raise WrongState(_("%(number)s changes nothing any more.") % {"number": record.number}, record.state)
    rule: AuthorityRule = record.authority_rule
    unit = unit_of_change(caller.user, rule, asked.text("unit"))
    items = [as_values(effect(rule, one, unit), asked.limit()) for one in commands_of_change(rule)]
    return respond(request, {"unit": unit.code, "items": items}, tag=digest_of(items))


def who(request: HttpRequest) -> HttpResponse:
    """Answer with the people who may, or who may not."""
    caller_of(request).require(Scope.READ, AUTHORITY_RULES.code)
    asked = Parameters(request, "limit", "after", "command", "unit", "kind", "show")
    show = asked.text("show") or WHO[0]
    if show not in WHO:
        raise Refused({"show": _("Choose one of: %(expected)s.") % {"expected": ", ".join(WHO)}})
    command, kind = _command(asked), asked.text("kind")
    check_kind(command, kind)
    found = who_may(command, _unit(request, asked), kind)
    reader = caller_of(request).user
    known: dict[int, WhyNot] = {}

    def along(people: Sequence[User]) -> None:
        if show == WHO[1]:
            known.update(found.why_not(people, reader))

    def shown(person: User) -> Values:
        kept = known.get(person.pk, WhyNot())
        return {
            **(deeds.person(person) or {}),
            "lacks": list(kept.lacks),
            "countersigned": kept.supervised,
            "unattended": kept.unattended,
            "glass": kept.breakable,
            "by_the_record": found.record_alone,
        }

    return list_of(request, getattr(found, show), "name", shown, asked, descending=False, along=along)


def mine(request: HttpRequest) -> HttpResponse:
    """Answer with what the caller's roles allow, each with what keeps them from it."""
    caller = caller_of(request)
    caller.require(Scope.READ, AUTHORITY_RULES.code)
    asked = Parameters(request, "unit", "q", "kept")
    rows = what_may(caller.user, _unit(request, asked, own=True))
    rows = found_among(rows, asked.text("q"), kept=asked.flag("kept"))
    items = [
        {
            "command": row.command.key,
            "why_not": row.why_not or None,
            "by_the_record": row.by_the_record,
            "countersigned": row.supervised,
            "glass": row.breakable,
            "ways": ways_shown(row.ways),
        }
        for row in rows
    ]
    return respond(request, {"items": items}, tag=digest_of(items))


def _command(asked: Parameters) -> Command:
    command = done_by_people().get(asked.text("command"))
    if command is None:
        sentence = _("There is no command “%(key)s” that people carry out.")
        raise Refused({"command": sentence % {"key": asked.text("command")}})
    return command


def _unit(request: HttpRequest, asked: Parameters, *, own: bool = False) -> Unit:
    code = asked.text("unit")
    if not code and not own:
        raise Refused({"unit": _("Give the code of a unit.")})
    unit = unit_looked_at(caller_of(request).user, code)
    if unit is None and not code:
        raise Refused({"unit": _("You belong to no unit in which you may look; give the code of one.")})
    if unit is None:
        raise Refused({"unit": _("There is no unit with the code “%(code)s”.") % {"code": code}})
    return unit

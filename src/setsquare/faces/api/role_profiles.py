"""What role profiles have besides what every record has: who has one, whose they are, and their table."""

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.domains.competence.exchange.profiles import FORMS, given_out
from setsquare.domains.competence.profile import PROFILES
from setsquare.domains.competence.queries import Held, holders, holdings_of, profiles_of, why_held
from setsquare.domains.organisation.queries import directory
from setsquare.faces.api.answering import listed
from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.describing import parameter, says
from setsquare.faces.api.exports import sent
from setsquare.faces.api.personal import PAGED
from setsquare.faces.api.reading import Parameters
from setsquare.faces.api.registers import find
from setsquare.kernel.accounts.models import User, named
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.database.keyset import CursorError, Key, cut
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import plain
from setsquare.kernel.representation import deeds
from setsquare.kernel.representation.records import Values, mention

TABLE = "application/octet-stream"


def add_role_profiles(api: NinjaAPI) -> None:
    """Add the addresses of role profiles; they come before the generic ones."""
    form = parameter("format", "A table as an import takes it.", enum=FORMS, default="csv")
    person = parameter("person", "Sign-in name of somebody whom the caller knows.")

    def add(
        path: str, name: str, summary: str, view: Callable[..., HttpResponseBase], described: Values
    ) -> None:
        api.get(
            f"/{PROFILES.slug}{path}",
            operation_id=f"{PROFILES.slug}.{name}",
            summary=summary,
            tags=[str(PROFILES.plural)],
            openapi_extra=described,
        )(view)

    file = says("The file.", None, parameters=[form], errors=(404, 422), media_type=TABLE)
    add(":table", "table", "What all role profiles ask for, as a table", profiles_table, file)
    add("/{path:number}:table", "table_of", "What a role profile asks for, as a table", profile_table, file)
    page = says("A page.", "Page", parameters=PAGED, errors=(404, 422))
    add(
        "/{path:number}:holders",
        "holders",
        "Who has a role profile, of the people you know",
        profile_holders,
        page,
    )
    found = says("The profiles.", "Page", parameters=[person], errors=(422,))
    add(":of", "of", "Which role profiles a person has", profiles_of_person, found)


def profiles_table(request: HttpRequest) -> HttpResponseBase:
    """Answer with all profiles that the caller sees as a table."""
    caller = caller_of(request)
    caller.require(Scope.READ, PROFILES.code)
    return _table(request, PROFILES.visible_to(caller.user).order_by("number"), PROFILES.slug)


def profile_table(request: HttpRequest, number: str) -> HttpResponseBase:
    """Answer with one profile as a table."""
    caller = caller_of(request)
    caller.require(Scope.READ, PROFILES.code)
    record = find(PROFILES, caller.user, number)
    return _table(request, [record], record.number)


def _table(request: HttpRequest, records: Iterable[Record], name: str) -> HttpResponseBase:
    form = Parameters(request, "format").text("format") or "csv"
    if form not in FORMS:
        raise Refused({"format": _("Choose one of: %(expected)s.") % {"expected": ", ".join(FORMS)}})
    return sent(given_out(records, form), f"{name}-{timezone.localdate().isoformat()}.{form}")


def profile_holders(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with who has a profile, of the people whom the caller knows, and why."""
    caller = caller_of(request)
    caller.require(Scope.READ, PROFILES.code)
    profile = find(PROFILES, caller.user, number).role_profile
    asked = Parameters(request, "limit", "after")
    people = (
        holders(profile).filter(pk__in=directory(caller.user).order_by().values("pk")).select_related("unit")
    )
    key = Key("name", User._meta.get_field("name"))
    try:
        page = cut(
            people, key, descending=False, limit=asked.limit(), cursor=asked.text("after"), name="api.holders"
        )
    except CursorError:
        sentence = _("This place is not of this list; begin with the first page again.")
        raise Refused({"after": sentence}) from None
    why = why_held(profile, page.rows)
    items = [
        {"person": deeds.person(one), "unit": one.unit.code if one.unit else None, **_why(why[one.pk])}
        for one in page.rows
    ]
    return listed(request, items, page.next, page.previous)


def profiles_of_person(request: HttpRequest) -> HttpResponse:
    """Answer with the profiles that a person has, of those that the caller sees."""
    caller = caller_of(request)
    caller.require(Scope.READ, PROFILES.code)
    name = Parameters(request, "person").text("person")
    person = directory(caller.user).filter(named(name)).first()
    if person is None:
        raise Refused({"person": _("You know nobody with the sign-in name “%(name)s”.") % {"name": name}})
    seen = PROFILES.visible_to(caller.user).values("pk")
    why = holdings_of(person, profiles_of(person).filter(pk__in=seen))
    items = [{"profile": mention(profile.record), **_why(held)} for profile, held in why]
    return listed(request, items, "", "")


def _why(held: Held) -> Values:
    return {"by_title": held.by_title, "since": plain(held.since), "until": plain(held.until)}

"""What choosers ask for while a person types: people, units, roles, records that they may see, and what is of these."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from django.db.models import Case, Q, QuerySet, When
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from setsquare.domains.authority.models import Override
from setsquare.domains.authority.putting_right import choosable
from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.forms.fields import level_options
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.accounts.rights import units_where
from setsquare.kernel.accounts.units import by_tree
from setsquare.kernel.qualifications.subjects import parts_of
from setsquare.kernel.records.conditions import ME
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proofs import offered_of, told_of
from setsquare.kernel.records.things import all_things, find, visible_to
from setsquare.kernel.search.query import search

MOST = 20
UNITS = 200
"""Units and roles are few; a chooser without words lists them all."""
KNOWS = "organisation.read"
"""The permission by which people and units of a unit are known."""
RIGHT = "right"
"""The parameter that names a use of break-glass, and asks for what can put it right."""
LIVE = "live"
"""The parameter that asks for what can be referred to: open or in force."""
PART = "revision"
_PARTS_LAST = Case(When(type=PART, then=1), default=0)
Choice = dict[str, str | int]


@signed_in
def choose(request: HttpRequest, what: str) -> JsonResponse:
    """Answer a chooser: a list of {value, text, hint}; without words units as their tree, each with how deep it is."""
    source = _SOURCES.get(what)
    if source is None:
        raise Http404
    words = request.GET.get("q", "").strip().replace("\x00", "")[:100]
    return JsonResponse(list(source(request, words)), safe=False)


def _people(request: HttpRequest, words: str) -> Iterator[Choice]:
    user = person_of(request)
    if request.GET.get("me") and (not words or words.lower() in _("Me").lower()):
        yield {"value": ME, "text": _("Me"), "hint": user.name}
    known = Q(unit_id__in=units_where(user, KNOWS, upwards=True)) | Q(pk=user.pk)
    found = User.objects.filter(known, is_active=True).select_related("unit")
    for word in words.split()[:5]:
        found = found.filter(
            Q(name__icontains=word) | Q(username__istartswith=word) | Q(title__icontains=word)
        )
    for person in found.order_by("name", "id")[:MOST]:
        hint = " · ".join(part for part in (person.title, person.unit.name if person.unit else "") if part)
        yield {"value": person.username, "text": person.name, "hint": hint}


def _units(request: HttpRequest, words: str) -> Iterator[Choice]:
    user = person_of(request)
    known = Q(pk__in=units_where(user, KNOWS, upwards=True)) | Q(pk=user.unit_id)
    found = Unit.objects.filter(known, closed_on__isnull=True).select_related("parent")
    for word in words.split()[:5]:
        found = found.filter(Q(name__icontains=word) | Q(code__istartswith=word))
    units = found.order_by("name", "id")[:UNITS]
    for unit, depth in [(one, 0) for one in units] if words else by_tree(units):
        hint = f"{unit.code} · {unit.parent.name}" if unit.parent else unit.code
        yield {"value": unit.code, "text": unit.name, "hint": hint, **({"depth": depth} if depth else {})}


def _roles(request: HttpRequest, words: str) -> Iterator[Choice]:
    found = Role.objects.all()
    for word in words.split()[:5]:
        found = found.filter(Q(name__icontains=word) | Q(code__istartswith=word))
    for role in found.order_by("name")[:UNITS]:
        yield {"value": role.code, "text": role.name, "hint": ""}


def _records(request: HttpRequest, words: str) -> Iterator[Choice]:
    types = [kind for kind in request.GET.getlist("type") if kind]
    live = bool(request.GET.get(LIVE))
    states = _states(request.GET.getlist("state"))
    only = _only(request.GET.getlist("only"))
    person = _shown_of(request.GET.get("showing", ""))
    if person is not None:
        only &= offered_of(person)
    if RIGHT in request.GET:
        only &= _putting_right(person_of(request), request.GET[RIGHT][:80].replace("\x00", ""))
    found = find_records(person_of(request), words, types, MOST, live=live, states=states, only=only)
    more = told_of(found)
    for record in found:
        text = " · ".join(part for part in (f"{record.number} {record.told}", more.get(record.pk)) if part)
        yield {"value": record.number, "text": text, "hint": ""}


def _shown_of(username: str) -> User | None:
    """Return of whom records are to show something, by sign-in name."""
    name = username[:150].replace("\x00", "")
    return User.objects.filter(username=name).first() if name else None


def _putting_right(user: User, number: str) -> Q:
    """Return the condition on what puts right what was done by breaking the glass, as a reader sees that."""
    try:
        found = find(user, number)
    except Record.DoesNotExist:
        found = None
    known = Override.objects.filter(record=found).select_related("target").first() if found else None
    return choosable(known) if known is not None else Q(pk__in=())


def _states(given: Sequence[str]) -> dict[str, set[str]]:
    """Return by type in which states a record can be chosen, given as `framework.in_force`."""
    states: dict[str, set[str]] = {}
    for one in given[:MOST]:
        kind, _dot, state = one[:100].replace("\x00", "").partition(".")
        states.setdefault(kind, set()).add(state)
    return states


def _only(given: Sequence[str]) -> Q:
    """Return the condition on what can be chosen by filters of registers, given as `course.kind.classroom`."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for one in given[:MOST]:
        kind, code, value = [*one[:100].replace("\x00", "").split(".", 2), "", ""][:3]
        wanted.setdefault((kind, code), set()).add(value)
    chosen = Q()
    for thing in all_things():
        for known in thing.filters:
            if known.path and known.choices and (values := wanted.get((thing.code, known.code))):
                chosen &= ~Q(type=thing.code) | Q(**{f"{known.path}__in": values})
    return chosen


def _parts(request: HttpRequest, words: str) -> Iterator[Choice]:
    """Yield the parts of a record in which people qualify, such as components of a framework, with their levels."""
    try:
        record = find(person_of(request), request.GET.get("of", "")[:80].replace("\x00", ""))
    except Record.DoesNotExist:
        return
    looked_for = words.lower().split()[:5]
    for (_subject, code), part in parts_of([record]).items():
        text = f"{code} {part.title}"
        if code and all(word in text.lower() for word in looked_for):
            hint = " · ".join(f"{rank} {name}".strip() for rank, name in sorted(part.levels.items()))
            yield {"value": code, "text": text, "hint": hint}


def _levels(request: HttpRequest, words: str) -> Iterator[Choice]:
    """Yield the levels of a part of a record, such as a component of a framework, from the lowest; by name."""
    given = {name: request.GET.get(name, "")[:80].replace("\x00", "") for name in ("of", "part")}
    try:
        record = find(person_of(request), given["of"])
    except Record.DoesNotExist:
        return
    looked_for = words.lower().split()[:5]
    for one in level_options(record, given["part"], none=bool(request.GET.get("none"))):
        if all(word in f"{one['text']} {one['hint']}".lower() for word in looked_for):
            yield {"value": one["value"], "text": one["text"], "hint": one["hint"]}


def find_records(
    user: User,
    words: str,
    types: list[str],
    limit: int,
    *,
    live: bool = False,
    states: Mapping[str, Collection[str]] | None = None,
    only: Q | None = None,
) -> list[Record]:
    """Return records by the beginning of their number, then by their words; without words the latest changed.

    `live`: only what is open or in force, each document before its revisions. `states`: of these types only what is in
    one of these states. `only`: what fits this condition as well.
    """
    seen = visible_to(user)
    if types:
        seen = seen.filter(type__in=types)
    if live:
        seen = seen.filter(closed__isnull=True)
    for kind, wanted in (states or {}).items():
        seen = seen.exclude(~Q(state__in=wanted), type=kind)
    if only:
        seen = seen.filter(only)
    if not words:
        return list(seen.order_by("-changed", "-id")[:limit])
    start = words.upper()
    begins = seen.filter(number__gte=start, number__lt=start + "\uffff")
    order = (_PARTS_LAST, "number") if live else ("number",)
    found = list(begins.order_by(*order)[:limit])
    if len(found) < limit:
        known = {record.pk for record in found}
        many = limit * (3 if live or states or only else 1)
        hits = [hit.record for hit in search(user, words, types=types, limit=many).hits]
        hits = [one for one in hits if one.state in (states or {}).get(one.type, (one.state,))]
        if only:
            fitting = set(seen.filter(pk__in=[one.pk for one in hits]).values_list("pk", flat=True))
            hits = [one for one in hits if one.pk in fitting]
        if live:
            hits = sorted((one for one in hits if one.closed is None), key=lambda one: one.type == PART)
        found += [record for record in hits if record.pk not in known]
        found += _by_title(seen, words, found, limit) if only else []
    return found[:limit]


def _by_title(seen: QuerySet[Record], words: str, found: Sequence[Record], limit: int) -> list[Record]:
    """Return what fits and has the words in its title: of what search finds, little may fit."""
    if len(found) >= limit:
        return []
    for word in words.split()[:5]:
        seen = seen.filter(title__icontains=word)
    return list(seen.exclude(pk__in=[one.pk for one in found]).order_by("-changed", "-id")[:limit])


_SOURCES: dict[str, Callable[[HttpRequest, str], Iterator[Choice]]] = {
    "people": _people,
    "units": _units,
    "roles": _roles,
    "records": _records,
    "parts": _parts,
    "levels": _levels,
}

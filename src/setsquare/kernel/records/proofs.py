"""Records as evidence of what people are able to (`Thing.proof`): which ones are, of whom, and in which state."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.expiring import reckon
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proof import Proof
from setsquare.kernel.records.things import Thing, all_things, thing_of, value_at
from setsquare.kernel.writing.sentences import some

People = Mapping[int, Sequence[User]]
"""Whom records are about, by id of the record."""


def types_that_show() -> tuple[str, ...]:
    """Return the codes of the record types that show what people are able to."""
    return tuple(thing.code for thing in all_things() if thing.proof is not None)


def names_of_types() -> str:
    """Return what these record types are called, in one line."""
    return ", ".join(str(thing.plural) for thing in all_things() if thing.proof is not None)


def showing_of(person: User) -> Q:
    """Return the condition on records that show something of a person: about them, or about nobody."""
    found = Q(pk__in=[])
    for thing in all_things():
        if thing.proof is not None:
            found |= _about(thing, thing.proof, person)
    return found


def offered_of(person: User) -> Q:
    """Return the condition on records that are offered to show something of a person, in whichever state they may.

    Of records that do not tell everybody whom they are about, all are, so that nothing follows from who is found.
    """
    found = Q(pk__in=[])
    for thing in all_things():
        if (proof := thing.proof) is not None:
            whose = _about(thing, proof, person) if proof.named else Q(type=thing.code)
            found |= whose & ~Q(state__in=proof.never)
    return found


def _about(thing: Thing, proof: Proof, person: User) -> Q:
    if not proof.person:
        return Q(type=thing.code)
    theirs = Record.objects.filter(Q(**{proof.person: person.pk}) & proof.where, type=thing.code)
    return Q(pk__in=theirs.order_by().values("pk"))


def people_of(records: Iterable[Record]) -> People:
    """Return whom records are about as evidence; two queries for each type that is about people."""
    by_type: dict[str, list[int]] = defaultdict(list)
    for record in records:
        by_type[record.type].append(record.pk)
    found: dict[int, list[User]] = defaultdict(list)
    for code, keys in by_type.items():
        proof = thing_of(code).proof
        if proof is None or not proof.person:
            continue
        rows = Record.objects.filter(Q(**{f"{proof.person}__isnull": False}) & proof.where, pk__in=keys)
        pairs = list(rows.order_by(f"{proof.person}__name").values_list("pk", proof.person))
        people = User.objects.in_bulk([person for _record, person in pairs])
        for key, person in pairs:
            found[key].append(people[person])
    return found


def told_of(records: Sequence[Record]) -> dict[int, str]:
    """Return of records that show something whom they are about and in which state they are, where not in force."""
    rows = list(Record.objects.filter(pk__in=[one.pk for one in records]).select_related("unit"))
    reckon(rows)
    people = people_of(rows)
    return {
        one.pk: " · ".join(part for part in (named(one, people), state_told(one)) if part) for one in rows
    }


def known(record: Record, people: People) -> Sequence[User]:
    """Return whom a record is about, as far as everybody knows who sees it."""
    proof = thing_of(record.type).proof
    return people.get(record.pk, ()) if proof is not None and proof.named else ()


def named(record: Record, people: People) -> str:
    """Return the names of whom a record is about, as far as everybody knows who sees it; empty where about nobody."""
    return some(person.name for person in known(record, people))


def state_told(record: Record) -> str:
    """Return the state of a record that shows something, and that it is over; empty where it is in force."""
    thing = thing_of(record.type)
    if thing.proof is None:
        return ""
    if record.state not in thing.proof.holds:
        return _(thing.lifecycle.state(record.state).label)
    last = value_at(record, thing.proof.last) if thing.proof.last else None
    if last is not None and last < localdate():
        return _("held until %(day)s") % {"day": date_format(last)}
    return ""

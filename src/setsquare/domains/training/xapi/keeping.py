"""Taking statements in: all of them or none, each once; and who may read which."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.training.permissions import MANAGE
from setsquare.domains.training.rules import manages
from setsquare.domains.training.xapi.checking import moment, wrongs
from setsquare.domains.training.xapi.models import Recognised, Statement
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.rights import permissions_in, units_where
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.events.models import Event

MOST = 500
"""Statements that are taken at once."""
STORED = "xapi.statement"
UNKNOWN = Q(person__isnull=True, recognised__isnull=True)
"""The condition on statements of whose learner nothing is known here."""
ASIDE = ("id", "stored", "authority", "version")
"""Parts in which two statements of one id may differ: the receiver sets them."""
Json = dict[str, Any]


class Conflict(Exception):
    """Another statement has this id; the message is a sentence."""


def take_in(sender: User, given: Sequence[Any]) -> list[uuid.UUID]:
    """Keep statements that somebody's token brought; returns their ids.

    What is wrong is told by row (`0.actor.mbox`). Raises Refused, NotPermitted and Conflict; then none is kept.
    """
    if not given or len(given) > MOST:
        sentence = _("Send from %(least)s to %(most)s statements at once.")
        raise Refused({"": sentence % {"least": 1, "most": MOST}})
    if not Unit.objects.filter(pk__in=units_where(sender, MANAGE)).exists():
        raise NotPermitted(_("Only who runs training may send learning records."))
    found = {
        f"{row}.{place}".rstrip("."): text
        for row, one in enumerate(given)
        for place, text in wrongs(one).items()
    }
    if found:
        raise Refused(found)
    rows = _rows(sender, given)
    try:
        return _kept(rows)
    except IntegrityError:  # the same was brought at this very moment by another request
        return _kept(rows)


def _rows(sender: User, given: Sequence[Json]) -> list[Statement]:
    people, now = _people([one["actor"] for one in given]), timezone.now()
    rows, foreign, ids = [], {}, set()
    for row, one in enumerate(given):
        person = people.get(named(one["actor"]))
        if person is not None and not manages(sender, person):
            sentence = _("Your roles do not let you send learning records of %(name)s.")
            foreign[f"{row}.actor"] = sentence % {"name": person.name}
        uid = uuid.UUID(one["id"]) if "id" in one else uuid.uuid4()
        if uid in ids:
            raise Refused({f"{row}.id": _("This id stands twice among what was sent.")})
        ids.add(uid)
        rows.append(
            Statement(
                uid=uid,
                person=person,
                actor=named(one["actor"]),
                sender=sender,
                verb=one["verb"]["id"],
                activity=one["object"]["id"],
                happened=moment(one.get("timestamp")) or now,
                stored=now,
                content=json.dumps(one),
            )
        )
    if foreign:
        raise Refused(foreign)
    return rows


def _kept(rows: Sequence[Statement]) -> list[uuid.UUID]:
    with transaction.atomic():
        before = Statement.objects.in_bulk([row.uid for row in rows], field_name="uid")
        for row in rows:
            if row.uid in before and not _same(before[row.uid], row):
                sentence = _("Another statement has the id %(id)s already.")
                raise Conflict(sentence % {"id": row.uid})
        for row in rows:
            if row.uid not in before:
                row.pk = None
                row.save(force_insert=True)
                Event.objects.create(name=STORED, payload={"statement": row.pk}, at=row.stored)
    return [row.uid for row in rows]


def _same(kept: Statement, sent: Statement) -> bool:
    """Tell whether two statements say the same, and whoever brings it may know of the kept one."""
    one, other = (
        {name: value for name, value in json.loads(row.content).items() if name not in ASIDE}
        for row in (kept, sent)
    )
    if "timestamp" not in one or "timestamp" not in other:
        one.pop("timestamp", None)
        other.pop("timestamp", None)
    return one == other


def named(actor: Mapping[str, Any]) -> str:
    """Return by what an actor is named, in one text."""
    if "account" in actor:
        return f"{actor['account']['homePage']} {actor['account']['name']}"
    found = next(str(actor[name]) for name in ("mbox", "mbox_sha1sum", "openid") if name in actor)
    return found.lower()


def _people(actors: Iterable[Mapping[str, Any]]) -> dict[str, User]:
    """Return the people whom actors name, by how they name them: by mail address, or by their account here."""
    found: dict[str, User] = {}
    wanted = {named(actor): actor for actor in actors}
    addresses = {name.removeprefix("mailto:") for name, actor in wanted.items() if "mbox" in actor}
    with_mail = User.objects.exclude(email="").annotate(low=Lower("email")).order_by("pk")
    for person in with_mail.filter(low__in=addresses):
        found[f"mailto:{person.email.lower()}"] = person
    if hashed := {name for name, actor in wanted.items() if "mbox_sha1sum" in actor}:
        for person in with_mail:
            name = hashlib.sha1(f"mailto:{person.email.lower()}".encode(), usedforsecurity=False).hexdigest()
            if name in hashed:
                found[name] = person
    home = settings.SETSQUARE.address.rstrip("/")
    accounts = {
        actor["account"]["name"].lower(): name
        for name, actor in wanted.items()
        if "account" in actor and actor["account"]["homePage"].rstrip("/") == home
    }
    for person in User.objects.annotate(low=Lower("username")).filter(low__in=accounts):
        found[accounts[person.username.lower()]] = person
    return found


def named_person(actor: Mapping[str, Any]) -> User | None:
    """Return the person whom an actor names, if somebody here."""
    return _people([actor]).get(named(actor))


def recognise(person: User) -> list[Statement]:
    """Note which statements about unknown learners are of a person, as they are named now; return these.

    Only those whose sender runs the person's training, as with statements that come now.
    """
    home, email = settings.SETSQUARE.address.rstrip("/"), person.email.lower()
    names = [f"mailto:{email}"] if email else []
    names += [hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest() for name in names]
    own = Q(actor__in=names)
    for address in (home, f"{home}/"):
        own |= Q(actor__iexact=f"{address} {person.username}")
    found = []
    for statement in Statement.objects.filter(UNKNOWN, own).select_related("sender").order_by("pk"):
        meant = named_person(json.loads(statement.content)["actor"])
        if meant == person and manages(statement.sender, person):
            with (
                suppress(IntegrityError),
                transaction.atomic(),
            ):  # another worker noted it at this very moment
                Recognised.objects.create(statement=statement, person=person, at=timezone.now())
            found.append(statement)
    return found


def readable_by(user: User) -> Q:
    """Return the condition on statements that somebody may read: their own, and of those whose training they run.

    One about an unknown learner is read by who brought it, and by who runs the training of the whole organisation.
    """
    top = Unit.objects.filter(parent__isnull=True).values_list("pk", flat=True)
    unknown = UNKNOWN
    if not any(MANAGE in permissions_in(user, unit) for unit in top):
        unknown &= Q(sender=user)
    followed = units_where(user, MANAGE)
    return (
        Q(person=user)
        | Q(recognised__person=user)
        | Q(person__unit__in=followed)
        | Q(recognised__person__unit__in=followed)
        | unknown
    )


def as_told(statement: Statement) -> Json:
    """Return a statement as it is given out: as it came, with what the receiver adds."""
    told: Json = json.loads(statement.content)
    account = {"homePage": settings.SETSQUARE.address, "name": statement.sender.username}
    return {
        **told,
        "id": str(statement.uid),
        "timestamp": told.get("timestamp", written(statement.happened)),
        "stored": written(statement.stored),
        "authority": {"objectType": "Agent", "account": account},
        "version": told.get("version", "1.0.3"),
    }


def written(at: Any) -> str:
    """Write a time as xAPI does."""
    return str(at.isoformat().replace("+00:00", "Z"))

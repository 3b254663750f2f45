"""Entering whose badges count as theirs: by one who runs training, and confirmed by another."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.training.badges.fetching import netloc, place
from setsquare.domains.training.badges.known import named_by
from setsquare.domains.training.badges.models import BadgeIssuer
from setsquare.domains.training.badges.resolving import DID_KEY, NoKey, entered_keys, names_us, url_of
from setsquare.domains.training.permissions import MANAGE
from setsquare.domains.training.rules import COORDINATORS
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, UnitRef, Widget
from setsquare.kernel.commands.declaration import Meaning, Reason, Situation, command, owner
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.leaving import PASSED_ON, PassOn, take_over
from setsquare.kernel.commands.seconding import SecondTo
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.writing.sentences import some

KnownIn = Annotated[UnitRef, Shown(gettext_lazy("Unit"), gettext_lazy("It is known there and below."))]


class Described(Body):
    """An issuer and its key."""

    title: Annotated[str, Field(min_length=1, max_length=200), Shown(gettext_lazy("Name"))]
    address: Annotated[
        str,
        Field(min_length=1, max_length=300),
        Shown(
            gettext_lazy("Address of the issuer"),
            gettext_lazy("As its badges name it: an address that begins with https, a did:web or a did:key."),
        ),
    ]
    key: Annotated[
        str,
        Field(max_length=10_000),
        Shown(
            gettext_lazy("Public key of the issuer"),
            gettext_lazy("A JWK, a JWKS, or a key that begins with z6Mk. Empty: the one in the did:key."),
            Widget.LONG_TEXT,
        ),
    ] = ""
    found_out: Annotated[
        str,
        Field(max_length=2000),
        Shown(
            gettext_lazy("How it was found out"),
            gettext_lazy("Such as: asked by telephone, with whom one spoke."),
            Widget.LONG_TEXT,
        ),
    ] = ""


class NewIssuer(Described):
    """An issuer, and the unit that knows it."""

    unit: KnownIn


def _as_is(situation: Situation) -> Mapping[str, Any]:
    issuer: BadgeIssuer = situation.detail
    return {
        "title": situation.subject.title,
        "address": issuer.address,
        "key": issuer.key,
        "found_out": issuer.found_out,
    }


def _in_own_unit(situation: Situation) -> Mapping[str, Any]:
    unit = situation.user.unit
    return {"unit": unit.code if unit is not None else ""}


def _not_entered(situation: Situation) -> Label | None:
    """Rule: nobody confirms what they entered."""
    if situation.subject.owner_id == situation.user.pk:
        return _("You entered it; somebody else who runs training confirms it.")
    return None


def _owner(situation: Situation) -> list[User]:
    """Return who entered it."""
    return [situation.subject.owner]


def _key_of(body: Described, unit: Unit, record: Record | None) -> str:
    """Return the key of an issuer as it is kept; refuse what is no key, and who cannot be an issuer of others."""
    url = url_of(body.address)
    if names_us(body.address):
        raise Refused({"address": _("This is this organisation itself, whose key is known.")})
    if not body.address.startswith(DID_KEY) and (
        not place(url)[0] or urlsplit(url).scheme != "https" or "@" in netloc(url)
    ):
        sentence = _("Write an address that begins with https, a did:web or a did:key.")
        raise Refused({"address": sentence})
    others = BadgeIssuer.objects.filter(record__unit=unit, record__state__in=("entered", "known"))
    others = others.exclude(pk=record.pk) if record is not None else others
    if same := named_by(body.address, others.select_related("record")):
        sentence = _("%(number)s is this issuer already.")
        raise Refused({"address": sentence % {"number": same[0].record.number}})
    within = body.address.removeprefix(DID_KEY) if body.address.startswith(DID_KEY) else ""
    if within and body.key.strip() not in ("", within):
        raise Refused({"key": _("The key stands in the did:key already; leave this empty.")})
    key = within or body.key.strip()
    try:
        entered_keys(key)
    except NoKey as wrong:
        raise Refused({"address" if within else "key": str(wrong)}) from None
    return key


@command(
    "badge_issuer",
    "create",
    label=gettext_lazy("New known issuer"),
    past=gettext_lazy("entered it"),
    body=NewIssuer,
    who=COORDINATORS,
    creates=True,
    initial=_in_own_unit,
)
def create(act: Act, body: NewIssuer) -> Record:
    """Enter whose key a key is; it counts once somebody else who runs training confirmed it."""
    made = act.create(
        title=body.title,
        unit=body.unit,
        owner=act.user,
        address=body.address,
        key=_key_of(body, body.unit, None),
        found_out=body.found_out,
    )
    others = [one for one in people_permitted(MANAGE, body.unit) if one != act.user]
    act.tell_all(
        others,
        "training",
        gettext_noop(
            "%(who)s entered the issuer %(number)s %(title)s; somebody else has to confirm its key."
        ),
        who=act.user.name,
        number=made.number,
        title=made.title,
    )
    if others:
        names = some(one.name for one in others)
        act.conclude(gettext_noop("%(number)s counts once it is confirmed. Told: %(names)s."), names=names)
    else:
        act.conclude(
            gettext_noop(
                "%(number)s was entered, but nobody else may confirm it: somebody has to be given the right."
            )
        )
    return made


@command(
    "badge_issuer",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited it"),
    body=Described,
    who=(owner(),),
    initial=_as_is,
    edits=True,
)
def edit(act: Act, body: Described) -> None:
    """Correct what one entered, as long as nobody confirmed it."""
    issuer: BadgeIssuer = act.detail
    issuer.key = _key_of(body, act.record.unit, act.record)
    act.record.title, issuer.address, issuer.found_out = body.title, body.address, body.found_out
    act.conclude(gettext_noop("%(number)s is changed; it counts once somebody else has confirmed it."))


@command(
    "badge_issuer",
    "confirm",
    label=gettext_lazy("Confirm"),
    past=gettext_lazy("confirmed it"),
    who=COORDINATORS,
    barred=(_not_entered, SecondTo("badge_issuer.confirm", _owner)),
    signature=Meaning(
        "badge_issuer_confirmed",
        gettext_lazy("Issuer confirmed"),
        gettext_lazy("I have found out from this issuer itself, not from a badge, that this key is theirs."),
    ),
    reason=Reason.NEVER,
    prominent=True,
    reindexes=False,
)
def confirm(act: Act, _body: Body) -> None:
    """Say, signed, that the key is this issuer's: from then on its badges count as theirs."""
    act.conclude(gettext_noop("%(number)s is known: badges that are signed by its key count as theirs."))


@command(
    "badge_issuer",
    "withdraw",
    label=gettext_lazy("Withdraw"),
    past=gettext_lazy("withdrew it"),
    who=COORDINATORS,
    reason=Reason.ALWAYS,
    danger=True,
    reindexes=False,
    hint=gettext_lazy("Its key shows nothing any more; certificates that were recorded stay."),
)
def withdraw(act: Act, _body: Body) -> None:
    """Say that the key of an issuer shows nothing any more, as when it was disclosed or replaced."""
    act.conclude(gettext_noop("The key of “%(title)s” shows nothing any more."), title=act.record.title)


@command("badge_issuer", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give it to who takes over from somebody who left; the system does this."""
    take_over(act, body)

"""Commands of access: links to set a password, and personal tokens of the API."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.organisation.rules import (
    end_of,
    keep_an_administrator,
    manager,
    not_by_token,
    tell_administrators,
    themself,
)
from setsquare.domains.organisation.ways_in import check_confirmable, hands_in, waits_for_address
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import Token, User
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Actor, Reason, Situation, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label, all_things
from setsquare.kernel.signatures.credentials import forget_passkeys
from setsquare.kernel.trail.everything import PERMISSION as TRAIL
from setsquare.kernel.writing.sentences import quoted

SCOPES: dict[str, Label] = {str(scope): scope.label for scope in Scope}


def _types() -> dict[str, Label]:
    return {thing.code: thing.plural for thing in all_things()}


class MakeToken(Body):
    """A new token."""

    name: Annotated[
        str,
        Field(min_length=1, max_length=100),
        Shown(gettext_lazy("Name"), gettext_lazy("What will use it, such as “Import of drawings”.")),
    ]
    scopes: Annotated[
        list[str],
        Field(min_length=1),
        Shown(gettext_lazy("What it may be used for"), "", Widget.CHOICES, choices=SCOPES),
    ]
    types: Annotated[
        list[str],
        Shown(
            gettext_lazy("Only on these types"),
            gettext_lazy("None chosen: on records of every type."),
            Widget.CHOICES,
            choices=_types,
        ),
    ] = []
    expires: Annotated[dt.date, Shown(gettext_lazy("Last day"), gettext_lazy("At most 365 days from now."))]


class RevokeToken(Body):
    """A token that ends now, known by the public beginning of its secret."""

    prefix: Annotated[str, Shown(gettext_lazy("Token"))]


def _seen_by_whoever_sends(situation: Situation) -> Label | None:
    """A link that no mail carries stands on the page of who sends it, and the way in before it ends."""
    if situation.detail.user.email or situation.actor.channel not in ("api", "cli"):
        return None
    return _("Without an e-mail address the link is shown on the screen: do this in the browser.")


def _address_confirmed(situation: Situation) -> Label | None:
    """No link goes to an address that one administrator gave to somebody who signs in, before a second confirms it."""
    if not waits_for_address(situation.detail.user):
        return None
    return _(
        "The new e-mail address of %(name)s waits for somebody else to confirm it; no link goes there before."
    ) % {"name": situation.detail.user.name}


@command(
    "person",
    "invite",
    label=gettext_lazy("Send a link to set the password"),
    past=gettext_lazy("sent a link to set the password"),
    who=(permitted(ADMINISTER),),
    barred=(_seen_by_whoever_sends,),
    conditions=(_address_confirmed,),
    reason=Reason.ALWAYS,
    outright=True,
    hint=gettext_lazy(
        "By mail; where there is no e-mail address, the link is shown to you to hand over, and others are told."
    ),
    reindexes=False,
)
def invite(act: Act, _body: Body) -> None:
    """Let a person set a password by a link that works once.

    The link is mailed to them. Without an address it is shown to the administrator, who could use it
    themself; the password and the tokens that there were end at once then, so that their owner notices.
    """
    user: User = act.detail.user
    if not user.email and user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        tokens.revoke_all(user)
    act.detail.invited = act.now
    if user.email:
        sentence = gettext_noop("A link goes to %(email)s in a moment; %(name)s sets a password with it.")
        act.conclude(sentence, email=user.email, name=user.name)
    if act.actor.user is None:
        return
    if not user.email:
        act.say(gettext_noop("it was shown on the screen, since there is no e-mail address"))
    if not user.email or act.situation.detail.user.last_login is not None:
        have_confirmed(act, user)
        text = gettext_noop(
            "%(name)s had a link sent by which a password is set for you. Until somebody else has confirmed that you"
            " alone know it, you sign nothing. If you did not expect this, speak to another administrator at once."
        )
        act.tell(user, "person", text, act.record, name=act.user.name)


def have_confirmed(act: Act, user: User, field: str = "") -> None:
    """Let a person sign nothing until a second person vouches for their way in, which the actor had a hand in.

    Refused at `field` where no second person is left who could, or where nobody could administer any more.
    """
    check_confirmable(act, user, field)
    user.may_sign = False
    user.save(update_fields=["may_sign"])
    act.detail.shown_to = act.user
    keep_an_administrator(act, field, user)
    ask_to_confirm(act, user)


def ask_to_confirm(act: Act, user: User) -> None:
    """Tell who can vouch for a person's way in that the actor had a hand in it."""
    text = gettext_noop(
        "%(name)s had a hand in how %(person)s signs in. Confirm that they alone know the password."
    )
    about = {"name": act.user.name, "person": user.name}
    tell_administrators(act, act.record.unit, text, **about)
    if user.manager is not None and user.manager != act.user:
        act.tell(user.manager, "person", text, act.record, **about)


def _second_person(situation: Situation) -> Label | None:
    user: User = situation.detail.user
    if user.may_sign:
        return _("There is nothing to confirm.")
    if not situation.user.may_sign:
        return _("You sign nothing yourself before somebody has confirmed your own password.")
    if situation.user == user or situation.user.pk in hands_in(situation.subject):
        return _("Somebody else confirms this: neither who had a hand in it nor the person themself.")
    return None


@command(
    "person",
    "confirm_access",
    label=gettext_lazy("Confirm the password"),
    past=gettext_lazy("confirmed that the person alone knows the password"),
    who=(permitted(ADMINISTER), permitted(TRAIL), manager()),
    barred=(_second_person,),
    hint=gettext_lazy("You spoke to the person: they set the password themselves, and nobody else knows it."),
    reindexes=False,
)
def confirm_access(act: Act, _body: Body) -> None:
    """Vouch, as a second person, for a password that was set by a link shown on the screen; it can sign again."""
    user: User = act.detail.user
    user.may_sign = True
    user.save(update_fields=["may_sign"])
    act.conclude(gettext_noop("%(name)s can give signatures now."), name=user.name)


class NoteAccess(Body):
    """What was done to the ways in."""

    what: Annotated[
        Literal[
            "password",
            "passkey_added",
            "passkey_removed",
            "account_added",
            "account_removed",
            "added",
            "removed",
        ],
        Shown(gettext_lazy("What was changed")),
    ]
    key: Annotated[str, Field(max_length=64), Shown(gettext_lazy("Digest"))] = ""
    """SHA-256 of the passkey, or of the account of another service, that was added or removed."""


WAYS_IN = {
    "password": gettext_noop("a password was set"),
    "passkey_added": gettext_noop("a passkey was added"),
    "passkey_removed": gettext_noop("a passkey was removed"),
    "account_added": gettext_noop("an account of another service was linked, by which the person signs in"),
    "account_removed": gettext_noop("the link with an account of another service was removed"),
    "added": gettext_noop("an authenticator app or recovery codes were added"),
    "removed": gettext_noop("an authenticator app or recovery codes were removed"),
}


@command(
    "person",
    "note_access",
    label=gettext_lazy("Ways to sign in"),
    past=gettext_lazy("noted a change of the ways to sign in"),
    body=NoteAccess,
    reindexes=False,
)
def note_access(act: Act, body: NoteAccess) -> None:
    """Note in the trail that a way to sign in, and so to sign, was changed; the system does this."""
    act.say(WAYS_IN[body.what], **({"key": body.key} if body.key else {}))


@command(
    "person",
    "make_token",
    label=gettext_lazy("New token"),
    past=gettext_lazy("made a token"),
    body=MakeToken,
    who=(themself(),),
    barred=(not_by_token(),),
    outright=True,
    listed=False,
    reindexes=False,
)
def make_token(act: Act, body: MakeToken) -> None:
    """Make a personal token of the API."""
    user: User = act.detail.user
    scopes = _limited(body)
    try:
        token, secret = tokens.make(user, body.name, scopes, end_of(body.expires, user.unit))
    except tokens.TokenRefused as refusal:
        raise Refused({refusal.field: str(refusal)}) from None
    act.reveal(secret)
    act.say(gettext_noop("“%(name)s” until %(day)s"), name=token.name, day=body.expires.isoformat())
    sentence = gettext_noop("The token “%(name)s” can be used until %(day)s. Its secret is shown this once.")
    act.conclude(sentence, name=token.name, day=body.expires)


def _limited(body: MakeToken) -> list[str]:
    """Return the scopes, each limited to the types chosen where it names none; raises Refused for no such type."""
    known = _types()
    scopes = [
        f"{scope}:{kind}" if kind and ":" not in scope and scope != Scope.STATEMENTS else scope
        for scope in body.scopes
        for kind in body.types or [""]
    ]
    limits = {"types": body.types, "scopes": [s.partition(":")[2] for s in scopes if ":" in s]}
    for place, named in limits.items():
        if unknown := [kind for kind in named if kind not in known]:
            sentence = _("There is no record type “%(name)s”; there are: %(names)s.")
            raise Refused({place: sentence % {"name": unknown[0], "names": ", ".join(known)}})
    return scopes


@command(
    "person",
    "revoke_token",
    label=gettext_lazy("Revoke a token"),
    past=gettext_lazy("revoked a token"),
    body=RevokeToken,
    who=(themself(), permitted(ADMINISTER)),
    outright=True,
    listed=False,
    reindexes=False,
)
def revoke_token(act: Act, body: RevokeToken) -> None:
    """End a token; what used it is refused from now on."""
    token = Token.objects.filter(user=act.detail.user, prefix=body.prefix, revoked__isnull=True).first()
    if token is None:
        raise Refused({"prefix": _("There is no such token, or it was revoked before.")})
    tokens.revoke(token)
    act.say(gettext_noop("“%(name)s”"), name=token.name)
    sentence = gettext_noop("The token “%(name)s” is revoked; what used it is refused from now on.")
    act.conclude(sentence, name=token.name)


def _live(user: User) -> QuerySet[Token]:
    return Token.objects.filter(user=user, revoked__isnull=True, expires__gt=timezone.now())


def has_tokens(user: User) -> bool:
    """Tell whether programs can act as the person by a token."""
    return hasattr(user, "file") and _live(user).exists()


def _tokens_there(situation: Situation) -> Label | None:
    return None if has_tokens(situation.detail.user) else _("There are no tokens.")


@command(
    "person",
    "end_tokens",
    label=gettext_lazy("Revoke all tokens"),
    past=gettext_lazy("revoked all tokens"),
    who=(themself(), permitted(ADMINISTER)),
    occasion=_tokens_there,
    danger=True,
    outright=True,
    listed=False,
    reindexes=False,
)
def end_tokens(act: Act, _body: Body) -> None:
    """End every token of a person; the system does so where their password was set anew by a link."""
    user: User = act.detail.user
    names = ", ".join(map(quoted, _live(user).order_by("id").values_list("name", flat=True)))
    tokens.revoke_all(user)
    act.say(gettext_noop("%(names)s"), names=names)
    if act.actor.user != user:
        text = gettext_noop(
            "Your tokens were revoked: %(names)s. Make new ones where programs still need them."
        )
        act.tell(user, "person", text, act.record, names=names)
    act.conclude(
        gettext_noop("The tokens %(names)s are revoked; what used them is refused from now on."), names=names
    )


def _somebody_else(situation: Situation) -> Label | None:
    if situation.detail.user_id != situation.user.pk:
        return None
    return _("Change your own password instead: your other sessions end, and your tokens if you like.")


@command(
    "person",
    "end_access",
    label=gettext_lazy("End every way to sign in"),
    past=gettext_lazy("ended every way to sign in"),
    who=(permitted(ADMINISTER),),
    barred=(_somebody_else,),
    reason=Reason.ALWAYS,
    danger=True,
    hint=gettext_lazy(
        "Where somebody else may have got in: password, passkeys, authenticator app, links with other services,"
        " sessions and tokens end at once."
    ),
    reindexes=False,
)
def end_access(act: Act, _body: Body) -> None:
    """End all by which somebody signs in as a person, who starts anew by a link; roles and tasks stay theirs."""
    user: User = act.detail.user
    user.set_unusable_password()  # a new one each time, by which every session ends
    user.save(update_fields=["password"])
    forget_passkeys(user)
    tokens.revoke_all(user)
    keep_an_administrator(act, of=user)
    text = gettext_noop(
        "Every way to sign in as you was ended by %(name)s: password, passkeys, sessions and tokens."
        " Set a new password by a link."
    )
    act.tell(user, "person", text, act.record, name=act.user.name if act.actor.user else "Setsquare")
    sentence = gettext_noop("Nobody is signed in as %(name)s now. Send them a link to set a new password.")
    act.conclude(sentence, name=user.name)


def note_access_anew(user: User, channel: str, request: str = "") -> None:
    """Enter that a password was set by a link or on the machine, and end the tokens, which others may have made."""
    system, record = Actor(None, channel, request), user.file.record
    carry_out("person", "note_access", system, record=record, body={"what": "password"})
    if has_tokens(user):
        carry_out("person", "end_tokens", system, record=record)


def issue_token(
    actor: Actor, name: str, scopes: list[str], expires: dt.date, types: Sequence[str] = ()
) -> tuple[Token, str]:
    """Make a token for the person who acts and return it with its secret, which is kept nowhere.

    Raises the errors of commands.
    """
    if actor.user is None:
        raise TypeError("a token is made by the person whose it is")
    given = {"name": name, "scopes": scopes, "types": list(types), "expires": expires}
    secret = carry_out("person", "make_token", actor, record=actor.user.file.record, body=given).secret
    return Token.objects.get(user=actor.user, prefix=secret.split("_")[1]), secret

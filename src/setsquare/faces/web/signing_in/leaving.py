"""What is left of a person's ways in when they leave: nothing that would let them in after they return."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from setsquare.kernel.accounts.models import User
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event


@subscribe("person.leave")
def end_ways_in(event: Event) -> None:
    """Drop the ways in and the sessions of who left; they are refused already."""
    person = User.objects.filter(file__record=event.record_id, is_active=False).first()
    if person is None:
        return
    forget(person)
    for session in UserSession.objects.filter(user=person):
        session.end()


def has_ways_in(person: User) -> bool:
    """Tell whether somebody signs in by a passkey or an account of another service."""
    passkeys = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    return bool(passkeys.exists() or SocialAccount.objects.filter(user=person).exists())


def forget(person: User) -> None:
    """Drop passkeys, authenticator apps, recovery codes and accounts of other services."""
    Authenticator.objects.filter(user=person).delete()
    SocialAccount.objects.filter(user=person).delete()

"""Whether each passkey and each account of another service is one that the history of its person tells of."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from setsquare.domains.organisation.commands.access import WAYS_IN
from setsquare.kernel.sealing.findings import Problem
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical

PASSKEY, ACCOUNT = "a passkey", "an account of another service"
Ways = Mapping[str, set[tuple[str, str]]]
"""The passkeys and accounts by which people sign in, by sign-in name: what each is, and its digest."""
_ADDING = {WAYS_IN["passkey_added"]: PASSKEY, WAYS_IN["account_added"]: ACCOUNT}
_REMOVING = {WAYS_IN["passkey_removed"]: PASSKEY, WAYS_IN["account_removed"]: ACCOUNT}


def passkey_digest(passkey: Authenticator) -> str:
    """Return what tells a passkey from any other: its id and its public key are in it."""
    return hashlib.sha256(canonical(passkey.data["credential"])).hexdigest()


def account_digest(account: SocialAccount) -> str:
    """Return what tells an account of another service from any other."""
    return hashlib.sha256(canonical([account.provider, account.uid])).hexdigest()


def check_ways_in() -> Iterator[Problem]:
    """Yield what was put in or taken out by something else, looked at twice as people set up theirs meanwhile."""
    found = _differing()
    if found:
        yield from (problem for problem in _differing() if problem in found)


def _differing() -> list[Problem]:
    there, told = _there(), _told()
    found = []
    for name in sorted(there.keys() | told.keys()):
        for kind, _digest in sorted(there[name] - told[name]):
            said = f"The history of {name} does not tell of {kind} by which they sign in."
            found.append(Problem(name, said))
        for kind, _digest in sorted(told[name] - there[name]):
            said = f"The history of {name} tells of {kind} by which they sign in, but it is gone."
            found.append(Problem(name, said))
    return found


def _there() -> Ways:
    there: dict[str, set[tuple[str, str]]] = defaultdict(set)
    passkeys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN, user__is_active=True)
    for passkey in passkeys.select_related("user"):
        there[passkey.user.username].add((PASSKEY, passkey_digest(passkey)))
    for account in SocialAccount.objects.filter(user__is_active=True).select_related("user"):
        there[account.user.username].add((ACCOUNT, account_digest(account)))
    return there


def _told() -> Ways:
    told: dict[str, set[tuple[str, str]]] = defaultdict(set)
    entries = Entry.objects.filter(
        record__type="person", command__in=("note_access", "leave", "end_access")
    ).order_by("record", "seq")
    for name, note in entries.values_list("record__person_file__user__username", "note"):
        text, key = (note or {}).get("text"), (note or {}).get("values", {}).get("key")
        if text in _ADDING:
            told[name].add((_ADDING[text], key))
        elif text in _REMOVING:
            told[name].discard((_REMOVING[text], key))
        elif text not in WAYS_IN.values():  # all end with the work here, or with every way to sign in
            told[name].clear()
    return told

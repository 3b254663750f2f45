"""Personal tokens of the API."""

import datetime as dt

import pytest
from django.utils import timezone

from setsquare.domains.organisation.commands.access import issue_token
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import Token
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.trail.models import Entry
from tests.days import today


def in_days(days: int) -> dt.date:
    return today() + dt.timedelta(days=days)


def test_a_token_is_found_by_its_secret_which_is_kept_nowhere(house):
    token, secret = issue_token(Actor(house.anna), "Import", ["read", "write"], in_days(30))

    found = tokens.authenticate(secret)
    assert found == token
    assert found.user == house.anna
    assert secret not in str(list(Token.objects.values()))
    assert secret not in "".join(Entry.objects.values_list("state", flat=True))
    assert Entry.objects.filter(command="make_token", actor=house.anna).count() == 1


@pytest.mark.parametrize("change", ["x", "", "sqt_", "sqt_nothing_here", "Bearer"])
def test_another_secret_finds_nothing(house, change):
    _token, secret = issue_token(Actor(house.anna), "Import", ["read"], in_days(30))

    assert tokens.authenticate(change) is None
    assert tokens.authenticate(secret + change if change else secret[:-1]) is None


def test_an_ended_token_finds_nobody(house):
    token, secret = tokens.make(house.anna, "Import", ["read"], timezone.now() + dt.timedelta(days=1))
    assert tokens.authenticate(secret)

    Token.objects.filter(pk=token.pk).update(expires=timezone.now())
    assert tokens.authenticate(secret) is None

    Token.objects.filter(pk=token.pk).update(expires=timezone.now() + dt.timedelta(days=1))
    house.do(house.anna, "revoke_token", house.anna, prefix=token.prefix)
    assert tokens.authenticate(secret) is None
    with pytest.raises(Refused, match="revoked before"):
        house.do(house.anna, "revoke_token", house.anna, prefix=token.prefix)


def test_use_is_noted_at_most_once_a_minute(house):
    token, secret = tokens.make(house.anna, "Import", ["read"], timezone.now() + dt.timedelta(days=1))
    tokens.authenticate(secret)
    first = Token.objects.get(pk=token.pk).last_used

    tokens.authenticate(secret)
    assert Token.objects.get(pk=token.pk).last_used == first

    earlier = first - dt.timedelta(minutes=2)
    Token.objects.filter(pk=token.pk).update(last_used=earlier)
    tokens.authenticate(secret)
    assert Token.objects.get(pk=token.pk).last_used > earlier


@pytest.mark.parametrize(
    ("name", "scopes", "days", "field"),
    [
        ("x", ["read"], 400, "expires"),
        ("x", ["read"], -2, "expires"),
        ("x", ["sign"], 10, "scopes"),
        ("  ", ["read"], 10, "name"),
    ],
)
def test_a_token_that_does_not_fit_is_refused(house, name, scopes, days, field):
    with pytest.raises(Refused) as refusal:
        issue_token(Actor(house.anna), name, scopes, in_days(days))

    assert list(refusal.value.fields) == [field]


def test_a_token_lasts_the_whole_of_day_365(house):
    token, _secret = issue_token(Actor(house.anna), "Import", ["read"], in_days(365))

    assert token.expires > timezone.now() + dt.timedelta(days=365) - dt.timedelta(minutes=1)


def test_a_token_makes_no_token_and_nobody_makes_one_for_another(house):
    with pytest.raises(NotPermitted, match="browser"):
        issue_token(Actor(house.anna, channel="api"), "More", ["read"], in_days(3))
    with pytest.raises(NotPermitted):
        house.do(house.rita, "make_token", house.anna, name="x", scopes=["read"], expires=in_days(3))


@pytest.mark.parametrize(
    ("scopes", "asked", "thing", "answer"),
    [
        (["read"], Scope.READ, "document", True),
        (["read"], Scope.WRITE, "document", False),
        (["write"], Scope.READ, "document", True),
        (["write"], Scope.ADMIN, "person", False),
        (["admin"], Scope.WRITE, "document", False),
        (["write:document"], Scope.WRITE, "document", True),
        (["write:document"], Scope.WRITE, "change_request", False),
        (["write:document"], Scope.READ, "change_request", False),
        (["write:document"], Scope.READ, "", False),
    ],
)
def test_scopes(scopes, asked, thing, answer):
    assert tokens.allows(Token(scopes=scopes), asked, thing) is answer

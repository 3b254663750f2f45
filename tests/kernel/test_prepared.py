"""Queries and subqueries that are compiled once."""

import datetime as dt

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.accounts.prepared import Asked, Prepared
from setsquare.kernel.database.statements import Statement, stand_in


def test_each_person_gets_their_own_answer_at_the_time(house) -> None:
    granted = Prepared(lambda user, now: Grant.objects.filter(user=user, starts__lte=now).values("unit_id"))
    of = lambda user: {grant.user.username for grant in Grant.objects.filter(unit_id__in=granted(user))}  # noqa: E731
    assert of(house.writer) == {"anna"}
    assert of(house.other) == {"bram"}
    Grant.objects.filter(user=house.other).update(starts=timezone.now() + dt.timedelta(hours=1))
    assert not Grant.objects.filter(unit_id__in=granted(house.other)).exists()


def test_a_persons_unit_may_be_asked_about(house) -> None:
    members = Prepared(lambda user, _now: User.objects.filter(unit_id=user.unit_id).values("pk"))
    assert list(User.objects.filter(pk__in=members(house.other)).values_list("username", flat=True)) == [
        "bram"
    ]


def test_another_time_is_refused(house) -> None:
    frozen = Prepared(lambda _user, _now: Grant.objects.filter(starts__lte=timezone.now()).values("unit_id"))
    with pytest.raises(ImproperlyConfigured):
        frozen(house.writer)


def test_a_whole_query_answers_each_person_as_the_orm_does(house, django_assert_num_queries) -> None:
    asked: Asked[Grant] = Asked(
        lambda user, now: (
            Grant.objects.filter(user_id=user.pk, starts__lte=now)
            .select_related("user", "role")
            .order_by("id")
        )
    )
    for person in (house.writer, house.other):
        expected = list(Grant.objects.filter(user=person).order_by("id"))
        with django_assert_num_queries(1):
            found = asked.instances(person)
            assert [grant.user.username for grant in found] == [person.username] * len(expected)
        assert found == expected
        assert [grant.starts for grant in found] == [grant.starts for grant in expected]
        assert [grant.role for grant in found] == [grant.role for grant in expected]
        assert asked.number(person) == len(expected)


def test_bare_values_are_those_of_python(house) -> None:
    statement: Statement[User] = Statement(
        lambda: User.objects.filter(pk=stand_in(1)).values_list("username", "is_active", "joined", "left_on"),
        lambda: {stand_in(1): "person"},
    )
    user = house.writer
    assert statement.rows(person=user.pk) == [(user.username, True, user.joined, None)]
    assert statement.rows(person=-1) == []


def test_a_query_that_can_find_nothing_is_still_asked(house) -> None:
    nothing: Statement[User] = Statement(lambda: User.objects.filter(pk__in=[]).values_list("pk"), dict)
    assert nothing.rows() == []


def test_values_in_a_query_are_never_read_as_sql(house) -> None:
    name = "50 % of '; DROP TABLE accounts_user; -- %s"
    statement: Statement[User] = Statement(
        lambda: User.objects.filter(name=name, pk__gt=stand_in(1)).values_list("pk"),
        lambda: {stand_in(1): "least"},
    )
    assert statement.rows(least=0) == []
    User.objects.filter(pk=house.writer.pk).update(name=name)
    assert statement.rows(least=0) == [(house.writer.pk,)]

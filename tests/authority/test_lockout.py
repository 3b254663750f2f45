"""A rule that leaves a whole site with nobody is not put into force, even where elsewhere somebody meets it."""

from typing import Any

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.authority.models import Rule
from setsquare.kernel.commands.errors import Refused
from tests.authority.conftest import Office
from tests.changes.conftest import state_of

LOCKED = "With this rule, nobody could do “Change request: New change request” any more in "


@pytest.fixture
def sites(office: Office) -> Office:
    """Have Hugo and Dora write and approve for the whole, where sites have people of their own."""
    for person in (office.hugo, office.desk.dora):
        bootstrap.grant(person, "head", "NW")
    return office


def approval(office: Office, **given: Any) -> str:
    """Return why a rule is not approved; empty where it is."""
    rule = office.draft(unit="NW", **given)
    office.desk.do(office.hugo, rule, "submit")
    try:
        office.desk.do(office.desk.dora, rule, "approve")
    except Refused as why:
        assert state_of(rule) == "in_approval"
        return str(why)
    assert state_of(rule) == "in_force"
    return ""


def test_a_site_where_nobody_would_be_left_is_named(sites: Office):
    """Ben is qualified, and asks for changes in the north alone; Olga does in the south."""
    sites.qualify(sites.desk.ben)
    said = approval(sites)
    assert said.startswith(f"{LOCKED}Norma Works and 1 further unit. ")
    assert said.endswith(f"comes nearest, and lacks: {sites.needed()}.")
    assert not Rule.objects.exists()
    sites.qualify(sites.hugo)
    assert approval(sites) == ""


def test_units_where_nobody_can_do_it_today_are_left_aside(office: Office):
    """Documents are written in the north alone, and rules for the whole by people who write none."""
    desk = office.desk
    bootstrap.add_role("lawyer", "Lawyer", "", ["authority.read", "authority.rules", "authority.approve"])
    for person in (office.hugo, desk.dora):
        bootstrap.grant(person, "lawyer", "NW")
    office.qualify(desk.carl)
    assert approval(office, commands=["document.create"]) == ""


def test_a_rule_below_counts_with_the_one_above(sites: Office):
    desk = sites.desk
    sites.qualify(sites.hugo)
    bootstrap.add_unit("N1", "Bench", "team", "N")
    sites.in_force(unit="N1", needs=[], roles=["specialist"])
    said = approval(sites)
    assert said.startswith(f"{LOCKED}Bench. ")
    sites.qualify(desk.ben)
    assert approval(sites) == ""


def test_the_queries_are_as_many_however_many_units_there_are(
    sites: Office, django_assert_max_num_queries: Any
):
    sites.qualify(sites.hugo)
    for number in range(60):
        bootstrap.add_unit(f"T{number}", f"Team {number}", "team", "N")
    rule = sites.draft(unit="NW", commands=["change_request.create", "change_request.accept"])
    sites.desk.do(sites.hugo, rule, "submit")
    with django_assert_max_num_queries(70):
        sites.desk.do(sites.desk.dora, rule, "approve")
    assert state_of(rule) == "in_force" and Unit.objects.count() > 60

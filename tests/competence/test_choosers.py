"""What is offered where a framework, one of its components or a group is to be chosen: names, and only what can be."""

import re

import pytest
from django.test import Client

from tests.competence.bench import Bench
from tests.competence.conftest import Desk


@pytest.mark.parametrize(
    "form",
    [
        "/assessments/new/begin/",
        "/assessments/new/create/",
        "/role-profiles/new/take_starters/",
    ],
)
def test_only_frameworks_in_force_are_offered_where_others_are_refused(
    desk: Desk, client: Client, form: str
) -> None:
    client.force_login(desk.hanna)
    page = client.get(form).content.decode()
    assert 'data-source="/choose/records?type=framework&amp;state=framework.in_force&amp;q="' in page


def test_a_draft_is_offered_once_it_is_in_force(desk: Desk, client: Client) -> None:
    client.force_login(desk.hanna)
    address = "/choose/records?type=framework&state=framework.in_force&q="
    framework = desk.small()
    assert [client.get(address + words).json() for words in ("", "fw", "trades")] == [[], [], []]
    desk.released(framework)
    found = [{"value": framework.number, "text": f"{framework.number} Trades", "hint": ""}]
    assert [client.get(address + words).json() for words in ("", "fw", "trades")] == [found] * 3
    desk.do(desk.mark, framework, "withdraw", because="It is replaced.")
    assert client.get(address).json() == []


def test_other_types_are_offered_in_any_state(desk: Desk, client: Client) -> None:
    profile, framework = desk.profile(), desk.small()
    client.force_login(desk.hanna)
    offered = client.get(
        "/choose/records?type=framework&type=role_profile&state=framework.in_force&q="
    ).json()
    assert [one["value"] for one in offered] == [profile.number]
    assert framework.number != profile.number


def test_a_past_assessment_names_the_component_by_its_framework(desk: Desk, client: Client) -> None:
    framework = desk.released(desk.small())
    client.force_login(desk.hanna)
    page = client.get(f"/assessments/new/create/?framework={framework.number}&component=G-1").content.decode()
    assert 'data-source="/choose/parts?q="' in page and 'data-beside="framework"' in page
    assert '<option value="G-1" selected>G-1 Turning</option>' in page


def test_the_group_is_chosen_among_those_of_the_draft(desk: Desk, client: Client) -> None:
    framework = desk.small()
    client.force_login(desk.hanna)
    for command, chosen in (("add_item", ""), ("move_item", " selected")):
        form = f"/frameworks/{framework.number}/do/{command}/?code=G-2{'&parent=G' if chosen else ''}"
        page = client.get(form).content.decode()
        assert f'<option value="G"{chosen}>G Making</option>' in page
        assert options(page, "parent") == [("", ""), ("G", "G Making")]
    refused = client.post(
        f"/frameworks/{framework.number}/do/add_item/", {"parent": "G", "code": "G-2", "title": ""}
    )
    assert refused.status_code == 422
    assert '<option value="G" selected>G Making</option>' in refused.content.decode()


@pytest.mark.parametrize("command", ["move_item", "remove_item"])
def test_what_is_moved_or_removed_is_chosen_by_its_title(desk: Desk, client: Client, command: str) -> None:
    framework = desk.small()
    client.force_login(desk.hanna)
    page = client.get(f"/frameworks/{framework.number}/do/{command}/?code=G-1").content.decode()
    assert options(page, "code") == [("", ""), ("G-1", "G-1 Turning"), ("G", "G Making")]


def test_levels_of_a_component_are_chosen_by_name(desk: Desk, client: Client) -> None:
    framework = desk.small()
    client.force_login(desk.hanna)
    page = client.get(f"/frameworks/{framework.number}/do/change_item/?code=G-1").content.decode()
    assert options(page, "levels.1.level") == [("", ""), ("2", "B Can well"), ("1", "A Can")]
    assert options(page, "levels.__n__.level") == [("", ""), ("1", "A Can"), ("2", "B Can well")]
    page = client.get(f"/frameworks/{framework.number}/do/add_item/").content.decode()
    assert options(page, "levels.0.level") == [("", ""), ("1", "A Can"), ("2", "B Can well")]
    assert re.search(r'<input[^>]* name="code"', page), "its code is new, and typed"


def test_the_dialogs_of_ratings_offer_components_and_levels_by_name(bench: Bench, client: Client) -> None:
    made = bench.begun(bench.mark, "ada", "manager", G_1=1, G_3=0)
    dialog = {"HX-Request": "true", "HX-Target": "dialog-body"}
    client.force_login(bench.mark)
    page = client.get(f"/assessments/{made.number}/do/rate/", headers=dialog).content.decode()
    source = f"/choose/parts?of={bench.framework.number}&amp;q="
    assert page.count(f'data-source="{source}"') == 3, "of two rows and one to be added"
    assert options(page, "ratings.0.component") == [("", ""), ("G-1", "G-1 Turning")]
    assert options(page, "ratings.0.level") == [
        ("", ""),
        ("1", "A Can"),
        ("0", "0 Not yet"),
        ("2", "B Can well"),
    ]
    bench.do(bench.mark, made, "submit")
    client.force_login(bench.hanna)
    page = client.get(f"/assessments/{made.number}/do/agree/", headers=dialog).content.decode()
    rated = [("", ""), ("G-3", "G-3 Grinding"), ("G-1", "G-1 Turning")]
    assert options(page, "levels.1.component") == rated, "what was not rated is not agreed"
    assert options(page, "levels.1.level") == [
        ("", ""),
        ("0", "0 Not yet"),
        ("1", "A Can"),
        ("2", "B Can well"),
    ]


def options(page: str, name: str) -> list[tuple[str, str]]:
    """Return what the chooser of a field offers, what is chosen first."""
    found = re.search(
        rf'<select[^>]* name="{re.escape(name)}" data-choose[^>]*>(.*?)</select>', page, re.DOTALL
    )
    assert found is not None, name
    return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', found[1])

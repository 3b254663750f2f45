"""Frameworks at the size of the largest ones: what is done to them costs no queries for each of their items."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from setsquare.domains.competence.content import MOST_ITEMS, Content, Item, parted
from setsquare.domains.competence.drafts import placed
from setsquare.domains.competence.keeping import content_at, written
from setsquare.domains.competence.models import Component, Framework
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.models import Record
from tests.competence.conftest import Desk
from tests.competence.test_exchange import as_csv


def table(many: int, title: str) -> tuple[str, bytes]:
    group = {"code": "G", "kind": "group", "title": "Making"}
    level = {"code": "1", "kind": "level", "title": "Can"}
    parts = [
        {"code": f"C{n}", "parent": "G", "kind": "component", "title": f"Part {n}", "level 1": "Turns."}
        for n in range(many - 1)
    ]
    last = {"code": "C", "parent": "G", "kind": "component", "title": title, "level 1": "Turns."}
    return "it.csv", as_csv(last, group, level, *parts)


def costs(desk: Desk, many: int) -> list[int]:
    """Return how many queries it takes to bring in and release what changes one of many components."""
    record = desk.framework("empty")
    desk.take(record, table(many, "First"))
    desk.released(record)
    found = []
    for call in (lambda: desk.take(record, table(many, "Second")), lambda: desk.released(record)):
        with CaptureQueriesContext(connection) as captured:
            call()
        found.append(len(captured))
    framework = Framework.objects.get(pk=record.pk)
    assert Component.objects.filter(framework=framework, retired=None).count() == many + 1
    assert Component.objects.get(framework=framework, code="C").title == "Second"
    return found


def test_a_new_edition_costs_as_many_queries_with_500_components_as_with_5(desk: Desk) -> None:
    costs(desk, 3)  # what is asked for the first time
    assert costs(desk, 500) == costs(desk, 5)


def test_what_is_remembered_of_a_draft_is_what_is_kept(desk: Desk) -> None:
    record = desk.framework("empty")
    text = "Turns.\n- a\n\n- b\n"
    level = {"code": "1", "kind": "level", "title": "Can"}
    rows = as_csv({"code": "A", "title": "x", "level 1": text}, level)
    desk.take(record, ("it.csv", rows))
    framework = Record.objects.get(pk=record.pk).framework
    remembered = content_at(framework.draft_id)
    assert remembered == Content.model_validate(json.loads(framework.draft.body))
    assert written(remembered) == framework.draft.body


@pytest.mark.once
def test_a_text_is_parted_from_its_indicators_once_and_for_all() -> None:
    assert parted("Turns.\n- a\n\n- b\n\n") == ("Turns.", ["a", "b"])
    assert parted("- a\n\n- b") == ("", ["a", "b"])
    assert parted("One\n\ntwo") == ("One\n\ntwo", [])


@pytest.mark.once
def test_to_a_framework_that_is_full_nothing_is_added() -> None:
    content = Content(items=tuple(Item(code=str(n), title="x") for n in range(MOST_ITEMS)))
    with pytest.raises(Refused) as refused:
        placed(content, Item(code="one more", title="x"), None)
    assert {name: str(why) for name, why in refused.value.fields.items()} == {
        "code": "A framework has at most 20000 groups and components."
    }
    assert len(placed(content, Item(code="7", title="y"), None).items) == MOST_ITEMS


def test_what_is_wrong_with_a_file_is_told_to_each_in_their_language(desk: Desk) -> None:
    record = desk.framework("empty")
    said = []
    for language in ("en", "de"):
        with translation.override(language), pytest.raises(Refused) as refused:
            desk.take(record, ("it.csv", as_csv({"code": "A", "title": "", "level 1": "y"})))
        said.append(str(refused.value.fields["files.0"]))
    assert said[0] == "Line 2, “title”: This has to be filled in."
    assert said[1].startswith("Zeile 2")

"""What a framework's content must not say, and what it lacks before it can be released."""

import time
from typing import Any

import pytest

from setsquare.domains.competence.content import Content, faults, gaps
from setsquare.domains.competence.differing import difference
from setsquare.domains.competence.keeping import written
from setsquare.domains.competence.starters import CHOICES, EMPTY, starter

pytestmark = pytest.mark.once
SCALE = [{"rank": 1, "code": "A", "name": "Can"}, {"rank": 2, "code": "B", "name": "Can well"}]


def group(code: str, parent: str = "", **more: Any) -> dict[str, Any]:
    return {"code": code, "parent": parent, "kind": "group", "title": code, **more}


def part(code: str, parent: str = "", *levels: int) -> dict[str, Any]:
    return {"code": code, "parent": parent, "title": code, "levels": [{"level": level} for level in levels]}


def content(*items: dict[str, Any], scale: list[dict[str, Any]] = SCALE) -> Content:
    return Content.model_validate({"scale": scale, "items": list(items)})


@pytest.mark.parametrize(
    ("items", "place", "sentence"),
    [
        ([part("A", "NO", 1)], "items.0.parent", "There is no “NO” to stand below."),
        (
            [part("A", "", 1), part("B", "A", 1)],
            "items.1.parent",
            "“A” is a component; only groups hold others.",
        ),
        (
            [group("A", "C"), group("B", "A"), group("C", "B")],
            "items.0.parent",
            "“A” would stand below itself: A › C › B › A.",
        ),
        (
            [group(f"G{deep}", f"G{deep - 1}" if deep else "") for deep in range(13)],
            "items.12.parent",
            "“G12” would stand deeper than the 12 steps that there may be.",
        ),
        ([group("A", "A")], "items.0.parent", "“A” would stand below itself: A › A."),
        ([part("A", "", 1), part("A", "", 1)], "items.1.code", "The code “A” is used twice."),
        ([part("A", "", 3)], "items.0.levels.0.level", "The scale has no level 3."),
        ([part("A", "", 1, 1)], "items.0.levels.1.level", "Level 1 is described twice."),
        (
            [group("A", levels=[{"level": 1}])],
            "items.0.levels",
            "“A” is a group; only components are described at levels.",
        ),
    ],
)
def test_what_contradicts_itself_is_told_at_its_place(
    items: list[dict[str, Any]], place: str, sentence: str
) -> None:
    assert faults(content(*items))[place] == sentence


def test_a_chain_of_any_length_is_told_at_once() -> None:
    chain = [group(f"G{deep}", f"G{deep - 1}" if deep else "") for deep in range(20_000)]
    before = time.process_time()
    assert len(faults(content(*chain))) == 20_000 - 12
    assert len(faults(content(group("G0", "G19999"), *chain[1:]))) == 20_000
    assert time.process_time() - before < 10


def test_levels_of_a_scale_have_no_gap_and_no_code_twice() -> None:
    wrong = faults(content(scale=[SCALE[0], {"rank": 3, "code": "A", "name": "Can well"}]))
    assert wrong == {
        "scale.1.rank": "Levels are numbered 1, 2, 3 … without a gap; this one has to be 2.",
        "scale.1.code": "The code “A” is used twice.",
    }


def test_a_release_needs_a_scale_and_components_with_levels() -> None:
    assert gaps(Content()) == {
        "scale": "The scale has no level yet.",
        "items": "There is no component yet.",
    }
    assert gaps(content(group("G"), part("A", "G"))) == {
        "items.1.levels": "“A” is not described at any level yet."
    }


def test_indicators_are_the_same_however_they_are_given() -> None:
    below = part("A") | {"levels": [{"level": 1, "text": "Turns.\n- Holds it\n-  Measures   it"}]}
    apart = part("A") | {
        "levels": [{"level": 1, "text": " Turns. ", "indicators": ["Holds it", "Measures it"]}]
    }
    assert written(content(below)) == written(content(apart))


def test_what_differs_is_told_by_what_came_changed_and_went() -> None:
    old = content(group("G"), part("A", "G", 1), part("B", "G", 1), part("C", "G", 1))
    new = content(group("G"), part("B", "", 1, 2), part("C", "G", 1), part("D", "G", 1))
    found = difference(old, new)
    assert [[one.code for one in found.added], [one.code for one in found.removed]] == [["D"], ["A"]]
    assert [(one.new.code, one.moved, one.levels) for one in found.changed] == [("B", True, (2,))]
    assert found.in_words == "1 added, 1 changed, 1 retired"
    assert not difference(old, old)


@pytest.mark.parametrize(
    ("code", "components", "levels"),
    [("quality_profession", 18, 4), ("responsibility", 9, 7), ("audit", 12, 4), ("trade", 6, 4)],
)
def test_every_starter_set_can_be_released_as_it_is(code: str, components: int, levels: int) -> None:
    found = starter(code)
    assert not faults(found) and not gaps(found)
    assert (len(found.components), len(found.scale)) == (components, levels)
    assert all(one.text for item in found.components for one in item.levels)


def test_the_empty_start_is_empty_and_every_choice_is_one() -> None:
    assert starter(EMPTY) == Content()
    assert len([starter(code) for code in CHOICES]) == 5

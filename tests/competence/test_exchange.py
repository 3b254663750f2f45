"""Content from files and as files: nothing is lost on the way, and what does not fit is refused by its row."""

import csv
import io
import json
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from openpyxl import Workbook

from setsquare.domains.competence.content import Content, Level
from setsquare.domains.competence.exchange import case, table
from setsquare.domains.competence.exchange.giving import given
from setsquare.domains.competence.exchange.reading import Misfit, fitted
from setsquare.domains.competence.exchange.taking import said_by
from setsquare.domains.competence.keeping import written
from setsquare.domains.competence.starters import CHOICES, starter
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.models import Record
from tests.competence.conftest import Desk, framework_of

ABOUT = case.About(
    UUID(int=7), "FW-1", "It", "NW", "Why", "", "", 1, timezone.now(), "https://example.org/FW-1"
)
AWKWARD = Content.model_validate(
    {
        "scale": [{"rank": 1, "code": "=A", "name": "Can"}, {"rank": 2, "code": "B", "name": 'Can, "well"'}],
        "attributes": [{"code": "F", "title": "-Free", "levels": [{"level": 2}]}],
        "items": [
            {"code": "2", "title": "Two", "kind": "group", "text": "Two"},
            {
                "code": "2.1",
                "parent": "2",
                "title": "'=x",
                "levels": [{"level": 1, "indicators": ["+1", "b"]}],
            },
            {
                "code": "1",
                "title": "One",
                "text": "a\n\nb;c",
                "levels": [{"level": 2, "text": "t\n\nu"}, {"level": 1}],
            },
        ],
    }
).settled()


def as_csv(*rows: dict[str, Any]) -> bytes:
    target = io.StringIO()
    writer = csv.DictWriter(target, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def as_workbook(**sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def taken(*files: tuple[str, bytes], scale: tuple[Level, ...] = ()) -> Content:
    return fitted(said_by(dict(files)), scale).settled()


def reasons(*files: tuple[str, bytes]) -> list[str]:
    with pytest.raises(Misfit) as misfit:
        taken(*files)
    return misfit.value.reasons


@pytest.mark.once
@pytest.mark.parametrize("content", [*(starter(code) for code in CHOICES if code != "empty"), AWKWARD])
@pytest.mark.parametrize("form", ["case", "xlsx", "csv"])
def test_what_is_given_out_is_taken_in_the_same(content: Content, form: str) -> None:
    data = case.written(content, ABOUT) if form == "case" else table.written(content, form, "It")
    assert written(taken((f"it.{form}", data))) == written(content)


@pytest.mark.once
def test_rows_of_a_table_that_do_not_fit_are_told_by_line() -> None:
    rows = [
        {"code": "1", "kind": "level", "title": "Can"},
        {"code": "G", "kind": "group", "title": "Making"},
        {"code": "A", "parent": "NO", "title": "Turning", "level 1": "Turns."},
        {"code": "A", "parent": "G", "title": "Milling", "level 3": "Mills."},
    ]
    assert reasons(("it.csv", as_csv(*rows))) == [
        "Line 5, “code”: The code “A” is used twice.",
        "Line 4, “parent”: There is no “NO” to stand below.",
        "Line 5: The scale has no level 3.",
    ]
    assert reasons(("it.csv", as_csv({"code": "A", "kind": "thing", "title": "x"}))) == [
        "Line 2, kind: “thing” is none of: level, attribute, group, component."
    ]
    assert reasons(("it.csv", as_csv({"code": "A", "title": ""}))) == [
        "Line 2, “title”: This has to be filled in."
    ]
    steps = [{"code": str(rank), "kind": "level", "title": "Can"} for rank in range(1, 9_001)]
    parts = [{"code": f"A{n}", "kind": "component", "title": "Turning"} for n in range(9_000)]
    assert reasons(("it.csv", as_csv(*steps, *parts)))[0] == "Line 22: Give 20 or less."
    assert reasons(
        ("it.csv", as_csv({"code": "A", "title": "Turning", "Remark": "x", "level 1": "Turns."}))
    ) == [
        "Line 1: There is no column “remark”; there are: code, parent, kind, title, text, level 1, level 2, …."
    ]


@pytest.mark.once
def test_a_package_of_others_is_read_by_its_associations_and_refused_where_they_lead_nowhere() -> None:
    document = {"identifier": "d", "title": "Maths"}
    items: list[dict[str, Any]] = [
        {"identifier": "i1", "fullStatement": "Numbers"},
        {"identifier": "i2", "fullStatement": "Counts to ten", "humanCodingScheme": "N.1"},
    ]

    def below(child: str, parent: str) -> dict[str, Any]:
        ends = {"originNodeURI": {"identifier": child}, "destinationNodeURI": {"identifier": parent}}
        return {"identifier": f"{child}-{parent}", "associationType": "isChildOf", **ends}

    package = {
        "CFDocument": document,
        "CFItems": items,
        "CFAssociations": [below("i1", "d"), below("i2", "i1")],
    }
    found = taken(("m.json", json.dumps(package).encode()))
    assert [(item.code, item.parent, item.kind, item.ranks) for item in found.items] == [
        ("i1", "", "group", []),
        ("N.1", "i1", "component", []),
    ]
    assert found.scale == ()
    package["CFAssociations"] = [below("i2", "i9"), below("i9", "i1"), below("i8", "i9"), below("i2", "i1")]
    items[0]["fullStatement"] = "Numbers and how they are written, spoken and counted by everybody at work"
    assert reasons(("m.json", json.dumps(package).encode())) == [
        "N.1 “Counts to ten”: the item that it stands below is not in the package: i9.",
        "i1 “Numbers and how they are written, spoken and counted by eve…”: an item that stands below it is not in"
        " the package: i9.",
        "Association i8-i9: neither item is in the package: i8, i9.",
    ]
    package["CFAssociations"] = [below("i2", "i1"), below("i2", "i3")]
    package["CFItems"] = [*items, {"identifier": "i3", "fullStatement": "Sums"}]
    assert reasons(("m.json", json.dumps(package).encode())) == [
        "N.1 “Counts to ten” stands below two items: i1 “Numbers and how they are written, spoken and counted by"
        " eve…”, and i3 “Sums”."
    ]
    package["CFItems"] = items
    for score in ("3000000", "1e999", "-1e999", "NaN", "0", "1.5", "true", "[1]", '"1"'):
        level = f'{{"identifier": "L", "score": {score}}}'
        criterion = f'{{"identifier": "c", "CFItemURI": {{"identifier": "i2"}}, "CFRubricCriterionLevels": [{level}]}}'
        rubrics = f'[{{"identifier": "r", "CFRubricCriteria": [{criterion}]}}]'
        told = (
            f'{{"CFDocument": {{"identifier": "d"}}, "CFItems": {json.dumps(items)}, "CFRubrics": {rubrics}}}'
        )
        assert reasons(("m.json", told.encode())) == ["Level L has no whole score from 1 to 20."], score
    assert reasons(("m.json", b'{"rows": []}')) == ["This is no CASE package: it has no list CFItems."]
    cycle = {
        "CFDocument": document,
        "CFItems": items,
        "CFAssociations": [below("i1", "i2"), below("i2", "i1")],
    }
    assert reasons(("m.json", json.dumps(cycle).encode()))[0].endswith(
        "would stand below itself: i1 › N.1 › i1."
    )


@pytest.mark.once
def test_the_layout_of_sfia_is_read_with_its_levels_attributes_and_guiding_phrases() -> None:
    told = [f"Level {rank} description" for rank in range(1, 8)]
    workbook = as_workbook(
        Skills=[
            [],
            [
                "Level",
                "Level",
                "Code",
                "Skill",
                "Category",
                "Subcategory",
                "Overall description",
                "Guidance notes",
                *told,
            ],
            [
                2,
                3,
                "WIDG",
                "Widget care",
                "Making",
                "Care",
                "Looks after widgets.",
                "Such as oiling.",
                "",
                "Oils.",
                "Plans.",
            ],
        ],
        Attributes=[
            ["Code", "Attribute", *told],
            ["AUTO", "Autonomy", *(f"A{rank}" for rank in range(1, 8))],
        ],
        Levels_of_responsibility=[
            ["Level", "Guiding phrase", "Essence of the level"],
            [1, "Follow", "Does."],
            ["²", "Assist", "Helps."],
        ],
    )
    found = taken(("sfia.xlsx", workbook))
    assert [(item.code, item.parent) for item in found.items] == [
        ("Making", ""),
        ("Making / Care", "Making"),
        ("WIDG", "Making / Care"),
    ]
    skill = found.by_code["WIDG"]
    assert (skill.text, skill.ranks) == ("Looks after widgets.\n\nSuch as oiling.", [2, 3])
    assert [level.name for level in found.scale][:2] == ["Follow", "Level 2"]
    assert len(found.attributes[0].levels) == 7


@pytest.mark.once
def test_the_files_of_esco_are_read_together() -> None:
    base = "http://data.europa.eu/esco/skill/"
    skills = as_csv(
        {
            "conceptType": "KnowledgeSkillCompetence",
            "conceptUri": f"{base}a",
            "skillType": "skill/competence",
            "preferredLabel": "turn metal",
            "description": "Turns.",
        },
        {
            "conceptType": "KnowledgeSkillCompetence",
            "conceptUri": f"{base}b",
            "skillType": "knowledge",
            "preferredLabel": "steel",
            "description": "",
        },
    )
    groups = as_csv(
        {"conceptType": "SkillGroup", "conceptUri": f"{base}S1", "preferredLabel": "metal", "code": "S1"}
    )
    broader = as_csv(
        {"conceptType": "x", "conceptUri": f"{base}a", "broaderType": "x", "broaderUri": f"{base}S1"}
    )
    found = taken(
        ("skills_en.csv", skills),
        ("skillGroups_en.csv", groups),
        ("broader.csv", broader),
        scale=AWKWARD.scale,
    )
    assert {item.code: (item.parent, item.kind, item.ranks) for item in found.items} == {
        "S1": ("", "group", []),
        "a": ("S1", "component", [1, 2]),
        "b": ("", "component", [1, 2]),
    }
    lost = as_csv({"conceptUri": f"{base}a", "broaderUri": f"{base}S9"})
    assert reasons(("s.csv", skills), ("g.csv", groups), ("b.csv", lost)) == [
        f"b.csv, Line 2: there is no concept {base}S9."
    ]
    assert reasons(("s.csv", skills), ("t.csv", as_csv({"code": "A", "title": "x"}))) == [
        "Bring in one file at a time; only the files of ESCO belong together."
    ]


def test_a_file_becomes_the_draft_whole_or_not_at_all(desk: Desk) -> None:
    record = desk.released(desk.framework("trade"))
    whole = Record.objects.select_related("framework", "unit").get(pk=record.pk)
    out = given(whole, "xlsx", "https://example.org/FW-001")
    desk.take(record, (out.name, out.data))
    assert framework_of(record).draft_id is None  # it says what is in force
    with pytest.raises(Refused) as refused:
        desk.take(record, ("it.csv", as_csv({"code": "A", "parent": "NO", "title": "x", "level 1": "y"})))
    assert {name: str(why) for name, why in refused.value.fields.items()} == {
        "scale": "The file has no scale: choose by which levels its components are assessed.",
        "files.0": "Line 2, “parent”: There is no “NO” to stand below.",
    }
    assert framework_of(record).draft_id is None
    desk.take(record, ("it.csv", TWO_LEVELS))
    drafted = framework_of(record).drafted
    assert drafted is not None and [item.title for item in drafted.items] == ["Making", "Sawing"]


TWO_LEVELS = as_csv(
    {"code": "1", "kind": "level", "title": "Can"},
    {"code": "2", "kind": "level", "title": "Can well"},
    {"code": "G", "kind": "group", "title": "Making"},
    {"code": "A", "parent": "G", "title": "Sawing", "level 1": "Saws.", "level 2": "Saws straight."},
)


def shape(record: Record) -> tuple[list[str], list[str], dict[str, list[int]]]:
    """Return what the draft has: names of levels, titles of attributes, levels of components by code."""
    draft = framework_of(record).drafted
    assert draft is not None
    return (
        [level.name for level in draft.scale],
        [one.title for one in draft.attributes],
        {one.code: one.ranks for one in draft.components},
    )


@pytest.mark.parametrize("form", ["csv", "xlsx", "case", "sfia"])
def test_a_file_with_a_scale_replaces_scale_attributes_and_components_of_the_draft(
    desk: Desk, form: str
) -> None:
    content = taken(("it.csv", TWO_LEVELS))
    skill = ["Code", "Skill", "Category", "Subcategory", "Overall description"]
    told = [f"Level {rank} description" for rank in range(1, 8)]
    data = {
        "csv": TWO_LEVELS,
        "xlsx": table.written(content, "xlsx", "It"),
        "case": case.written(content, ABOUT),
        "sfia": as_workbook(
            Skills=[[*skill, *told], ["A", "Sawing", "Making", "", "", "Saws.", "Saws straight."]]
        ),
    }[form]
    name = {"case": "it.json", "sfia": "it.xlsx"}.get(form, f"it.{form}")
    record = desk.framework("responsibility")
    assert len(shape(record)[0]) == 7 and shape(record)[1]
    outcome = desk.take(record, (name, data))
    levels = [f"Level {rank}" for rank in range(1, 8)] if form == "sfia" else ["Can", "Can well"]
    assert shape(record) == (levels, [], {"A": [1, 2]})
    names = "Level 1, Level 2, Level 3, Level 4, Level 5 and 2 more" if form == "sfia" else "Can, Can well"
    assert outcome.conclusion == (
        f"The draft of FW-001 is replaced. Components: 1. Levels, by the file’s own scale: {names}. Look at it, "
        "then release it."
    )


PACKAGE = json.dumps(
    {
        "CFDocument": {"identifier": "d", "title": "Maths"},
        "CFItems": [{"identifier": "a", "fullStatement": "Counts"}],
    }
).encode()
ESCO = as_csv({"conceptUri": "http://data.europa.eu/esco/skill/a", "preferredLabel": "count"})


@pytest.mark.parametrize("file", [("m.json", PACKAGE), ("skills_en.csv", ESCO)])
def test_where_a_file_has_no_scale_one_is_chosen_and_the_answer_says_which(
    desk: Desk, file: tuple[str, bytes]
) -> None:
    record = desk.framework("responsibility")
    before = shape(record)
    with pytest.raises(Refused) as refused:
        desk.take(record, file)
    assert {name: str(why) for name, why in refused.value.fields.items()} == {
        "scale": "The file has no scale: choose by which levels its components are assessed."
    }
    assert shape(record) == before
    outcome = desk.take(record, file, scale="held")
    assert shape(record) == (["Fulfilled"], [], {"a": [1]})
    assert outcome.conclusion == (
        "The draft of FW-001 is replaced. Components: 1, each held or not held (Fulfilled)."
        " Look at it, then release it."
    )
    desk.take(record, file, scale="trade")
    trade = [level.name for level in starter("trade").scale]
    assert shape(record) == (trade, [], {"a": [1, 2, 3, 4]})
    outcome = desk.take(record, file, scale="draft")
    assert shape(record) == (trade, [], {"a": [1, 2, 3, 4]})
    assert str(outcome.conclusion).startswith(
        "The draft of FW-001 is replaced. Components: 1, each at all levels of the scale that you chose: "
    )
    empty = desk.framework()
    with pytest.raises(Refused) as refused:
        desk.take(empty, file, scale="draft")
    assert {name: str(why) for name, why in refused.value.fields.items()} == {
        "scale": "The draft has no scale yet: choose another one."
    }


def test_levels_that_a_table_describes_count_by_the_scale_that_is_chosen(desk: Desk) -> None:
    record = desk.framework("trade")
    rows = as_csv({"code": "A", "title": "Sawing", "level 1": "Saws.", "level 3": "Teaches it."})
    outcome = desk.take(record, ("it.csv", rows), scale="draft")
    assert shape(record)[2] == {"A": [1, 3]}
    assert str(outcome.conclusion).startswith(
        "The draft of FW-001 is replaced. Components: 1. Levels, by the scale that you chose: "
    )
    with pytest.raises(Refused) as refused:
        desk.take(record, ("it.csv", rows), scale="held")
    assert {name: str(why) for name, why in refused.value.fields.items()} == {
        "files.0": "Line 2: The scale has no level 3."
    }

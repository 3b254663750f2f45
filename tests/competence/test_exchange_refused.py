"""Files of others that do not fit their layout are refused as a whole: by object and field, by sheet and column."""

import json
from typing import Any

import pytest

from setsquare.kernel.commands.errors import Refused
from tests.competence.conftest import Desk, framework_of
from tests.competence.test_exchange import as_csv, as_workbook, reasons, taken

pytestmark = pytest.mark.once
ESCO = "http://data.europa.eu/esco/skill/"


def package(**parts: Any) -> dict[str, Any]:
    """Return a package of a group with one component, which is described at two levels."""

    def below(child: str, parent: str) -> dict[str, Any]:
        ends = {"originNodeURI": {"identifier": child}, "destinationNodeURI": {"identifier": parent}}
        return {"identifier": f"a-{child}", "associationType": "isChildOf", "sequenceNumber": 1, **ends}

    levels = [{"identifier": f"L{rank}", "score": rank, "description": "Does it."} for rank in (1, 2)]
    criterion = {
        "identifier": "c",
        "category": "component:i2",
        "CFItemURI": {"identifier": "i2"},
        "CFRubricCriterionLevels": levels,
    }
    return {
        "CFDocument": {"identifier": "d", "title": "Maths", "version": None},
        "CFItems": [
            {"identifier": "i1", "fullStatement": "Numbers"},
            {
                "identifier": "i2",
                "fullStatement": "Counts",
                "abbreviatedStatement": None,
                "subject": ["Maths"],
            },
        ],
        "CFAssociations": [below("i1", "d"), below("i2", "i1")],
        "CFRubrics": [{"identifier": "r", "CFRubricCriteria": [criterion]}],
        **parts,
    }


def file(told: dict[str, Any]) -> tuple[str, bytes]:
    return "m.json", json.dumps(told).encode()


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the package with another value at a path, without it where the value is `...`."""
    told = package()
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    at: Any = told
    for step in steps:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return told


def test_half_a_character_is_refused_by_a_sentence_that_can_be_told() -> None:
    half = "\ud800"
    (unknown,) = reasons(file(changed("CFAssociations/0/associationType", half)))
    assert unknown.startswith("Association a-i1, associationType: “?” is none of: isChildOf, ")
    told = json.dumps(changed("CFItems/1/fullStatement", 7)).replace('"i2"', '"\\ud800"')
    assert reasons(("m.json", told.encode())) == ["Item ?, fullStatement: This has to be a text."]
    for path in ("CFItems/1/fullStatement", "CFItems/1/identifier", "CFDocument/identifier"):
        assert all(reason.encode() for reason in reasons(file(changed(path, half))))


def test_the_place_of_an_item_may_be_any_number_however_long() -> None:
    told = changed("CFAssociations/1/sequenceNumber", int("9" * 400))
    assert [item.code for item in taken(file(told)).items] == ["i1", "i2"]


CRITERION = "CFRubrics/0/CFRubricCriteria/0"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("CFDocument", ..., "CFDocument: This is missing."),
        ("CFDocument", "d", "CFDocument: This has to be an object with an identifier."),
        ("CFDocument/identifier", ..., "CFDocument, identifier: This is missing."),
        ("CFDocument/title", 7, "CFDocument, title: This has to be a text."),
        ("CFItems", [], "There is no item in it."),
        ("CFItems/1", "i2", "CFItems 2: This has to be an object with an identifier."),
        ("CFItems/1/identifier", ..., "CFItems 2, identifier: This is missing."),
        ("CFItems/1/identifier", 2, "CFItems 2, identifier: This has to be a text."),
        ("CFItems/1/fullStatement", ..., "Item i2, fullStatement: This is missing."),
        ("CFItems/1/fullStatement", ["Counts"], "Item i2, fullStatement: This has to be a text."),
        ("CFItems/1/humanCodingScheme", 1.2, "Item i2, humanCodingScheme: This has to be a text."),
        ("CFItems/1/notes", {}, "Item i2, notes: This has to be a text."),
        ("CFItems/1/subject", "Maths", "Item i2, subject: This has to be a list of texts."),
        (
            "CFItems/1/CFItemTypeURI",
            "x",
            "Item i2, CFItemTypeURI: This has to be an object with an identifier.",
        ),
        ("CFAssociations", {}, "CFAssociations: This has to be a list."),
        ("CFAssociations/1/associationType", ..., "Association a-i2, associationType: This is missing."),
        ("CFAssociations/1/originNodeURI", ..., "Association a-i2, originNodeURI: This is missing."),
        (
            "CFAssociations/1/destinationNodeURI",
            "i1",
            "Association a-i2, destinationNodeURI: This has to be an object with an identifier.",
        ),
        (
            "CFAssociations/1/sequenceNumber",
            "1",
            "Association a-i2, sequenceNumber: This has to be a number.",
        ),
        (
            "CFAssociations/1/sequenceNumber",
            float("inf"),
            "Association a-i2, sequenceNumber: This has to be a number.",
        ),
        ("CFRubrics/0/CFRubricCriteria", {}, "Rubric r, CFRubricCriteria: This has to be a list."),
        (f"{CRITERION}/identifier", ..., "Rubric r, CFRubricCriteria 1, identifier: This is missing."),
        (f"{CRITERION}/category", 1, "Criterion c, category: This has to be a text."),
        (
            f"{CRITERION}/CFRubricCriterionLevels/1/identifier",
            "",
            "Criterion c, CFRubricCriterionLevels 2, identifier: This is missing.",
        ),
        (
            f"{CRITERION}/CFRubricCriterionLevels/1/description",
            1,
            "Level L2, description: This has to be a text.",
        ),
    ],
)
def test_a_package_that_breaks_the_schema_is_refused_by_object_and_field(
    path: str, value: Any, sentence: str
) -> None:
    assert reasons(file(changed(path, value))) == [sentence]


def test_a_package_that_keeps_the_schema_is_taken_with_associations_that_are_not_read() -> None:
    ends = {"originNodeURI": {"identifier": "i2"}, "destinationNodeURI": {"identifier": "elsewhere"}}
    told = package()
    for kind in ("precedes", "isTranslationOf", "ext:helps"):
        told["CFAssociations"].append({"identifier": kind, "associationType": kind, **ends})
    found = taken(file(told))
    assert [(item.code, item.parent, item.ranks) for item in found.items] == [
        ("i1", "", []),
        ("i2", "i1", [1, 2]),
    ]


def test_an_association_of_no_known_type_is_refused() -> None:
    assert reasons(file(changed("CFAssociations/1/associationType", "isKidOf"))) == [
        "Association a-i2, associationType: “isKidOf” is none of: isChildOf, isPeerOf, isPartOf, exactMatchOf,"
        " precedes, isRelatedTo, replacedBy, exemplar, hasSkillLevel, isTranslationOf, ext:…."
    ]


def test_what_contradicts_itself_in_a_package_is_refused_by_item() -> None:
    told = package()
    told["CFItems"].append({"identifier": "i2", "fullStatement": "Counts again"})
    assert reasons(file(told)) == ["Item i2 stands twice in it."]

    told = package()
    told["CFRubrics"][0]["CFRubricCriteria"].append(
        {
            "identifier": "c2",
            "CFItemURI": {"identifier": "i2"},
            "CFRubricCriterionLevels": [{"identifier": "L", "score": 2}],
        }
    )
    assert reasons(file(told)) == ["Item i2: Level 2 is described twice."]

    told = package()
    scale = [{"identifier": "S1", "score": 1, "quality": "Can"}]
    told["CFRubrics"][0]["CFRubricCriteria"].append(
        {"identifier": "s", "category": "scale", "CFRubricCriterionLevels": scale}
    )
    assert reasons(file(told)) == ["Item i2: The scale has no level 2."]


LEVELS = [f"Level {rank} description" for rank in range(1, 8)]
SKILLS = ["Code", "Skill", "Category", "Subcategory", "Overall description", *LEVELS]
SKILL = ["WIDG", "Widget care", "Making", "Care", "Looks after widgets.", *("Oils." for _level in LEVELS)]


def test_a_sheet_in_the_layout_of_sfia_names_the_columns_that_it_lacks() -> None:
    renamed = [
        "Code" if name == "Code" else name.replace("Skill", "What").replace("3", "three") for name in SKILLS
    ]
    told = f"there are: {', '.join(name.lower() for name in renamed)}."
    assert reasons(("sfia.xlsx", as_workbook(Skills=[[], renamed, SKILL]))) == [
        f"Skills, Line 2: There is no column “skill”; {told}",
        f"Skills, Line 2: There is no column “level 3 description”; {told}",
    ]
    phrases = ["Level", "Phrase", "Essence of the level"]
    attributes = ["Code", "Attribute", *LEVELS[:6]]
    workbook = as_workbook(
        Skills=[SKILLS, SKILL],
        Attributes=[attributes, ["AUTO", "Autonomy", *"123456"]],
        Levels_of_responsibility=[phrases, [1, "Follow", "Does."]],
    )
    assert reasons(("sfia.xlsx", workbook)) == [
        "Attributes, Line 1: There is no column “level 7 description”;"
        f" there are: {', '.join(name.lower() for name in attributes)}.",
        "Levels of responsibility, Line 1: There is no column “guiding phrase”;"
        " there are: level, phrase, essence of the level.",
    ]
    assert reasons(("sfia.xlsx", as_workbook(Skills=[SKILLS, SKILL, SKILL, ["", *SKILL[1:]]]))) == [
        "Skills, Line 4: a skill needs a code and a name."
    ]
    assert reasons(("sfia.xlsx", as_workbook(Skills=[SKILLS, SKILL, SKILL]))) == [
        "Skills, Line 3, “code”: The code “WIDG” is used twice."
    ]


def test_a_file_of_esco_names_the_columns_and_rows_that_do_not_fit() -> None:
    skill = {"conceptUri": f"{ESCO}a", "preferredLabel": "turn metal"}
    broader = {"conceptUri": f"{ESCO}a", "broaderUri": f"{ESCO}a"}
    good = ("s.csv", as_csv(skill))
    assert reasons(good, ("g.csv", as_csv({"conceptUri": f"{ESCO}S1", "label": "metal"}))) == [
        "g.csv, Line 1: There is no column “preferredlabel”; there are: concepturi, label."
    ]
    assert reasons(("s.csv", as_csv({"uri": f"{ESCO}a", "preferredLabel": "turn metal"}))) == [
        "s.csv, Line 1: There is no column “concepturi”; there are: uri, preferredlabel."
    ]
    rows = as_csv(skill, {**skill, "preferredLabel": "turn wood"}, {**skill, "preferredLabel": ""})
    assert reasons(("s.csv", rows), ("b.csv", as_csv(broader, {**broader, "broaderUri": ""}))) == [
        f"s.csv, Line 3: The code “{ESCO}a” is used twice.",
        "s.csv, Line 4, preferredLabel: This has to be filled in.",
        "b.csv, Line 3, broaderUri: This has to be filled in.",
    ]
    assert reasons(good, ("b.csv", as_csv(broader))) == [
        "s.csv, Line 2, “parent”: “a” would stand below itself: a › a."
    ]


def test_a_table_names_the_columns_that_it_lacks_and_the_rows_in_a_circle() -> None:
    assert reasons(("it.csv", as_csv({"code": "A", "level 1": "Turns."}))) == [
        "Line 1: There is no column “title”; there are: code, level 1."
    ]
    circle = [
        {"code": "G", "parent": "H", "kind": "group", "title": "Making"},
        {"code": "H", "parent": "G", "kind": "group", "title": "Care"},
    ]
    assert reasons(("it.csv", as_csv(*circle))) == [
        "Line 2, “parent”: “G” would stand below itself: G › H › G.",
        "Line 3, “parent”: “H” would stand below itself: H › G › H.",
    ]


def test_of_a_package_that_does_not_fit_nothing_is_taken(desk: Desk) -> None:
    record = desk.released(desk.framework("trade"))
    told = changed("CFItems/1/fullStatement", ...)
    del told["CFAssociations"][0]["associationType"]
    with pytest.raises(Refused) as refused:
        desk.take(record, file(told))
    assert {name: str(why) for name, why in refused.value.fields.items()} == {
        "files.0": "Item i2, fullStatement: This is missing.\n"
        "Association a-i1, associationType: This is missing.",
    }
    assert framework_of(record).draft_id is None

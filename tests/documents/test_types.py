"""Document types: the starter's, their rules, and what is refused."""

from typing import Any

import pytest

from setsquare.domains.documents.models import DocumentType
from setsquare.domains.documents.starter_types import starter_types, template_of
from setsquare.domains.documents.thing import DOCUMENT_TYPE
from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.writing.markdown import missing_sections
from tests.documents.conftest import Works

STEP = {"name": "Approval", "roles": ["manager"]}


def given(**more: Any) -> dict[str, Any]:
    return {
        "code": "record",
        "name": "Record",
        "number_pattern": "R-{n:02}",
        "unit": "NW",
        "route": [STEP],
        **more,
    }


def test_the_starters_types_have_templates_with_all_their_sections(works: Works) -> None:
    kinds = DocumentType.objects.select_related("record", "template").order_by("record_id")
    codes = ["policy", "manual", "procedure", "work_instruction", "form", "specification", "external", "plan"]
    assert [kind.code for kind in kinds] == codes
    for kind in kinds:
        assert kind.template.body == template_of(kind.code).strip()
        assert missing_sections(kind.template.body, kind.required_sections) == []
        assert kind.route_in_words and kind.record.state == "in_use"
    assert [record.document_type.code for record in starter_types()] == codes
    assert DocumentType.objects.count() == 8


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"number_pattern": "R-1"}, "number_pattern", "has no counter"),
        ({"number_pattern": "{n}-{country}"}, "number_pattern", "cannot be read"),
        ({"number_pattern": "R/{n}"}, "number_pattern", "use another sign"),
        ({"code": "Bad Code"}, "code", "not of the expected form"),
        ({"code": "policy"}, "code", "The code policy is taken"),
        ({"route": []}, "route", "Choose at least 1"),
        ({"route": [{"name": "Nobody"}]}, "route.0", "Say who signs this step"),
        ({"route": [{**STEP, "needed": 0}]}, "route.0.needed", "Give 1 or more"),
        (
            {"route": [{**STEP, "roles": ["king"]}]},
            "route.0.roles.0",
            "There is no role with the code “king”",
        ),
        ({"route": [{**STEP, "meaning": "loved"}]}, "route.0.meaning", "Choose one of"),
        ({"review_months": 500}, "review_months", "Give 120 or less"),
    ],
)
def test_a_type_is_refused_at_the_field(
    works: Works, more: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(Refused) as caught:
        works.do("cora", "document_type.create", **given(**more))
    assert field in caught.value.fields
    assert sentence in str(caught.value.fields[field])


def test_types_are_made_by_who_controls_documents_there(works: Works) -> None:
    with pytest.raises(NotPermitted):
        works.do("ada", "document_type.create", **given())
    made = works.do("cora", "document_type.create", **given(unit="L", number_pattern="{site}-{type}-{n:02}"))
    with pytest.raises(Refused, match="are made in Lyon and below it"):
        works.do("ada", "document.create", type="record", title="x", unit="H")
    document = works.do("line", "document.create", type="record", title="x", unit="L").record
    assert document.number == "L-RECORD-01"
    assert made.record.number == "DT-09"


def test_a_retired_type_makes_no_documents_until_restored(works: Works) -> None:
    number = DocumentType.objects.get(code="plan").record.number
    works.do("cora", "document_type.retire", number, because="Unused")
    with pytest.raises(Refused, match="Plan is retired; choose a type that is in use"):
        works.do("ada", "document.create", type="plan", title="x", unit="H")
    works.do("cora", "document_type.restore", number, because="Used again")
    works.do("ada", "document.create", type="plan", title="x", unit="H")


def test_the_form_for_editing_shows_what_is(works: Works) -> None:
    record = works.record(DocumentType.objects.get(code="procedure").record.number)
    edit = command_of("document_type", "edit")
    assert edit.initial is not None
    shown = dict(edit.initial(Situation(Actor(works.person("cora")), DOCUMENT_TYPE, record)))
    before = DOCUMENT_TYPE.state_of(record)
    works.do("cora", "document_type.edit", record.number, because="No change", **shown)
    after = DOCUMENT_TYPE.state_of(works.record(record.number))
    assert {**after, "version": 0} == {**before, "version": 0}


def test_what_is_in_work_keeps_the_reading_that_it_began_with(works: Works) -> None:
    number = works.draft()
    record = works.record(DocumentType.objects.get(code="procedure").record.number)
    edit = command_of("document_type", "edit")
    assert edit.initial is not None
    shown = dict(edit.initial(Situation(Actor(works.person("cora")), DOCUMENT_TYPE, record)))
    works.do(
        "cora", "document_type.edit", record.number, because="x", **{**shown, "reading_signature": False}
    )
    assert works.revision(f"{number}/1").reading_signature is True

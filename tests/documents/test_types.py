"""Document types: the starter's, their rules, and what is refused."""

from typing import Any

import pytest
from django.test import Client

from setsquare.domains.documents.models import DocumentType
from setsquare.domains.documents.starter_types import starter_types, template_of
from setsquare.domains.documents.thing import DOCUMENT_TYPE
from setsquare.domains.organisation import bootstrap
from setsquare.faces.web.addresses import command_address
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.commands.errors import NotPermitted, Refused, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.markdown import missing_sections
from setsquare.kernel.writing.required import begun_from
from tests.api.conftest import Caller
from tests.days import today
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
        assert missing_sections(begun_from(kind.template.body, "T", "1"), kind.required_sections) == []
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
    number = made.record.number
    with pytest.raises(
        Refused, match="Record is not adopted yet; somebody else than its author signs for it first"
    ):
        works.do("ada", "document.create", type="record", title="x", unit="L")
    works.do("hedda", "document_type.adopt", number)
    with pytest.raises(Refused, match="are made in Lyon and below it"):
        works.do("ada", "document.create", type="record", title="x", unit="H")
    document = works.do("line", "document.create", type="record", title="x", unit="L").record
    assert document.number == "L-RECORD-01"
    assert number == "DT-09"


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


def proposal(works: Works, who: str = "cora", **changed: Any) -> str:
    """Have somebody propose another route for procedures, or what is `changed`; returns the type's number."""
    record = works.record(DocumentType.objects.get(code="procedure").record.number)
    edit = command_of("document_type", "edit")
    assert edit.initial is not None
    shown = dict(edit.initial(Situation(Actor(works.person(who)), DOCUMENT_TYPE, record)))
    body = {**shown, "route": [{"name": "Alone", "people": ["cora"]}], **changed}
    works.do(who, "document_type.edit", record.number, because="Quicker", **body)
    return record.number


def test_how_documents_are_approved_changes_when_a_second_person_has_signed(
    works: Works, client: Client
) -> None:
    before = DocumentType.objects.get(code="procedure").route
    number = proposal(works)
    kind = DocumentType.objects.select_related("record").get(code="procedure")
    assert kind.route == before
    assert [(one.label, one.after) for one in kind.amendments] == [
        ("Approval route", "Alone: one of Cora Controller signs “Approved”")
    ]
    assert kind.proposed_by == ["Cora Controller"]
    assert works.asked(number, "adopt_rules") == ["hedda"]
    with pytest.raises(NotPermitted, match="You proposed this; somebody else has to look at it and adopt it"):
        works.do("cora", "document_type.adopt", number)
    client.force_login(works.person("hedda"))
    asked = client.get(command_address(kind.record, "adopt")).text
    assert "Quicker" in asked and "Alone: one of Cora Controller" in asked
    signed = works.do("hedda", "document_type.adopt", number)
    assert signed.signature is not None and signed.signature.meaning == "adopted"
    kind.refresh_from_db()
    assert kind.route_in_words == ["Alone: one of Cora Controller signs “Approved”"]
    assert (kind.proposed, works.asked(number, "adopt_rules")) == (None, [])
    with pytest.raises(WrongState, match="Nothing is proposed here"):
        works.do("hedda", "document_type.adopt", number)


def test_who_helped_to_write_a_proposal_does_not_adopt_it(works: Works) -> None:
    number = proposal(works)
    proposal(works, "hedda", review_required=False)
    kind = DocumentType.objects.get(code="procedure")
    assert kind.proposed is not None and kind.proposed["authors"] == ["cora", "hedda"]
    with pytest.raises(NotPermitted, match="You proposed this"):
        works.do("hedda", "document_type.adopt", number)
    assert works.asked(number, "adopt_rules") == ["dirk"]
    works.do("dirk", "document_type.adopt", number)
    kind.refresh_from_db()
    assert kind.review_required is False


def test_a_template_waits_as_a_route_does(works: Works) -> None:
    kind = DocumentType.objects.select_related("template").get(code="procedure")
    proposal(works, route=[{**step, "needed": 1} for step in kind.route], template="## Purpose\n\nAll of it.")
    kind = DocumentType.objects.select_related("template", "proposed_template").get(code="procedure")
    assert kind.template.body == template_of("procedure").strip()
    assert kind.amendments == [("Template", kind.template.body, "## Purpose\n\nAll of it.")]


def test_all_but_name_and_description_waits(works: Works) -> None:
    route = [{**step, "needed": 1} for step in DocumentType.objects.get(code="procedure").route]
    number = proposal(
        works,
        route=route,
        name="Procedure of the works",
        description="How we work",
        number_pattern="PR-{n:04}",
        content="both",
        review_months=60,
        audience=[{"person": "max"}],
        reading_days=3,
        reading_signature=False,
        external=True,
    )
    kind = DocumentType.objects.select_related("template", "proposed_template").get(code="procedure")
    assert (works.record(number).title, kind.description) == ("Procedure of the works", "How we work")
    assert kind.amendments == [
        ("Numbers", "SOP-{n:03}", "PR-{n:04}"),
        ("Content", "A text", "A text or a file"),
        ("Months between reviews", "24", "60"),
        ("Default audience", "", works.person("max").name),
        ("Days to read", "14", "3"),
        ("Reading is signed", "Yes", "No"),
        ("Published by others", "No", "Yes"),
    ]
    told = works.do("hedda", "document_type.adopt", number).conclusion
    assert told == "What was proposed for the type Procedure of the works holds from now on."
    kind.refresh_from_db()
    assert (kind.number_pattern, kind.content, kind.review_months, kind.audience) == (
        "PR-{n:04}",
        "both",
        60,
        [{"role": "", "unit": "", "person": "max"}],
    )
    assert (kind.reading_days, kind.reading_signature, kind.external) == (3, False, True)


def test_who_proposes_is_told_who_can_adopt_it(works: Works) -> None:
    record = works.record(DocumentType.objects.get(code="procedure").record.number)
    edit = command_of("document_type", "edit")
    assert edit.initial is not None
    shown = dict(edit.initial(Situation(Actor(works.person("cora")), DOCUMENT_TYPE, record)))
    made = works.do(
        "cora", "document_type.edit", record.number, because="Faster", **{**shown, "reading_days": 3}
    )
    hedda = works.person("hedda").name
    assert made.conclusion == f"What you propose waits for somebody else’s signature: {hedda} can give it."


def test_a_proposal_is_declined_or_taken_back(works: Works) -> None:
    number = proposal(works)
    with pytest.raises(Refused, match="Say why"):
        works.do("hedda", "document_type.decline", number)
    works.do("hedda", "document_type.decline", number, because="Nobody approves alone")
    assert DocumentType.objects.get(code="procedure").proposed is None
    assert works.record(number).state == "in_use"
    proposal(works)
    route = [{**step, "needed": 1} for step in DocumentType.objects.get(code="procedure").route]
    proposal(works, route=route)
    assert DocumentType.objects.get(code="procedure").proposed is None
    assert works.asked(number, "adopt_rules") == []


def test_a_type_that_nobody_adopted_is_not_restored_into_use(works: Works) -> None:
    number = works.do("cora", "document_type.create", **given()).record.number
    works.do("cora", "document_type.decline", number, because="Not needed")
    assert works.record(number).state == "retired"
    works.do("hedda", "document_type.restore", number, because="It is")
    assert works.record(number).state == "proposed"
    assert works.asked(number, "adopt_rules") == ["dirk"]
    for author in ("cora", "hedda"):  # whoever takes it up again, who wrote it stays its author
        with pytest.raises(NotPermitted, match="You proposed this"):
            works.do(author, "document_type.adopt", number)
    works.do("dirk", "document_type.adopt", number)
    assert works.record(number).state == "in_use"


def test_rules_hold_at_once_where_nobody_else_is_there(works: Works) -> None:
    for other in ("hedda", "dirk", "mia", "max"):
        bootstrap.leave(works.person(other), today())
    for other in User.objects.exclude(username="cora"):
        Grant.objects.filter(user=other).exclude(role__code="reader").delete()
    proposal(works)
    kind = DocumentType.objects.get(code="procedure")
    assert (kind.route_in_words, kind.proposed) == (["Alone: one of Cora Controller signs “Approved”"], None)
    entry = Entry.objects.filter(record=kind.record).latest("seq")
    assert entry.note is not None and entry.note["text"] == "nobody else could be asked to adopt it"


def test_rules_hold_at_once_for_nobody_who_took_from_others_what_lets_them_adopt(works: Works) -> None:
    bootstrap.grant(works.person("cora"), "administrator", "NW")
    others = Grant.objects.exclude(user=works.person("cora")).exclude(role__code="reader")
    for held in others.filter(ends__isnull=True).select_related("user", "role", "unit"):
        body = {"role": held.role.code, "unit": held.unit.code}
        carry_out(
            "person", "revoke_role", Actor(works.person("cora")), record=held.user.file.record, body=body
        )
    before = DocumentType.objects.get(code="procedure").route_in_words
    with pytest.raises(Refused, match="Within the last 30 days you took from"):
        proposal(works)
    assert DocumentType.objects.get(code="procedure").route_in_words == before


def test_nobody_writes_over_what_waits_for_them_where_nobody_else_is_there(works: Works) -> None:
    for other in ("dirk", "mia", "max"):
        bootstrap.leave(works.person(other), today())
    for other in User.objects.exclude(username__in=("cora", "hedda")):
        Grant.objects.filter(user=other).exclude(role__code="reader").delete()
    number = proposal(works, reading_days=3)
    name = works.person("cora").name
    with pytest.raises(Refused, match=f"What {name} proposed waits for you: adopt or decline it first"):
        proposal(works, "hedda", review_required=False)
    kind = DocumentType.objects.get(code="procedure")
    assert (kind.review_required, works.asked(number, "adopt_rules")) == (True, ["hedda"])
    works.do("hedda", "document_type.adopt", number)
    kind.refresh_from_db()
    assert kind.reading_days == 3


def test_a_program_that_names_the_description_alone_keeps_an_audience_without_a_unit(works: Works) -> None:
    number = proposal(works, audience=[{"person": "max"}])
    works.do("hedda", "document_type.adopt", number)
    program = Caller(works.person("cora"), ("read", "write", "admin"))
    answered = program.post(
        f"/document-types/{number}:edit", {"description": "How we work.", "reason": "Clearer."}
    )
    assert answered.status_code == 200, answered.content
    kind = DocumentType.objects.get(code="procedure")
    assert (kind.description, kind.audience) == ("How we work.", [{"role": "", "unit": "", "person": "max"}])

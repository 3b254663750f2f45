"""Rules ask for what there is, and name it: components of a framework with their levels, courses as a whole."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.models import Signature
from tests.competence.conftest import PASSWORD, Desk, desk

__all__ = ["desk"]
NAMED = "“Turning” (G-1) at level 2 “Can well” of FW-001 Trades"


def rule(desk: Desk, who: User, **given: Any) -> Record:
    body = {
        "title": "Assessing",
        "why": "It takes skill.",
        "unit": "N",
        "commands": ["change_request.accept"],
    }
    return carry_out("authority_rule", "create", Actor(who), body={**body, **given}).record


@pytest.mark.parametrize(
    ("need", "field", "said"),
    [
        ({"topic": "G-9", "level": 1}, "needs.0.topic", "FW-001 Trades has no “G-9” in force."),
        ({"topic": "", "level": 1}, "needs.0.topic", "Say which component of FW-001 Trades."),
        ({"topic": "G-1", "level": 3}, "needs.0.level", "There is no level 3 of it; there are: 1, 2."),
        (
            {"subject": "PER-0001"},
            "needs.0.subject",
            "Nobody qualifies in PER-0001 Rita Root. Name a record of one of these:"
            " Courses, Documents, Competence frameworks, Quizzes.",
        ),
    ],
)
def test_what_there_is_not_is_refused_at_its_row(desk: Desk, need: dict[str, Any], field: str, said: str):
    desk.released(desk.small())
    with pytest.raises(Refused) as why:
        rule(desk, desk.hanna, needs=[{"subject": "FW-001", **need}])
    assert {name: str(sentence) for name, sentence in why.value.fields.items()} == {field: said}


def test_the_form_offers_what_there_is_so_that_nobody_types_a_code(desk: Desk, client: Client):
    framework = desk.released(desk.small())
    made = rule(desk, desk.hanna, needs=[{"subject": "FW-001", "topic": "G-1", "level": 2}])
    client.force_login(desk.hanna)
    form = client.get(f"/authority-rules/{made.number}/do/edit/").content.decode()
    for shown in (
        "/choose/records?type=course&amp;type=document&amp;type=framework&amp;type=quiz"
        "&amp;state=framework.in_force&amp;q=",
        'data-source="/choose/parts?q=" data-placeholder="Find by code or title …"',
        ' data-beside="subject"',
        '<option value="G-1" selected>G-1 Turning</option>',
        '<optgroup label="Competence">',
    ):
        assert shown in form, shown
    turning = {"value": "G-1", "text": "G-1 Turning", "hint": "1 Can · 2 Can well"}
    for asked, found in (("of=FW-001&q=turn", [turning]), ("of=FW-001&q=mill", []), ("of=&q=", [])):
        assert client.get(f"/choose/parts?{asked}").json() == found
    client.force_login(desk.sol)
    assert client.get(f"/choose/parts?of={framework.number}&q=").json() == [], "it is not seen there"


def test_the_rule_the_refusal_and_the_signature_name_component_and_level(desk: Desk):
    framework = desk.released(desk.small())
    ned = bootstrap.add_person("ned", "Ned Example", "N", password=PASSWORD)
    bootstrap.grant(ned, "head", "N")
    now = timezone.now()
    held = {"subject": framework, "topic": "G-1", "evidence": framework, "since": now, "given": now}
    Qualification.objects.create(user=ned, level=2, **held)
    made = rule(desk, desk.hanna, needs=[{"subject": "FW-001", "topic": "G-1", "level": 2}])
    assert made.authority_rule.needs_in_words == [NAMED]
    desk.do(desk.hanna, made, "submit")
    desk.do(ned, made, "approve")
    body = {"title": "Shorter", "what": "Less.", "why": "Faster.", "unit": "N"}
    change = carry_out("change_request", "create", Actor(desk.rob), body=body).record
    desk.do(desk.rob, change, "submit")
    impact = dict.fromkeys(("quality", "regulatory", "training", "cost", "risk"), "None.")
    desk.do(desk.mark, change, "assess", **impact)
    with pytest.raises(NotPermitted, match="you hold none") as why:
        desk.do(desk.mark, change, "accept", because="Good.")
    assert NAMED in str(why.value)
    desk.do(ned, change, "accept", because="Good.")
    (relied,) = Signature.objects.filter(record=change).latest("id").authority
    assert (
        relied["qualifications"][0] | {"title": "Turning", "grade": "Can well"} == relied["qualifications"][0]
    )

"""Kinds of records are offered and taken for the commands alone that are about such records."""

import re
from typing import Any

import pytest
from django.test import Client

from setsquare.faces.cli.main import run
from setsquare.kernel.commands.errors import Refused
from tests.authority.conftest import Office
from tests.authority.test_looking import bearer
from tests.changes.conftest import PASSWORD

NEVER = (
    "“Change request: Accept” is never about a record of the kind “Self-assessment”.",
    "“Document: Withdraw” is never about a record of the kind “Self-assessment”. Choose one of: prc.",
)


def test_who_may_offers_the_kinds_of_the_commands_record_type(office: Office, client: Client):
    client.force_login(office.hugo)

    def offered(command: str) -> list[str]:
        page = client.get(f"/authority-rules/who/?unit=N&command={command}&kind=self").content.decode()
        kinds = page.partition('name="kind"')[2].partition("</select>")[0]
        return re.findall(r'<option value="([^"]+)"', kinds)

    assert offered("document.withdraw") == offered("revision.approve") == ["prc"]
    assert "self" in offered("assessment.agree") and offered("change_request.accept") == []


def test_another_kind_is_refused_at_its_field(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    program = Client(headers=bearer(office.hugo))
    for command, said in zip(("change_request.accept", "document.withdraw"), NEVER, strict=True):
        address = f"/api/v1/authority-rules:who?unit=N&command={command}&kind=self"
        answer: dict[str, Any] = program.get(address).json()
        assert [(one["field"], one["sentence"]) for one in answer["errors"]] == [("kind", said)]
        assert run(["who-may", command, "N", "--kind=self", "--as=hugo"]) != 0
        assert said in " ".join(capsys.readouterr().err.split())
    with pytest.raises(Refused) as why:
        office.draft(commands=["revision.approve"], kinds=["prc", "self"])
    assert why.value.fields == {
        "kinds.1": "Nothing that the rule is asked at is done to a record of the kind “Self-assessment”."
    }
    assert office.draft(commands=["revision.approve", "assessment.agree"], kinds=["prc", "self"]).pk

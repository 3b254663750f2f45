"""Taking an agreed assessment back: signed as agreeing is, and what it gave lapses."""

import re

import pytest
from django.test import Client

from setsquare.domains.organisation import bootstrap
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts.models import Grant
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.entrusting import entrust_to_who_may
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.models import Signature
from tests.api.conftest import Caller
from tests.competence.bench import Bench, ago, asked, levels
from tests.competence.conftest import PASSWORD


def test_revoking_is_signed_as_agreeing_is_and_what_it_gave_lapses(
    bench: Bench, client: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.grant(bench.mark, "head", "N")
    past = {"person": "hanna", "framework": bench.framework.number, "component": "G-1", "level": 2}
    recorded = carry_out("assessment", "create", Actor(bench.mark), body={**past, "day": ago(30)}).record
    lead = bootstrap.add_person("lea", "Lea Lead", "N", password=PASSWORD)
    bootstrap.grant(lead, "manager", "N")
    bench.do(lead, recorded, "confirm")
    Grant.objects.filter(user=lead).delete()
    need = {"subject": bench.framework.number, "topic": "G-1", "level": 2}
    first, second = (bench.submitted(bench.hanna, "mark", "assessor", ago(days), G_1=2) for days in (9, 1))
    bench.do(bench.hanna, first, "agree")
    rule = {"title": "Turners agree", "why": "It takes skill.", "unit": "N", "commands": ["assessment.agree"]}
    made = carry_out("authority_rule", "create", Actor(bench.hanna), body={**rule, "needs": [need]}).record
    bench.do(bench.hanna, made, "submit")
    bench.do(bench.mark, made, "approve")
    relied = bench.do(bench.mark, bench.submitted(bench.ben, "ada", "peer", G_1=1), "agree").signature
    waits = bench.submitted(bench.ben, "ada", "peer", G_2=1)
    assert asked(waits) == {"agree_assessment": ["mark"]}
    client.force_login(bench.hanna)
    form = re.sub(
        r"\s*<[^>]*>\s*", "|", client.get(f"/assessments/{first.number}/do/revoke/").content.decode()
    )
    assert (
        "G-1 Turning: B Can well" in form and "I take this assessment back for the reason given here" in form
    )
    hanna = Caller(bench.hanna, ("read", "write"))
    path, sent = f"/assessments/{first.number}:revoke", {"reason": "The part was not his."}
    unsigned = hanna.post(path, sent)
    assert unsigned.status_code == 403 and "Signing needs you" in unsigned.json()["detail"]
    unreasoned = hanna.post(path, {"signature": {"password": PASSWORD}})
    assert unreasoned.status_code == 422 and [one["field"] for one in unreasoned.json()["errors"]] == [
        "reason"
    ]
    assert levels(bench.mark) == {"G-1": 2}, "neither was done"
    assert hanna.post(path, {**sent, "signature": {"password": PASSWORD}}).status_code == 200
    signed = Signature.objects.filter(record=first).latest("pk")
    assert (signed.meaning, signed.printed_name) == ("assessment_revoked", "Hanna Example")
    assert (signed.entry.command, signed.entry.reason) == ("revoke", "The part was not his.")
    assert levels(bench.mark) == {}
    assert entrust_to_who_may() == 1 and asked(waits) == {"agree_assessment": ["hanna"]}
    kept = Signature.objects.get(pk=relied.pk)
    assert kept.authority[0]["qualifications"][0]["evidence"] == first.number, "what was relied on stays"
    bench.do(bench.hanna, second, "agree")
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    version = str(Record.objects.get(pk=second.pk).version)
    words = ["assessments", "revoke", second.number, "--as", "hanna", "--reason", "It was over."]
    assert run([*words, "--version", version]) == 0, capsys.readouterr().err
    assert Signature.objects.filter(record=second).latest("pk").meaning == "assessment_revoked"

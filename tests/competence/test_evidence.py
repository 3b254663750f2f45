"""Whoever agrees sees what it stands on: what levels mean, what shows it, what was held; and that nothing shows it."""

import json

import pytest
from django.test import Client

from setsquare.domains.competence.models import RoleProfile
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
from tests.competence.bench import Bench, ago

NOTHING_SHOWN = "No evidence is given: no record and no file shows what this assessment says."
SIGNED_UNSHOWN = "I have looked at this assessment, which no record and no file shows;"
DIALOG = {"HX-Request": "true", "HX-Target": "dialog-body"}


def test_whoever_agrees_has_before_them_what_they_sign(bench: Bench, client: Client) -> None:
    before = bench.agreed("ada", ago(300), 24, G_1=1)
    profile = bench.desk.profile((bench.framework, "G-1", 2), (bench.framework, "G-2", 1))
    bench.do(bench.hanna, profile, "set_titles", titles=["Operator"])
    bench.do(bench.mark, profile, "put_in_force")
    assert RoleProfile.objects.get(pk=profile.pk).requirements.count() == 2
    made = bench.submitted(bench.mark, "ada", "manager", G_1=2, G_3=1)
    address = f"/assessments/{made.number}/do/agree/"
    client.force_login(bench.hanna)
    page = client.get(address).content.decode()
    assert NOTHING_SHOWN in page and SIGNED_UNSHOWN in page
    turning, grinding = page.index("Turning"), page.index("Grinding")
    first, second = sorted([turning, grinding])
    of_grinding = page[first:second] if first == grinding else page[second:]
    of_turning = page[turning:] if first == grinding else page[turning:grinding]
    assert "Turns." in of_turning and "– Holds it" in of_turning, "what each level means, and its indicators"
    assert "Seen." in of_turning, "why the assessor says so"
    assert f'href="/assessments/{before.number}/"' in of_turning and "A Can" in of_turning
    assert f'href="/role-profiles/{profile.number}/"' in of_turning and "B Can well" in of_turning
    assert "nothing" in of_grinding and "not asked for" in of_grinding
    bench.do(bench.mark, made, "set_evidence", records=[before.number])
    photo = take_in(bench.mark, b"Turned to size.", "proof.txt")
    bench.do(bench.mark, made, "add_files", files=[photo.blob_id])
    page = client.get(address).content.decode()
    assert NOTHING_SHOWN not in page and SIGNED_UNSHOWN not in page
    assert before.title in page and f'href="/files/{photo.blob_id}/proof.txt"' in page


def test_that_nothing_shows_it_is_told_before_and_kept_with_the_signature(
    bench: Bench, client: Client
) -> None:
    made = bench.begun(bench.mark, "ada", "manager", G_1=2)
    client.force_login(bench.mark)
    submit = f"/assessments/{made.number}/do/submit/"
    assert NOTHING_SHOWN in client.get(submit, headers=DIALOG).content.decode()
    bench.do(bench.mark, made, "submit")
    signature = bench.do(bench.hanna, made, "agree").signature
    assert signature is not None and json.loads(signature.signed)["given"]["shown_by"] == []
    note = Entry.objects.get(pk=signature.entry_id).note
    assert note == {"text": "No record and no file shows it.", "values": {}}
    assert "Evidence: none" in client.get(f"/assessments/{made.number}/signatures/").content.decode()
    shown = bench.begun(bench.mark, "ada", "manager", G_1=2)
    bench.do(bench.mark, shown, "set_evidence", records=[made.number])
    assert NOTHING_SHOWN not in client.get(f"/assessments/{shown.number}/do/submit/").content.decode()
    bench.do(bench.mark, shown, "submit")
    signature = bench.do(bench.hanna, shown, "agree").signature
    assert signature is not None and "shown_by" not in json.loads(signature.signed).get("given", {})
    own = bench.begun(bench.ada, "ada", "self", G_1=2)
    client.force_login(bench.ada)
    assert NOTHING_SHOWN not in client.get(f"/assessments/{own.number}/do/submit/").content.decode()


def test_a_framework_may_ask_for_evidence(bench: Bench, client: Client) -> None:
    waiting = bench.submitted(bench.mark, "ben", "manager", G_1=1)
    about = {"title": "Trades", "purpose": "What operators can do.", "evidence_required": True}
    bench.do(bench.hanna, bench.framework, "edit", **about)
    number = bench.framework.number
    asks = f"{number} asks for evidence, and no record and no file shows this:"
    made = bench.begun(bench.mark, "ada", "manager", G_1=2)
    with pytest.raises(Refused) as refused:
        bench.do(bench.mark, made, "submit")
    assert refused.value.fields == {"records": f"{asks} set evidence or add files first."}
    with pytest.raises(Refused) as refused:
        bench.do(bench.hanna, waiting, "agree")
    name = bench.mark.name
    assert refused.value.fields == {"records": f"{asks} {name} has to set evidence or add files first."}
    client.force_login(bench.hanna)
    page = client.get(f"/assessments/{waiting.number}/").content.decode()
    assert f"{asks} {name} has to set evidence" in page, "the button says so before it is pressed"
    refusal = client.get(f"/assessments/{waiting.number}/do/agree/").content.decode()
    assert f"{asks} {name} has to set evidence" in refusal
    assert f"{waiting.number}/do/set_evidence/" not in refusal, "it is somebody else's to do"
    client.force_login(bench.mark)
    refusal = client.get(f"/assessments/{made.number}/do/submit/").content.decode()
    assert f"{asks} set evidence or add files first." in refusal
    for command in ("set_evidence", "add_files"):
        assert refusal.count(f'href="/assessments/{made.number}/do/{command}/"') == 1, (
            "what it names is at hand"
        )
    photo = take_in(bench.mark, b"Turned to size.", "proof.txt")
    bench.do(bench.mark, waiting, "add_files", files=[photo.blob_id])
    bench.do(bench.hanna, waiting, "agree")
    own = bench.submitted(bench.ada, "ada", "self", G_1=1)
    bench.do(bench.mark, own, "agree")
    assert Record.objects.get(pk=own.pk).state == "agreed", "what somebody thinks of themself needs none"

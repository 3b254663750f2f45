"""Documents that were approved before and outside Setsquare: who carries one over signs for it, and that is shown."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from setsquare.domains.documents.publishing import pdf_of, record_json
from setsquare.domains.documents.queries import signatures_on
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted, Refused, SignatureRefused
from setsquare.kernel.commands.running import carry_out, rehearse
from setsquare.kernel.commands.telling import deed_of
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.signatures.models import Signature
from tests.days import today
from tests.documents.conftest import TEXT, Works
from tests.documents.test_publishing import address_of, words

GIVEN = {
    "type": "procedure",
    "title": "Receiving",
    "unit": "H",
    "content": TEXT,
    "effective_since": "2020-05-01",
    "approved_by": "Ida Old, head of quality",
    "approved_on": "2020-04-28",
}


def taken_over(works: Works, who: str = "cora", password: str = "", **more: Any) -> Record:
    signed = {"password": password} if password else {}
    given = {**GIVEN, **more}
    return works.do(who, "document.import_effective", because="Paper file 7", **signed, **given).record


def test_who_carries_it_over_signs_and_the_approval_outside_is_told(works: Works) -> None:
    proof = works.uploaded("cora", b"%PDF-1.4 scan", "SOP signed.pdf", "application/pdf")
    record = taken_over(works, evidence=proof.blob_id)
    (signature,) = Signature.objects.filter(record=record)
    assert (signature.signer.username, signature.meaning) == ("cora", "carried_over")
    assert '"approved_outside":{' in signature.signed and "Ida Old" in signature.signed
    assert proof.blob_id in signature.signed
    revision = works.revision(f"{record.number}/1")
    assert signatures_on(revision) == [signature]
    assert revision.approved is None
    assert deed_of(signature.entry, thing_of("document")) == (
        "took over the document, which was in force before: in force since 1 May 2020, approved outside Setsquare by"
        " Ida Old, head of quality on 28 April 2020"
    )
    data = pdf_of(revision, viewer=works.person("otto"), address_of=address_of)
    told = words(data)
    assert (
        "Approved outside Setsquare by Ida Old, head of quality on 28 April 2020; carried over by Cora Controller on"
        in told
    )
    assert "This revision has not been signed." not in told
    assert signature.digest.encode() in record_json(revision, works.person("otto"))


def test_whoever_is_named_as_approver_and_works_here_is_told(works: Works) -> None:
    taken_over(works, approved_by="Dirk Director, managing director")
    told = Notice.objects.get(user__username="dirk", text__contains="approved them outside")
    assert str(told) == (
        "Cora Controller takes over documents of which it is written that you approved them outside Setsquare: 1."
        " Say so if you did not."
    )
    approving = Notice.objects.filter(text__contains="where you approve documents")
    assert sorted(approving.values_list("user__username", flat=True)) == ["dirk", "hedda", "max", "mia"]
    for place, name in enumerate(
        ("Dirk  Director", "Dirk\u00a0Director", "Di\u200crk Director", "D\u0456rk Director")
    ):
        Notice.objects.all().delete()
        taken_over(works, title=f"Storing {place}", approved_by=f"{name}, managing director")
        assert Notice.objects.filter(user__username="dirk", text__contains="approved them").exists(), name
    taken_over(works, title="Sending", approved_by="Cora Controller, document control")
    assert not Notice.objects.filter(user__username="cora", text__contains="approved them").exists()


def test_nobody_puts_a_document_in_force_unsigned(works: Works) -> None:
    with pytest.raises(SignatureRefused):
        taken_over(works, password="something else")
    call = ("document", "import_effective", Actor(works.person("cora")))
    with pytest.raises(SignatureRefused):
        carry_out(*call, body=GIVEN, reason="Paper file 7")
    with pytest.raises(NotPermitted):
        taken_over(works, "mia")
    assert not Record.objects.filter(type="document").exists()


def test_trying_it_leaves_nothing_and_refuses_the_same(works: Works) -> None:
    call = ("document", "import_effective", Actor(works.person("cora")))
    rehearse(*call, body=GIVEN, reason="Paper file 7")
    assert not Record.objects.filter(type="document").exists()
    with pytest.raises(Refused, match="Say why"):
        rehearse(*call, body=GIVEN)


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"approved_by": ""}, "approved_by", "This has to be filled in."),
        (
            {"approved_by": "n/a"},
            "approved_by",
            "Give a name and a position, such as Maria Berg, head of quality.",
        ),
        ({"approved_on": None}, "approved_on", "Give a date such as 2026-11-30."),
        (
            {"approved_on": "2020-05-02"},
            "approved_on",
            "It took effect on 1 May 2020; it was approved on that day or before.",
        ),
        (
            {"effective_since": "2900-05-02"},
            "effective_since",
            "This day is still to come; a document that is in force took effect before.",
        ),
    ],
)
def test_what_is_not_said_of_the_approval_is_asked_for(
    works: Works, wrong: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        taken_over(works, **wrong)
    assert refused.value.fields == {field: sentence}


def test_its_next_revision_is_approved_here_as_any(works: Works) -> None:
    number = taken_over(works).number
    second = works.second(number)
    works.approved(second)
    works.do("cora", "revision.schedule", second, at_once=True)
    assert [one.signer.username for one in signatures_on(works.revision(second))] == ["mia", "hedda"]
    assert "approved_outside" not in thing_of("document").state_of(works.record(number))


def test_what_was_approved_outside_although_setsquare_was_in_use_needs_its_proof(works: Works) -> None:
    later = (today() + dt.timedelta(days=3)).isoformat()
    with time_machine.travel(timezone.now() + dt.timedelta(days=5), tick=True):
        body = {**GIVEN, "approved_on": later, "effective_since": later}
        with pytest.raises(Refused, match="attach the proof of the approval") as refused:
            works.do("cora", "document.import_effective", because="Paper file 7", **body)
        assert list(refused.value.fields) == ["approved_on"]
        proof = works.uploaded("cora", b"signed by Ida Old", "original.txt", "text/plain").blob.digest
        works.do("cora", "document.import_effective", because="Paper file 7", **body, evidence=proof)

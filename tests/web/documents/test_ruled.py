"""Rules of authority in the editor and where documents are made: what waits waits there as everywhere else."""

from typing import Any

import pytest
from django.utils import timezone

from setsquare.domains.documents.models import Comment, WorkingText
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from tests.web.documents.drafts import AUTOSAVE, EDITOR, body, draft, typed
from tests.web.documents_house import PASSWORD, TEXT, House, page

NEW = "/documents/new/create/"
MORE = TEXT + "\nMore.\n"


def rule(house: House, *commands: str, **more: Any) -> None:
    """Have a rule in force that Cora meets and Ari does not."""
    subject = house.document("What counts")
    Qualification.objects.create(
        user=house.people["cora"],
        subject=subject,
        level=1,
        since=timezone.now(),
        given=timezone.now(),
        evidence=subject,
    )
    for who in ("mira", "cora"):
        bootstrap.grant(house.people[who], "director", "NW")
    said = {"title": "Writing", "why": "It takes skill.", "unit": "NW", "commands": list(commands)}
    said |= {"needs": [{"subject": subject.number}], "countersigned": True}
    made = house.make("mira", "authority_rule", **{**said, **more})
    house.do("mira", "submit", made)
    house.do("cora", "approve", made)


def deeds() -> list[Record]:
    return list(Record.objects.filter(type="supervised_deed").order_by("pk"))


def test_a_save_waits_and_nothing_typed_is_lost(house: House) -> None:
    revision, client = draft(house), house.client("ari")
    rule(house, "revision.save", "revision.comment", "revision.reply")
    told = page(client, EDITOR, most=13)  # one more: which of the rules that ask for it the person sees
    assert "This needs a countersignature" in told
    assert client.post(AUTOSAVE, {"content": MORE, "version": revision.content_id}).status_code == 200
    assert not deeds(), "typing makes nothing wait"
    sent = client.post(EDITOR, typed(revision, MORE, submit="1"))
    assert sent["Location"] == "/revisions/SOP-001/1/", "what is not saved is not sent on"
    told = client.get(sent["Location"]).content.decode()
    assert "waits for a countersignature. Asked: Cora Lind." in told and "What you typed is kept here" in told
    again = client.post(EDITOR, typed(revision, MORE))
    assert (
        again.status_code == 422 and "of yours waits for a countersignature already" in again.content.decode()
    )
    assert body(revision) == TEXT.strip() and WorkingText.objects.get().body == MORE
    house.do("cora", "countersign", deeds()[0])
    assert body(revision) == MORE.strip() and not WorkingText.objects.exists()
    comment = house.do("cora", "comment", revision.record, text="Why?")
    first = Comment.objects.get(revision=comment.pk)
    assert client.post(f"/revisions/SOP-001/1/comments/{first.number}/", {"text": "So."}).status_code == 303
    assert len(deeds()) == 2 and Comment.objects.count() == 1


def test_making_a_document_waits(house: House) -> None:
    client, form = house.client("ari"), {"type": "procedure", "title": "New", "unit": "NW", "owner": "ari"}
    rule(house, "document.create")
    told = page(
        client, f"{NEW}?type=procedure", most=15
    )  # more: whether anybody may countersign, and what leads there
    assert "This needs a countersignature" in told
    for _twice in range(2):
        sent = client.post(NEW, {**form, "_key": "one-form"})
        assert sent["Location"] == f"/supervised-work/{deeds()[0].number}/"
    assert len(deeds()) == 1 and not Record.objects.filter(title="New").exists()
    house.do("cora", "countersign", deeds()[0])
    assert Record.objects.get(type="document", title="New").owner == house.people["ari"]


def test_a_file_is_named_and_handed_out_to_who_may_know_of_it(house: House) -> None:
    rule(house, "document.create")
    digest = house.upload("ari", b"%PDF-1.4 plan", "plan.pdf", "application/pdf")
    body = {"type": "form", "title": "Plan", "unit": "NW", "file": digest}
    deed = carry_out("document", "create", Actor(house.people["ari"]), body=body, waits=True).record
    bootstrap.add_role("overseer", "Overseer", "", ["authority.oversee"])
    house.people["olga"] = bootstrap.add_person("olga", "Olga Ek", "N")
    bootstrap.grant(house.people["olga"], "overseer", "NW")
    for who, sees in (("ari", True), ("cora", True), ("olga", False)):
        client = house.client(who)
        told = page(client, f"/supervised-work/{deed.number}/")
        assert ("Controlled file: plan.pdf (1 KB)" in told, f'href="/files/{digest}/plan.pdf"' in told) == (
            sees,
            sees,
        )
        assert ("plan.pdf" in page(client, f"/supervised-work/{deed.number}/files/")) is sees, who
        assert client.get(f"/files/{digest}/plan.pdf").status_code == (200 if sees else 404), who


@pytest.mark.parametrize("name", ["revision.save", "document.create", "document.edit", "revision.reply"])
def test_the_glass_is_broken_there_too(house: House, name: str) -> None:
    revision, client = draft(house), house.client("ari")
    comment = house.do("cora", "comment", revision.record, text="Why?")
    thread = f"/revisions/SOP-001/1/comments/{Comment.objects.get(revision=comment.pk).number}/"
    rule(house, name, break_glass=True)
    version = {"_version": Record.objects.get(pk=revision.record.pk).version}
    where, given, asked = {
        "revision.save": (EDITOR, typed(revision, MORE), ""),
        "document.create": (
            NEW,
            {"type": "procedure", "title": "New", "unit": "NW", "owner": "ari"},
            "?type=procedure",
        ),
        "document.edit": ("/documents/SOP-001/interval/", {"review_months": "9", "_version": "1"}, ""),
        "revision.reply": (thread, {"text": "So.", **version}, ""),
    }[name]
    told = page(client, f"{where}{asked}", most=15)
    assert "This needs a countersignature" in told and "glass=1" in told
    opened = client.get(f"{where}{asked}{'&' if asked else '?'}glass=1").content.decode()
    assert "Why the glass has to be broken" in opened and 'type="password"' in opened
    given |= {"_glass": "1", "password": PASSWORD}
    for wrong, said in (
        ({"glass": " "}, "Say why"),
        ({"glass": "Fire!", "password": "no"}, "signing-password-error"),
    ):
        refused = client.post(where, {**given, **wrong})
        assert refused.status_code == 422 and said in refused.content.decode()
    assert client.post(where, {**given, "glass": "Fire!"}).status_code == 303
    assert Record.objects.filter(type="override").count() == 1 and not deeds()
    assert body(revision) == (MORE if name == "revision.save" else TEXT).strip()

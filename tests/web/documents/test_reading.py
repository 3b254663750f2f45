"""Reading documents: what is in force, what changed, who has read it, the copies, the lists."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.documents.handlers import call_reviews
from setsquare.domains.documents.models import Document, Revision
from setsquare.domains.documents.publishing import stamp_of
from setsquare.faces.web.times import day_text, time_text
from setsquare.kernel.commands.altered import enter_altered
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from tests.days import today
from tests.web.documents_house import TEXT, House, page

SECOND = TEXT.replace("twice", "three times").replace("5 mm", "4 mm")


def second(house: House, document: Record, **more: Any) -> Record:
    """Open the next revision and change its text."""
    house.do("ari", "new_revision", document, why="A finding.", summary="Measured three times.", **more)
    revision = house.revision(document)
    house.do("ari", "save", revision, content=SECOND)
    return house.revision(document)


def test_a_reader_reads_what_is_in_force(house: House) -> None:
    document = house.document()
    house.to_force(document)
    shown = page(house.client("rhea"), "/documents/SOP-001/")
    assert 'id="section-procedure"' in shown
    assert "Measure it <strong>twice</strong>" in shown
    assert "record-missing" in shown, "a record that is not there is no link"
    assert "/documents/SOP-001/pdf/" in shown
    assert "Revision 1" in shown
    assert "New revision" not in shown
    assert "/documents/SOP-001/distribution/" not in shown


def test_the_tab_counts_the_signatures_that_it_shows(house: House) -> None:
    document = house.document()
    house.to_force(document)
    shown = page(house.client("ari"), "/documents/SOP-001/signatures/")
    made = shown.count('<article class="signature"')
    assert made
    tab = re.search(r'href="/documents/SOP-001/signatures/"[^>]*>Signatures\s*<span[^>]*>(\d+)<', shown)
    assert tab and int(tab[1]) == made, shown


def test_links_lead_only_to_what_the_reader_may_see(house: House) -> None:
    house.make("ari", "document", type="form", title="Sheet", unit="NW", content="## Purpose\n\nA sheet.")
    house.to_force(house.document())
    assert 'href="/documents/FRM-001/"' in page(house.client("cora"), "/documents/SOP-001/")
    assert 'href="/documents/FRM-001/"' not in page(house.client("rhea"), "/documents/SOP-001/")


def test_reading_is_asked_for_and_confirmed(house: House) -> None:
    document = house.document()
    revision = house.to_force(document)
    client = house.client("rhea")
    shown = page(client, "/documents/SOP-001/")
    assert "Please read this and confirm it" in shown
    assert "It is new to you" in shown
    address = f"/revisions/{revision.number}/do/confirm_reading/"
    dialog = client.get(address, headers={"HX-Request": "true", "HX-Target": "dialog-body"})
    assert dialog.status_code == 200
    done = client.post(
        address, {"_version": Record.objects.get(pk=revision.pk).version}, headers={"HX-Request": "true"}
    )
    assert done.headers["HX-Redirect"] == "/documents/SOP-001/"
    assert "You confirmed" in page(client, "/documents/SOP-001/")
    assert (
        Task.objects.get(record=revision, assignee=house.people["rhea"], kind="read").outcome == "confirmed"
    )


def test_how_a_document_came_about_is_no_news_to_who_only_reads_it(house: House) -> None:
    house.to_force(house.document())
    work = page(house.client("rhea"), "/")
    assert "To read" in work and "SOP-001" in work
    assert "Lately" not in work and "signed it" not in work
    house.to_review(house.document("Weighing"))
    assert "submitted it for review" in page(house.client("sven"), "/"), "who is asked to work on it is told"


def test_the_next_revision_shows_what_changed_since_one_has_read(house: House) -> None:
    document = house.document()
    house.do("rhea", "confirm_reading", house.to_force(document))
    second(house, document)
    house.to_force(document)
    shown = page(house.client("rhea"), "/documents/SOP-001/")
    assert "You have read Revision 1" in shown
    assert "Measured three times." in shown
    assert "<ins>" in shown
    assert shown.index("<ins>") < shown.index('id="document"')


def test_who_works_on_it_sees_the_revision_in_work(house: House) -> None:
    document = house.document()
    house.to_force(document)
    second(house, document)
    assert "Revision 2 is in work" in page(house.client("cora"), "/documents/SOP-001/")
    reader = house.client("rhea")
    assert "in work" not in page(reader, "/documents/SOP-001/")
    assert reader.get("/revisions/SOP-001/2/").status_code == 404
    assert "Revision 2" not in page(reader, "/documents/SOP-001/revisions/")


def test_a_withdrawn_document_says_so_and_what_replaces_it(house: House) -> None:
    document, other, draft = house.document(), house.document(title="Pressing anew"), house.document()
    house.to_force(document)
    house.to_force(other)
    for wrong, sentence in ((document, "Nothing replaces itself"), (draft, "choose one that is")):
        with pytest.raises(Refused, match=sentence):
            house.do("cora", "withdraw", document, because="x", replaced_by=wrong.number)
    house.do("cora", "withdraw", document, because="No longer done.", replaced_by=other.number)
    reader, link = house.client("rhea"), '<a href="/documents/SOP-002/">SOP-002 Pressing anew</a>'
    shown = page(reader, "/documents/SOP-001/")
    day = today().isoformat()
    assert f"Replaced by {link}." in shown
    then = reader.get("/documents/SOP-001/", {"at": day}).text
    assert f"had been withdrawn by then. Replaced by {link}." in " ".join(then.split())
    assert "Replaces" in page(reader, "/documents/SOP-002/links/")
    assert reader.get("/api/v1/documents/SOP-001").json()["replaced_by"] == "SOP-002"
    assert "replaced by SOP-002" in stamp_of(Revision.objects.get(pk=house.revision(document).pk)).text
    assert "This document is withdrawn" in shown
    assert "Withdrawn by Cora Lind, <time" in shown
    assert "Why: No longer done." in shown


def test_a_file_is_shown_and_offered(house: House) -> None:
    digest = house.upload("ari", b"%PDF-1.4 the words", "Drawing.pdf", "application/pdf", "the words")
    house.make("ari", "document", type="form", title="Drawing", unit="NW", file=digest)
    shown = page(house.client("cora"), "/revisions/FRM-001/1/")
    assert f'src="/files/{digest}/Drawing.pdf"' in shown
    assert "<iframe" in shown
    assert page(house.client("cora"), "/documents/FRM-001/").count("Drawing.pdf") > 1


def test_scripts_in_a_text_do_not_run(house: House) -> None:
    bad = TEXT + "\n\n<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))\n"
    house.document(text=bad)
    for address in ("/documents/SOP-001/", "/revisions/SOP-001/1/", "/revisions/SOP-001/1/do/save/"):
        shown = page(house.client("ari"), address)
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert 'href="javascript' not in shown


def test_revisions_are_compared(house: House) -> None:
    document = house.document()
    house.to_force(document)
    second(house, document)
    client = house.client("cora")
    listed = page(client, "/documents/SOP-001/revisions/")
    assert listed.count('name="from"') == 2
    shown = page(client, "/documents/SOP-001/compare/?from=1&to=2")
    assert "2 changes" in shown
    assert 'id="change-2"' in shown
    assert "unchanged block" in shown
    side = page(client, "/documents/SOP-001/compare/?from=2&to=1&view=side&all=1")
    assert "comparison-sides" in side
    assert "unchanged block" not in side
    assert "2 changes" in page(client, "/documents/SOP-001/compare/")
    assert client.get("/documents/SOP-001/compare/?from=1&to=9").status_code == 404
    reader = house.client("rhea")
    for unseen in ("?from=1&to=2", "?from=1&to=9", ""):
        assert "nothing to compare" in page(reader, f"/documents/SOP-001/compare/{unseen}")


def test_revisions_of_one_day_are_told_apart_by_the_time(house: House) -> None:
    document = house.document()
    house.to_force(document)
    second(house, document)
    client = house.client("cora")
    listed = page(client, "/documents/SOP-001/revisions/")
    start = Revision.objects.get(document_id=document.pk, ordinal=1).effective_at
    assert start is not None
    with timezone.override("Europe/Berlin"):
        assert f'data-time="date">{day_text(start)}</time>' in listed
        house.to_force(document)
        until = Revision.objects.get(document_id=document.pk, ordinal=1).superseded_at
        assert until is not None
        listed = page(client, "/documents/SOP-001/revisions/")
        for moment in (start, until):  # two on one day: every time is told, from and until
            assert f'data-time="datetime">{time_text(moment)}</time>' in listed


def test_files_are_compared_by_what_can_be_read(house: House) -> None:
    first = house.upload("ari", b"%PDF-1 a", "a.pdf", "application/pdf", "Torque is 5 Nm.\n* star")
    other = house.upload("ari", b"%PDF-1 b", "b.pdf", "application/pdf", "Torque is 6 Nm.\n* star")
    document = house.make("ari", "document", type="form", title="Drawing", unit="NW", file=first)
    house.to_force(document)
    house.do("ari", "new_revision", document, why="New torque.", summary="6 Nm")
    house.do("ari", "use_file", house.revision(document), file=other)
    shown = page(house.client("cora"), "/documents/FRM-001/compare/")
    assert "The files differ" in shown
    assert "a.pdf" in shown
    assert "b.pdf" in shown
    assert "1 change" in shown


@pytest.mark.parametrize(("form", "begins"), [("pdf", b"%PDF-"), ("docx", b"PK"), ("md", b"")])
def test_a_document_is_taken_away(house: House, form: str, begins: bytes) -> None:
    house.to_force(house.document())
    for address in (f"/documents/SOP-001/{form}/", f"/revisions/SOP-001/1/{form}/"):
        response = house.client("rhea").get(address)
        assert response.status_code == 200
        assert response.content.startswith(begins)
        assert "SOP-001" in response.headers["Content-Disposition"]


def test_what_one_may_not_see_is_not_taken_away(house: House) -> None:
    house.document()
    reader = house.client("rhea")
    for address in ("/documents/SOP-001/", "/documents/SOP-001/pdf/", "/revisions/SOP-001/1/md/"):
        assert reader.get(address).status_code == 404
    assert Client().get("/documents/SOP-001/pdf/").status_code == 302


def test_distribution_tells_who_has_read(house: House) -> None:
    house.do("rhea", "confirm_reading", house.to_force(house.document()))
    client = house.client("cora")
    shown = page(client, "/documents/SOP-001/distribution/")
    assert "Rhea Moss" in shown
    assert "Has read it" in shown
    assert "reader" in shown.lower()
    assert "Rhea Moss" not in page(client, "/documents/SOP-001/distribution/?standing=overdue")
    assert "Rhea Moss" in page(client, "/documents/SOP-001/distribution/?standing=confirmed&unit=N")
    by_url = page(house.client("rhea"), "/documents/SOP-001/distribution/")
    assert "Rhea Moss</span></span></th>" not in by_url


def test_copies_are_issued_recalled_and_settled(house: House) -> None:
    house.to_force(house.document())
    client = house.client("cora")
    assert "No copy is out" in page(client, "/documents/SOP-001/copies/")
    client.post("/documents/SOP-001/do/issue_copy/", {"holder": "rhea", "place": "Line 1"})
    shown = page(client, "/documents/SOP-001/copies/")
    assert "Copy 1 of revision 1" in shown
    assert "recall_copy/?label=1-1" in shown
    assert client.get("/documents/SOP-001/copies/1-1/pdf/").content.startswith(b"%PDF-")
    assert house.client("rhea").get("/documents/SOP-001/copies/1-1/pdf/").status_code == 200
    assert house.client("sven").get("/documents/SOP-001/copies/1-1/pdf/").status_code == 404
    dialog = client.get("/documents/SOP-001/do/recall_copy/?label=1-1")
    assert 'value="1-1"' in dialog.content.decode()
    house.do("cora", "recall_copy", Record.objects.get(number="SOP-001"), label="1-1")
    assert "Recalled" in page(client, "/documents/copies/?show=recalled")
    house.do("cora", "reconcile_copy", Record.objects.get(number="SOP-001"), label="1-1", outcome="returned")
    assert "No copies here" in page(client, "/documents/copies/")
    assert "Returned" in page(client, "/documents/copies/?show=all")
    assert client.get("/documents/SOP-001/copies/1-1/pdf/").status_code == 303


@pytest.mark.parametrize("by", ["type", "area", "unit", "nonsense"])
def test_the_tree_counts_and_unfolds(house: House, by: str) -> None:
    house.to_force(house.document(area="Metrology"))
    client = house.client("rhea")
    code = {"type": "procedure", "area": "Metrology", "unit": "NW"}.get(by, "procedure")
    shown = page(client, f"/documents/tree/?by={by}")
    assert '<span class="count">1</span>' in shown
    assert "SOP-001" not in shown
    assert "SOP-001" in page(client, f"/documents/tree/?by={by}&open={code}")
    part = client.get(
        f"/documents/tree/?by={by}&open={code}", headers={"HX-Request": "true"}
    ).content.decode()
    assert part.lstrip().startswith("<ul>")
    assert "SOP-001" in part


def test_periodic_reviews_come_due_and_their_interval_is_changed(house: House) -> None:
    document = house.document()
    house.to_force(document)
    day = today()
    Document.objects.filter(pk=document.pk).update(next_review=day.replace(year=day.year - 1))
    enter_altered(Record.objects.get(pk=document.pk))  # as the next command would
    client = house.client("cora")
    shown = page(client, "/documents/reviews/?within=0")
    assert "SOP-001" in shown
    assert "Overdue" in shown
    address = "/documents/SOP-001/interval/"
    version = Record.objects.get(pk=document.pk).version
    refused = client.post(address, {"review_months": "many", "reason": "Risk is low.", "_version": version})
    assert refused.status_code == 422
    assert "many" in refused.content.decode()
    assert "Risk is low." in refused.content.decode()
    rarer = client.post(address, {"review_months": "36", "reason": "Risk is low.", "_version": version})
    assert "reviewed at least every 24 months" in rarer.content.decode()
    assert client.post(address, {"review_months": "18", "reason": "", "_version": version}).status_code == 422
    done = client.post(address, {"review_months": "18", "reason": "Risk is high.", "_version": version})
    assert done.status_code == 303
    assert Document.objects.get(pk=document.pk).review_months == 18
    reader = house.client("rhea")
    assert client.post(address, {"review_months": "1", "reason": "x", "_version": version}).status_code == 422
    assert "interval" not in page(reader, "/documents/reviews/?within=365")


def test_who_is_asked_for_a_periodic_review_finds_it_on_the_page(house: House) -> None:
    document = house.document()
    house.to_force(document)
    Document.objects.filter(pk=document.pk).update(next_review=today())
    call_reviews()
    shown = page(house.client("ari"), "/documents/SOP-001/")
    assert "Please review it: does it still hold?" in shown
    assert shown.count('class="btn btn-primary') == 1 and "New revision" in shown
    box = shown[shown.index('aria-labelledby="periodic-title"') :].partition("</section>")[0]
    assert "/documents/SOP-001/do/review/" in box
    assert "does it still hold?" not in page(house.client("rhea"), "/documents/SOP-001/")
    house.do("ari", "review", document, outcome="reaffirmed", findings="Holds.")
    assert "does it still hold?" not in page(house.client("ari"), "/documents/SOP-001/")


def test_why_a_review_withdrew_a_document_stands_on_its_page(house: House) -> None:
    document = house.document()
    house.to_force(document)
    house.do("cora", "review", document, outcome="withdraw", findings="The machine is gone.")
    shown = page(house.client("rhea"), "/documents/SOP-001/")
    assert "Withdrawn by Cora Lind" in shown and "Why: The machine is gone." in shown


def test_a_number_finds_its_record_first_and_a_revision_too(house: House) -> None:
    document = house.document()
    house.to_force(document)
    house.document("Weighing", TEXT + "\nSee SOP-001/1 and SOP-001.\n")
    client = house.client("ari")
    for number, first in (
        ("SOP-001/1", "/revisions/SOP-001/1/"),
        ("sop-001/1", "/revisions/SOP-001/1/"),
        ("SOP-001", "/documents/SOP-001/"),
    ):
        shown = client.get("/search/", {"q": number}).content.decode()
        results = re.findall(r'href="(/(?:documents|revisions)/SOP-[^"]*)"', shown)
        assert results[0] == first, (number, results)
    assert "/revisions/SOP-002/1/" not in (
        house.client("rhea").get("/search/", {"q": "SOP-002/1"}).content.decode()
    ), "not what one may not see"


def test_the_history_tells_texts_and_not_digests(house: House) -> None:
    document = house.document()
    house.do("ari", "save", house.revision(document), content=SECOND)
    digest = house.revision(document).revision.content_id
    shown = page(house.client("ari"), "/revisions/SOP-001/1/history/")
    assert digest not in shown


def test_remarks_are_given_to_the_script_with_their_place(house: House) -> None:
    document = house.document()
    revision = house.to_review(document)
    house.do(
        "sven",
        "comment",
        revision,
        text="Why twice?",
        quote="Measure it twice",
        prefix="Take the part. ",
        block=4,
    )
    shown = page(house.client("sven"), f"/revisions/{revision.number}/")
    data = json.loads(shown.partition('id="document-remarks">')[2].partition("</script>")[0])
    assert [(one["quote"], one["block"], one["who"]) for one in data] == [
        ("Measure it twice", "4", "Sven Berg")
    ]
    assert 'data-block="4"' in shown

"""Writing, discussing and deciding on documents by their pages; nothing that was typed gets lost."""

import io
import re
import zipfile

from setsquare.domains.documents.models import Comment, Document, ImportJob, Revision, WorkingText
from setsquare.kernel.accounts.models import User
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.records.models import Record
from tests.web.documents.drafts import AUTOSAVE, EDITOR, body, draft, typed
from tests.web.documents_house import TEXT, House, page


def test_a_draft_is_written_and_saved(house: House) -> None:
    revision = draft(house)
    client = house.client("ari")
    assert "data-editor" in page(client, EDITOR)
    assert "Write" in page(client, "/revisions/SOP-001/1/")
    sent = client.post(
        EDITOR, typed(revision, TEXT + "\nMore.\n", title="Measuring well", summary="First issue")
    )
    assert sent.status_code == 303
    assert body(revision).endswith("More.")
    assert Record.objects.get(number="SOP-001").title == "Measuring well"


def test_saving_can_lead_to_submitting(house: House) -> None:
    revision = draft(house)
    sent = house.client("ari").post(EDITOR, typed(revision, TEXT, submit="1"))
    assert sent.headers["Location"] == "/revisions/SOP-001/1/do/submit/"


def test_what_is_refused_is_shown_again(house: House) -> None:
    revision = draft(house)
    client = house.client("ari")
    sent = client.post(EDITOR, typed(revision, "## Mine\n", title="x" * 301, summary="My words"))
    shown = sent.content.decode()
    assert sent.status_code == 422
    assert "## Mine" in shown
    assert "My words" in shown
    assert "Write at most 300 characters." in shown
    assert body(revision) == TEXT.strip()


def test_typing_is_kept_and_comes_back(house: House) -> None:
    revision = draft(house)
    client = house.client("ari")
    kept = client.post(AUTOSAVE, {"content": "## Half a", "version": revision.content_id, "summary": "Half"})
    assert kept.status_code == 200
    assert kept.json()["version"] == revision.content_id
    shown = page(client, EDITOR)
    assert "You have text here that is not saved yet" in shown
    assert "## Half a" in shown
    assert "Half</textarea>" in shown
    assert body(revision) == TEXT.strip(), "the record is untouched"
    unsent = "You have text here that is not saved in the draft yet"
    assert unsent in page(client, "/revisions/SOP-001/1/"), "its button says why it cannot be submitted"
    assert f'href="{EDITOR}"' in page(client, "/revisions/SOP-001/1/do/submit/")
    assert unsent not in page(house.client("cora"), "/revisions/SOP-001/1/")
    assert "Ari Sato also has unsaved text here" in page(house.client("cora"), EDITOR)
    client.post(EDITOR, {"discard": "1"})
    assert not WorkingText.objects.exists()


def test_autosave_tells_of_a_conflict_and_goes_on_when_asked(house: House) -> None:
    revision = draft(house)
    house.do("cora", "save", revision.record, content=TEXT + "\nBy Cora.\n")
    client = house.client("ari")
    given = {"content": "## Mine", "version": revision.content_id}
    conflict = client.post(AUTOSAVE, given)
    assert conflict.status_code == 409
    assert "Somebody else saved" in conflict.json()["detail"]
    assert WorkingText.objects.get().body == "## Mine", "kept all the same"
    forced = client.post(AUTOSAVE, {**given, "force": "1"})
    assert forced.status_code == 200
    assert client.post(AUTOSAVE, {**given, "content": "## Mine too"}).status_code == 200


def test_nothing_is_written_on_what_is_no_draft(house: House) -> None:
    document = house.document()
    house.to_review(document)
    client = house.client("ari")
    assert client.get(EDITOR).headers["Location"] == "/revisions/SOP-001/1/"
    assert client.post(AUTOSAVE, {"content": "x", "version": ""}).status_code == 422
    assert house.client("rhea").post(AUTOSAVE, {"content": "x"}).status_code == 404


def test_the_sections_are_checked_while_one_writes(house: House) -> None:
    draft(house)
    part = (
        house.client("ari")
        .post("/revisions/SOP-001/1/checklist", {"content": "## Purpose\n\nWords.\n"})
        .content.decode()
    )
    assert part.count("is-done") == 1
    assert part.count("is-missing") == 2


def test_comments_are_made_answered_and_settled(house: House) -> None:
    document = house.document()
    revision = house.to_review(document)
    client = house.client("sven")
    address = f"/revisions/{revision.number}/do/comment/"
    dialog = client.get(f"{address}?quote=Take+the+part&prefix=&suffix=.&block=4").content.decode()
    assert "Take the part" in dialog
    assert 'name="block" value="4"' in dialog
    client.post(address, {"text": "Which part?", "quote": "Take the part", "block": "4"})
    client.post(address, {"text": "Good as a whole."})
    shown = page(client, f"/revisions/{revision.number}/")
    assert "2 comments to be resolved" in shown
    assert "Comments on the whole" in shown
    thread = client.get("/revisions/SOP-001/1/comments/1/").content.decode()
    assert "Which part?" in thread
    author = house.client("ari")
    author.post("/revisions/SOP-001/1/do/reply/", {"comment": "1", "text": "The left one."})
    for number, answer in (("1", ""), ("2", "Done.")):
        author.post(f"/revisions/SOP-001/1/comments/{number}/", {"text": answer, "settle": "1"})
    assert "All comments are resolved" in page(client, f"/revisions/{revision.number}/")
    assert "The left one." in page(client, f"/revisions/{revision.number}/discussion/")
    assert Comment.objects.filter(resolved__isnull=True, answers__isnull=True).count() == 0
    assert client.get("/revisions/SOP-001/1/comments/77/").status_code == 404
    assert house.client("rhea").get("/revisions/SOP-001/1/comments/1/").status_code == 404


def test_the_history_tells_comments_as_people_read_them(house: House) -> None:
    revision = house.to_review(house.document())
    house.do("sven", "comment", revision, text="Which part?", quote="Take the part", prefix="1. ", block=4)
    house.do("ari", "reply", revision, comment=1, text="The left one.")
    house.do("ari", "resolve", revision, comment=1)
    history = page(house.client("ari"), f"/revisions/{revision.number}/history/")
    sven, ari = (User.objects.get(username=name).name for name in ("sven", "ari"))
    for told in (
        "Comment #1",
        f"{sven} on “Take the part”: Which part?",
        f"{ari} in answer to #1: The left one.",
        f"resolved by {ari}",
    ):
        assert told in history, told
    for raw in ("prefix", "Prefix", "suffix", "Suffix", "Block", "About", "Text: "):
        assert raw not in history, raw


def test_a_link_by_number_is_offered_to_what_is_in_force_or_open(house: House) -> None:
    document = house.document()
    house.to_force(document)
    house.do("ari", "new_revision", document, why="A finding.", summary="Three times.")
    client = house.client("ari")
    assert "?live=1&amp;q=" in client.get("/revisions/SOP-001/2/do/save/").content.decode()
    offered = [one["value"] for one in client.get("/choose/records?live=1&q=SOP").json()]
    assert offered == ["SOP-001", "SOP-001/1", "SOP-001/2"], "the document first"
    house.to_force(document)
    offered = [one["value"] for one in client.get("/choose/records?live=1&q=SOP").json()]
    assert offered == ["SOP-001", "SOP-001/2"], "a superseded revision is not offered"
    assert "SOP-001/1" not in [
        one["value"] for one in client.get("/choose/records?live=1&q=Measuring").json()
    ]
    house.do("cora", "withdraw", document, because="No longer made.")
    assert client.get("/choose/records?live=1&q=SOP").json() == []


def test_the_checklist_tells_what_is_not_written(house: House) -> None:
    house.document(text="## Purpose\n\nWords.\n\n## Procedure\n")
    told = "Purpose there Procedure not written yet Records missing"
    for address in ("/revisions/SOP-001/1/", EDITOR):
        shown = " ".join(re.sub("<[^>]+>", " ", page(house.client("ari"), address)).split())
        assert told in shown, address


def test_a_page_names_everybody_who_wrote(house: House) -> None:
    document = house.document()
    aside = page(house.client("ari"), "/revisions/SOP-001/1/").partition("<aside")[2]
    assert "Authors" not in aside
    house.do("cora", "save", house.revision(document), content=TEXT)
    names = [User.objects.get(username=name).name for name in ("ari", "cora")]
    aside = page(house.client("ari"), "/revisions/SOP-001/1/").partition("<aside")[2]
    told = " ".join(re.sub("<[^>]+>", " ", aside).split())
    assert "Authors" in told
    assert aside.find(names[0]) < aside.find(names[1])


def test_a_draft_says_on_its_button_all_that_it_lacks(house: House) -> None:
    house.document(text="## Purpose\n\nOnly this.")
    shown = page(house.client("ari"), "/revisions/SOP-001/1/")
    assert "Before it can be submitted These sections are missing: Procedure" in " ".join(
        re.sub("<[^>]+>", " ", shown).split()
    )
    dialog = page(house.client("ari"), "/revisions/SOP-001/1/do/submit/")
    assert "This cannot be done now" in dialog and "These sections are missing: Procedure" in dialog
    assert f'href="{EDITOR}"' in dialog, "writing is the next step"
    house.do("ari", "save", house.revision(Record.objects.get(number="SOP-001")), content=TEXT)
    assert f'href="{EDITOR}"' not in page(house.client("ari"), "/revisions/SOP-001/1/do/submit/")


def test_answering_has_one_name(house: House) -> None:
    revision = house.to_review(house.document())
    house.do("sven", "comment", revision, text="Which part?")
    shown = page(house.client("ari"), f"/revisions/{revision.number}/discussion/")
    thread = page(house.client("ari"), f"/revisions/{revision.number}/comments/1/")
    assert "<span>Answer</span>" in shown and "<span>Answer</span>" in thread
    assert ">Reply<" not in shown + thread


def test_a_document_is_made_from_its_type(house: House) -> None:
    client = house.client("ari")
    chosen = page(client, "/documents/new/create/")
    assert "Procedure" in chosen
    form = page(client, "/documents/new/create/?type=procedure")
    assert "SOP-001" in form
    given = {"type": "procedure", "title": "Cutting", "unit": "N", "start": "template", "_key": "k1"}
    made = client.post("/documents/new/create/", given)
    assert made.headers["Location"] == "/revisions/SOP-001/1/do/save/"
    again = client.post("/documents/new/create/", given)
    assert again.headers["Location"] == made.headers["Location"], "sent twice, made once"
    assert Document.objects.count() == 1
    assert "## Purpose" in body(Revision.objects.get())


def test_a_document_is_made_from_a_file(house: House) -> None:
    digest = house.upload("ari", b"# Cutting\n\n## Purpose\n\nCut.\n", "cutting.md", "text/markdown")
    client = house.client("ari")
    given = {"type": "procedure", "title": "Cutting", "unit": "N", "start": "source", "source": digest}
    assert client.post("/documents/new/create/", given).status_code == 303
    assert "Cut." in body(Revision.objects.get())
    drawing = house.upload("ari", b"%PDF-1 a", "a.pdf", "application/pdf")
    given = {"type": "form", "title": "Drawing", "unit": "N", "start": "file", "file": drawing}
    assert client.post("/documents/new/create/", given).status_code == 303
    assert Revision.objects.get(record__number="FRM-001/1").file_name == "a.pdf"


def test_a_wrong_document_is_not_made_and_nothing_is_lost(house: House) -> None:
    client = house.client("ari")
    given = {"type": "procedure", "title": "", "unit": "N", "area": "Milling", "start": "source"}
    refused = client.post("/documents/new/create/", given)
    assert refused.status_code == 422
    assert "Choose the file first." in refused.content.decode()
    assert "Milling" in refused.content.decode()
    given["start"] = "template"
    refused = client.post("/documents/new/create/", given)
    assert "This has to be filled in." in refused.content.decode()
    taken = {**given, "title": "One", "number": "SOP-900"}
    assert client.post("/documents/new/create/", taken).status_code == 422
    assert house.client("cora").post("/documents/new/create/", taken).status_code == 303
    assert "SOP-900 is taken" in house.client("cora").post("/documents/new/create/", taken).content.decode()
    assert "no type that you may use" in page(house.client("rhea"), "/documents/new/create/")


def test_all_that_is_wrong_with_a_new_document_is_told_at_once(house: House) -> None:
    client = house.client("ari")
    broken = house.upload("ari", b"no word file", "cutting.docx", "application/octet-stream")
    given = {"type": "procedure", "title": "", "unit": "nowhere", "number": "SOP-900", "area": "Milling"}
    page_ = client.post("/documents/new/create/", {**given, "start": "source", "source": broken})
    shown = page_.content.decode()
    assert page_.status_code == 422
    assert "This has to be filled in." in shown
    assert "There is no unit with the code “nowhere”." in shown
    assert "Only who controls documents gives numbers by hand; leave it empty." in shown
    assert "cutting.docx" in shown and f'value="{broken}" checked' in shown, "the file is kept"
    assert 'id="id_source-error"' in shown
    assert "Milling" in shown

    forgot = {**given, "start": "source", "source_refused": "old.doc"}
    shown = client.post("/documents/new/create/", forgot).content.decode()
    assert "This has to be filled in." in shown
    assert "“old.doc” was refused when it was uploaded; choose another file." in shown
    assert not Document.objects.exists()


def test_the_next_number_is_shown(house: House) -> None:
    client = house.client("ari")
    assert client.get("/documents/next-number?type=procedure&unit=N").content.decode().strip() == "SOP-001"
    assert "SOP" not in house.client("rhea").get("/documents/next-number?type=procedure").content.decode()


def packed(files: dict[str, str]) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    target.seek(0)
    target.name = "old.zip"
    return target


def test_many_are_imported_by_the_pages(house: House) -> None:
    client = house.client("cora")
    assert "Nothing is made yet." in page(client, "/documents/import/")
    sent = {
        "source": packed({"Procedures/Good.md": TEXT, "Procedures/Bad.docx": "no"}),
        "unit": "N",
        "as": "draft",
    }
    made = client.post("/documents/import/", sent)
    job = ImportJob.objects.get()
    assert made.headers["Location"] == f"/documents/import/{job.pk}/"
    assert "Being checked" in page(client, f"/documents/import/{job.pk}/")
    run_until_idle()
    shown = page(client, f"/documents/import/{job.pk}/")
    assert "1 line has to be put right" in shown
    assert "Import 1 document" in shown
    assert "Good" not in page(client, f"/documents/import/{job.pk}/?show=wrong")
    client.post(f"/documents/import/{job.pk}/start")
    part = client.get(f"/documents/import/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" in part
    run_until_idle()
    assert "SOP-001" in page(client, f"/documents/import/{job.pk}/")
    report = client.get(f"/documents/import/{job.pk}/report.xlsx")
    assert report.content.startswith(b"PK")
    other = house.client("ari")
    for address in (f"/documents/import/{job.pk}/", f"/documents/import/{job.pk}/report.xlsx"):
        assert other.get(address).status_code == 404
    assert house.client("rhea").get("/documents/import/").status_code == 404


def test_a_wrong_import_keeps_what_was_typed(house: House) -> None:
    client = house.client("cora")
    refused = client.post(
        "/documents/import/", {"as": "effective", "reason": "", "unit": "N", "effective_since": "2020-01-01"}
    )
    shown = refused.content.decode()
    assert refused.status_code == 422
    assert "Choose the zip or the list first." in shown
    assert "Say how it is known" in shown
    assert "2020-01-01" in shown
    refused = client.post("/documents/import/", {"source": io.BytesIO(b"\x00\x01"), "as": "draft"})
    assert refused.status_code == 422

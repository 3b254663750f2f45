"""What readers of a revision are not told: what was said and written on the way to it, and who else has to read it."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from setsquare.domains.documents.publishing import record_json
from setsquare.domains.documents.thing import REVISION
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.documents.conftest import TEXT, Works
from tests.documents.test_open_hidden import by_program, in_browser, told
from tests.documents.test_writing import png

SAID, WRITTEN = "Obviously nobody ever calibrated this.", "The forbidden paragraph."


@pytest.fixture
def revision(works: Works) -> str:
    """A revision in force for Otto and Olga to read, on which a remark was made and in whose draft more stood."""
    number = works.draft(audience=[{"unit": "HP"}], content=f"{TEXT}\n\n{WRITTEN}")
    works.do("ada", "revision.save", f"{number}/1", content=TEXT)
    works.do("ada", "revision.submit", f"{number}/1", reviewers=["rolf"], due=works.day(7))
    works.do("rolf", "revision.comment", f"{number}/1", text=SAID, quote="All gauges")
    works.do("rolf", "revision.resolve", f"{number}/1", comment=1)
    works.do("rolf", "revision.review", f"{number}/1", outcome="no_objection")
    works.do("ada", "revision.send_for_approval", f"{number}/1", approvers=["mia", "hedda"])
    works.do("mia", "revision.approve", f"{number}/1")
    works.do("hedda", "revision.approve", f"{number}/1")
    works.do("cora", "revision.schedule", f"{number}/1", at_once=True)
    run_until_idle()
    return f"{number}/1"


@pytest.mark.parametrize(("who", "knows"), [("otto", False), ("rolf", True), ("mia", True), ("ada", True)])
def test_what_was_said_and_written_on_the_way(works: Works, revision: str, who: str, knows: bool) -> None:
    program, browser = by_program(works.person(who)), in_browser(works.person(who))
    address = f"/api/v1/revisions/{revision}"
    for part in ("", "/trail", "/signatures", "/trail:export?format=json"):
        answer = told(program, f"{address}{part}")
        assert ("All gauges" in answer or "nobody ever calibrated" in answer) is knows, part
    for page in ("history/", "history/export/csv"):
        assert ("nobody ever calibrated" in told(browser, f"/revisions/{revision}/{page}")) is knows, page
    made = Entry.objects.get(record__number=revision, seq=1).at.isoformat().replace("+00:00", "Z")
    assert (WRITTEN in told(browser, f"/revisions/{revision}/?at={made}")) is knows
    then = program.get(f"{address}/texts/content?at={made}")
    assert (then.status_code, WRITTEN in then.content.decode()) == ((200, True) if knows else (404, False))


@pytest.mark.parametrize(("who", "knows"), [("otto", False), ("ada", True)])
def test_the_page_of_the_discussion_and_of_a_thread(
    works: Works, revision: str, who: str, knows: bool
) -> None:
    browser, program = in_browser(works.person(who)), by_program(works.person(who))
    assert program.get(f"/api/v1/revisions/{revision}/comments").status_code == (200 if knows else 403)
    for page in (f"/revisions/{revision}/discussion/", reverse("comment_thread", args=[revision, 1])):
        answer = browser.get(page)
        found = (answer.status_code, SAID in answer.content.decode())
        assert found == ((200, True) if knows else (404, False)), page


@pytest.mark.parametrize(("who", "knows"), [("otto", False), ("mia", True)])
def test_the_record_in_a_pdf_holds_no_discussion_for_readers(
    works: Works, revision: str, who: str, knows: bool
) -> None:
    carried = json.loads(record_json(works.revision(revision), works.person(who)))
    assert ("comments" in carried["revision"]) is knows
    for signed in carried["signatures"]:
        assert ("comments" in signed["signed"]["record"]) is knows
        given = signed["signed"].get("given")
        assert knows or given is None
        assert signed.get("withheld") in ((None,) if knows else (["comments"], ["comments", "given"]))
    assert ("All gauges" in json.dumps([carried["revision"]["comments"] if knows else ""])) is knows


def test_files_that_were_taken_out_of_the_draft(works: Works) -> None:
    number = works.draft(kind="form", content="", audience=[{"unit": "HP"}])
    first = f"{number}/1"
    draft = works.uploaded("ada", b"%PDF-1.4 secret draft", "draft.pdf", "application/pdf").blob_id
    final = works.uploaded("ada", b"%PDF-1.4 final", "final.pdf", "application/pdf").blob_id
    works.do("ada", "revision.use_file", first, file=draft)
    then = timezone.now().isoformat().replace("+00:00", "Z")
    works.do("ada", "revision.use_file", first, file=final)
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first)
    works.do("mia", "revision.approve", first)
    works.do("cora", "revision.schedule", first, at_once=True)
    run_until_idle()
    both = ["draft.pdf", "final.pdf"]
    for who, names in (("otto", ["final.pdf"]), ("mia", both), ("cora", both)):
        program, browser = by_program(works.person(who)), in_browser(works.person(who))
        items = program.get(f"/api/v1/revisions/{first}/files").json()["items"]
        assert sorted(item["name"] for item in items) == names, who
        status = 200 if len(names) == 2 else 404
        assert program.get(f"/api/v1/files/{draft}").status_code == status, who
        assert browser.get(f"/files/{draft}/draft.pdf").status_code == status, who
        assert program.get(f"/api/v1/files/{final}").status_code == 200, who
        assert browser.get(f"/files/{final}/final.pdf").status_code == 200, who
        then_told = told(program, f"/api/v1/revisions/{first}?at={then}")
        assert (draft in then_told) is (status == 200), who


def test_what_the_text_no_longer_shows_belongs_to_earlier_drafts(works: Works) -> None:
    shown, unshown = (works.uploaded("ada", png(grey), f"{grey}.png", "image/png").blob_id for grey in (3, 4))
    first = f"{works.draft(audience=[{'unit': 'HP'}])}/1"
    works.do("ada", "revision.save", first, content=f"{TEXT}\n\n![Old](file:{unshown})")
    works.do("ada", "revision.save", first, content=f"{TEXT}\n\n![New](file:{shown})")
    works.approved(first)
    works.do("cora", "revision.schedule", first, at_once=True)
    browser = in_browser(works.person("otto"))
    assert browser.get(f"/files/{shown}/3.png").status_code == 200
    assert browser.get(f"/files/{unshown}/4.png").status_code == 404


def test_who_else_has_to_read_it(works: Works, revision: str) -> None:
    assert Task.objects.filter(record__number=revision, kind="read").count() == 2
    for who, asked in (("otto", ["otto"]), ("ada", ["olga", "otto"]), ("rolf", ["olga", "otto"])):
        items = by_program(works.person(who)).get(f"/api/v1/revisions/{revision}/tasks").json()["items"]
        assert sorted(one["assignee"]["username"] for one in items if one["kind"] == "read") == asked, who
    browser = in_browser(works.person("otto"))
    page = told(browser, f"/revisions/{revision}/tasks/")
    assert "Otto Operator" in page and "Olga Leader" not in page
    assert not REVISION.hidden_from(works.person("cora"), works.record(revision)).tasks


def test_the_filters_name_only_areas_of_documents_that_one_sees(works: Works) -> None:
    works.in_force(area="Metrology", audience=[{"unit": "HP"}])
    works.draft(title="Secret", area="Takeover of Falcon Ltd")
    for who, areas in (("otto", ["Metrology"]), ("ada", ["Metrology", "Takeover of Falcon Ltd"])):
        program, browser = by_program(works.person(who)), in_browser(works.person(who))
        known = program.get("/api/v1/types/documents").json()["filters"]
        assert next(list(one["choices"]) for one in known if one["code"] == "area") == areas
        refused = program.get("/api/v1/documents?area=Nothere").content.decode()
        for page in (refused, told(browser, "/documents/"), told(browser, "/documents/")):
            assert ("Falcon" in page) is (len(areas) == 2), who

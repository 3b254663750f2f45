"""What readers of a revision are not told: what was said and written on the way to it, and who else has to read it."""

import pytest

from setsquare.domains.documents.thing import REVISION
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.documents.conftest import TEXT, Works
from tests.documents.test_open_hidden import by_program, in_browser, told

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


def test_who_else_has_to_read_it(works: Works, revision: str) -> None:
    assert Task.objects.filter(record__number=revision, kind="read").count() == 2
    for who, asked in (("otto", ["otto"]), ("ada", ["olga", "otto"]), ("rolf", ["olga", "otto"])):
        items = by_program(works.person(who)).get(f"/api/v1/revisions/{revision}/tasks").json()["items"]
        assert sorted(one["assignee"]["username"] for one in items if one["kind"] == "read") == asked, who
    browser = in_browser(works.person("otto"))
    page = told(browser, f"/revisions/{revision}/tasks/")
    assert "Otto Operator" in page and "Olga Leader" not in page
    assert not REVISION.hidden_from(works.person("cora"), works.record(revision)).tasks

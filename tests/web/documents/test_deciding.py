"""Deciding on revisions by their pages: reviewing, approving, setting when they take effect."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from setsquare.domains.documents.models import Revision
from setsquare.faces.web.times import time_text
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.days import today
from tests.web.documents_house import PASSWORD, TEXT, House, page


def test_a_reviewer_is_asked_and_done(house: House) -> None:
    revision = house.to_review(house.document())
    client = house.client("sven")
    shown = page(client, f"/revisions/{revision.number}/")
    assert "Please review it" in shown
    assert "?outcome=no_objection" in shown
    assert "Before it can be sent for approval" in page(house.client("ari"), f"/revisions/{revision.number}/")
    house.do("sven", "review", revision, outcome="no_objection")
    assert "No objection" in page(house.client("ari"), f"/revisions/{revision.number}/")


def test_those_who_reviewed_it_are_suggested_for_the_next_round(house: House) -> None:
    document = house.document()
    address = f"/revisions/{house.revision(document).number}/do/submit/"

    def suggested() -> list[str]:
        field = re.search(
            r'<select[^>]*name="reviewers".*?</select>', page(house.client("ari"), address), re.DOTALL
        )
        assert field is not None
        return sorted(re.findall(r'<option value="(\w+)" selected', field.group()))

    assert suggested() == []
    due = (today() + dt.timedelta(days=5)).isoformat()
    revision = house.do(
        "ari", "submit", house.revision(document), reviewers=["sven", "cora", "mira"], due=due
    )
    house.do("sven", "review", revision, outcome="changes_needed", remark="Which gauge?")
    house.do("ari", "return_to_draft", revision)
    assert suggested() == ["cora", "mira", "sven"]
    Revision.objects.filter(pk=revision.pk).update(authors=["ari", "mira"])
    User.objects.filter(username="cora").update(is_active=False)
    assert suggested() == ["sven"], "an author does not review, nor does who left"


def test_who_is_asked_again_sees_what_changed_since_they_decided(house: House) -> None:
    revision = house.to_approval(house.document())
    address = f"/revisions/{revision.number}/"
    house.do("mira", "reject", revision, because="Measure it thrice.")
    house.do("ari", "save", revision, content=TEXT.replace("twice", "thrice"))
    for who, to, opens, decided in (
        ("sven", house.to_review, address, "review"),
        ("mira", house.to_approval, f"{address}do/approve/", "reject"),
    ):
        if who == "mira":
            house.do("ari", "return_to_draft", revision)
        to(revision.revision.document.record)
        since = Entry.objects.filter(record=revision, command=decided).earliest("seq").seq
        client, link = house.client(who), f"{address}changes/"
        assert f'href="{link}"' in page(client, address)
        assert f'href="{link}"' in client.get(opens).text
        shown = page(client, link)
        assert "1 change<" in shown and "thrice" in shown
        assert f">#{since}</a>" in shown and f"from={since}&amp;" in shown
    saved = Entry.objects.filter(record=revision, command="save").latest("seq").seq
    pair = f"{address}changes/?from={saved - 1}&amp;to={saved}"
    assert pair in page(house.client("ari"), f"{address}history/"), "and its history leads to the same"
    house.do("mira", "approve", revision)
    house.do("cora", "schedule", revision, at_once=True)
    reader = house.client("rhea")
    assert "/changes/" not in page(reader, f"{address}history/")
    assert reader.get(pair.replace("&amp;", "&")).status_code == 404, "drafts are for those who work on them"


def test_an_approver_sees_what_changed_and_signs(house: House) -> None:
    document = house.document()
    house.to_force(document)
    house.do("ari", "new_revision", document, why="A finding.", summary="Measured thrice.")
    house.do("ari", "save", house.revision(document), content=TEXT.replace("twice", "thrice"))
    revision = house.to_approval(document)
    client = house.client("mira")
    assert "It waits for your signature" in page(client, f"/revisions/{revision.number}/")
    address = f"/revisions/{revision.number}/do/approve/"
    shown = client.get(address).content.decode()
    for words in (
        "Measured thrice.",
        "Against Revision 1",
        "<ins>",
        "Nobody commented on it.",
        "Approval route",
    ):
        assert words in shown
    assert shown.index("<ins>") < shown.index('name="password"')
    reviews = re.search(r'id="reviews".*?</section>', shown, re.DOTALL)
    assert reviews is not None
    done = Task.objects.get(record=revision, kind="review").done
    assert done is not None
    with timezone.override("Europe/Berlin"):
        when = time_text(done)
    for words in (house.people["sven"].name, "No objection", when):
        assert words in reviews.group(), "who reviewed it, with which outcome and when"
    version = Record.objects.get(pk=revision.pk).version
    assert client.post(address, {"password": "wrong", "_version": version}).status_code == 422
    assert Signature.objects.filter(record=revision).count() == 0
    assert client.post(address, {"password": PASSWORD, "_version": version}).status_code == 303
    assert Record.objects.get(pk=revision.pk).state == "approved"
    shown = page(house.client("cora"), f"/revisions/{revision.number}/")
    assert "Say when it takes effect" in shown
    assert "Signed" in shown


def test_who_is_not_asked_is_told_so(house: House) -> None:
    revision = house.to_approval(house.document())
    shown = house.client("cora").get(f"/revisions/{revision.number}/do/approve/").content.decode()
    assert "This is not among your tasks now. It is the turn of: Mira Holt." in shown


def test_the_day_of_effect_is_meant_where_the_document_is(house: House) -> None:
    document = house.make("ari", "document", type="procedure", title="South", unit="S", content=TEXT)
    revision = house.to_approval(document)
    house.do("mira", "approve", revision)
    client = house.client("cora")
    address = f"/revisions/{revision.number}/do/schedule/"
    asked = client.get(address).content.decode()
    assert "Europe/Lisbon" in asked
    assert asked.count("(one of the two)") == 2, "at once, or at a time"
    assert "(optional)" not in asked
    past = client.post(address, {"effective_from": "2020-01-01T00:00"})
    assert past.status_code == 422
    assert "This is past: at its site (Europe/Lisbon) it is " in past.content.decode()
    assert "2020-01-01T00:00" in past.content.decode()
    year = Record.objects.get(pk=revision.pk).created.year + 1
    assert client.post(address, {"effective_from": f"{year}-01-15T08:00"}).status_code == 303
    planned = Revision.objects.get(pk=revision.pk).effective_from
    assert planned is not None
    assert planned.isoformat() == f"{year}-01-15T08:00:00+00:00", "Lisbon is at UTC in January"
    assert "by the clocks of its site (Europe/Lisbon)" in page(client, f"/revisions/{revision.number}/")


@pytest.mark.parametrize(
    ("month", "sentence"), [(10, "show this time twice on that day"), (3, "skip this time on that day")]
)
def test_an_hour_of_the_change_of_clocks_is_told_in_the_dialog(
    house: House, month: int, sentence: str
) -> None:
    revision = house.to_approval(house.document())
    house.do("mira", "approve", revision)
    last = dt.date(today().year + 1, month, 31)
    sunday = last - dt.timedelta(days=(last.weekday() + 1) % 7)
    told = house.client("cora").post(
        f"/revisions/{revision.number}/do/schedule/", {"effective_from": f"{sunday}T02:30"}
    )
    assert told.status_code == 422
    assert sentence in told.content.decode()


def test_the_approver_of_an_editorial_change_is_shown_its_size_and_confirms_it(house: House) -> None:
    document = house.document()
    house.to_force(document)
    house.do("ari", "new_revision", document, kind="editorial", why="A slip.", summary="Twice is thrice.")
    house.do("ari", "save", house.revision(document), content=TEXT.replace("twice", "thrice"))
    house.do("ari", "send_for_approval", house.revision(document))
    revision = house.revision(document)
    client = house.client("cora")
    address = f"/revisions/{revision.number}/do/approve/"
    shown = client.get(address).content.decode()
    assert "This is sent as an editorial change" in shown
    assert "1 passage changed</p>" in shown or "1 passage changed ·" in shown
    assert "Words: 1 added, 1 removed" in shown
    assert "A slip." in shown
    assert 'name="editorial"' in shown
    version = Record.objects.get(pk=revision.pk).version
    unconfirmed = client.post(address, {"password": PASSWORD, "_version": version})
    assert unconfirmed.status_code == 422
    assert "Look at what changed and confirm that it is editorial" in unconfirmed.content.decode()
    given = {"password": PASSWORD, "_version": version, "editorial": "true"}
    assert client.post(address, given).status_code == 303
    history = page(client, f"/revisions/{revision.number}/history/")
    assert "Passages changed: 1; words added: 1, removed: 1" in history


def test_a_normal_approval_asks_for_no_such_confirmation(house: House) -> None:
    revision = house.to_approval(house.document())
    shown = house.client("mira").get(f"/revisions/{revision.number}/do/approve/").content.decode()
    assert 'name="editorial"' not in shown

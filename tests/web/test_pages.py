"""My work, finding, choosers, notices, own settings, the trail, history and links."""

import datetime as dt
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from setsquare.faces.web import trail
from setsquare.faces.web.times import time_text
from setsquare.kernel.accounts.models import Delegation, Grant, Role, Token
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.sealing.sequencer import seal_all
from setsquare.kernel.tasks.models import Task
from tests.web.conftest import House

PART = {"HX-Request": "true"}


def text_of(answer: object) -> str:
    return html.unescape(answer.content.decode())  # type: ignore[attr-defined]


def test_my_work_begins_with_a_way_to_start(anna: Client) -> None:
    page = text_of(anna.get("/"))
    assert "Nothing waits for you" in page
    assert "New note" in page


def test_my_work_lists_the_overdue_first_and_what_i_stand_in_for(anna: Client, house: House) -> None:
    late, soon, other = (house.note(title, who=house.carla) for title in ("Late", "Soon", "Of Bram"))
    both = house.note("Of both", who=house.carla)
    for note, people in ((late, ["anna"]), (soon, ["anna"]), (other, ["bram"]), (both, ["anna", "bram"])):
        house.do("submit", note, who=house.carla, body={"reviewers": people})
    Task.objects.filter(record=late).update(due=timezone.now() - dt.timedelta(days=2))
    now = timezone.now()
    Delegation.objects.create(
        absent=house.bram, substitute=house.anna, starts=now, ends=now + dt.timedelta(days=9)
    )
    own = house.note("My own")
    with CaptureQueriesContext(connection) as captured:
        page = text_of(anna.get("/"))
    assert len(captured) <= 12
    assert page.index("Overdue") < page.index("Late") < page.index("To review") < page.index("Soon")
    assert page.index("As a substitute") < page.index("for Bram Peeters")
    own_tasks, as_substitute = page.split("As a substitute")
    assert "Of both" in own_tasks and as_substitute.count("for Bram Peeters") == 1
    assert own.title in page
    assert "Carla Rossi</span> submitted it for review" in page


def test_the_palette_finds_records_places_and_actions(anna: Client, house: House) -> None:
    note = house.note("Torque gauge")
    page = text_of(anna.get("/palette?q=torq", headers=PART))
    assert f'href="/web-notes/{note.number}/"' in page
    assert "<!doctype" not in page
    assert 'href="/web-notes/new/create/"' in text_of(anna.get("/palette?q=new+note"))
    assert f'href="/web-notes/{note.number}/"' in text_of(anna.get(f"/palette?q={note.number.lower()}"))
    assert "Torque gauge" in text_of(anna.get("/palette"))
    house.note("Notes on gauges that are new")
    named = text_of(anna.get("/palette?q=new+not", headers=PART))
    assert named.index("/web-notes/new/create/") < named.index("Notes on gauges that are new")
    titled = text_of(anna.get("/palette?q=gauges", headers=PART))
    assert "Notes on gauges that are new" in titled and "/web-notes/new/create/" not in titled


def test_a_form_without_its_token_is_told_that_nothing_was_changed(house: House) -> None:
    note = house.note("Torque gauge")
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(f"/web-notes/{note.number}/do/edit/", {"title": "Other"})
    assert answer.status_code == 403
    page = text_of(answer)
    assert "This form can no longer be sent" in page and "you were signed out meanwhile" in page
    assert "Your roles do not include it" not in page


def test_search_shows_only_what_may_be_seen(anna: Client, house: House) -> None:
    seen = house.note("Torque gauge")
    hidden = house.note("Torque wrench", unit="GNT", who=house.bram)
    page = text_of(anna.get("/search/?q=torque"))
    assert seen.number in page
    assert hidden.number not in page and "wrench" not in page
    assert "Nothing found" in text_of(anna.get("/search/?q=xyzzy"))


def test_choosers_answer_what_may_be_known(anna: Client, house: House) -> None:
    note = house.note("Torque gauge")
    people = json.loads(anna.get("/choose/people?q=web").content)
    assert people == [{"value": "anna", "text": "Anna Weber", "hint": "Quality manager · Berlin"}]
    assert [row["value"] for row in json.loads(anna.get("/choose/people?q=peeters").content)] == []
    assert json.loads(anna.get("/choose/people?me=1&q=").content)[0]["value"] == "me"
    found = json.loads(anna.get("/choose/units?q=").content)
    assert [(row["value"], row.get("depth", 0)) for row in found] == [("ORG", 0), ("BER", 1)]
    found = json.loads(anna.get("/choose/units?q=e").content)
    assert {row["value"] for row in found} >= {"BER"} and not any("depth" in row for row in found), "no tree"
    assert {row["value"] for row in json.loads(anna.get("/choose/roles?q=").content)} == {"reader", "writer"}
    records = json.loads(anna.get("/choose/records?type=web_note&q=torque").content)
    assert records == [{"value": note.number, "text": f"{note.number} Torque gauge", "hint": ""}]
    assert json.loads(anna.get("/choose/records?type=other&q=torque").content) == []
    assert anna.get("/choose/secrets?q=").status_code == 404


def test_a_number_alone_leads_to_the_record(anna: Client, house: House) -> None:
    note = house.note()
    assert anna.get(f"/go/{note.number}/")["Location"] == f"/web-notes/{note.number}/"
    assert anna.get("/go/N-999/").status_code == 404


def test_notices_are_counted_opened_and_read(anna: Client, house: House) -> None:
    for title in ("One", "Two"):
        house.do("submit", house.note(title, who=house.carla), who=house.carla, body={"reviewers": ["anna"]})
    assert json.loads(anna.get("/unread").content) == {"unread": 2}
    page = text_of(anna.get("/notices/"))
    assert "Carla Rossi asks you to review" in page
    notice = Notice.objects.filter(user=house.anna).first()
    assert notice is not None and notice.record is not None
    assert anna.get(f"/notices/{notice.pk}/")["Location"] == f"/web-notes/{notice.record.number}/"
    assert json.loads(anna.get("/unread").content) == {"unread": 1}
    assert anna.post("/notices/read").status_code == 303
    assert json.loads(anna.get("/unread").content) == {"unread": 0}
    foreign = Notice.objects.create(user=house.carla, kind="x", text="Hers", at=timezone.now())
    assert anna.get(f"/notices/{foreign.pk}/").status_code == 404


def test_own_settings_show_rights_and_substitutes(anna: Client, house: House) -> None:
    starts, ends = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC), dt.datetime(2035, 3, 3, 23, tzinfo=dt.UTC)
    Delegation.objects.create(absent=house.anna, substitute=house.carla, starts=starts, ends=ends)
    Grant.objects.filter(user=house.anna).update(ends=ends)
    Token.objects.create(
        user=house.anna,
        name="Drawings",
        created=starts,
        expires=ends,
        scopes=["read:web_note", "write:web_note"],
    )
    page = re.sub("</?time[^>]*>", "", text_of(anna.get("/me/")))
    assert "Carla Rossi stands in for you from 2 January 2026 until 3 March 2035" in page
    assert page.count("3 March 2035") == 3 and "4 March" not in page
    assert "<div>See what I can see: Notes</div><div>Also create and change records: Notes</div>" in page
    assert "<strong>Writer</strong>" in page
    assert "Europe/Berlin" in page


def test_the_trail_is_for_those_who_may_read_it(anna: Client, house: House) -> None:
    note = house.note("Trailed")
    house.do("submit", note, body={"reviewers": ["carla"]})
    assert anna.get("/trail/").status_code == 404
    anna.force_login(house.rosa)
    anna.get("/me/")
    with CaptureQueriesContext(connection) as captured:
        page = text_of(anna.get("/trail/?type=web_note"))
    assert len(captured) <= 12
    assert '<strong>Anna Weber</strong> <span class="tiny muted">anna</span> submitted it for review' in page
    assert "made it" not in text_of(anna.get("/trail/?command=web_note.submit"))
    assert "Nothing fits" in text_of(anna.get("/trail/?person=carla"))
    assert "Nothing fits" in text_of(anna.get(f"/trail/?person={'x' * 70_000}"))
    assert "Nothing fits" in text_of(anna.get("/trail/?to=2020-01-01"))
    csv = b"".join(anna.get("/trail/export/csv").streaming_content).decode("utf-8-sig")
    assert "Anna Weber submitted it for review." in csv
    rows = json.loads(b"".join(anna.get("/trail/export/json").streaming_content))
    assert [row["command"] for row in rows] == ["submit", "create"]
    assert {(row["actor"], row["actor_name"]) for row in rows} == {("anna", "Anna Weber")}


def test_the_trail_says_how_far_it_is_sealed(
    anna: Client, house: House, settings: Any, tmp_path: Path
) -> None:
    settings.SEAL_DIRECTORY = tmp_path / "seal"
    house.note("Sealed")
    anna.force_login(house.rosa)
    assert "Sealed up to entry" not in text_of(anna.get("/trail/"))
    assert anna.get("/trail/checkpoint").status_code == 404
    newest = seal_all()
    assert newest is not None
    assert f"Sealed up to entry {newest.size}, <time " in text_of(anna.get("/trail/"))
    sent = anna.get("/trail/checkpoint")
    assert (sent.content.decode(), sent["Content-Type"]) == (newest.note, "text/plain; charset=utf-8")
    anna.force_login(house.anna)
    assert anna.get("/trail/checkpoint").status_code == 404


def test_the_trail_is_exported_whole(anna: Client, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "READ_AT_ONCE", 2)
    for number in range(7):
        house.note(f"Note {number}")
    anna.force_login(house.rosa)
    rows = json.loads(b"".join(anna.get("/trail/export/json").streaming_content))
    assert len({row["record"]["number"] for row in rows}) == len(rows) == 7
    csv = b"".join(anna.get("/trail/export/csv").streaming_content).decode("utf-8-sig")
    assert len(csv.splitlines()) == 8
    assert anna.get("/trail/export/exe").status_code == 404


def test_history_is_filtered_and_continued(anna: Client, house: House) -> None:
    note = house.note("Title 0")
    for number in range(1, 45):
        who = house.carla if number == 7 else house.anna
        house.do("edit", note, who=who, body={"title": f"Title {number}"})
    page = text_of(anna.get(f"/web-notes/{note.number}/history/"))
    assert page.count('class="timeline-entry"') == 40
    assert "Title 44" in page and "Title 43" in page
    newest = note.trail.latest("seq").at
    assert page.count("Times by the clocks of Europe/Berlin.") == 1
    beside = text_of(anna.get(f"/web-notes/{note.number}/"))
    with timezone.override("Europe/Berlin"):
        assert f'data-time="datetime">{time_text(newest)}</time>' in page
        assert f'data-time="datetime">{time_text(note.created)}</time>' in beside
    assert beside.count("Times by the clocks of") == 1
    more = text_of(anna.get(f"/web-notes/{note.number}/history/?before=6", headers=PART))
    assert more.count('class="timeline-entry"') == 5
    assert "<!doctype" not in more
    carla = text_of(anna.get(f"/web-notes/{note.number}/history/?person=carla"))
    assert anna.get(f"/web-notes/{note.number}/history/?person={'x' * 70_000}").status_code == 200
    assert carla.count('class="timeline-entry"') == 1
    assert "Title 6" in carla and "Title 7" in carla
    assert (
        text_of(anna.get(f"/web-notes/{note.number}/history/?command=create")).count('"timeline-entry"') == 1
    )


def test_a_record_is_shown_as_of_a_date(anna: Client, house: House) -> None:
    note = house.note("Old words")
    house.do("edit", note, body={"title": "New words"})
    first = note.trail.get(seq=1).at
    page = text_of(anna.get(f"/web-notes/{note.number}/", {"at": first.isoformat()}))
    assert "as it stood then" in page and "<h1>Old words</h1>" in page and "New words" not in page
    assert "Anna Weber made it." in page
    before = text_of(anna.get(f"/web-notes/{note.number}/?at=2020-01-01"))
    assert "It did not exist then" in before
    wrong = anna.get(f"/web-notes/{note.number}/?at=yesterday")
    assert wrong.status_code == 422
    assert "no point in time" in text_of(wrong)


def test_links_show_both_ends_and_nothing_hidden(anna: Client, house: House) -> None:
    note, other = house.note("From"), house.note("To")
    house.do("link", note, body={"target": other.number})
    writer = Role.objects.get(code="writer")
    Grant.objects.create(user=house.bram, role=writer, unit=house.berlin, starts=timezone.now())
    hidden = house.note("Secret", unit="GNT", who=house.bram)
    house.do("link", hidden, who=house.bram, body={"target": note.number})
    page = text_of(anna.get(f"/web-notes/{note.number}/links/"))
    assert "Refers to" in page and "To" in page
    assert "Secret" not in page and "Referred to by" not in page
    assert "Referred to by" in text_of(anna.get(f"/web-notes/{other.number}/links/"))


ADDRESSES = ["/", "/web-notes/", "/search/", "/notices/", "/me/", "/palette", "/unread", "/trail/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_everything_asks_to_sign_in(db: None, client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_a_person_without_roles_sees_an_empty_house(house: House, client: Client) -> None:
    client.force_login(house.nora)
    page = text_of(client.get("/"))
    assert "/web-notes/" not in page
    assert client.get("/web-notes/").status_code == 200

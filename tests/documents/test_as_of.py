"""Documents, revisions and what rules them as they stood at a time: by page, interface and command line."""

import datetime as dt
import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.faces.cli.main import run
from setsquare.kernel.accounts import tokens
from tests.days import today
from tests.documents.conftest import PASSWORD, TEXT, Works


def now() -> str:
    return timezone.now().isoformat().replace("+00:00", "Z")


def page(works: Works, client: Client, who: str, path: str, at: str) -> str:
    client.force_login(works.person(who))
    answer = client.get(path, {"at": at})
    assert answer.status_code == 200
    return answer.content.decode()


def api(works: Works, who: str, path: str) -> Any:
    _token, secret = tokens.make(works.person(who), "asks", ("read",), timezone.now() + dt.timedelta(days=1))
    return Client(headers={"Authorization": f"Bearer {secret}"}).get(f"/api/v1{path}")


def labels(html: str) -> list[str]:
    """Return the labels of the facts beside a page."""
    aside = html.partition("<aside")[2].partition("</aside>")[0]
    return re.findall(r"<dt>(.*?)</dt>", aside)


def test_a_document_is_shown_with_the_text_people_and_signatures_of_that_time(
    works: Works, client: Client
) -> None:
    number = works.in_force()
    then = now()
    second = works.second(number)
    works.do("ada", "revision.save", second, content=TEXT.replace("12 months", "6 months"), title="Gauging")
    works.approved(second)
    works.do("cora", "revision.schedule", second, at_once=True)

    client.force_login(works.person("otto"))
    today = client.get(f"/documents/{number}/").content.decode()
    assert "6 months" in today and "as it stood then" not in today
    html = page(works, client, "otto", f"/documents/{number}/", then)

    local = dt.datetime.fromisoformat(then).astimezone(ZoneInfo("Europe/Berlin"))
    day = f"{local.day} {local:%B} {local.year}, {local:%H:%M}"
    assert f"As of {day} (Europe/Berlin): as it stood then" in html
    assert f'href="/documents/{number}/">Show it as it is now</a>' in html
    assert "<h1>Calibration</h1>" in html and "Gauging" not in html.partition("<main")[2]
    assert "<td>12 months</td>" in html and "6 months" not in html
    assert re.search(r"<h2[^>]*>.*Purpose", html) and "Revision 1 was in force then." in html
    assert "Ada Author" in html and ">ada<" not in html
    assert labels(html) == labels(today)
    assert 'class="tabs"' not in html and "/do/" not in html.partition("<main")[2]
    signed = html.partition("Signatures made by then")[2]
    assert signed.count('class="signature"') == 2
    assert "Mia Manager" in signed and "Hedda Head" in signed

    values = api(works, "otto", f"/documents/{number}?at={then}").json()
    assert (values["title"], values["current"], values["state"]) == (
        "Calibration",
        f"{number}/1",
        "effective",
    )
    assert values["as_of"] == then
    assert [one["by"]["name"] for one in values["signatures"]] == ["Mia Manager", "Hedda Head"]


def test_a_draft_of_that_time_is_for_those_who_work_on_it(works: Works, client: Client) -> None:
    number = works.draft(content="## Purpose\n\nFirst thoughts.")
    then = now()
    works.do("ada", "revision.save", f"{number}/1", content=TEXT)
    works.approved(f"{number}/1")
    works.do("cora", "revision.schedule", f"{number}/1", at_once=True)

    for path, why in (
        (f"/documents/{number}/", "What was being worked on then is shown to those who work on it."),
        (f"/revisions/{number}/1/", "It was being worked on then."),
    ):
        assert "First thoughts." in page(works, client, "ada", path, then)
        theirs = page(works, client, "otto", path, then)
        assert "First thoughts." not in theirs
        assert why in theirs
    text = f"/revisions/{number}/1/texts/content?at={then}"
    assert api(works, "ada", text).content.decode() == "## Purpose\n\nFirst thoughts."
    assert api(works, "otto", text).status_code == 404
    assert api(works, "ada", f"/revisions/{number}/1?at={then}").json()["links"]["texts"].keys() == {
        "content"
    }
    assert api(works, "otto", f"/revisions/{number}/1?at={then}").json()["links"]["texts"] == {}
    html = page(works, client, "ada", f"/revisions/{number}/1/", then)
    assert "Nobody had signed it by then." in html
    assert "(text)" not in html


def test_a_file_of_that_time_is_shown(works: Works, client: Client) -> None:
    number = works.draft(kind="form", content="")
    first = works.uploaded("ada", b"%PDF-1.4 first", "first.pdf", "application/pdf")
    works.do("ada", "revision.use_file", f"{number}/1", file=first.blob_id)
    then = now()
    other = works.uploaded("ada", b"%PDF-1.4 other", "other.pdf", "application/pdf")
    works.do("ada", "revision.use_file", f"{number}/1", file=other.blob_id)
    html = page(works, client, "ada", f"/revisions/{number}/1/", then)
    assert "first.pdf" in html and "other.pdf" not in html
    assert f'href="/files/{first.blob_id}/first.pdf"' in html


@pytest.mark.parametrize(
    ("at", "status", "title"),
    [
        ("yesterday", 422, "This is no point in time"),
        ("2999-01-01", 422, "This time has not come yet"),
        ("2001-01-01", 200, "It did not exist then"),
    ],
)
def test_a_time_at_which_nothing_can_be_shown_is_told(
    works: Works, client: Client, at: str, status: int, title: str
) -> None:
    number = works.in_force()
    client.force_login(works.person("otto"))
    answer = client.get(f"/documents/{number}/", {"at": at})
    assert answer.status_code == status
    assert title in answer.content.decode() and "12 months" not in answer.content.decode()
    told = api(works, "otto", f"/documents/{number}?at={at}")
    assert told.status_code == (404 if status == 200 else 422)


def test_today_is_shown_as_it_is_now(works: Works, client: Client) -> None:
    number = works.in_force()
    html = page(works, client, "otto", f"/documents/{number}/", today().isoformat())
    assert "Revision 1 was in force then." in html


def test_the_command_line_tells_the_same(
    works: Works, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SETSQUARE_AS", "otto")
    number = works.in_force()
    then = now()
    works.second(number)
    works.do("ada", "revision.save", f"{number}/2", content="## Purpose", title="Gauging")
    assert run(("documents", "show", number, "--at", then)) == 0
    said = capsys.readouterr().out
    assert "as it stood then" in said and f"{number}  Calibration" in said
    assert re.search(rf"In force +{number}/1", said) and re.search("Owner +Ada Author", said)
    assert "Mia Manager" in said and "Hedda Head" in said
    assert run(("documents", "show", number, "--at", then, "--json")) == 0
    assert len(json.loads(capsys.readouterr().out)["signatures"]) == 2
    assert run(("documents", "show", number, "--at", "2999-01-01")) == 1
    assert "This time has not come yet" in capsys.readouterr().err


def test_a_person_is_shown_by_the_name_of_that_time(works: Works, client: Client) -> None:
    number = works.in_force()
    then = now()
    record = works.person("ada").file.record
    works.do("root", "person.edit", record.number, because="Married", name="Ada Novel")
    html = page(works, client, "otto", f"/documents/{number}/", then)
    assert "Ada Author" in html and "Ada Novel" not in html
    html = page(works, client, "otto", f"/people/{record.number}/", then)
    assert "<h1>Ada Author</h1>" in html and "<dt>Reports to</dt>" in html and "Bea Boss" in html

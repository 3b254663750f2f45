"""The page that brings in many records by a table: check first, then all rows or none."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from tests.changes.conftest import Desk, db, desk

__all__ = ["db", "desk"]
HERE = "/change-requests/import/"
GOOD = "title,what,why,unit\nShorter,Leave out step 4,It is done twice,N\nClearer,Say what,People ask,N\n"


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def writer(desk: Desk) -> Client:
    return as_(desk.anna)


def table(text: str, name: str = "list.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def made() -> int:
    return Record.objects.filter(type="change_request").count()


def test_a_table_is_checked_and_then_made_from_what_was_checked(writer):
    register = writer.get("/change-requests/").content.decode()
    assert f'href="{HERE}"' in register
    page = writer.get(HERE).content.decode()
    assert "<code>wanted_by</code>" in page and "2026-11-30" in page
    checked = writer.post(HERE, {"file": table(GOOD), "reason": "Workshop"})
    text = checked.content.decode()
    assert checked.status_code == 200 and "Make 2 records" in text and "Shorter" in text and made() == 0
    digest = text.split('name="checked" value="')[1][:64]
    key = text.split('name="_key" value="')[1].partition('"')[0]
    for _twice in range(2):
        answer = writer.post(HERE, {"checked": digest, "reason": "Workshop", "start": "1", "_key": key})
        assert answer.status_code == 303 and made() == 2


def test_what_has_to_be_put_right_is_listed_by_row_and_column(writer):
    answer = writer.post(HERE, {"file": table(GOOD + "Bad,What,Why,NOWHERE\n"), "reason": "Kept"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "Nothing was made" in text and "NOWHERE" in text and made() == 0
    assert '<td class="is-number">4</td>' in text and "Kept" in text
    for given in ({}, {"checked": "x"}, {"file": table("")}, {"file": table("no table", "list.pdf")}):
        assert writer.post(HERE, given).status_code == 422
    assert made() == 0


def test_the_empty_table_is_given_and_strangers_find_nothing(writer, desk):
    assert writer.get(f"{HERE}template.xlsx").content.startswith(b"PK")
    assert writer.get(f"{HERE}template.csv").content.decode("utf-8-sig").startswith("title,what,why,unit")
    assert writer.get(f"{HERE}template.pdf").status_code == 404
    assert writer.get("/revisions/import/").status_code == 404
    assert writer.get("/units/import/").status_code == 404

"""Commands by their dialogs: shown, refused with everything kept, carried out once."""

import html
import re

import pytest
from django.test import Client

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from tests.web.conftest import PASSWORD, House
from tests.web.notes import gathered

DIALOG = {"HX-Request": "true", "HX-Target": "dialog-body"}


def text_of(answer: object) -> str:
    return html.unescape(answer.content.decode())  # type: ignore[attr-defined]


def key_in(page: str) -> str:
    found = re.search(r'name="_key" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_record_is_made_and_shown(anna: Client) -> None:
    page = text_of(anna.get("/web-notes/new/"))
    answer = anna.post("/web-notes/new/create/", {"title": "By hand", "unit": "BER", "_key": key_in(page)})
    record = Record.objects.get(type="web_note")
    assert answer.status_code == 303
    assert answer["Location"] == f"/web-notes/{record.number}/"
    shown = text_of(anna.get(answer["Location"]))
    assert "By hand" in shown
    assert f"{record.number} was made." in shown


def test_htmx_is_told_where_to_go(anna: Client) -> None:
    answer = anna.post("/web-notes/new/create/", {"title": "X", "unit": "BER"}, headers=DIALOG)
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/web-notes/N-")


def test_the_same_form_sent_twice_makes_one_record(anna: Client) -> None:
    form = {"title": "Once", "unit": "BER", "_key": key_in(text_of(anna.get("/web-notes/new/")))}
    first, second = (anna.post("/web-notes/new/create/", form) for _ in range(2))
    assert Record.objects.filter(type="web_note").count() == 1
    assert first["Location"] == second["Location"]
    assert "sent twice" in text_of(anna.get(second["Location"]))


def test_a_refused_form_can_be_sent_again_with_the_same_key(anna: Client) -> None:
    form = {"title": "", "unit": "NOPE", "_key": key_in(text_of(anna.get("/web-notes/new/")))}
    refused = anna.post("/web-notes/new/create/", form)
    page = text_of(refused)
    assert refused.status_code == 422
    assert "This has to be filled in." in page
    assert "There is no unit with the code “NOPE”." in page
    assert form["_key"] in page
    again = anna.post("/web-notes/new/create/", {**form, "title": "Now", "unit": "BER"})
    assert again.status_code == 303


def test_the_summary_says_which_fields_it_means_and_leads_to_them(anna: Client, house: House) -> None:
    note = house.note()
    page = text_of(anna.post("/web-notes/new/create/", {"title": "", "unit": ""}))
    assert '<a href="#id_title">Title: This has to be filled in.</a>' in page
    assert '<a href="#id_unit">Unit: This has to be filled in.</a>' in page
    row = {"steps.0.what": "", "steps.0.people": "bram", "text": "All", "_version": "1"}
    page = text_of(anna.post(f"/web-notes/{note.number}/do/gather/", row))
    assert '<a href="#id_steps.0.what">Steps, row 1, What: This has to be filled in.</a>' in page


def test_another_person_cannot_learn_of_a_record_by_a_key(anna: Client, house: House) -> None:
    form = {"title": "Mine", "unit": "BER", "_key": key_in(text_of(anna.get("/web-notes/new/")))}
    anna.post("/web-notes/new/create/", form)
    other = Client()
    other.force_login(house.bram)
    answer = other.post("/web-notes/new/create/", {**form, "unit": "GNT"})
    assert answer["Location"] == "/web-notes/"


def test_what_may_not_be_done_is_refused_in_the_form(house: House, client: Client) -> None:
    client.force_login(house.anna)
    answer = client.post("/web-notes/new/create/", {"title": "There", "unit": "GNT"})
    assert answer.status_code == 422
    assert "Your roles do not allow this in this unit." in text_of(answer)
    assert 'value="There"' in text_of(answer)


def test_an_edit_starts_from_what_is_there_and_asks_no_reason_for_a_draft(anna: Client, house: House) -> None:
    note = house.note("As it is")
    page = text_of(anna.get(f"/web-notes/{note.number}/do/edit/", headers=DIALOG))
    assert 'value="As it is"' in page
    assert "Reason" not in page


def test_the_second_of_two_editors_sees_what_changed_and_loses_nothing(anna: Client, house: House) -> None:
    note = house.note("Before")
    house.do("edit", note, who=house.carla, body={"title": "Carla's words"})
    address = f"/web-notes/{note.number}/do/edit/"
    stale = anna.post(address, {"title": "Anna's words", "_version": "1"}, headers=DIALOG)
    page = text_of(stale)
    assert stale.status_code == 422
    assert "Carla Rossi changed this while you were writing" in page
    assert "Carla Rossi edited it." in page
    assert "Before" in page and "Carla's words" in page
    assert 'value="Anna\'s words"' in page
    found = re.search(r'name="_version" value="(\d+)"', page)
    assert found and found[1] == "2"
    again = anna.post(address, {"title": "Anna's words", "_version": found[1]})
    assert again.status_code == 303
    note.refresh_from_db()
    assert note.title == "Anna's words"


def test_a_signed_record_asks_for_the_reason(anna: Client, house: House) -> None:
    note = house.note()
    house.do("sign", note)
    address = f"/web-notes/{note.number}/do/edit/"
    answer = anna.post(address, {"title": "Other", "_version": "2"})
    assert answer.status_code == 422
    assert 'href="#id_reason"' in text_of(answer)
    assert anna.post(address, {"title": "Other", "_version": "2", "reason": "A slip."}).status_code == 303
    assert "A slip." in text_of(anna.get(f"/web-notes/{note.number}/history/"))


def test_signing_asks_for_the_password_and_says_what_it_means(anna: Client, house: House) -> None:
    note = house.note("To sign")
    address = f"/web-notes/{note.number}/do/sign/"
    page = text_of(anna.get(address, headers=DIALOG))
    assert "I approve this note." in page
    assert 'type="password"' in page
    wrong = anna.post(address, {"_version": "1", "password": "not it"}, headers=DIALOG)
    assert wrong.status_code == 422
    assert "The password is not right. Nothing was signed." in text_of(wrong)
    assert 'value="not it"' not in text_of(wrong)
    right = anna.post(address, {"_version": "1", "password": PASSWORD}, headers=DIALOG)
    assert right.status_code == 204
    signed = text_of(anna.get(f"/web-notes/{note.number}/signatures/"))
    assert "Anna Weber" in signed and "Verified" in signed and "Approved" in signed


def test_a_command_that_waits_for_another_state_says_why(anna: Client, house: House) -> None:
    note = house.note()
    house.do("sign", note)
    page = text_of(anna.get(f"/web-notes/{note.number}/do/submit/", headers=DIALOG))
    assert "is “Signed”; this is done while it is “Draft”." in page
    answer = anna.post(
        f"/web-notes/{note.number}/do/submit/", {"reviewers": "carla", "_version": "2", "reason": "x"}
    )
    assert answer.status_code == 422
    assert "is “Signed”" in text_of(answer)
    shown = text_of(anna.get(f"/web-notes/{note.number}/"))
    assert "this is done while it is “Draft”" in shown


def test_every_kind_of_field_arrives(anna: Client, house: House) -> None:
    note = house.note()
    row = {"steps.0.what": "One", "steps.0.people": "bram"}
    form = {"text": "All of it", "people": ["carla", "rosa"], "_version": "1", **row}
    answer = anna.post(f"/web-notes/{note.number}/do/gather/", form)
    assert answer.status_code == 303
    assert [person.username for person in gathered[0].people] == ["carla", "rosa"]
    assert gathered[0].steps[0].people == [house.bram]
    assert 'Anna Weber</span> <span class="tiny muted">anna</span> gathered: “All of it”' in text_of(
        anna.get(f"/web-notes/{note.number}/history/")
    )


def test_what_waits_for_somebody_else_is_not_said_to_be_done(anna: Client, house: House) -> None:
    note = house.note()
    answer = anna.post(f"/web-notes/{note.number}/do/propose/", {"_version": "1"})
    shown = text_of(anna.get(answer["Location"]))
    assert f"{note.number} waits for somebody else’s signature." in shown
    assert "is done" not in shown


def test_a_dropped_session_leads_back_after_signing_in(house: House, client: Client) -> None:
    note = house.note()
    address = f"/web-notes/{note.number}/"
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"?next={address}")
    part = client.post(f"{address}do/edit/", {"title": "x"}, headers=DIALOG)
    assert part.status_code == 401


@pytest.mark.parametrize("address", ["do/nothing/", "do/create/", "nothing/"])
def test_what_there_is_not_is_not_found(anna: Client, house: House, address: str) -> None:
    note = house.note()
    assert anna.get(f"/web-notes/{note.number}/{address}").status_code == 404


@pytest.mark.parametrize(
    "number", ["%2e%2e", "%2e", "..", "a%2f%2e%2e", "%2e%2e%2f%2e%2e%2fetc", "N-001%2f7"]
)
def test_a_number_that_leads_elsewhere_is_not_found_like_one_that_there_is_not(
    anna: Client, house: House, number: str
) -> None:
    house.note()
    for end in ("", "/", "/history/", "/do/edit/"):
        odd, missing = (anna.get(f"/web-notes/{given}{end}", follow=True) for given in (number, "N-999"))
        assert odd.status_code == missing.status_code == 404
        assert re.findall(r"<h1>.*?</p>", text_of(odd)) == re.findall(r"<h1>.*?</p>", text_of(missing)) != []


def test_numbers_with_slashes_spaces_and_signs_have_a_page(anna: Client, house: House) -> None:
    for number in ("SOP-004/2", "A b#c?d%e", "Ü/2/history-of"):
        record = house.do("create", body={"title": "Odd", "unit": "BER", "number": number}).record
        page = anna.get("/web-notes/")
        address = re.search(r'<tr data-href="([^"]+)"', page.content.decode())
        assert address
        shown = anna.get(html.unescape(address[1]))
        assert shown.status_code == 200, number
        assert anna.get(f"{html.unescape(address[1])}history/").status_code == 200
        assert Record.objects.get(pk=record.pk).number == number


def test_a_form_keeps_the_person_that_left(anna: Client, house: House) -> None:
    note = house.note()
    User.objects.filter(username="bram").update(is_active=False)
    answer = anna.post(f"/web-notes/{note.number}/do/submit/", {"reviewers": ["bram"], "_version": "1"})
    assert "Bram Peeters has left and cannot be chosen." in text_of(answer)
    assert '<option value="bram" selected' in text_of(answer)

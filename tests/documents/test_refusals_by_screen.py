"""Named cases of refusal, as a browser and a program meet them: nothing is signed, and nothing is given away."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from setsquare.kernel.signatures.models import Signature
from tests.documents.conftest import PASSWORD, Works

DIALOG = {"HX-Request": "true", "HX-Target": "dialog-body"}


def client_of(works: Works, username: str) -> Client:
    client = Client()
    client.force_login(works.person(username))
    client.get("/me/")
    return client


@pytest.fixture
def waiting(works: Works) -> str:
    """A revision that waits for Mia's signature."""
    first = f"{works.draft()}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first, approvers=["mia", "hedda"])
    return first


def test_a_signer_whose_session_ended_signs_nothing(works: Works, waiting: str) -> None:
    client = client_of(works, "mia")
    address = f"/revisions/{waiting}/do/approve/"
    assert client.get(address).status_code == 200
    form = {"password": PASSWORD, "_version": str(works.record(waiting).version)}
    Session.objects.all().delete()

    page = client.post(address, form, headers={"Referer": f"http://testserver{address}"})
    part = client.post(address, form, headers=DIALOG)
    api = client.post(
        f"/api/v1/revisions/{waiting}:approve",
        {"signature": {"password": PASSWORD}},
        content_type="application/json",
    )

    assert (page.status_code, page["Location"]) == (302, f"/accounts/login/?next={address}")
    assert (part.status_code, api.status_code) == (401, 401)
    assert works.record(waiting).state == "in_approval"
    assert not Signature.objects.exists()
    assert "mia" in works.asked(waiting, "approve")


def test_an_approval_of_a_stale_version_signs_nothing(works: Works, waiting: str) -> None:
    client = client_of(works, "mia")
    seen = works.record(waiting).version
    works.do("ada", "revision.recall", waiting, because="A figure was wrong.")
    works.do("ada", "revision.save", waiting, content=works.content(waiting) + "\nMore.\n")
    works.reviewed(waiting)
    works.do("ada", "revision.send_for_approval", waiting, approvers=["mia", "hedda"])

    page = client.post(f"/revisions/{waiting}/do/approve/", {"password": PASSWORD, "_version": str(seen)})
    api = client.post(
        f"/api/v1/revisions/{waiting}:approve",
        {"signature": {"password": PASSWORD}},
        content_type="application/json",
        headers={"If-Match": f'"{seen}"'},
    )

    assert page.status_code == 422
    assert "Ada Author" in page.content.decode()
    assert api.status_code == 412
    assert not Signature.objects.exists()
    assert works.record(waiting).state == "in_approval"


@pytest.mark.parametrize("part", ["", "history/", "do/edit/", "revisions/", "pdf/"])
def test_a_number_of_another_site_looks_like_one_that_does_not_exist(works: Works, part: str) -> None:
    hidden = works.draft(unit="H")
    client = client_of(works, "luc")

    there, nowhere = (client.get(f"/documents/{number}/{part}") for number in (hidden, "SOP-999"))

    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert bare(there.content.decode(), hidden) == bare(nowhere.content.decode(), "SOP-999")


def bare(page: str, number: str) -> str:
    """Return a page without what differs each time."""
    page = re.sub(r'(nonce|value|content|data-[a-z-]+)="[^"]*"', "", page)
    return re.sub(r"[0-9a-f]{32}", "", page).replace(number, "")


def test_many_are_signed_at_the_versions_that_the_form_showed(works: Works) -> None:
    """By screen and by program: what somebody changed since is refused by itself, the rest is signed."""
    numbers = [works.in_force(title=title) for title in ("Gauging", "Weighing")]
    ids = [works.record(number).pk for number in numbers]
    client = client_of(works, "hedda")
    address = "/documents/bulk/redefine/"
    form = client.get(f"{address}?ids={ids[0]},{ids[1]}").content.decode()
    (versions,) = re.findall(r'name="_versions" value="([0-9:,]+)"', form)
    works.do("cora", "document.edit", numbers[1], because="Slip", area="Laboratory")
    given = {"ids": f"{ids[0]},{ids[1]}", "unit": "NW", "reason": "Moved.", "password": PASSWORD}

    blind = client.post(address, given).content.decode()
    assert "Say which version of" in blind and not Signature.objects.filter(meaning="redefined").exists()
    done = client.post(address, {**given, "_versions": versions}).content.decode()

    assert [made.record.number for made in Signature.objects.filter(meaning="redefined")] == [numbers[0]]
    assert "was changed by Cora" in done
    body = {"numbers": numbers, "unit": "NW", "reason": "Moved.", "signature": {"password": PASSWORD}}
    answer = client.post("/api/v1/documents:bulk/redefine", body, content_type="application/json").json()
    assert {item["code"] for item in answer["items"]} == {"version_missing"}
    body["versions"] = {number: works.record(number).version for number in numbers}
    answer = client.post("/api/v1/documents:bulk/redefine", body, content_type="application/json").json()
    assert [(item["done"], item.get("detail")) for item in answer["items"]] == [
        (False, "Nothing of it is changed."),
        (True, None),
    ]
    body["versions"] = ["7"]
    answer = client.post("/api/v1/documents:bulk/redefine", body, content_type="application/json")
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "versions"
    body |= {"versions": {}, "signature": {"passkey": {"id": "x"}, "challenge": "y"}}
    answer = client.post("/api/v1/documents:bulk/redefine", body, content_type="application/json")
    assert "signs one record" in answer.json()["detail"]

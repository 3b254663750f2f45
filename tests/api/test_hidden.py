"""A record of another site answers, at every address, exactly like one that does not exist."""

import json
import re
from typing import Any

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.records.models import Record
from tests.api.conftest import PASSWORD, Caller

NOWHERE = "ZZ-404"


@pytest.fixture
def stranger(people: dict[str, Caller]) -> Caller:
    """Who may do everything with documents and changes, at another site."""
    bootstrap.add_unit("G", "Ghent", "site", "TH")
    user = bootstrap.add_person("gina", "Gina", "G", email="gina@thalvent.example")
    user.set_password(PASSWORD)
    user.save()
    for role in ("controller", "assistant", "specialist", "manager"):
        bootstrap.grant(user, role, "G")
    return Caller(user, ("read", "write", "admin"))


@pytest.fixture
def hidden(people: dict[str, Caller]) -> dict[str, str]:
    """The number of a record of the first site, by register."""
    body = {"type": "procedure", "title": "Gauges", "unit": "L", "audience": [{"role": "reader"}]}
    document = people["cora"].post("/documents", body).json()
    change = {"title": "Shorter", "what": "Leave out step 4.", "why": "It is done twice.", "unit": "L"}
    request = people["ada"].post("/change-requests", change).json()
    return {
        "documents": document["number"],
        "revisions": document["open_revision"],
        "change-requests": request["number"],
    }


def answered(caller: Caller, method: str, path: str, operation: Any, number: str) -> tuple[int, str]:
    """Return status and text of an answer, with the number and what differs from request to request left out."""
    address = path.replace("{number}", number).replace("{label}", "1-1").replace("{name}", "content")
    content = operation.get("requestBody", {}).get("content", {})
    body = {"signature": {"password": PASSWORD}} if "application/json" in content else {}
    if method == "get":
        answer = caller.client.get(address)
    else:
        answer = caller.client.post(address, json.dumps(body), content_type="application/json")
    assert not answer.streaming, address
    text = re.sub(r"urn:setsquare:request:\w+", "", answer.content.decode())
    return answer.status_code, text.replace(number, "").replace(number.partition("/")[0], "")


def test_what_is_hidden_is_as_if_it_did_not_exist(people, hidden, stranger):
    described = stranger.client.get("/api/v1/openapi.json").json()["paths"]
    tried = 0
    for path, operations in described.items():
        register = path.removeprefix("/api/v1/").partition("/")[0]
        if "{number}" not in path or register not in hidden:
            continue
        for method, operation in operations.items():
            number = hidden[register]
            there = answered(stranger, method, path, operation, number)
            not_there = answered(stranger, method, path, operation, NOWHERE)
            assert there == not_there, (method, path)
            assert there[0] == 404, (method, path, there)
            tried += 1
    assert tried > 60


def test_many_at_once_and_tables_tell_nothing_of_what_is_hidden(people, hidden, stranger):
    number = hidden["documents"]
    for name in ("edit", "set_audience"):
        body = {"numbers": [number, NOWHERE], "audience": [{"role": "reader"}]}
        if name == "edit":
            body = {"numbers": [number, NOWHERE], "area": "X"}
        found = stranger.post(f"/documents:bulk/{name}", body).json()
        texts = [json.dumps(item).replace(item["number"], "") for item in found["items"]]
        assert texts[0] == texts[1] and found["done"] == 0
    row = {"title": "A", "what": "B", "why": "C", "unit": "G"}
    sentences = []
    for wanted in (number, NOWHERE):
        answer = stranger.post("/change-requests:import", {"rows": [{**row, "affected": wanted}]})
        assert answer.status_code == 422
        sentences.append(answer.json()["wrong"][0]["sentence"].replace(wanted, ""))
    assert sentences[0] == sentences[1]
    for path in ("/documents:reviews?within=9999", "/documents:copies?show=all", "/documents:tree"):
        assert number not in stranger.get(path).content.decode()
    for form in ("csv", "json"):
        answer = stranger.get(f"/documents:export?format={form}")
        assert number not in answer.getvalue().decode()
    assert Record.objects.filter(number=number).exists()

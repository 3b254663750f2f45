"""What must hold for every record type that a domain declares."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from setsquare.faces.api.answering import ROOT
from setsquare.kernel.records.things import all_things
from tests.api.conftest import Caller


@pytest.fixture
def root(people, db) -> Caller:
    """Whoever established the organisation, with a document of every kind of content in it."""
    rita = Caller(people["ada"].user.__class__.objects.get(username="root"), ("read", "write", "admin"))
    for title in ("First", "Second", "Third"):
        body = {"type": "procedure", "title": title, "unit": "L", "audience": [{"role": "reader"}]}
        assert people["cora"].post("/documents", body).status_code == 201
    return rita


@pytest.fixture
def cora(root, people) -> Caller:
    return people["cora"]


def counted(caller: Caller, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = caller.get(path)
    assert answer.status_code == 200, answer.content.decode()
    return len(queries)


def test_every_register_costs_the_same_whatever_it_holds(cora):
    for thing in all_things():
        cora.get(f"/{thing.slug}?limit=1")
        one, many = (counted(cora, f"/{thing.slug}?limit={limit}&count=true") for limit in (1, 200))
        assert one == many <= 4, thing.code


def test_every_register_sorts_and_filters_by_what_it_says(cora):
    for thing in all_things():
        declared = cora.get(f"/types/{thing.slug}").json()
        for sort in declared["sorts"]:
            for sign in ("", "-"):
                assert cora.get(f"/{thing.slug}?sort={sign}{sort}&limit=2").status_code == 200, (
                    thing.code,
                    sort,
                )
        for known in declared["filters"]:
            value = next(
                iter(known["choices"]), {"date": "today", "datetime": "today"}.get(known["kind"], "none")
            )
            answer = cora.get(f"/{thing.slug}?{known['code']}={value}")
            assert answer.status_code == 200, (thing.code, known, answer.content.decode())


def test_every_record_and_its_parts_can_be_read(cora):
    for thing in all_things():
        for item in cora.get(f"/{thing.slug}?limit=3").json()["items"]:
            record = cora.client.get(item["href"]).json()
            for part in ("trail", "tasks", "signatures", "links", "files", "commands"):
                answer = cora.client.get(record["links"][part])
                assert answer.status_code == 200, (thing.code, part, answer.content.decode())


def test_every_address_is_described(cora, client):
    description = client.get(f"{ROOT}/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    operations = [o for path in description["paths"].values() for o in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for thing in all_things():
        assert {f"{thing.slug}.list", f"{thing.slug}.read", f"{thing.slug}.trail"} <= set(names)
    assert all(operation["summary"] and operation["tags"] for operation in operations)


def test_the_page_of_reference_shows_every_operation_without_a_script(cora, client):
    page = client.get(f"{ROOT}/docs")
    text = page.content.decode()
    assert page.status_code == 200 and "<script" not in text and " style=" not in text
    for thing in all_things():
        assert f'id="{thing.slug}.list"' in text


def test_all_that_is_wrong_with_a_new_document_is_told_at_once(cora):
    sent = SimpleUploadedFile("old.pdf", b"%PDF-1.4\n%%EOF\n")
    digest = cora.client.post("/api/v1/uploads", {"file": sent}).json()["items"][0]["digest"]
    wrong = {
        "title": "",
        "type": "nonsense",
        "unit": "L",
        "number": "SOP-001",
        "source": digest,
        "colour": "red",
    }
    answer = cora.post("/documents", wrong)
    assert answer.status_code == 422
    told = {error["field"]: error["sentence"] for error in answer.json()["errors"]}
    assert list(told) == ["number", "type", "title", "source", "colour"]
    assert told["number"] == "The number SOP-001 is taken."
    assert told["type"] == (
        "There is no document type “nonsense”; there are:"
        " external, form, manual, plan, policy, procedure, specification, work_instruction."
    )

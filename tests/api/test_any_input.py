"""Whatever is sent, as the OpenAPI description allows it and as it does not: never an error of ours."""

import hashlib
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import strategies as st

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import all_things
from tests.api.conftest import PASSWORD, Caller

Names = dict[str, list[str]]
PEOPLE = ("anna", "bram", "ada", "mia", "nobody")
DIGEST = hashlib.sha256(b"a plan").hexdigest()

for name, values in {
    "person": PEOPLE,
    "unit": ("BER", "GNT", "ORG", "L", "TH", "nowhere"),
    "record": ("N-001", "N-999", "SOP-001", "SOP-001/1", "DT-01"),
    "role": ("keeper", "reader", "none"),
    "sha256": (DIGEST, "0" * 64),
    "password": (PASSWORD, "wrong"),
}.items():
    schemathesis.openapi.format(name, st.sampled_from(values))


def operations(schema: Any) -> list[Any]:
    found = [result.ok() for result in schema.get_all_operations()]
    assert len(found) > 20
    return found


def strike(operation: Any, caller: Caller, examples: int) -> None:
    """Call an operation with many inputs, each in a transaction that is taken back."""
    slug = operation.path.removeprefix("/api/v1/").partition("/")[0]
    known = [record.number for record in Record.objects.filter(type__in=_codes(slug)).order_by("id")[:5]]

    @hypothesis.seed(1)
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    @hypothesis.given(case=strategy(operation), number=st.sampled_from((*known, *known, None)))
    def one(case: Any, number: str | None) -> None:
        if number is not None and "number" in (case.path_parameters or {}):
            case.path_parameters["number"] = number
        for name in [name for name in case.headers or {} if name.lower() == "host"]:
            del case.headers[name]  # of another host: refused before anything is asked of the API
        with transaction.atomic():
            answer = case.call(headers={"Authorization": f"Bearer {caller.secret}"})
            transaction.set_rollback(True)
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"][0] == "application/problem+json"
            assert answer.json()["detail"]

    one()


def _codes(slug: str) -> list[str]:
    return [thing.code for thing in all_things() if thing.slug == slug]


def strategy(operation: Any) -> Any:
    fitting = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
    unfitting = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
    return st.one_of(fitting, unfitting)


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def described() -> Any:
    """Return the description, called from now on without a request closing the test's transaction."""
    for signal in (request_started, request_finished):  # Django's test client connects them after each call
        signal.disconnect(close_old_connections)
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def test_no_input_ends_in_an_error_of_ours(house, anna):
    house.note("First")
    house.note("Second")
    house.note("Second edition", number="SOP-004/2")
    for operation in operations(described()):
        strike(operation, anna, examples=15)


def test_no_input_to_a_domain_ends_in_an_error_of_ours(people):
    """One person who may do everything calls every address of every record type."""
    caller = Caller(people["cora"].user, ("read", "write", "admin"))
    for role in ("administrator", "assistant", "manager", "head", "director", "auditor"):
        bootstrap.grant(caller.user, role, "TH")
    sent = SimpleUploadedFile("plan.txt", b"a plan")
    assert caller.client.post("/api/v1/uploads", {"file": sent}).status_code == 201
    body = {"type": "procedure", "title": "First", "unit": "L", "audience": [{"role": "reader"}]}
    assert caller.post("/documents", body).status_code == 201
    change = {"title": "Shorter", "what": "Leave out step 4.", "why": "It is done twice.", "unit": "L"}
    assert caller.post("/change-requests", change).status_code == 201
    for operation in operations(described()):
        strike(operation, caller, examples=3)

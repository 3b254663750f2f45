"""Commands on many documents and revisions: each is done by itself, and a refusal stands beside its record."""

import re
from typing import Any

import pytest

from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
from tests.web.documents_house import PASSWORD, House


@pytest.mark.parametrize(
    ("address", "fields", "of", "why_not"),
    [
        ("documents/bulk/withdraw", {"reason": "Replaced.", "password": PASSWORD}, "in force", "in work"),
        ("documents/bulk/new_revision", {"kind": "normal", "why": "New logo."}, "in force", "in work"),
        ("documents/bulk/recall_copies", {}, "in force", "is “In preparation”"),
        ("revisions/bulk/hand_over", {"author": "cora"}, "draft", "is “Effective”"),
        ("revisions/bulk/discard", {"reason": "Given up."}, "draft", "is “Effective”"),
        (
            "revisions/bulk/reassign",
            {"person": "sven", "to": "mira", "reason": "Ill."},
            "draft",
            "has nothing to review",
        ),
    ],
)
def test_many_at_once(house: House, address: str, fields: dict[str, Any], of: str, why_not: str) -> None:
    documents = {"in force": house.document("Gauging"), "draft": house.document("Weighing")}
    house.to_force(documents["in force"])
    if address.endswith("reassign"):
        house.to_review(documents["draft"])
    house.do("cora", "issue_copy", documents["in force"], place="Line 1")
    revisions = {kind: house.revision(document) for kind, document in documents.items()}
    chosen = documents if address.startswith("documents") else revisions
    client, ids = house.client("cora"), ",".join(str(record.pk) for record in chosen.values())
    register, _bulk, name = address.split("/")
    assert f'action="/{address}/"' in client.get(f"/{register}/").content.decode()
    form = client.get(f"/{address}/?ids={ids}").content.decode()
    (versions,) = re.findall(r'name="_versions" value="([0-9:,]+)"', form)
    told = client.post(f"/{address}/", {"ids": ids, "_versions": versions, **fields}).content.decode()
    assert "1 record done" in told and "1 record was refused" in told and why_not in told, told.partition(
        'role="alert"'
    )[2][:900]
    entries = Entry.objects.filter(command=name, record__in=chosen.values())
    assert [entry.record_id for entry in entries] == [chosen[of].pk]


def test_revisions_take_effect_together(house: House) -> None:
    ready = [house.to_approval(house.document(title)) for title in ("Gauging", "Weighing")]
    for revision in ready:
        house.do("mira", "approve", revision)
    given = {"ids": ",".join(str(revision.pk) for revision in ready), "at_once": "on"}
    told = house.client("cora").post("/revisions/bulk/schedule/", given).content.decode()
    assert "2 records done" in told
    assert {Record.objects.get(pk=revision.pk).state for revision in ready} == {"effective"}


def test_nobody_is_offered_what_their_roles_never_allow(house: House) -> None:
    house.to_force(house.document())
    for who, expected in (
        ("cora", {"edit", "set_audience", "new_revision", "withdraw", "recall_copies", "redefine"}),
        ("rhea", set()),
    ):
        page = house.client(who).get("/documents/").content.decode()
        assert set(re.findall(r"/documents/bulk/(\w+)/", page)) == expected

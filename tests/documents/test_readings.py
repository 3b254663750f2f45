"""What somebody has read of documents, and what they still have to read, as it stands in their training record."""

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import formats

from setsquare.domains.organisation import bootstrap
from setsquare.faces.cli.main import run
from setsquare.flows.training_record import parts_of, record_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from tests.days import HOME, today
from tests.documents.conftest import PASSWORD, Works

MOST_QUERIES = 24
"""More than other pages ask: the tab holds courses and why they are needed, certificates, readings and more."""
POLICY = "## Purpose\n\nA\n\n## Scope\n\nB\n\n## Policy\n\nC\n\n## Responsibilities\n\nD"


def number_of(person: User) -> str:
    return Record.objects.get(person_file__user=person).number


def policy_read(works: Works) -> str:
    """Return the number of a policy that Otto has read: its type asks no signature for that."""
    policy = works.draft(title="Quality policy", kind="policy", audience=[{"unit": "HP"}], content=POLICY)
    works.reviewed(f"{policy}/1")
    works.do("ada", "revision.send_for_approval", f"{policy}/1", approvers=["hedda", "dirk"])
    for who in ("hedda", "dirk"):
        works.do(who, "revision.approve", f"{policy}/1")
    works.do("cora", "revision.schedule", f"{policy}/1", at_once=True)
    run_until_idle()
    works.do("otto", "revision.confirm_reading", f"{policy}/1")
    return policy


def read_and_revised(works: Works) -> str:
    """Return the number of a procedure whose first revision Otto has read, and whose second he has to read."""
    number = works.in_force(audience=[{"unit": "HP"}])
    works.do("otto", "revision.confirm_reading", f"{number}/1")
    works.approved(works.second(number))
    works.do("cora", "revision.schedule", f"{number}/2", at_once=True)
    run_until_idle()
    return number


def sections(page: str) -> dict[str, list[str]]:
    """Return the rows of the tables of a page in plain words, by the table's name."""
    found = {}
    for name, rows in re.findall(r'aria-label="([^"]*)"><table.*?<tbody>(.*?)</tbody>', page, re.DOTALL):
        found[name] = [
            " | ".join(
                " ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in re.split("</t[hd]>", row)[:-1]
            )
            for row in rows.split("</tr>")[:-1]
        ]
    return found


def test_a_training_record_holds_what_was_read_and_what_is_to_be_read(
    works: Works, client: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    number = read_and_revised(works)
    policy = policy_read(works)
    otto, olga = works.person("otto"), works.person("olga")
    yesterday = dt.datetime.combine(today(), dt.time(), HOME) - dt.timedelta(minutes=1)
    Task.objects.filter(record__number=f"{number}/2", assignee=otto).update(due=yesterday)
    told_today, late = formats.date_format(today()), formats.date_format(yesterday.date())
    for reader in (otto, olga):  # he himself, and who leads him
        client.force_login(reader)
        page = sections(client.get(f"/people/{number_of(otto)}/training/").content.decode())
        assert page["Documents to read"] == [f"{number} Calibration | 2 | Overdue {late}"]
        assert page["Documents read"] == [
            f"{policy} Quality policy | 1 | {told_today} | Not signed | Yes",
            f"{number} Calibration | 1 | {told_today} | Signed | No: revision 2 is",
        ]
        paper = {
            part.title: [" | ".join(row) for row in part.rows] for part in parts_of(record_of(reader, otto))
        }
        assert {name: paper[name] for name in page if name.startswith("Documents")} == {
            name: rows for name, rows in page.items() if name.startswith("Documents")
        }
    by_api = client.get(f"/api/v1/people/{number_of(otto)}:training").json()
    assert run(("export", "people", number_of(otto), "--format", "json", "--as", "olga")) == 0
    assert json.loads(capsys.readouterr().out) == by_api
    first = Task.objects.get(record__number=f"{number}/1", assignee=otto, outcome="confirmed")
    assert first.done is not None
    calibration = {"document": number, "title": "Calibration"}
    assert by_api["documents_to_read"] == [
        {
            **calibration,
            **{"revision": f"{number}/2", "ordinal": 2, "state": "effective"},
            "due": yesterday.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
            **{"due_day": yesterday.date().isoformat(), "late": True},
        }
    ]
    assert by_api["documents_read"][1] == {
        **calibration,
        **{"revision": f"{number}/1", "ordinal": 1, "state": "superseded"},
        "read": first.done.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
        **{"signed": True, "in_force": False},
    }
    assert [(row["revision"], row["signed"], row["in_force"]) for row in by_api["documents_read"]] == [
        (f"{policy}/1", False, True),
        (f"{number}/1", True, False),
    ]


def test_of_documents_it_tells_what_its_reader_may_see(works: Works, client: Client) -> None:
    lea = bootstrap.add_person("lea", "Lea Reader", "L", password=PASSWORD, manager="line")
    bootstrap.grant(lea, "reader", "L")
    run_until_idle()
    read, waits = (works.in_force(title=title, audience=[{"person": "lea"}]) for title in ("Gauges", "Tools"))
    works.do("lea", "revision.confirm_reading", f"{read}/1")
    for reader, seen in (("lea", True), ("boss", False), ("line", False)):
        client.force_login(works.person(reader))
        answer = client.get(f"/people/{number_of(lea)}/training/")
        if reader == "boss":  # who leads her line manager does not follow her training
            assert answer.status_code == 404
            continue
        page = answer.content.decode()
        assert [f"{read} Gauges" in page, f"{waits} Tools" in page] == [seen, seen], reader
        assert ("No reading is on record." in page) is not seen


def test_what_was_withdrawn_and_what_is_not_yet_in_force_is_told_so(works: Works, client: Client) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    works.do("otto", "revision.confirm_reading", f"{number}/1")
    works.do("cora", "document.withdraw", number, because="No longer needed.")
    run_until_idle()
    early = works.draft(title="Torque", audience=[{"unit": "HP"}])
    works.do("ada", "revision.decide_training", f"{early}/1", who="everybody", threshold=100)
    works.approved(f"{early}/1")
    works.do("cora", "revision.schedule", f"{early}/1", at_once=True)
    run_until_idle()
    works.do("otto", "revision.confirm_reading", f"{early}/1")
    client.force_login(works.person("otto"))
    page = client.get(f"/people/{number_of(works.person('otto'))}/training/").content.decode()
    assert [row.rpartition(" | ")[2] for row in sections(page)["Documents read"]] == [
        "Not yet",
        "No: withdrawn",
    ]


def test_it_costs_the_same_however_many_documents_somebody_reads(works: Works, client: Client) -> None:
    otto = works.person("otto")
    address = f"/people/{number_of(otto)}/training/"
    client.force_login(works.person("olga"))
    counts = []
    for many in (1, 3):
        for _each in range(many):
            number = works.in_force(audience=[{"unit": "HP"}])
            works.do("otto", "revision.confirm_reading", f"{number}/1")
            works.in_force(audience=[{"unit": "HP"}])
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address).content.decode()
        counts.append(len(captured))
    assert [len(rows) for rows in sections(page).values()] == [4, 4]
    assert counts[0] == counts[1] <= MOST_QUERIES

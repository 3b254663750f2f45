"""The whole story by the interface alone: a document from a Word file to confirmed reading, and its second revision."""

import datetime as dt
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pypandoc
from django.utils import timezone
from pypdf import PdfReader

from setsquare.kernel.events.worker import run_until_idle
from tests.api.conftest import PASSWORD, Caller, problem
from tests.days import today

SIGNED = {"signature": {"password": PASSWORD}}
WORDS = """
# Purpose

Measuring equipment is right when it is used.

# Scope

All gauges of the site.

# Responsibilities

Metrology calibrates.

# Procedure

1. Clean the gauge.
2. Compare it with the standard.

| Gauge   | Interval  |
|---------|-----------|
| Caliper | 12 months |

# Records

Certificates, 10 years.

# References

None.
"""


def done(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def task_of(caller: Caller, kind: str) -> Any:
    found = [task for task in done(caller.get("/tasks"))["items"] if task["kind"] == kind]
    assert len(found) == 1, (kind, found)
    return found[0]["record"]["href"].removeprefix("/api/v1")


def approved_and_effective(people: dict[str, Caller], path: str) -> None:
    """Take a draft through review and approval into force, each step by the task that asks for it."""
    day = today().isoformat()
    done(people["ada"].post(f"{path}:submit", {"reviewers": ["rolf"], "due": day}))
    assert task_of(people["rolf"], "review") == path
    quote = {"text": "Which standard?", "quote": "Compare it with the standard"}
    done(people["rolf"].post(f"{path}:comment", quote))
    done(people["rolf"].post(f"{path}:review", {"outcome": "no_objection"}))
    refused = people["ada"].post(f"{path}:send_for_approval")
    assert problem(refused)[:2] == (409, "wrong_state")  # a comment is open
    early = people["ada"].post(f"{path}:approve")
    assert problem(early)[:2] == (409, "wrong_state")
    assert {name: early.json()[name] for name in ("state", "states", "first")} == {
        "state": "in_review",
        "states": ["in_approval"],
        "first": ["send_for_approval"],
    }
    done(people["ada"].post(f"{path}:resolve", {"comment": 1, "answer": "The gauge block."}))
    done(people["ada"].post(f"{path}:send_for_approval"))
    for name in ("mia", "hedda"):
        waiting = [
            t["record"]["href"] for t in done(people[name].get("/tasks"))["items"] if t["kind"] == "approve"
        ]
        if waiting and done(people[name].get(path))["state"] == "in_approval":
            assert problem(people[name].post(f"{path}:approve"))[:2] == (403, "signature")
            done(people[name].post(f"{path}:approve", SIGNED))
    assert done(people["cora"].get(path))["state"] == "approved"
    done(people["cora"].post(f"{path}:schedule", {"at_once": True, "reason": "needed now"}))
    run_until_idle()
    assert done(people["cora"].get(path))["state"] == "effective"


def made_from_word(people: dict[str, Caller], word: Path) -> tuple[str, str]:
    """Have Ada make a document from a Word file; returns its path and that of its first revision."""
    ada, otto = people["ada"], people["otto"]
    pypandoc.convert_text(WORDS, "docx", format="markdown", outputfile=str(word))
    with word.open("rb") as file:
        upload = done(ada.client.post("/api/v1/uploads", {"file": file}), 201)["items"][0]

    procedure = next(
        t for t in done(ada.get("/document-types"))["items"] if t["columns"]["code"] == "procedure"
    )
    made = ada.post(
        "/documents",
        {
            "type": procedure["number"],
            "title": "Calibration",
            "unit": "L",
            "source": upload["digest"],
            "audience": [{"role": "reader", "unit": "L"}],
        },
        **{"Idempotency-Key": "calibration"},
    )
    document = done(made, 201)
    path = made["Location"].removeprefix("/api/v1")
    first = f"/revisions/{document['open_revision']}"
    text = ada.get(f"{first}/texts/content")
    assert "Caliper" in text.content.decode() and "# Procedure" in text.content.decode()
    assert problem(otto.get(first))[0] == 404  # a reader does not see a draft
    return path, first


def file_of(caller: Caller, path: str, status: int = 200) -> bytes:
    answer = caller.get(path)
    data = answer.getvalue() if answer.streaming else answer.content
    assert answer.status_code == status, data
    return bytes(data)


def what_was_made_can_be_taken_away(people: dict[str, Caller], path: str, second: str) -> None:
    """Look at the PDF, the comparison and the history as the reader and the controller do."""
    otto, cora = people["otto"], people["cora"]
    pdf = file_of(otto, f"{path}:export")
    assert pdf.startswith(b"%PDF-")
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert "6 months" in text and "12 months" not in text and "Uncontrolled when printed" in text
    assert "Mia" in text  # who approved it
    assert file_of(otto, f"{second}:export?format=docx").startswith(b"PK")
    assert b"6 months" in file_of(otto, f"{second}:export?format=md")

    found = done(otto.get(f"{path}:compare?show=side&only_changes=true"))
    assert (found["from"]["ordinal"], found["to"]["ordinal"]) == (1, 2)
    assert found["summary"]["words_added"] == found["summary"]["words_removed"] == 1
    assert {block["op"] for block in found["blocks"]} == {"changed"}
    assert "<del" in found["html"] and "<ins" in found["html"] and "<script" not in found["html"]
    inline = done(otto.get(f"{path}:compare?from=2&to=1&show=inline"))
    assert inline["changed"] == 1 and len(inline["blocks"]) > 5
    assert problem(otto.get(f"{path}:compare?from=1&to=7"))[0] == 404

    history = json.loads(file_of(cora, f"{second}/trail:export?format=json"))
    assert [entry["seq"] for entry in history] == list(range(1, len(history) + 1))
    assert {"approve", "schedule", "take_effect"} <= {entry["command"] for entry in history} | {"take_effect"}
    assert history[-1]["state"]["state"] == "effective"
    register = file_of(otto, "/documents:export?format=csv&columns=number&columns=state").decode("utf-8-sig")
    assert register.splitlines() == ["Number,State", f"{path.removeprefix('/documents/')},Effective"]

    reading = done(cora.get(f"{path}/reading"))
    assert reading["whole"]["confirmed"] == 1 <= reading["whole"]["people"]
    readers = done(cora.get(f"{path}/readers?standing=confirmed"))["items"]
    assert "otto" in {row["person"]["username"] for row in readers}
    assert problem(otto.get(f"{path}/readers"))[0] == 403
    copy = {"place": "Lab bench", "until": (today() + dt.timedelta(days=30)).isoformat()}
    done(cora.post(f"{path}:issue_copy", copy))
    issued = done(cora.get("/documents:copies"))["items"]
    assert [one["place"] for one in issued] == ["Lab bench"]
    controlled = cora.client.get(issued[0]["pdf"])
    assert "Controlled copy 1 of 1" in " ".join(
        page.extract_text() for page in PdfReader(BytesIO(controlled.content)).pages
    )
    assert problem(otto.client.get(issued[0]["pdf"]))[0] == 404


def test_a_document_from_word_to_confirmed_reading_and_its_second_revision(people, tmp_path: Path):
    ada, otto, cora = people["ada"], people["otto"], people["cora"]
    path, first = made_from_word(people, tmp_path / "calibration.docx")
    number = path.removeprefix("/documents/")

    approved_and_effective(people, first)
    assert done(otto.get(path))["state"] == "effective"
    assert task_of(otto, "read") == first
    done(otto.post(f"{first}:confirm_reading", SIGNED))
    assert done(otto.get("/tasks"))["items"] == []
    between = timezone.now().isoformat().replace("+00:00", "Z")

    answer = ada.post(
        f"{path}:new_revision", {"why": "A new gauge.", "summary": "Height gauges.", "reason": "audit"}
    )
    second = f"/revisions/{done(answer)['open_revision']}"
    assert second != first
    draft = ada.get(second)
    content = ada.get(f"{second}/texts/content").content.decode().replace("12 months", "6 months")
    saved = ada.post(f"{second}:save", {"content": content}, **{"If-Match": draft["ETag"]})
    done(saved)
    stale = ada.post(f"{second}:save", {"content": "Other."}, **{"If-Match": draft["ETag"]})
    assert problem(stale)[:2] == (412, "stale")
    approved_and_effective(people, second)
    assert task_of(otto, "read") == second
    done(otto.post(f"{second}:confirm_reading", SIGNED))

    what_was_made_can_be_taken_away(people, path, second)
    assert done(cora.get(first))["state"] == "superseded"
    assert done(cora.get(f"{path}?at={between}"))["current"] == first.removeprefix("/revisions/")
    assert done(cora.get(path))["current"] == second.removeprefix("/revisions/")
    assert "12 months" in cora.get(f"{first}/texts/content").content.decode()
    meanings = {s["meaning"] for s in done(cora.get(f"{second}/signatures"))["items"]}
    assert len(meanings) >= 2
    commands = [e["command"] for e in done(cora.get(f"{second}/trail"))["items"]][::-1]
    assert commands.index("submit") < commands.index("approve") < commands.index("schedule")
    assert [r["number"] for r in done(cora.get("/documents?state=effective&type=procedure"))["items"]] == [
        number
    ]
    assert done(cora.get("/search?q=caliper"))["items"][0]["number"] == number

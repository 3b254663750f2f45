"""What belongs to the caller: saved views, unsaved drafts, sessions, tokens, passkeys; and commands on many records."""

import json
from typing import Any

import pytest
from django.test import Client

from setsquare.kernel.accounts.models import Token
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.trail.models import Entry
from setsquare.project.bench.passkey import SoftPasskey
from tests.api.conftest import PASSWORD, Caller, problem
from tests.days import today


def done(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


@pytest.fixture
def documents(people: dict[str, Caller]) -> list[str]:
    made = []
    for title in ("Gauges", "Storage", "Cleaning"):
        body = {"type": "procedure", "title": title, "unit": "L", "audience": [{"role": "reader"}]}
        made.append(done(people["ada"].post("/documents", body), 201)["number"])
    return made


# --- saved views ------------------------------------------------------------------------------------


def test_views_are_kept_changed_shared_and_deleted(people, documents):
    ada, rolf = people["ada"], people["rolf"]
    body = {"name": "Mine", "filters": {"owner": ["me"]}, "sort": "-number", "columns": ["number", "state"]}
    kept = done(ada.post("/documents:views", body))
    assert kept["own"] and kept["filters"] == {"owner": ["me"]} and kept["columns"] == ["number", "state"]
    found = [item["number"] for item in done(ada.client.get(kept["href"]))["items"]]
    assert found == sorted(documents, reverse=True)
    again = done(ada.post("/documents:views", {**body, "sort": "number", "shared": True}))
    assert again["id"] == kept["id"] and again["shared"]
    assert [view["name"] for view in done(rolf.get("/documents:views"))["items"]] == ["Mine"]
    assert problem(rolf.post(f"/documents:views/{kept['id']}:delete"))[0] == 404
    assert done(ada.post("/documents:views", {"usual": True, "q": "gauges"}))["usual"]
    assert [view["name"] for view in done(rolf.get("/documents:views"))["items"]] == ["Mine"]
    done(ada.post(f"/documents:views/{kept['id']}:delete"))
    assert done(rolf.get("/documents:views"))["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": 3}, "name"),
        ({"name": "A", "colour": "red"}, "colour"),
        ({"name": "A", "filters": {"colour": ["red"]}}, "colour"),
        ({"name": "A", "filters": {"state": [1]}}, "filters.state"),
        ({"name": "A", "filters": []}, None),
        ({"name": "A", "filters": "x"}, "filters"),
        ({"name": "A", "sort": "colour"}, "sort"),
        ({"name": "A", "columns": ["colour"]}, "columns"),
        ({"name": "A", "columns": "number"}, "columns"),
        ({"name": "A", "shared": "yes"}, "shared"),
        ({"name": "A", "filters": {"state": ["x" * 3000]}}, ""),
        ({"name": "a\u0000"}, "name"),
    ],
)
def test_a_view_that_cannot_be_kept_says_why(people, body, field):
    answer = people["ada"].post("/documents:views", body)
    if field is None:
        done(answer)
    else:
        status, _code, errors = problem(answer)
        assert status == 422 and list(errors) == [field] or field == "" and status == 422


# --- drafts that were not saved -----------------------------------------------------------------------


def test_what_was_typed_is_kept_until_it_is_saved_or_dropped(people, documents):
    ada, cora, otto = people["ada"], people["cora"], people["otto"]
    draft = f"/revisions/{done(ada.get(f'/documents/{documents[0]}'))['open_revision']}"
    assert problem(ada.get(f"{draft}/working-text"))[0] == 404
    kept = done(ada.post(f"{draft}:autosave", {"content": "# Purpose\n\nHalf a sen", "summary": "New"}))
    assert not kept["conflict"] and kept["others"] == []
    assert done(ada.get(f"{draft}/working-text"))["content"].endswith("Half a sen")
    assert problem(cora.get(f"{draft}/working-text"))[0] == 404
    done(cora.post(f"{draft}:save", {"content": "# Purpose\n\nOther."}))
    late = done(ada.post(f"{draft}:autosave", {"content": "Mine", "base": kept["base"]}))
    assert late["conflict"]
    done(ada.post(f"{draft}:drop_working_text"))
    assert problem(ada.get(f"{draft}/working-text"))[0] == 404
    assert problem(otto.post(f"{draft}:autosave", {"content": "x"}))[0] == 404
    for body, field in (({}, "content"), ({"content": 1}, "content"), ({"content": "x", "a": "b"}, "a")):
        assert list(problem(ada.post(f"{draft}:autosave", body))[2]) == [field]
    assert list(problem(ada.post(f"{draft}:autosave", {"content": "x" * 1_000_001}))[2]) == ["content"]
    listed = {item["section"]: item["done"] for item in done(ada.get(f"{draft}/checklist"))["items"]}
    assert listed["Purpose"] and not listed["Scope"]


def test_the_discussion_is_for_those_who_work_on_it(people, documents):
    ada, rolf = people["ada"], people["rolf"]
    draft = f"/revisions/{done(ada.get(f'/documents/{documents[0]}'))['open_revision']}"
    sections = "\n\n".join(
        f"# {item['section']}\n\nText." for item in done(ada.get(f"{draft}/checklist"))["items"]
    )
    done(ada.post(f"{draft}:save", {"content": sections}))
    due = today().isoformat()
    done(ada.post(f"{draft}:submit", {"reviewers": ["rolf"], "due": due}))
    done(rolf.post(f"{draft}:comment", {"text": "Which text?", "quote": "Text."}))
    done(ada.post(f"{draft}:reply", {"comment": 1, "text": "This one."}))
    threads = done(ada.get(f"{draft}/comments"))["items"]
    assert threads[0]["text"] == "Which text?" and threads[0]["replies"][0]["text"] == "This one."
    assert threads[0]["author"]["username"] == "rolf" and threads[0]["quote"] == "Text."
    assert problem(people["otto"].get(f"{draft}/comments"))[0] == 404


# --- many at once -------------------------------------------------------------------------------------


def test_a_command_on_many_records_tells_what_came_of_each(people, documents):
    cora = people["cora"]
    body = {"numbers": [documents[0], documents[1], "SOP-999"], "to": "mia", "reason": "New duties."}
    declared = cora.client.get("/api/v1/openapi.json").json()["paths"]
    paths = sorted(path for path in declared if ":bulk/" in path)
    assert paths, "there are commands for many records"
    path = next(path for path in paths if path.startswith("/api/v1/documents")).removeprefix("/api/v1")
    schema = declared[f"/api/v1{path}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    given = {name: value for name, value in body.items() if name in schema["properties"]}
    for name in schema["required"]:
        given.setdefault(name, "mia")
    found = done(cora.post(path, given, **{"Idempotency-Key": "many"}))
    assert found["done"] + found["refused"] == 3
    assert [item["number"] for item in found["items"]] == body["numbers"]
    assert found["items"][2]["code"] == "not_found" and not found["items"][2]["done"]
    before = Entry.objects.count()
    assert (
        done(cora.post(path, given, **{"Idempotency-Key": "many"})) == found
        and Entry.objects.count() == before
    )
    for numbers in ([], "SOP-001", [1], ["x"] * 1 + [str(n) for n in range(201)]):
        assert list(problem(cora.post(path, {**given, "numbers": numbers}))[2]) == ["numbers"]


# --- ways in --------------------------------------------------------------------------------------------


def test_sessions_are_listed_and_ended(people):
    browser = Client(headers={"User-Agent": "Firefox/1 Linux"})
    signed_in = browser.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    assert signed_in.status_code == 302
    mine = done(browser.get("/api/v1/me/sessions"))["items"]
    listed = done(people["ada"].get("/me/sessions"))["items"]
    assert len(listed) == 1 and listed[0]["id"] == mine[0]["id"] and not listed[0]["this"]
    assert problem(people["otto"].post(f"/me/sessions/{listed[0]['id']}:end"))[0] == 404
    done(people["ada"].post(f"/me/sessions/{listed[0]['id']}:end"))
    assert browser.get("/api/v1/me").status_code == 401


def test_tokens_are_listed_without_secrets_and_revoked(people):
    ada = people["ada"]
    listed = done(ada.get("/me/tokens"))["items"]
    assert [one["prefix"] for one in listed if one["this"]] == [ada.token.prefix]
    assert ada.secret not in json.dumps(listed)
    assert problem(people["otto"].post(f"/me/tokens/{ada.token.prefix}:revoke"))[0] == 404
    done(ada.post(f"/me/tokens/{ada.token.prefix}:revoke"))
    assert Token.objects.get(prefix=ada.token.prefix).revoked is not None
    assert problem(ada.get("/me"))[0] == 401


def test_a_passkey_signs_by_a_challenge_that_was_handed_out(people, documents):
    cora = people["cora"]
    assert problem(cora.post("/me:signing_challenge"))[:2] == (409, "wrong_state")
    key = SoftPasskey(people["mia"].user)
    key.enrol()
    draft = in_approval(people, documents[0])
    mia = people["mia"]
    made = done(mia.post("/me:signing_challenge"))
    answer = json.loads(key.answer(made["options"]))
    signature = {"passkey": answer, "challenge": made["challenge"]}
    stolen = problem(people["hedda"].post(f"{draft}:approve", {"signature": signature}))
    assert stolen[1] in ("signature", "forbidden")
    assert problem(mia.post(f"{draft}:approve", {"signature": {"passkey": answer}}))[0] == 422
    forged = {"passkey": answer, "challenge": made["challenge"][:-2] + "xx"}
    assert problem(mia.post(f"{draft}:approve", {"signature": forged}))[1] == "signature"
    done(mia.post(f"{draft}:approve", {"signature": signature}))
    assert Signature.objects.get(signer=mia.user).method == "passkey"
    other = in_approval(people, documents[1])
    assert problem(mia.post(f"{other}:approve", {"signature": signature}))[1] == "signature"  # it counts once
    for wrong in ({"passkey": "x", "challenge": "y"}, {"colour": 1}, {"passkey": {}, "challenge": 3}):
        assert problem(mia.post(f"{other}:approve", {"signature": wrong}))[0] == 422
    empty = done(mia.post("/me:signing_challenge"))
    junk = {"passkey": {"id": 3}, "challenge": empty["challenge"]}
    assert problem(mia.post(f"{other}:approve", {"signature": junk}))[1] == "signature"
    done(mia.post(f"{other}:approve", {"signature": {"password": PASSWORD}}))


def in_approval(people: dict[str, Caller], number: str) -> str:
    """Take a document's draft to where Mia has to approve it."""
    ada, rolf = people["ada"], people["rolf"]
    draft = f"/revisions/{done(ada.get(f'/documents/{number}'))['open_revision']}"
    sections = done(ada.get(f"{draft}/checklist"))["items"]
    text = "\n\n".join(f"# {item['section']}\n\nText." for item in sections)
    done(ada.post(f"{draft}:save", {"content": text}))
    done(ada.post(f"{draft}:submit", {"reviewers": ["rolf"], "due": today().isoformat()}))
    done(rolf.post(f"{draft}:review", {"outcome": "no_objection"}))
    done(ada.post(f"{draft}:send_for_approval"))
    return draft

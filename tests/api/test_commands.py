"""Commands by the interface: what they do, what they refuse, and how often."""

import datetime as dt
import hashlib
import json

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.crypto import salted_hmac

from setsquare.faces.api.forgetting import forget_old_answers
from setsquare.faces.api.models import Answer
from setsquare.kernel.accounts import tokens
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.trail.models import Entry
from tests.api.conftest import PASSWORD, Caller, problem
from tests.api.notes import all_notes

SIGNED = {"signature": {"password": PASSWORD}}


def test_a_record_is_made(house, anna):
    answer = anna.post("/notes", {"title": " First ", "unit": "BER"})

    assert (answer.status_code, answer["Location"], answer["ETag"]) == (201, "/api/v1/notes/N-001", '"1"')
    assert answer.json()["title"] == "First"
    entry = Entry.objects.get()
    assert (entry.actor, entry.channel, entry.request) == (house.anna, "api", answer["X-Request-ID"])


def test_another_command_that_makes_a_record_has_an_address_of_its_own(house, anna):
    house.note("First")

    answer = anna.post("/notes:copy", {"to": "N-001"})
    assert (answer.status_code, answer["Location"]) == (201, "/api/v1/notes/N-002")


def test_a_change_keeps_its_reason(house, anna):
    house.note()

    assert problem(anna.post("/notes/N-001:close"))[2].keys() == {"reason"}
    answer = anna.post("/notes/N-001:close", {"reason": "no longer needed"})
    assert (answer.status_code, answer.json()["state"], answer["ETag"]) == (200, "closed", '"2"')
    assert Entry.objects.get(seq=2).reason == "no longer needed"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": 5}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\x00"}, "title"),
        ({"title": "x", "colour": "red"}, "colour"),
        ({"title": "x", "reason": 5}, "reason"),
        ({"title": "x", "reason": "a\x00"}, "reason"),
        ({"title": "x", "signature": "secret"}, "signature"),
        ({"title": "x", "signature": {"password": 5}}, "signature.password"),
    ],
)
def test_input_that_does_not_fit_is_refused_at_its_field(house, anna, body, field):
    house.note()

    status, code, fields = problem(anna.post("/notes/N-001:edit", body))
    assert (status, code, list(fields)) == (422, "invalid", [field])
    assert all_notes().get().version == 1


def test_a_problem_says_which_field_it_means(house, anna):
    house.note()

    values = anna.post("/notes/N-001:edit", {}).json()
    assert values["detail"] == "Title: This has to be filled in."
    assert values["errors"] == [{"field": "title", "label": "Title", "sentence": "This has to be filled in."}]
    body = {"questions": [{"person": "nobody"}]}
    [error] = anna.post("/notes/N-001:ask", body).json()["errors"]
    assert error["label"].endswith(", row 1, Person")
    [error] = anna.post("/notes/N-001:close").json()["errors"]
    assert error["label"] == "Reason"


@pytest.mark.parametrize("given", [b'{"title": "a", "title": "b"}', b'{"x": {"title": 1, "title": 1}}'])
def test_a_key_that_is_given_twice_is_refused_by_its_name(house, anna, given):
    house.note()

    answer = anna.sends("/notes/N-001:edit", given, "application/json")
    assert problem(answer)[:2] == (400, "malformed")
    assert "“title” is given twice" in answer.json()["detail"]
    assert all_notes().get().version == 1


def test_rows_are_refused_at_their_place(house, anna):
    house.note()

    body = {"questions": [{"person": "anna"}, {"person": "nobody", "days": 500}]}
    fields = problem(anna.post("/notes/N-001:ask", body))[2]
    assert fields.keys() == {"questions.1.person", "questions.1.days"}


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"title": NaN}', "application/json", 400),
        (b'{"title": 1e999}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"title": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"title=x", "application/x-www-form-urlencoded", 415),
        (b"<title/>", "application/xml", 415),
        (b'{"title": "\\ud800"}', "application/json", 422),
        (b"", "application/json", 422),
        (b"x" * (17 * 1024 * 1024), "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_read(house, anna, data, content_type, status):
    house.note()

    assert problem(anna.sends("/notes/N-001:edit", data, content_type))[0] == status


def test_a_state_that_does_not_allow_it(house, anna):
    record = house.note()
    carry_out("note", "close", Actor(house.anna), record=record, reason="done")

    assert problem(anna.post("/notes/N-001:edit", {"title": "x"}))[:2] == (409, "wrong_state")


def test_who_may_not(house, anna, bram):
    house.note()
    house.keeper.permissions.filter(permission="notes.write").delete()

    assert problem(anna.post("/notes/N-001:edit", {"title": "x"}))[:2] == (403, "forbidden")
    assert problem(anna.post("/notes", {"title": "x", "unit": "BER"}))[:2] == (403, "forbidden")


def test_the_second_of_two_is_told_what_changed(house, anna):
    record = house.note()
    carry_out("note", "edit", Actor(house.anna), record=record, body={"title": "theirs"})

    answer = anna.post("/notes/N-001:edit", {"title": "ours"}, **{"If-Match": '"1"'})
    assert problem(answer)[:2] == (412, "stale")
    change = answer.json()["changes"][0]
    assert (change["by"]["username"], change["changes"]) == (
        "anna",
        [{"path": "title", "before": "First", "after": "theirs"}],
    )
    assert anna.post("/notes/N-001:edit", {"title": "ours"}, **{"If-Match": '"1", "2"'}).status_code == 200
    assert anna.post("/notes/N-001:edit", {"title": "ours"}, **{"If-Match": "*"}).status_code == 200
    assert problem(anna.post("/notes/N-001:edit", {"title": "x"}, **{"If-Match": "soon"}))[0] == 400
    assert problem(anna.post("/notes/N-001:edit", {"title": "x"}, **{"If-Match": '"99"'}))[0] == 412


def test_unknown_commands_addresses_and_methods(house, anna):
    house.note()

    for answer in (
        anna.post("/notes/N-001:expire"),  # only the system does this
        anna.post("/notes/N-001:paint"),
        anna.post("/notes/N-001"),
        anna.get("/colours"),
        anna.get("/notes/"),
        anna.post("/colours:create"),
    ):
        assert problem(answer)[:2] == (404, "not_found")
    for answer in (
        anna.get("/notes/N-001:edit"),
        anna.client.delete("/api/v1/notes/N-001"),
        anna.client.put("/api/v1/notes"),
        anna.client.options("/api/v1/notes"),
    ):
        assert problem(answer)[:2] == (405, "method")
        assert answer["Allow"]


# --- signatures ----------------------------------------------------------------------------------------------


def test_a_signature_takes_the_password_in_the_request(house, anna):
    house.note()

    unsigned = anna.post("/notes/N-001:sign")
    assert problem(unsigned)[:2] == (403, "signature")
    assert unsigned.json()["detail"] == (
        "Signing needs you, as a token alone cannot sign: open"
        f" {settings.SETSQUARE.address}/notes/N-001/ in the browser, or send your password or your passkey's answer"
        " as “signature” with this very request."
    )
    blind = anna.post("/notes/N-001:sign", SIGNED, **{"Idempotency-Key": "blind"})
    assert problem(blind)[:2] == (428, "version_missing") and blind.json()["version"] == 1
    assert problem(anna.post("/notes/N-001:sign", {"signature": {"password": "wrong"}}))[:2] == (
        403,
        "signature",
    )
    assert not Signature.objects.exists()
    assert anna.post("/notes/N-001:sign", SIGNED).json()["state"] == "signed"
    assert Signature.objects.get().signer == house.anna


def test_nobody_signs_with_the_password_of_another(house, anna):
    house.bram.set_password("another long password")
    house.bram.save()
    house.note()

    answer = anna.post("/notes/N-001:sign", {"signature": {"password": "another long password"}})
    assert problem(answer)[:2] == (403, "signature")


def test_who_fails_too_often_is_locked_out(house, anna, settings):
    house.note()
    settings.AXES_FAILURE_LIMIT = 3

    codes = [
        problem(anna.post("/notes/N-001:sign", {"signature": {"password": "wrong"}}))[1] for _ in range(4)
    ]
    assert codes[0] == "signature" and codes[-1] == "locked_out"
    answer = anna.post("/notes/N-001:sign", SIGNED)  # the right password comes too late
    assert problem(answer)[:2] == (429, "locked_out")
    assert int(answer["Retry-After"]) > 0


# --- who calls -------------------------------------------------------------------------------------------------


def test_without_a_token_nothing_is_answered(house, client):
    house.note()

    for answer in (
        client.get("/api/v1/notes"),
        client.get("/api/v1/notes/N-001"),
        client.post("/api/v1/notes", "{}", content_type="application/json"),
        client.get("/api/v1/me", headers={"Authorization": "Basic YW5uYTp4"}),
    ):
        assert problem(answer)[:2] == (401, "unauthenticated")
        assert answer["WWW-Authenticate"] == 'Bearer realm="Setsquare"'


@pytest.mark.parametrize("token", ["", "x", "sqt_aaa_bbb", "sqt__"])
def test_a_token_that_is_none(house, client, token):
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert problem(answer)[0] == 401
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_a_revoked_or_expired_token_and_one_of_who_left(house):
    revoked, expired, left = (Caller(house.anna, ("read",)) for _ in range(3))
    tokens.revoke(revoked.token)
    type(expired.token).objects.filter(pk=expired.token.pk).update(expires=timezone.now())
    assert problem(revoked.get("/me"))[0] == problem(expired.get("/me"))[0] == 401
    assert left.get("/me").status_code == 200
    house.anna.is_active = False
    house.anna.save()
    assert problem(left.get("/me"))[0] == 401


def test_scopes(house):
    house.note()
    reader, limited = Caller(house.anna, ("read",)), Caller(house.anna, ("write:note",))

    assert reader.get("/notes").status_code == 200
    answer = reader.post("/notes", {"title": "x", "unit": "BER"})
    assert problem(answer)[:2] == (403, "scope")
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]
    assert problem(reader.post("/notices:read"))[:2] == (403, "scope")
    assert limited.post("/notes", {"title": "x", "unit": "BER"}).status_code == 201
    assert problem(limited.get("/search?q=x"))[:2] == (403, "scope")
    other = Caller(house.anna, ("write:colour",))
    assert problem(other.get("/notes/N-001"))[:2] == (403, "scope")


def test_the_session_of_a_browser_needs_the_csrf_token_to_change_anything(house):
    house.note()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(house.anna, backend="setsquare.faces.web.signing_in.presence.PersonBackend")

    assert browser.get("/api/v1/notes").json()["items"]
    send = lambda **headers: browser.post(  # noqa: E731
        "/api/v1/notes/N-001:edit", '{"title": "x"}', content_type="application/json", headers=headers
    )
    assert problem(send())[:2] == (403, "forbidden")
    browser.cookies["csrf"] = "a" * 32
    assert send(**{"X-CSRFToken": "a" * 32}).status_code == 200


# --- sent again --------------------------------------------------------------------------------------------------


def test_the_same_request_with_the_same_key_acts_once(house, anna):
    key = {"Idempotency-Key": "order-1"}

    first = anna.post("/notes", {"title": "x", "unit": "BER"}, **key)
    again = anna.post("/notes", {"title": "x", "unit": "BER"}, **key)

    assert all_notes().count() == 1
    assert (again.status_code, again.content, again["ETag"], again["Location"]) == (
        201,
        first.content,
        first["ETag"],
        first["Location"],
    )
    assert again["Idempotent-Replayed"] == "true"
    Answer.objects.update(body=first.content.decode().replace("x", "y"))
    assert problem(anna.post("/notes", {"title": "x", "unit": "BER"}, **key))[:2] == (422, "key_reused")


def test_a_key_belongs_to_one_request_and_one_person(house, anna, bram):
    key = {"Idempotency-Key": "order-1"}
    anna.post("/notes", {"title": "x", "unit": "BER"}, **key)

    assert problem(anna.post("/notes", {"title": "y", "unit": "BER"}, **key))[:2] == (422, "key_reused")
    assert problem(anna.post("/notes/N-001:edit", {"title": "x", "unit": "BER"}, **key))[:2] == (
        422,
        "key_reused",
    )
    assert bram.post("/notes", {"title": "x", "unit": "GNT"}, **key).status_code == 201
    assert problem(anna.post("/notes", {}, **{"Idempotency-Key": "k" * 256}))[0] == 422


def test_what_is_kept_of_a_request_lets_nobody_try_passwords(house, anna, settings):
    house.note()
    etag = anna.get("/notes/N-001")["ETag"]
    anna.post("/notes/N-001:sign", SIGNED, **{"Idempotency-Key": "signed", "If-Match": etag})

    kept = Answer.objects.get(key="signed").asked
    said = (
        "\n".join(("POST", "/api/v1/notes/N-001:sign", etag)).encode() + b"\n" + json.dumps(SIGNED).encode()
    )
    assert kept == salted_hmac("setsquare.faces.api.repeating", said, algorithm="sha256").hexdigest()
    settings.SECRET_KEY = "another key"
    assert kept != salted_hmac("setsquare.faces.api.repeating", said, algorithm="sha256").hexdigest()
    assert kept != hashlib.sha256(said).hexdigest()


def test_a_refused_request_may_be_put_right_under_its_key(house, anna):
    key = {"Idempotency-Key": "order-1"}

    assert anna.post("/notes", {"title": "", "unit": "BER"}, **key).status_code == 422
    assert anna.post("/notes", {"title": "x", "unit": "BER"}, **key).status_code == 201


def test_a_request_under_way_is_not_begun_again(house, anna):
    key = {"Idempotency-Key": "order-1"}
    anna.post("/notes", {"title": "x", "unit": "BER"}, **key)
    Answer.objects.update(status=None)

    answer = anna.post("/notes", {"title": "x", "unit": "BER"}, **key)
    assert problem(answer)[:2] == (409, "under_way")
    assert answer["Retry-After"] == "1"
    assert all_notes().count() == 1


def test_where_the_process_ended_in_the_middle_the_trail_tells_what_was_done(house, anna):
    key, long_ago = {"Idempotency-Key": "order-1"}, timezone.now() - dt.timedelta(hours=1)
    first = anna.post("/notes", {"title": "x", "unit": "BER"}, **key)
    Answer.objects.update(status=None, at=long_ago)  # committed, and then killed

    again = anna.post("/notes", {"title": "x", "unit": "BER"}, **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert all_notes().count() == 1

    Answer.objects.update(status=None, at=long_ago, mark="never")  # killed before it was committed
    assert anna.post("/notes", {"title": "x", "unit": "BER"}, **key).json()["number"] == "N-002"


def test_an_answer_is_kept_for_a_day(house, anna):
    key = {"Idempotency-Key": "order-1"}
    anna.post("/notes", {"title": "x", "unit": "BER"}, **key)
    Answer.objects.update(at=timezone.now() - dt.timedelta(hours=25))

    assert anna.post("/notes", {"title": "y", "unit": "BER"}, **key).json()["number"] == "N-002"
    assert forget_old_answers() == 0
    Answer.objects.update(at=timezone.now() - dt.timedelta(hours=25))
    assert forget_old_answers() == 1


# --- files, tasks, notices -----------------------------------------------------------------------------------------


def test_a_file_is_brought_in_attached_and_fetched(house, anna, bram):
    house.note()
    sent = SimpleUploadedFile("../plan.txt", b"a plan", content_type="application/pdf")

    answer = anna.client.post("/api/v1/uploads", {"file": sent})
    item = answer.json()["items"][0]
    assert (answer.status_code, item["name"], item["media_type"], item["size"]) == (
        201,
        "plan.txt",
        "text/plain",
        6,
    )
    assert problem(bram.client.get(item["href"]))[0] == 404
    assert anna.post("/notes/N-001:attach", {"file": item["digest"]}).status_code == 200

    listed = anna.get("/notes/N-001/files").json()["items"][0]
    fetched = anna.client.get(listed["href"])
    assert b"".join(fetched.streaming_content) == b"a plan"
    assert fetched["Content-Disposition"] == 'attachment; filename="plan.txt"'
    assert "sandbox" in fetched["Content-Security-Policy"]
    assert anna.get(f"/files/{item['digest']}", **{"If-None-Match": fetched["ETag"]}).status_code == 304
    assert problem(bram.post("/notes", {"title": "x", "unit": "GNT", "file": item["digest"]}))[0] == 422


def test_files_that_are_not_taken_in(house, anna):
    program = SimpleUploadedFile("tool.txt", b"MZ\x90\x00")

    assert problem(anna.client.post("/api/v1/uploads", {"file": program}))[:2] == (415, "media_type")
    assert problem(anna.client.post("/api/v1/uploads", {"name": "x"}))[2].keys() == {"file"}
    assert problem(anna.post("/uploads"))[0] == 415
    assert problem(anna.sends("/uploads", b"--x", "multipart/form-data"))[0] == 400
    assert problem(anna.get("/files/" + "a" * 64))[0] == 404
    reader = Caller(house.anna, ("read",))
    sent = SimpleUploadedFile("plan.txt", b"a plan")
    assert problem(reader.client.post("/api/v1/uploads", {"file": sent}))[:2] == (403, "scope")


def test_an_inbox_and_notices(house, anna):
    house.note()
    anna.post("/notes/N-001:ask", {"questions": [{"person": "anna"}]})

    assert [(t["kind"], t["record"]["href"]) for t in anna.get("/tasks").json()["items"]] == [
        ("answer", "/api/v1/notes/N-001")
    ]
    assert anna.post("/notes/N-001:answer").status_code == 200
    assert anna.get("/tasks").json()["items"] == []

    anna.post("/notes/N-001:sign", SIGNED)
    notice = anna.get("/notices?unread=true").json()["items"][0]
    assert (notice["sentence"], notice["record"]["number"]) == ("You signed N-001.", "N-001")
    assert anna.post(f"/notices/{notice['id']}:read").json() == {"marked": 1}
    assert anna.get("/notices?unread=true").json()["items"] == []
    assert anna.post("/notices:read").json() == {"marked": 0}
    assert problem(anna.post("/notices/999999999999999999999:read"))[0] == 404
    assert Notice.objects.get().read is not None


def test_no_answer_holds_a_password(house, anna):
    house.note()

    answer = anna.post("/notes/N-001:sign", SIGNED, **{"Idempotency-Key": "k", "If-Match": '"1"'})
    assert PASSWORD not in json.dumps(answer.json())
    assert PASSWORD not in Answer.objects.get().body

"""The real server: the same request at once, two editors at once, and the command line beside it."""

import datetime as dt
import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.models import Signature
from setsquare.project.bench.passkey import SoftPasskey

PASSWORD = "a-quiet-river-42"
CHANGE = {"title": "Shorter checks", "what": "Leave out step 4.", "why": "It is done twice.", "unit": "NW"}
IMPACT = {"quality": "None.", "regulatory": "None.", "training": "Reading.", "cost": "None.", "risk": "None."}
AT_ONCE = 8


@pytest.fixture
def secret(live_setsquare) -> str:
    with live_setsquare.orm():
        rita = bootstrap.establish(
            "Norma Works",
            "NW",
            "Europe/Berlin",
            username="rita",
            name="Rita Root",
            email="rita@norma.example",
            password=PASSWORD,
        )
        bootstrap.grant(rita, "controller", "NW")
        expires = timezone.now() + dt.timedelta(days=1)
        return tokens.make(rita, "test", ["read", "write"], expires)[1]


def send(url: str, secret: str, body: Any, **headers: str) -> tuple[int, Any]:
    given = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, json.dumps(body).encode(), given, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def test_one_key_acts_once_and_one_version_is_changed_once(live_setsquare, secret):
    url = f"{live_setsquare.url}/api/v1/change-requests"
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(send, url, secret, CHANGE, **{"Idempotency-Key": "k"}) for _ in range(AT_ONCE)]
    answers = [future.result() for future in sent]
    assert {status for status, _values in answers} <= {201, 409}
    made = {values["number"] for status, values in answers if status == 201}
    assert len(made) == 1
    with live_setsquare.orm():
        assert Record.objects.filter(type="change_request").count() == 1

    edit = f"{url}/{made.pop()}:edit"
    bodies = [{**CHANGE, "title": f"Title {number}", "priority": "normal"} for number in range(AT_ONCE)]
    for body in bodies:
        body.pop("unit")  # it stays where it is
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(send, edit, secret, body, **{"If-Match": '"1"'}) for body in bodies]
    statuses = sorted(future.result()[0] for future in sent)
    assert statuses == [200] + [412] * (AT_ONCE - 1)


def test_a_challenge_signs_once_though_two_passkeys_answer_it_at_once(live_setsquare, secret):
    url = f"{live_setsquare.url}/api/v1"
    with live_setsquare.orm():
        rita = User.objects.get()
        bootstrap.grant(rita, "head", "NW")
        anna = bootstrap.add_person("anna", "Anna Weber", "NW")
        bootstrap.grant(anna, "specialist", "NW")
        waiting = [carry_out("change_request", "create", Actor(anna), body=CHANGE).record for _ in range(2)]
        for record in waiting:
            carry_out("change_request", "submit", Actor(anna), record=record)
            carry_out("change_request", "assess", Actor(anna), record=record, body=IMPACT)
        address = urlsplit(live_setsquare.url)
        keys = [SoftPasskey(rita, str(address.hostname), port=address.port) for _ in range(2)]
        for key in keys:
            key.enrol()
    _status, made = send(f"{url}/me:signing_challenge", secret, {})

    def accept(number: str, key: SoftPasskey) -> tuple[int, Any]:
        proof = {"passkey": json.loads(key.answer(made["options"])), "challenge": made["challenge"]}
        body = {"reason": "Worth it.", "signature": proof}
        return send(f"{url}/change-requests/{number}:accept", secret, body, **{"If-Match": '"3"'})

    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(accept, record.number, key) for record, key in zip(waiting, keys, strict=True)]
    answers = [future.result() for future in sent]
    assert sorted(status for status, _values in answers) == [200, 403], answers
    with live_setsquare.orm():
        assert Signature.objects.count() == 1


def test_the_command_line_on_the_same_installation(live_setsquare, secret):
    headers = {"Authorization": f"Bearer {secret}"}
    request = urllib.request.Request(f"{live_setsquare.url}/api/v1/me", None, headers, method="HEAD")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert (answer.status, answer.read()) == (200, b"")  # headers alone

    live_setsquare.settings["SETSQUARE_PASSWORD"] = PASSWORD
    words = [f"--{name}={value}" for name, value in CHANGE.items()]
    made = live_setsquare.command("change-requests", "create", *words, "--as", "rita", "--json")
    number = json.loads(made.stdout)["number"]

    listed = live_setsquare.command("change-requests", "list", "--token", secret)
    assert number in listed.stdout and "Shorter checks" in listed.stdout
    missing = live_setsquare.command("change-requests", "show", "CR-999", "--as", "rita", check=False)
    assert (missing.returncode, missing.stdout) == (3, "")
    assert missing.stderr.strip() == "setsquare: There is no CR-999 that you can see."
    live_setsquare.settings["SETSQUARE_PASSWORD"] = "wrong"
    refused = live_setsquare.command("change-requests", "show", number, "--as", "rita", check=False)
    assert refused.returncode == 4 and "do not fit" in refused.stderr

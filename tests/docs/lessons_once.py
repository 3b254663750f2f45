"""Run in the copy that `test_adding_a_record_type.py` makes: the new type once by each face."""

import datetime as dt
import json
import re
import subprocess
import sys

import django

django.setup()

from django.test import Client  # noqa: E402 - only after the set-up
from django.utils import timezone  # noqa: E402

from setsquare.domains.organisation import bootstrap  # noqa: E402
from setsquare.kernel.accounts import tokens  # noqa: E402


def main() -> None:
    """Make a lesson by the API, adopt it by the web's form, and read it on the command line."""
    bootstrap.establish(
        "Norma Works", "NW", "Europe/Berlin", username="rita", name="Rita Root", email="rita@norma.example"
    )
    bootstrap.add_role("learner", "Learner", "", ["lessons.read", "lessons.write", "organisation.read"])
    anna = bootstrap.add_person("anna", "Anna Weber", "NW")
    bootstrap.grant(anna, "learner", "NW")
    _token, secret = tokens.make(anna, "once", ("read", "write"), timezone.now() + dt.timedelta(days=1))
    number = by_api(secret)
    by_web(anna, number)
    by_command_line(secret, number)
    print("register, API and command line serve it")


def by_api(secret: str) -> str:
    """Make a lesson, and be refused one without advice."""
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    body = {"title": "Torque first", "unit": "NW", "happened": "A screw came loose."}
    refused = client.post("/api/v1/lessons", json.dumps(body), content_type="application/json")
    assert refused.status_code == 422, refused.content
    body["advice"] = "Check the torque before the housing is closed."
    made = client.post("/api/v1/lessons", json.dumps(body), content_type="application/json")
    assert made.status_code == 201, made.content
    values = client.get("/api/v1/lessons").json()
    assert [item["number"] for item in values["items"]] == ["LL-001"], values
    return str(made.json()["number"])


def by_web(anna: object, number: str) -> None:
    """Look at the register, adopt the lesson by its form, and edit it with a reason."""
    client = Client()
    client.force_login(anna)
    assert "Torque first" in client.get("/lessons/").content.decode()
    page = client.get(f"/lessons/{number}/").content.decode()
    assert "A screw came loose." in page and "Adopt" in page
    form = client.get(f"/lessons/{number}/do/adopt/").content.decode()
    given = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    sent = client.post(f"/lessons/{number}/do/adopt/", given)
    assert sent.status_code == 303, sent.content.decode()
    form = client.get(f"/lessons/{number}/do/edit/").content.decode()
    assert "Check the torque before the housing is closed." in form
    assert "adopted it" in client.get(f"/lessons/{number}/history/").content.decode()


def by_command_line(secret: str, number: str) -> None:
    """Make another lesson, and list both."""
    setsquare = [sys.executable, "-m", "setsquare.project.main", "lessons"]
    who = ["--token", secret, "--json"]
    values = ["--title", "Ask first", "--unit", "NW", "--happened", "It was done twice.", "--advice", "Ask."]
    subprocess.run([*setsquare, "create", *values, *who], check=True, capture_output=True)
    listed = subprocess.run([*setsquare, "list", *who], check=True, capture_output=True, text=True).stdout
    assert number in listed and "LL-002" in listed, listed


main()

"""What waits for who runs training, on their first page: counted as the matrix and the registers narrow it."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from tests.training.conftest import School, ago


def lines(client: Client) -> dict[str, tuple[str, str]]:
    """Return by label the number that is told, and where it leads."""
    page = client.get("/courses/running/").content.decode()
    found = re.findall(
        r'class="at-end" href="([^"]+)">(\d+)[^<]*<span class="visually-hidden">: ([^<]+)<', page
    )
    return {label: (count, url.replace("&amp;", "&")) for url, count, label in found}


def test_who_runs_training_sees_at_first_what_waits(
    school: School, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = school.course("Turning", {"unit": "N"}, validity_months=12, renew_days=60)
    school.course("Sawing", {"person": "anna"}, {"person": "olga"})
    school.certified("ben", course, ago(330))
    school.certified("tom", course, ago(400))
    session = school.session(course, hours=1)
    policy = school.course("Policy", kind="read")
    school.certified("olga", policy, ago(3))  # what is entered by hand of a reading waits for somebody else
    now = timezone.now() + dt.timedelta(hours=5)
    monkeypatch.setattr(timezone, "now", lambda: now)
    client.force_login(school.cora)
    assert 'hx-get="/courses/running/"' in client.get("/").content.decode()
    assert lines(client) == {
        "Missing": ("2", "/courses/matrix/?standing=missing"),
        "Expired": ("1", "/courses/matrix/?standing=expired"),
        "Expires soon": ("1", "/courses/matrix/?standing=soon"),
        "Certificates that wait for verification": ("1", "/certificates/?state=submitted"),
        "Sessions without attendance": ("1", "/training-sessions/?left_open=attendance"),
    }
    matrix = client.get("/courses/matrix/?standing=missing").content.decode()
    assert set(re.findall(r'class="person-name" title="(\w+) Example"', matrix)) == {"Anna", "Olga"}
    assert session.number in client.get("/training-sessions/?left_open=attendance").content.decode()
    assert session.number not in client.get("/training-sessions/?left_open=closing").content.decode()
    client.force_login(school.sven)  # who runs it in the south alone
    assert lines(client) == {
        "Missing": ("1", "/courses/matrix/?standing=missing"),
        "Certificates that wait for verification": ("1", "/certificates/?state=submitted"),
    }
    client.force_login(school.anna)
    assert "/courses/running/" not in client.get("/").content.decode()

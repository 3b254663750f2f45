"""Pages of competence: rating without codes, what somebody holds on a day, calibration to the digit; on every face."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from setsquare.domains.competence.calibration import calibration
from setsquare.domains.competence.models import Component, Framework, RoleProfile
from setsquare.domains.competence.standing import held_by, moment_of
from setsquare.faces.cli.main import run
from setsquare.faces.web.times import day_text
from setsquare.kernel.qualifications.days import months_later
from setsquare.kernel.records.models import Record
from tests.api.conftest import Caller
from tests.competence.bench import TODAY, Bench, ago, levels
from tests.competence.conftest import PASSWORD

MOST_QUERIES = 15


def test_components_are_rated_by_what_their_levels_mean_and_agreed_beside(
    bench: Bench,
    client: Client,
) -> None:
    made = bench.begun(bench.mark, "ada", "manager", G_1=1)
    client.force_login(bench.mark)
    address = f"/assessments/{made.number}/do/rate/"
    page = client.get(address).content.decode()
    assert "Under guidance." in page and "Holds it" in page and "Making" in page
    version = str(Record.objects.get(pk=made.pk).version)
    form = {"_version": version}
    rows = {"G-1": ("1", "Seen."), "G-2": ("2", "Alone at the mill."), "G-3": ("", "")}
    for place, (code, (level, reason)) in enumerate(rows.items()):
        form |= {
            f"ratings.{place}.component": code,
            f"ratings.{place}.level": level,
            f"ratings.{place}.reason": reason,
        }
    wrong = client.post(address, form | {"ratings.2.reason": "Why then?"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "Choose a level, or take the reason away." in page and "Alone at the mill." in page
    assert client.post(address, form).status_code == 303
    bench.do(bench.mark, made, "submit")
    client.force_login(bench.hanna)
    address = f"/assessments/{made.number}/do/agree/"
    page = client.get(address).content.decode()
    until = day_text(months_later(TODAY, 24))
    assert "Alone at the mill." in page and f"with 24 it holds until {until}. Emptied: for good." in page
    form = {"_version": str(Record.objects.get(pk=made.pk).version), "password": PASSWORD}
    form |= {"levels.0.component": "G-1", "levels.0.level": "2", "levels.0.reason": ""}
    wrong = client.post(address, form)
    assert wrong.status_code == 422
    assert "Say why the agreed level differs from the rating." in wrong.content.decode()
    done = client.post(address, form | {"levels.0.reason": "Saw both.", "months": "18"})
    until = day_text(months_later(TODAY, 18))
    assert (
        f"{made.number} is agreed; it holds until {until}." in client.get(done["Location"]).content.decode()
    )
    assert levels(bench.ada) == {"G-1": 2, "G-2": 2}
    again = bench.submitted(bench.mark, "ada", "manager", G_1=2)
    page = client.get(f"/assessments/{again.number}/do/agree/").content.decode()
    assert f"with 18 it holds until {until}" in page
    done = bench.do(bench.hanna, again, "agree")
    assert done.conclusion == f"{again.number} is agreed; it holds until {until}.", "as the form offers"
    last = bench.submitted(bench.mark, "ada", "manager", G_1=2)
    done = bench.do(bench.hanna, last, "agree", months=None)
    assert done.conclusion == f"{last.number} is agreed; it holds for good."


def test_what_the_person_s_roles_ask_for_stands_first(bench: Bench, client: Client) -> None:
    unit, owner = bench.framework.unit, bench.hanna
    record = Record.objects.create(
        type="role_profile",
        number="RP-001",
        number_key="rp-001",
        title="Operator",
        state="in_force",
        owner=owner,
        unit=unit,
        version=1,
        created=bench.framework.created,
        changed=bench.framework.created,
    )
    profile = RoleProfile.objects.create(record=record)
    profile.titles.create(title="Operator")
    profile.requirements.create(component=Component.objects.get(code="G-3"), required=2)
    client.force_login(bench.mark)
    page = client.get(
        f"/assessments/{bench.begun(bench.mark, 'ada', 'manager').number}/do/rate/"
    ).content.decode()
    assert page.index("roles ask for") < page.index('value="G-3"') < page.index('value="G-1"')
    assert "asked for: B Can well" in page


def test_what_somebody_holds_on_a_day_and_how_it_came_to_be(
    bench: Bench,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = bench.agreed("ada", ago(300), 24, G_1=1, G_2=1)
    second = bench.agreed("ada", ago(100), G_1=2)
    told = held_by(bench.ada, bench.mark, moment_of(None, bench.ada))
    assert [(line.code, line.level, line.evidence) for line in told] == [
        ("G-1", "B Can well", second),
        ("G-2", "A Can", first),
    ]
    assert held_by(bench.ada, bench.mark, moment_of(ago(1), bench.ada)) == []  # it was not written down then
    client.force_login(bench.mark)
    counts = []
    for person in ("ada", "ben"):
        if person == "ben":
            bench.agreed("ben", G_1=2)
        client.get(f"/assessments/of/{person}/")
        with CaptureQueriesContext(connection) as captured:
            page = client.get(f"/assessments/of/{person}/").content.decode()
        counts.append(len(captured))
        assert "Turning" in page and "B Can well" in page
    assert len(set(counts)) == 1 and counts[0] <= MOST_QUERIES
    page = client.get("/assessments/of/ada/").content.decode()
    assert "A Can →" in page and first.number in page
    assert (
        "Give a day, such as 2026-11-30." in client.get("/assessments/of/ada/?at=2026-13-01").content.decode()
    )
    client.force_login(bench.ada)
    assert "Milling" in client.get("/assessments/mine/").content.decode()
    caller = Caller(bench.ada, ("read",))
    held = caller.get("/assessments:held").json()["items"]
    assert [(one["component"], one["level"], one["evidence"]) for one in held] == [
        ("G-1", 2, second.number),
        ("G-2", 1, first.number),
    ]
    changes = caller.get("/assessments:changes?limit=2").json()
    assert len(changes["items"]) == 2 and changes["next"]
    assert caller.get("/assessments:held?at=soon").json()["errors"][0]["field"] == "at"
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SETSQUARE_AS", "ada")
    assert run(["competence", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"] == held


def test_calibration_compares_assessors_with_what_was_agreed_and_each_other(
    bench: Bench,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Mark and Hanna rate the same three people; Hanna sees one component a level higher, which was not agreed."""
    rated = {"ada": (1, 2), "ben": (2, 2), "kim": (0, 0)}
    for person, (marks, hannas) in rated.items():
        one = bench.submitted(bench.mark, person, "assessor", ago(9), G_1=marks, G_2=1)
        bench.do(bench.hanna, one, "agree")
        other = bench.submitted(bench.hanna, person, "assessor", ago(2), G_1=hannas)
        changed = [{"component": "G-1", "level": marks, "reason": "Once only."}] if marks != hannas else []
        bench.do(bench.mark, other, "agree", levels=changed)
    own = bench.submitted(bench.ada, "ada", "self", G_3=2)
    bench.do(bench.mark, own, "agree", levels=[{"component": "G-3", "level": 1, "reason": "Not alone."}])
    framework = Framework.objects.get(pk=bench.framework.pk)
    found = calibration(framework, bench.hanna)
    told = {name: found.overall[key] for key, name in found.assessors.items()}
    assert {
        name: (one.count, round(one.difference, 4), round(one.exact, 4)) for name, one in told.items()
    } == {
        "Mark Example": (6, 0.0, 1.0),
        "Hanna Example": (3, 0.3333, 0.6667),
        "Self-assessment": (1, 1.0, 0.0),
    }
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.count) == ("Mark Example", "Hanna Example", 3)
    # ratings (1, 2), (2, 2), (0, 0) of levels 0 to 2; weights 1 - (i - j)² / 4:
    # seen (0.75 + 1 + 1) / 3 = 0.9167; by chance, from the shares 1/3 each and 1/3, 0, 2/3, it is 0.5833
    assert (round(pair.difference, 4), round(pair.exact, 4)) == (-0.3333, 0.6667)
    assert pair.kappa is not None and round(pair.kappa, 4) == 0.8
    assert calibration(framework, bench.sol).assessors == {}
    client.force_login(bench.hanna)
    address = "/assessments/calibration/"
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address).content.decode()
    assert len(captured) <= MOST_QUERIES
    assert "+0.33" in page and "0.80" in page and "Self-assessment" in page
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    assert run(["calibration", framework.record.number, "--as", "hanna"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "Hanna Example 3 +0.33 67 %" in printed and "Mark Example 6 0.00 100 %" in printed
    assert "Mark Example Hanna Example 3 -0.33 67 % 0.80" in printed
    answer = Caller(bench.hanna, ("read",)).get(
        f"/assessments:calibration?framework={bench.framework.number}&component=G-1"
    )
    assert answer.json()["pairs"] == [
        {
            "first": "Hanna Example",
            "second": "Mark Example",
            "rated_by_both": 3,
            "mean_difference": 0.3333,
            "exact_agreement": 0.6667,
            "weighted_kappa": 0.8,
        }
    ]

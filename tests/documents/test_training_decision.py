"""What a revision asks people to read and learn: decided before approval, waited for, and what it qualifies for."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.documents import handlers
from setsquare.domains.documents.deciding import clock
from setsquare.domains.documents.deciding.coverage import coverage_of
from setsquare.domains.documents.publishing import pdf_of
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.commands.errors import NotPermitted, Refused, WrongState
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.days import today
from tests.documents.conftest import PASSWORD, Works
from tests.documents.test_publishing import words

READERS = ["olga", "otto"]
HP: dict[str, Any] = {"audience": [{"unit": "HP"}, {"person": "rolf"}]}


def decided(works: Works, revision: str, by: str = "ada", /, because: str = "", **body: Any) -> None:
    works.do(by, "revision.decide_training", revision, because=because, **body)
    run_until_idle()


def waiting(works: Works, **body: Any) -> str:
    """Return the number of an approved second revision that waits for people and whose day has come."""
    number = works.in_force(**HP)
    for reader in ("olga", "otto", "rolf"):
        works.do(reader, "revision.confirm_reading", f"{number}/1")
    revision = works.second(number)
    decided(works, revision, **{"threshold": 60, **body})
    approved(works, revision)
    return revision


def approved(works: Works, revision: str) -> None:
    works.approved(revision)
    works.do("cora", "revision.schedule", revision, at_once=True)
    run_until_idle()


def share(works: Works, revision: str) -> tuple[int, int] | None:
    coverage = coverage_of(works.revision(revision))
    return (coverage.done, coverage.people) if coverage is not None else None


def state(works: Works, revision: str) -> str:
    return works.record(revision).state


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"who": "nobody"}, {"why": "Say why nobody has to read it."}),
        ({"who": "part"}, {"readers": "Say which part of the audience has to read it."}),
        (
            {"readers": [{"unit": "HP"}]},
            {"readers": "Only where part of the audience reads it: leave this empty, or choose that."},
        ),
        (
            {"who": "part", "readers": [{"unit": "HP"}, {"person": "mia"}]},
            {"readers.1.person": "Mia Manager is not in the audience of the document; add them to it first."},
        ),
        (
            {"who": "part", "readers": [{"role": "director", "unit": "NW"}]},
            {"readers.0.role": "Nobody of them is in the audience of the document."},
        ),
        ({"passages": ["Scope", "Fees"]}, {"passages.1": "The text has no section “Fees”."}),
        ({"threshold": 0}, {"threshold": "Give 1 or more."}),
        ({"threshold": 101}, {"threshold": "Give 100 or less."}),
        (
            {"who": "nobody", "why": "Wording.", "threshold": 90},
            {"threshold": "Nobody is asked for anything, so there is nothing that it could wait for."},
        ),
        (
            {"latest": "2999-01-01"},
            {"latest": "It waits for nobody: leave this empty, or say for how many percent it waits."},
        ),
        (
            {"threshold": 90, "latest": "2020-01-01"},
            {"latest": "This day is past; choose today or a later one."},
        ),
        (
            {"retraining": [{"course": "{number}", "reason": "New steps"}]},
            {"retraining.0.course": "{number} is no course."},
        ),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    works: Works, body: dict[str, Any], wrong: dict[str, str]
) -> None:
    number = works.draft(**HP)
    for row in body.get("retraining", ()):
        row["course"] = row["course"].format(number=number)
    with pytest.raises(Refused) as refused:
        decided(works, f"{number}/1", **body)
    assert {field: str(said) for field, said in refused.value.fields.items()} == {
        field: sentence.format(number=number) for field, sentence in wrong.items()
    }


def test_who_decides_and_until_when(works: Works) -> None:
    revision = f"{works.draft(**HP)}/1"
    with pytest.raises(NotPermitted):
        decided(works, revision, "mia")
    works.reviewed(revision)
    works.do("ada", "revision.send_for_approval", revision, approvers=["mia", "hedda"])
    decided(works, revision, kept_days=5)
    works.do("mia", "revision.approve", revision)
    with pytest.raises(WrongState, match="Somebody has signed it with what is decided now"):
        decided(works, revision)
    works.do("hedda", "revision.approve", revision)
    with pytest.raises(Refused, match="reason"):
        decided(works, revision, "cora", kept_days=6)
    with pytest.raises(NotPermitted, match="It is approved"):
        decided(works, revision, because="Later", kept_days=6)
    decided(works, revision, "cora", because="The line is new to it.", kept_days=6)
    signed = Entry.objects.filter(record__number=revision, command="approve").latest("seq")
    assert signed.values["decision"]["kept_days"] == 5
    with pytest.raises(WrongState, match="decided together with the training"):
        works.do("cora", "revision.plan_reading", revision, because="x", reading="whole")


def test_a_type_can_ask_for_the_decision(works: Works) -> None:
    number = works.draft(**HP)
    kind = works.document(number).kind
    kind.decision_required = True
    kind.save()
    works.reviewed(f"{number}/1")
    with pytest.raises(Refused, match="Decide on its reading and training first"):
        works.do("ada", "revision.send_for_approval", f"{number}/1", approvers=["mia", "hedda"])
    decided(works, f"{number}/1")
    works.do("ada", "revision.send_for_approval", f"{number}/1", approvers=["mia", "hedda"])


def test_nobody_and_part_of_the_audience(works: Works) -> None:
    number = works.in_force(**HP)
    works.do("otto", "revision.confirm_reading", f"{number}/1")
    second = works.second(number)
    decided(
        works, second, who="part", readers=[{"person": "olga"}, {"person": "otto"}], passages=["Procedure"]
    )
    approved(works, second)
    assert works.asked(second) == ["olga", "otto", "rolf"]  # rolf has never read any of it
    works.do("rolf", "revision.confirm_reading", second)
    works.do("ada", "document.new_revision", number, why="Wording", summary="Wording")
    decided(works, f"{number}/3", who="nobody", why="Nothing that people do changes.")
    approved(works, f"{number}/3")
    assert works.asked(f"{number}/3") == ["olga", "otto"]  # they never read the second
    bootstrap.add_person("nina", "Nina New", "HP", password=PASSWORD)
    run_until_idle()
    assert works.asked(f"{number}/3") == ["nina", "olga", "otto"]


def test_it_takes_effect_exactly_when_enough_have_read_it(works: Works) -> None:
    revision = waiting(works)
    number = revision.partition("/")[0]
    assert (state(works, revision), works.asked(revision)) == ("approved", ["olga", "otto", "rolf"])
    assert share(works, revision) == (0, 3)
    works.do("olga", "revision.confirm_reading", revision)
    assert (handlers.take_effect_when_due(), share(works, revision)) == (0, (1, 3))
    works.do("otto", "revision.confirm_reading", revision)
    assert (share(works, revision), handlers.take_effect_when_due()) == ((2, 3), 1)
    assert (state(works, revision), state(works, f"{number}/1")) == ("effective", "superseded")
    assert (handlers.take_effect_when_due(), works.asked(revision)) == (0, ["rolf"])
    run_until_idle()
    assert works.asked(revision) == ["rolf"]


def test_who_comes_and_goes_while_it_waits_is_counted(works: Works) -> None:
    revision = waiting(works, threshold=100)
    works.do("olga", "revision.confirm_reading", revision)
    bootstrap.add_person("nina", "Nina New", "HP", password=PASSWORD)
    run_until_idle()
    assert (share(works, revision), works.asked(revision)) == ((1, 4), ["nina", "otto", "rolf"])
    for name in ("nina", "otto"):
        bootstrap.leave(works.person(name), today())
    run_until_idle()
    assert (share(works, revision), works.asked(revision)) == ((1, 2), ["rolf"])
    works.do(
        "cora", "document.set_audience", revision.partition("/")[0], because="x", audience=[{"unit": "HP"}]
    )
    assert share(works, revision) == (1, 1)
    assert (handlers.take_effect_when_due(), state(works, revision)) == (1, "effective")


def test_where_nobody_is_asked_any_more_it_waits_for_nobody(works: Works) -> None:
    revision = waiting(works)
    for name in ("olga", "otto", "rolf"):
        bootstrap.leave(works.person(name), today())
    assert share(works, revision) == (0, 0)
    assert (handlers.take_effect_when_due(), state(works, revision)) == (1, "effective")


def test_beyond_the_last_day_it_is_decided_by_people(works: Works) -> None:
    revision = waiting(works, latest=works.day(0))
    assert clock.ask_where_too_few() == 0
    works.revision(revision).decision.__class__.objects.update(latest=today() - dt.timedelta(days=1))
    assert (clock.ask_where_too_few(), clock.ask_where_too_few()) == (1, 0)
    assert works.asked(revision, "coverage") == ["ada", "cora", "hedda"]
    with pytest.raises(Refused, match="This day is past"):
        works.do("ada", "revision.wait_longer", revision, because="Holidays", latest=works.day(-1))
    works.do("ada", "revision.wait_longer", revision, because="Holidays", latest=works.day(5))
    assert works.asked(revision, "coverage") == []
    with pytest.raises(NotPermitted):
        works.do("ada", "revision.wait_no_longer", revision, because="The customer asks for it.")
    works.do("cora", "revision.wait_no_longer", revision, because="The customer asks for it.")
    assert state(works, revision) == "effective"
    told = Entry.objects.get(record__number=revision, command="wait_no_longer")
    assert (told.reason, told.note["values"]) == (  # type: ignore[index]
        "The customer asks for it.",
        {"share": 0, "threshold": 60},
    )


def test_what_was_read_before_it_was_taken_back_counts_no_more(works: Works) -> None:
    revision = waiting(works)
    works.do("olga", "revision.confirm_reading", revision)
    works.do("cora", "revision.recall", revision, because="A step is missing.")
    assert works.asked(revision) == []
    works.do("ada", "revision.save", revision, content=works.content(revision) + "\nMore.")
    approved(works, revision)
    assert (share(works, revision), works.asked(revision)) == ((0, 3), ["olga", "otto", "rolf"])


def qualified(works: Works, number: str, days: int = 0) -> list[str]:
    """Return who is qualified in a document in so many days."""
    at = timezone.now() + dt.timedelta(days=days)
    held = holding(at).filter(subject__number=number)
    return sorted(held.values_list("user__username", flat=True))


def test_having_read_it_qualifies_until_a_newer_one_is_overdue(works: Works) -> None:
    number = works.in_force(**HP)
    for reader in READERS:
        works.do(reader, "revision.confirm_reading", f"{number}/1")
    assert qualified(works, number) == READERS
    second = works.second(number)
    decided(works, second, days=10, kept_days=5)
    approved(works, second)
    assert (qualified(works, number, 14), qualified(works, number, 16)) == (READERS, [])
    works.do("olga", "revision.confirm_reading", second)
    assert (qualified(works, number, 16), clock.follow_all_readings()) == (["olga"], 0)
    evidence = Qualification.objects.filter(subject__number=number, ended=None).order_by("user__username")
    assert list(evidence.values_list("evidence__number", flat=True)) == [second, f"{number}/1"]


def test_reading_early_qualifies_once_it_is_in_force(works: Works) -> None:
    revision = waiting(works, days=10)
    number = revision.partition("/")[0]
    for reader in READERS:
        works.do(reader, "revision.confirm_reading", revision)
    held = Qualification.objects.filter(subject__number=number, ended=None)
    assert set(held.values_list("evidence__number", flat=True)) == {f"{number}/1"}
    handlers.take_effect_when_due()
    run_until_idle()
    assert set(held.filter(until=None).values_list("user__username", "evidence__number")) == {
        ("olga", revision),
        ("otto", revision),
    }
    assert (qualified(works, number, 9), qualified(works, number, 11)) == ([*READERS, "rolf"], READERS)


def test_readings_of_before_qualify_as_well(works: Works) -> None:
    number = works.in_force(**HP)
    works.do("olga", "revision.confirm_reading", f"{number}/1")
    Qualification.objects.all().delete()
    assert (clock.follow_all_readings(), clock.follow_all_readings()) == (1, 0)
    held = Qualification.objects.get()
    assert (held.user.username, held.since) == ("olga", Task.objects.get(outcome="confirmed").done)


def test_a_revision_is_read_by_who_is_asked_with_the_chosen_sections_first(
    works: Works, client: Client
) -> None:
    revision = waiting(works, passages=["Procedure"])
    client.force_login(works.person("otto"))
    page = client.get(f"/revisions/{revision}/").content.decode()
    assert "0 % so far" in page
    first = page.index("Read these sections first")
    assert first < page.index("Compare it with the standard") < page.index("All gauges of the site")
    assert '<a href="#section-procedure">Procedure</a>' in page and page.count('id="section-procedure"') == 1
    marked = page.index('data-read-first="Read first"')
    assert page.index("Compare it with the standard") < page.index('id="section-procedure"') < marked
    assert page.count("data-read-first") == 1
    address_of = "https://qms.example/r/{}".format
    printed = words(pdf_of(works.revision(revision), viewer=works.person("otto"), address_of=address_of))
    for said in (
        "Everybody in its audience has to read it.",
        "Readers see first: “Procedure”.",
        "It takes effect once 60 % of those who are asked have done all of it",
    ):
        assert said in printed.split("Reading and training", 1)[1]
    told = Notice.objects.filter(user__username="otto", record__number=revision)
    assert [str(one) for one in told] == [f"Please read {revision} Calibration and confirm it."]


def test_what_changed_is_ticked_until_it_is_decided(works: Works, client: Client) -> None:
    number = works.in_force(**HP)
    revision = works.second(number)
    client.force_login(works.person("ada"))

    def page() -> str:
        return client.get(f"/revisions/{revision}/do/decide_training/").content.decode()

    def ticked(text: str) -> list[str]:
        return re.findall(r'name="passages"[^>]*value="([^"]*)" checked', text)

    first = page()
    changed = re.findall(r'option-label">([^<]*) \(changed\)<', first)
    assert changed and ticked(first) == changed
    assert not re.search(r"Who has to read it\s*(<[^>]*>\s*)*\(optional\)", first)
    decided(works, revision)
    assert ticked(page()) == [], "what was decided stands"

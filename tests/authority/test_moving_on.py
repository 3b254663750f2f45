"""A countersignature that is asked for moves on to who may give it, once who was asked may no longer."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from setsquare.domains.authority.commands.moving_on import move_countersigning_on
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.replay import check_records
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.sentences import told
from tests.authority.conftest import Office
from tests.authority.test_entrusting import asked, lapse
from tests.authority.test_supervised import accepts
from tests.changes.conftest import IMPACT


@pytest.fixture
def change(office: Office) -> Record:
    """Have a change wait for its decision: Hugo may decide under supervision, Dora and Rita countersign."""
    desk = office.desk
    desk.people["ina"] = bootstrap.add_person("ina", "Ina Example", "N")
    for person in (desk.rita, desk.people["ina"]):
        bootstrap.grant(person, "director", "N")
    change = desk.request(who=desk.anna)
    desk.do(desk.anna, change, "submit")
    desk.do(desk.ben, change, "assess", **IMPACT)
    office.qualify(desk.dora, 4)
    office.qualify(desk.rita, 4)
    higher = [{"subject": office.subject.number, "topic": "A1", "level": 4}]
    office.in_force(commands=["change_request.accept"], countersigned=True, of_supervisor=higher)
    User.objects.filter(pk=office.hugo.pk).update(manager=desk.carl)
    return change


def notices(kind: str) -> list[tuple[str, str]]:
    """Return whom notices of a kind went to, and what they say, the oldest first."""
    rows = Notice.objects.filter(kind=kind).select_related("user").order_by("pk")
    return [(one.user.username, told(one.text, one.values)) for one in rows]


def test_it_moves_on_to_who_may_now_and_all_are_told(office: Office, change: Record):
    desk, ina = office.desk, office.desk.people["ina"]
    deed = accepts(office, change).record
    assert asked(deed) == {"dora", "rita"}
    assert move_countersigning_on() == 0
    lapse([desk.dora])
    User.objects.filter(pk=desk.dora.pk).update(manager=desk.rita)
    assert move_countersigning_on() == 1
    assert asked(deed) == {"rita"}, "Rita still may, so nobody else is asked"
    entry = Entry.objects.filter(record=deed).latest("seq")
    assert (entry.command, told(entry.note["text"], entry.note["values"])) == (
        "move_on",
        "to those who are asked besides Dora Example",
    )
    [(who, said)] = notices("entrusted")
    assert who == "dora" and said.startswith(f"SD-0001 {deed.title} no longer waits for you: This needs ")
    assert "yours expired on" in said and "have yourself assessed in “Audits” by Rita Root" in said

    office.qualify(office.hugo, 5)
    office.qualify(ina, 4)
    lapse([desk.rita])
    assert move_countersigning_on() == 1
    assert asked(deed) == {"ina"}, "never who prepared it"
    entry = Entry.objects.filter(record=deed).latest("seq")
    assert told(entry.note["text"], entry.note["values"]) == "to Ina Example in place of Rita Root"
    assert notices("supervised_deed")[-1] == (
        "hugo",
        f"SD-0001 {deed.title} waits for Ina Example now: Rita Root may not countersign it.",
    )
    client = Client()
    client.force_login(office.hugo)
    history = client.get(f"/supervised-work/{deed.number}/history/").content.decode()
    assert "entrusted what was asked to who may" in history and "in place of Rita Root" in history
    assert move_countersigning_on() == 0
    assert deed.number not in {problem.subject for problem in check_records()}


def test_where_nobody_may_the_line_is_told_once_and_it_moves_on_later(office: Office, change: Record):
    desk = office.desk
    deed = accepts(office, change).record
    lapse([desk.dora, desk.rita])
    assert move_countersigning_on() == 1
    assert asked(deed) == {"dora", "rita"}
    said = (
        f"Nobody may countersign SD-0001 {deed.title}, not even who is asked, Dora Example, Rita Root."
        f" Rule AR-001 is not met: {office.needed()}; {office.needed(4)}."
    )
    assert set(notices("gap")) == {("hugo", said), ("carl", said)}, "Hugo owns the rule, too; Carl leads him"
    assert [move_countersigning_on(), move_countersigning_on()] == [0, 0] and len(notices("gap")) == 2
    assert Entry.objects.filter(record=deed, command="tell_nobody_may").count() == 1

    office.qualify(desk.people["ina"], 4)
    assert move_countersigning_on() == 1 and asked(deed) == {"ina"}
    lapse([desk.people["ina"]])
    assert move_countersigning_on() == 1 and len(notices("gap")) == 4, "it is another gap"
    Qualification.objects.filter(user=desk.dora).delete()
    office.qualify(desk.dora, 4)
    assert move_countersigning_on() == 1 and asked(deed) == {"dora"}
    desk.do(desk.dora, deed, "countersign")
    assert Record.objects.get(pk=change.pk).state == "accepted"


def test_it_moves_on_from_who_has_not_the_role_any_more_and_costs_little_else(office: Office, change: Record):
    desk = office.desk
    deed = accepts(office, change).record
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert move_countersigning_on() == 0
    assert len(queries) <= 8, [one["sql"][:150] for one in queries]
    ended = timezone.now() - dt.timedelta(minutes=1)
    Grant.objects.filter(user__in=[desk.dora, desk.rita]).update(ends=ended)
    office.qualify(desk.people["ina"], 4)
    assert move_countersigning_on() == 1
    assert asked(deed) == {"ina"}
    [(_who, why), _rita] = notices("entrusted")
    assert why.endswith("no longer waits for you: Your roles do not allow this in this unit.")
    desk.do(office.hugo, deed, "take_back")
    with CaptureQueriesContext(connection) as queries:
        assert move_countersigning_on() == 0
    assert len(queries) == 1

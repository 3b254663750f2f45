"""What people are asked moves on to who may do it, once rules in force keep them from it."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.entrusting import entrust_to_who_may
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.replay import check_records
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.authority.conftest import Office
from tests.changes.conftest import PASSWORD


def asked(record: Record) -> set[str]:
    waiting = Task.objects.filter(record=record, done__isnull=True)
    return set(waiting.values_list("assignee__username", flat=True))


def lapse(people: Iterable[object]) -> None:
    Qualification.objects.filter(user__in=list(people)).update(until=timezone.now() - dt.timedelta(minutes=1))


def test_tasks_move_on_to_who_may(office: Office):
    desk = office.desk
    office.qualify(desk.ben)
    office.qualify(desk.carl)
    office.in_force(commands=["change_request.assess"])
    change = desk.request(title="Fewer steps")
    desk.do(desk.anna, change, "submit")
    assert asked(change) == {"ben", "carl"}, "dora and hugo hold the right, and not the skill"
    assert entrust_to_who_may() == 0
    office.qualify(office.hugo, 2)
    today = timezone.localdate()
    days = {"starts": today + dt.timedelta(days=2), "ends": today + dt.timedelta(days=3)}
    told = desk.do(desk.ben, desk.ben.file.record, "delegate", substitute="hugo", **days).conclusion
    assert f"“Rule AR-001 is not met: {office.needed()}.”" in told, "Ben learns nothing of Hugo’s level"

    lapse([desk.ben])
    assert entrust_to_who_may() == 1
    assert asked(change) == {"carl"}
    notice = Notice.objects.filter(user=desk.ben, kind="entrusted").get()
    assert "yours expired on" in notice.values["why"]
    assert Task.objects.get(record=change, assignee=desk.ben).outcome == "entrusted"

    office.qualify(desk.dora)
    lapse([desk.carl])
    assert entrust_to_who_may() == 1
    assert asked(change) == {"dora"}
    entry = Entry.objects.filter(record=change, command="entrust").latest("seq")
    assert entry.note["values"] == {"names": "Dora Example", "person": "Carl Example"}

    lapse([desk.dora])
    assert entrust_to_who_may() == 1, "the line is told"
    assert entrust_to_who_may() == 0, "and told once"
    assert asked(change) == {"dora"}
    assert {notice.user.username for notice in Notice.objects.filter(kind="gap")} == {"anna", "hugo"}

    Qualification.objects.filter(user=desk.ben).delete()
    office.qualify(desk.ben)
    assert entrust_to_who_may() == 1
    assert asked(change) == {"ben"}
    assert change.number not in {problem.subject for problem in check_records()}


def test_who_needs_a_countersignature_that_nobody_may_give_is_kept_from_it(office: Office):
    """The line is told that nobody may, and what is lacking, but neither levels nor dates."""
    desk = office.desk
    office.qualify(desk.ben)
    office.qualify(desk.dora, 5)
    higher = [{"subject": office.subject.number, "topic": "A1", "level": 5}]
    office.in_force(commands=["change_request.assess"], countersigned=True, of_supervisor=higher)
    change = desk.request(title="Fewer steps")
    desk.do(desk.anna, change, "submit")
    lapse([desk.ben])
    assert entrust_to_who_may() == 0 and asked(change) == {"ben", "dora"}, "Dora may countersign"
    lapse([desk.dora])
    assert entrust_to_who_may() == 2
    gaps = Notice.objects.filter(kind="gap")
    assert {notice.values["person"] for notice in gaps} == {"Ben Example", "Dora Example"}
    assert {notice.values["why"] for notice in gaps} == {
        f"Rule AR-001 is not met: {office.needed()}."
        " It might be done under supervision, but nobody may countersign it here."
    }


def test_each_signature_of_a_step_moves_on_by_itself(office: Office):
    """Whom the rule keeps from signing is not put on a route; a signature of its own is asked of somebody else."""
    desk = office.desk
    steps = [{"name": "Approval", "mode": "all", "roles": ["head"], "meaning": "approved"}]
    kind = {"code": "wi", "name": "Instruction", "number_pattern": "WI-{n:03}", "unit": "NW", "route": steps}
    carry_out("document_type", "create", Actor.system(), body={**kind, "review_required": False})
    for name in ("ina", "jim"):
        desk.people[name] = bootstrap.add_person(name, f"{name.title()} Example", "N", password=PASSWORD)
        bootstrap.grant(desk.people[name], "head", "N")
    office.qualify(desk.dora)
    office.qualify(desk.ina)
    office.in_force(commands=["revision.approve"])
    body = {"type": "wi", "title": "Cleaning", "unit": "N", "content": "# Cleaning\n\nDo it well.\n"}
    document = carry_out("document", "create", Actor(desk.carl), body=body).record
    revision = Record.objects.get(revision__document__record=document)
    desk.do(desk.carl, revision, "save", content="# It\n\nBetter.\n", summary="All of it.")
    desk.do(desk.carl, revision, "send_for_approval")
    assert asked(revision) == {"dora", "ina"}
    lapse([desk.ina])
    office.qualify(desk.jim)
    assert entrust_to_who_may() == 1
    assert asked(revision) == {"dora", "jim"}
    desk.do(desk.dora, revision, "approve")
    desk.do(desk.jim, revision, "approve")
    assert Record.objects.get(pk=revision.pk).state == "approved"

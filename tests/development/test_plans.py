"""Development plans: their life, what does not fit into one, what is asked of whom, and two who write at once."""

from typing import Any

import pytest
from django.test import Client

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotFound, NotPermitted, Refused, Stale, WrongState
from setsquare.kernel.commands.overdue import remind_and_escalate
from setsquare.kernel.importing.running import bring_in, table_from
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.tasks.models import Task
from tests.cases import ThingCase
from tests.development.conftest import TODAY, Team, asked, day, deliver, stored


class TestPlans(ThingCase):
    thing = "development_plan"

    @pytest.fixture
    def prepared(self, team: Team) -> None:
        self.team = team

    def make(self, number: int) -> Record:
        made = self.team.agreed(title=f"Setter {number}")
        self.team.do(self.team.mara, made, "review", text="Goes well.", confidence="on_track")
        return Record.objects.get(pk=made.pk)

    def reader(self) -> User:
        return self.team.mara

    def stranger(self) -> User:
        return self.team.sven  # manages development, but not where Anna is


def told(user: User) -> list[str]:
    """Return what somebody was told of plans, the newest first."""
    found = Notice.objects.filter(user=user, record__type="development_plan").order_by("-id")
    return [one.text for one in found]


def test_a_plan_is_proposed_agreed_by_the_line_done_reviewed_and_completed(
    team: Team, client: Client
) -> None:
    made = team.plan()
    assert asked(made) == []
    assert team.do(team.anna, made, "propose").conclusion.endswith("Asked to agree it: Mara Example.")
    assert asked(made) == [("agree_development", 0, "mara")]
    with pytest.raises(NotPermitted, match="This plan is yours"):
        bootstrap.grant(team.anna, "manager", "N")
        team.do(team.anna, made, "agree")
    team.do(team.mara, made, "send_back", because="Say more.")
    assert asked(made) == []
    team.do(team.anna, made, "propose")
    team.do(team.mara, made, "agree", next_review=day(60))
    running = [("development_action", 1, "anna"), ("development_action", 2, "max")]
    assert asked(made) == [*running, ("review_development", 0, "mara")]
    with pytest.raises(NotPermitted, match="It is agreed: your line manager changes it"):
        team.do(team.anna, made, "set_targets", targets=[])
    with pytest.raises(NotPermitted, match="This action is somebody else’s"):
        team.do(team.max, made, "finish_action", action=1)
    team.do(team.max, made, "finish_action", action=2, result="She can.")
    plan = stored(made)
    assert (plan.progress, asked(made)) == (50, [running[0], ("review_development", 0, "mara")])
    team.do(team.mara, made, "review", text="Slow.", confidence="at_risk", next_review=day(90))
    due = Task.objects.get(record=made, kind="review_development", done__isnull=True).due
    assert due.date().isoformat() == day(90)
    with pytest.raises(Refused) as refused:
        team.do(team.mara, made, "complete")
    assert refused.value.fields == {
        "reason": "Not all is reached (targets not met: 2; actions open: 1). Say why."
    }
    team.certify("anna")
    done = team.do(team.mara, made, "complete", outcome="Half of it.", reason="No time.")
    plan = stored(made)
    assert (done.record.state, done.entry.reason, asked(made)) == ("completed", "No time.", [])
    assert [(one.held, one.met is not None) for one in plan.all_targets] == [(0, False), (1, True)]
    assert [(one.state, one.result) for one in plan.all_actions] == [
        ("dropped", "No time."),
        ("done", "She can."),
    ]
    assert plan.progress == 50
    client.force_login(team.mara)
    assert (
        "Anna Example has not commented on it."
        in client.get(address := f"/development-plans/{made.number}/").content.decode()
    )
    with pytest.raises(NotPermitted, match="This plan is of Anna Example"):
        team.do(team.mara, made, "comment", text="She is content.")
    team.do(team.anna, made, "comment", text="I had no time for it.")
    page = client.get(address).content.decode()
    assert page.index("What Anna Example says of how it ended") < page.index("I had no time for it.")
    assert "has not commented" not in page and "Notes and reviews" in page
    assert "1 of 2, 1 dropped" in page


def test_a_target_met_is_told_once(team: Team) -> None:
    made = team.agreed()
    team.certify("anna")
    met = "Target met in %(number)s %(title)s: %(names)s."
    assert told(team.anna)[0] == met
    assert Notice.objects.filter(user=team.mara, text__startswith="%(person)s met").count() == 1
    team.certify("anna", issued=0)
    assert told(team.anna).count(met) == 1
    assert [one.met for one in stored(made).all_targets] == [None, TODAY]
    with pytest.raises(Refused) as refused:
        team.plan(targets=[{"subject": team.course}])
    assert refused.value.fields == {"targets.0.level": "Anna Example already holds this (level 1)."}


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"ends": day(-20)}, "ends", "It cannot end before it begins."),
        ({"ends": day(-1)}, "ends", "This day is past; a plan is for what is to come."),
        ({"mentor": "anna"}, "mentor", "Nobody mentors themself; choose somebody else."),
        ({"person": "hanna"}, "person", "You write your own plans"),
        (
            {"targets": [{"subject": "FW", "topic": "CHK-1", "level": 5}]},
            "targets.0.level",
            "There is no level 5",
        ),
        ({"targets": [{"subject": "FW", "topic": "CHK"}]}, "targets.0.topic", "has no “CHK” in force"),
        ({"targets": [{"subject": "FW"}]}, "targets.0.topic", "Say which component of"),
        ({"targets": [{"subject": "TC", "level": 21}]}, "targets.0.level", "20"),
        ({"targets": [{"subject": "TC"}, {"subject": "TC"}]}, "targets.1.topic", "This is a target already"),
        ({"targets": [{"subject": "TC", "due": day(300)}]}, "targets.0.due", "This lies outside the plan"),
        (
            {"actions": [{"what": "Go", "kind": "other", "due": day(-11)}]},
            "actions.0.due",
            "This lies outside",
        ),
        ({"actions": [{"what": "Go", "kind": "swim", "due": day(1)}]}, "actions.0.kind", ""),
        (
            {"actions": [{"what": "Go", "kind": "other", "due": day(1), "responsible": "ben"}]},
            "actions.0.responsible",
            "Ben Example does not see this plan",
        ),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    team: Team, body: dict[str, Any], field: str, sentence: str
) -> None:
    names = {"FW": team.framework, "TC": team.course}
    for row in body.get("targets", ()):
        row["subject"] = names.get(row["subject"], row["subject"])
    if not body.keys().isdisjoint(("ends", "mentor")):
        body = {**body, "targets": [], "actions": []}
    with pytest.raises(Refused) as refused:
        team.plan(**body)
    assert list(refused.value.fields) == [field]
    assert sentence in refused.value.fields[field]
    assert not Record.objects.filter(type="development_plan").exists()


def test_who_leads_writes_for_others_and_nobody_else_does(team: Team) -> None:
    made = team.plan(who=team.mara, person="anna")
    assert (made.owner, made.unit.code) == (team.anna, "N")
    with pytest.raises(Refused, match="not of Anna Example"):
        team.plan(who=team.ben, person="anna")
    for who in (team.max, team.ben, team.sven, team.otto):
        with pytest.raises((NotFound, NotPermitted)):
            team.do(who, made, "edit", **team.frame())
    team.do(team.max, made, "note", text="We met.")
    assert [(one.author, one.confidence) for one in stored(made).all_notes] == [(team.max, "")]


def test_actions_keep_their_numbers_and_what_was_agreed_is_not_taken_out(team: Team) -> None:
    made = team.agreed()
    second = {"number": 2, "what": "Set up alone", "kind": "on_the_job", "due": day(70), "responsible": "max"}
    with pytest.raises(Refused) as refused:
        team.do(team.mara, made, "set_actions", actions=[second])
    assert "drop action 1 with a note" in refused.value.fields["actions"]
    team.do(team.mara, made, "drop_action", action=1, result="Not given.")
    read = {"what": "Read", "kind": "reading", "due": day(9)}
    team.do(team.mara, made, "set_actions", actions=[second, read])
    assert [(one.number, one.what, one.state) for one in stored(made).all_actions] == [
        (1, "Take the course", "dropped"),
        (2, "Set up alone", "open"),
        (3, "Read", "open"),
    ]
    assert asked(made)[:2] == [("development_action", 2, "max"), ("development_action", 3, "anna")]
    with pytest.raises(Refused, match="Max Example is responsible for an open action"):
        team.do(team.mara, made, "edit", **team.frame(mentor=None))
    with pytest.raises(Refused, match="Action 1 is no longer open"):
        team.do(team.mara, made, "drop_action", action=1, result="Again.")
    team.do(team.anna, made, "revise", because="Too much.")
    assert (asked(made), Record.objects.get(pk=made.pk).state) == ([], "draft")


def test_two_who_write_at_once_lose_nothing(team: Team) -> None:
    made = team.agreed()
    version = made.version
    team.do(team.max, made, "finish_action", action=2, version=version)
    team.do(team.anna, made, "finish_action", action=1, version=version)
    other = {"what": "Other", "kind": "other", "due": day(20), "responsible": "max"}
    with pytest.raises(Refused) as refused:  # the list was opened before the second was done
        team.do(team.mara, made, "set_actions", version=version, actions=[{"number": 2, **other}])
    assert refused.value.fields == {"actions.0.what": "Action 2 is no longer open; it stays as it is."}
    team.do(team.mara, made, "set_actions", version=version, actions=[other])
    with pytest.raises(Stale):
        team.do(team.hanna, made, "set_actions", version=version, actions=[])
    assert [one.state for one in stored(made).all_actions] == ["done", "done", "open"]


def test_what_is_late_is_told_to_the_line_of_the_person_alone(team: Team) -> None:
    made = team.agreed()
    above = bootstrap.add_person("vera", "Vera Example", "N")
    User.objects.filter(pk=team.max.pk).update(manager=above)
    Task.objects.filter(record=made).update(due=made.created)
    remind_and_escalate()
    late = Notice.objects.filter(kind="escalation").values_list("user__username", "values__names")
    assert sorted(late) == [
        ("hanna", "Mara Example"),  # the line manager is late with the review
        ("mara", "Anna Example"),
        ("mara", "Max Example"),
    ]


def test_who_leaves_leaves_plans_in_order(team: Team) -> None:
    made, own = team.agreed(), team.plan(who=team.max, mentor=None, targets=[], actions=[])
    today = {"date": TODAY}
    team.do(team.rita, team.max.file.record, "leave", **today)
    plan = stored(made)
    assert (plan.mentor, asked(made)[1]) == (None, ("development_action", 2, "anna"))
    assert any(one.startswith("%(names)s is no longer part") for one in told(team.anna))
    assert Record.objects.get(pk=own.pk).state == "cancelled"
    team.do(team.rita, team.anna.file.record, "transfer", unit="S", manager="ben")
    assert asked(made)[-1] == ("review_development", 0, "ben")
    assert Record.objects.get(pk=made.pk).unit.code == "S"
    team.do(team.rita, team.anna.file.record, "leave", **today)
    ended = Record.objects.get(pk=made.pk)
    assert (ended.state, asked(made)) == ("cancelled", [])
    assert ended.trail.order_by("-seq").first().reason == "Anna Example has left."


def test_somebody_without_a_manager_is_agreed_by_who_manages_development(team: Team) -> None:
    made = team.plan(who=team.hanna, mentor=None, actions=[], targets=[])
    with pytest.raises(WrongState, match="neither targets nor actions"):
        team.do(team.hanna, made, "propose")
    team.do(
        team.hanna, made, "set_targets", targets=[{"subject": team.framework, "topic": "CHK-1", "level": 2}]
    )
    assert "nobody may agree it" in team.do(team.hanna, made, "propose").conclusion
    bootstrap.grant(team.mara, "manager", "NW")
    deliver()
    assert asked(made) == [("agree_development", 0, "mara")]


def test_plans_are_brought_in_from_a_table(team: Team) -> None:
    heads = "title,aim,begins,ends,person,targets"
    target = f'"[{{""subject"": ""{team.course}""}}]"'
    rows = [
        f"One,Learn,{day(0)},{day(30)},ben,{target}",
        f"Two,Learn,{day(0)},{day(-3)},ben,",
        f"Three,Learn,{day(0)},{day(30)},max,",
    ]
    thing, actor = thing_of("development_plan"), Actor(team.mara)
    report = bring_in(thing, actor, table_from("\n".join([heads, *rows]).encode()))
    assert [(wrong.line, wrong.column) for wrong in report.wrong] == [(3, "ends"), (4, "person")]
    assert bring_in(thing, actor, table_from("\n".join([heads, rows[0]]).encode())).done
    made = Record.objects.get(type="development_plan")
    assert [str(one) for one in stored(made).all_targets] == [team.course]


def test_a_plan_as_it_stood_is_told_with_its_rows(team: Team, client: Any) -> None:
    made = team.agreed()
    moment = Record.objects.get(pk=made.pk).changed
    team.do(team.max, made, "finish_action", action=2, result="She can.")
    client.force_login(team.anna)
    past = client.get(f"/development-plans/{made.number}/?at={moment.isoformat().replace('+00:00', 'Z')}")
    page = past.content.decode()
    assert "Set up with Max" in page and "Measuring" in page and "She can." not in page
    assert "She can." in client.get(f"/development-plans/{made.number}/history/").content.decode()

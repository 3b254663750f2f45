"""Approval routes: how many sign, who may not, standing in, rejection, and two at the same instant."""

import datetime as dt
import itertools
import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from setsquare.domains.documents.audiences import reaches_nobody
from setsquare.domains.documents.models import DocumentType
from setsquare.domains.documents.routes import first_short
from setsquare.domains.documents.thing import REVISION
from setsquare.domains.organisation import bootstrap
from setsquare.faces.web.documents.routes import steps_shown
from setsquare.kernel.accounts.models import Delegation
from setsquare.kernel.commands.declaration import command_of
from setsquare.kernel.commands.errors import CommandError, NotPermitted, Refused, Stale
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.days import today
from tests.documents.conftest import TEXT, Works
from tests.servers.live import LiveSetsquare


def route(works: Works, *steps: dict[str, Any]) -> None:
    """Give procedures another approval route."""
    kind = DocumentType.objects.select_related("record", "template").get(code="procedure")
    kept = {name: getattr(kind, name) for name in ("number_pattern", "required_sections", "review_months")}
    body = {"name": kind.record.title, "template": kind.template.body, **kept, "route": list(steps)}
    works.do("cora", "document_type.edit", kind.record.number, because="Trial", **body)
    works.do("hedda", "document_type.adopt", kind.record.number)


def step(mode: str = "some", needed: int = 1, **who: Any) -> dict[str, Any]:
    return {"name": "Approval", "mode": mode, "needed": needed, "meaning": "approved", **who}


def sent(works: Works, **more: Any) -> str:
    first = f"{works.draft()}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first, **more)
    return first


def stand_in(works: Works, absent: str, substitute: str) -> None:
    now = timezone.now()
    Delegation.objects.create(
        absent=works.person(absent),
        substitute=works.person(substitute),
        starts=now,
        ends=now + dt.timedelta(days=2),
    )


def test_a_remark_that_the_approver_has_not_seen_makes_the_signature_stale(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first)
    seen = works.record(first).version
    works.do("ada", "revision.comment", first, text="Step 3 is dangerous, we know.")
    works.do("ada", "revision.resolve", first, comment=1)
    with pytest.raises(Stale) as caught:
        works.do("mia", "revision.approve", first, version=seen)
    assert [passage.entry.command for passage in caught.value.passages] == ["comment", "resolve"]
    works.do("mia", "revision.approve", first)


def test_two_of_four_are_enough_and_the_others_are_let_go(works: Works) -> None:
    route(works, step("some", 2, roles=["manager", "head", "director"]))
    first = sent(works)
    assert works.asked(first, "approve") == ["dirk", "hedda", "max", "mia"]
    works.do("max", "revision.approve", first)
    assert works.record(first).state == "in_approval"
    works.do("dirk", "revision.approve", first)
    assert works.record(first).state == "approved"
    outcomes = dict(
        Task.objects.filter(record__number=first, kind="approve").values_list("assignee__username", "outcome")
    )
    assert outcomes == {"max": "approved", "dirk": "approved", "hedda": "not_needed", "mia": "not_needed"}


def test_all_of_a_step_sign_before_the_next_begins(works: Works) -> None:
    route(works, step("all", roles=["manager"]), {**step(people=["dirk"]), "meaning": "released"})
    first = sent(works)
    works.do("mia", "revision.approve", first)
    assert works.asked(first, "approve") == ["max"]
    works.do("max", "revision.approve", first)
    assert works.asked(first, "approve") == ["dirk"]
    signed = works.do("dirk", "revision.approve", first)
    assert signed.signature is not None and signed.signature.meaning == "released"
    assert works.record(first).state == "approved"


def test_a_step_that_nobody_can_sign_is_refused_when_sent(works: Works) -> None:
    route(works, step(roles=["auditor"]))
    first = f"{works.draft()}/1"
    works.reviewed(first)
    with pytest.raises(Refused, match="Nobody but its authors can sign the step “Approval” here"):
        works.do("ada", "revision.send_for_approval", first)
    route(works, step("some", 3, roles=["manager"]))
    with pytest.raises(Refused, match="needs 3 signatures, and only 2 can sign it here"):
        works.do("ada", "revision.send_for_approval", first)
    assert works.record(first).state == "in_review"


def test_who_wrote_is_never_among_the_approvers(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.do("mia", "revision.save", first, summary="Helped with a sentence")
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first)
    assert works.asked(first, "approve") == ["hedda", "max"]
    stand_in(works, "max", "mia")
    with pytest.raises(NotPermitted, match="You wrote on this revision"):
        works.do("mia", "revision.approve", first)
    with pytest.raises(NotPermitted, match="You wrote on this revision"):
        works.do("mia", "revision.reject", first, because="Mine")


def test_a_substitute_signs_with_their_own_name_for_the_absent(works: Works) -> None:
    first = sent(works, approvers=["mia", "hedda"])
    stand_in(works, "mia", "max")
    outcome = works.do("max", "revision.approve", first)
    assert outcome.signature is not None
    assert outcome.signature.signer.username == "max"
    assert outcome.signature.on_behalf_of is not None and outcome.signature.on_behalf_of.username == "mia"
    assert '"on_behalf_of":"mia"' in outcome.signature.signed
    assert works.asked(first, "approve") == ["hedda"]


def test_nobody_signs_a_step_twice_even_for_another(works: Works) -> None:
    route(works, step("all", roles=["manager"]))
    first = sent(works)
    stand_in(works, "max", "mia")
    works.do("mia", "revision.approve", first)
    with pytest.raises(
        NotPermitted, match="You have signed this revision already; somebody else has to sign for Max"
    ):
        works.do("mia", "revision.approve", first)
    assert works.asked(first, "approve") == ["max"]


def test_nobody_signs_two_steps_of_a_route(works: Works) -> None:
    route(works, step(roles=["manager", "head"]), {**step(people=["hedda", "dirk"]), "name": "Release"})
    first = sent(works, approvers=["mia", "hedda"])
    assert works.asked(first, "approve") == ["hedda", "mia"]
    with pytest.raises(NotPermitted, match="too few people are left for the step “Release”"):
        works.do("hedda", "revision.approve", first)
    works.do("mia", "revision.approve", first)
    assert works.asked(first, "approve") == ["hedda"]
    with pytest.raises(Refused, match="Mia Manager has signed it already, and nobody signs two steps"):
        works.do("cora", "revision.reassign", first, because="Ill", person="hedda", to="mia")
    works.do("hedda", "revision.approve", first)
    assert works.record(first).state == "approved"


def test_who_signed_one_step_is_not_asked_for_the_next(works: Works) -> None:
    route(works, step(roles=["manager"]), {**step("some", 1, roles=["manager"]), "name": "Release"})
    first = sent(works)
    works.do("max", "revision.approve", first)
    assert works.asked(first, "approve") == ["mia"]


def test_a_route_for_which_there_are_too_few_people_is_refused_when_sent(works: Works) -> None:
    route(works, step(roles=["manager"]), step(people=["mia"]), {**step(people=["max"]), "name": "Release"})
    first = f"{works.draft()}/1"
    works.reviewed(first)
    with pytest.raises(Refused, match="too few people for the step “Release”"):
        works.do("ada", "revision.send_for_approval", first)


@given(
    st.lists(st.tuples(st.sets(st.sampled_from("abcde"), max_size=4), st.integers(1, 2)), max_size=4),
)
def test_a_route_can_be_signed_when_some_choice_of_people_signs_it(steps: list[tuple[set[str], int]]) -> None:
    def can(left: list[tuple[set[str], int]], free: set[str]) -> bool:
        if not left:
            return True
        (people, needed), *later = left
        return any(
            can(later, free - set(who)) for who in itertools.combinations(sorted(people & free), needed)
        )

    assert (first_short(steps) is None) == can(steps, set("abcde"))


def test_the_history_says_what_each_signature_meant(works: Works) -> None:
    route(works, {**step(roles=["manager"]), "name": "Check", "meaning": "checked"}, step(roles=["head"]))
    first = sent(works)
    works.do("mia", "revision.approve", first)
    works.do("hedda", "revision.approve", first)
    signed = Entry.objects.filter(record__number=first, command="approve").order_by("seq")
    assert [sentence_of(entry, REVISION) for entry in signed] == [
        "Mia Manager signed it: as checked, in the step “Check”.",
        "Hedda Head signed it: as approved, in the step “Approval”.",
    ]


def test_a_rejection_goes_back_to_draft_and_earlier_signatures_no_longer_count(works: Works) -> None:
    route(works, step("all", roles=["manager"]))
    first = sent(works)
    works.do("mia", "revision.approve", first)
    with pytest.raises(Refused, match="Say why"):
        works.do("max", "revision.reject", first)
    works.do("max", "revision.reject", first, because="The interval is missing")
    assert works.record(first).state == "draft"
    assert works.asked(first, "approve") == []
    entry = Entry.objects.filter(record__number=first).latest("seq")
    assert (entry.command, entry.reason) == ("reject", "The interval is missing")
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first)
    works.do("max", "revision.approve", first)
    assert works.record(first).state == "in_approval"
    works.do("mia", "revision.approve", first)
    assert works.record(first).state == "approved"
    assert Signature.objects.filter(record__number=first).count() == 3


def test_a_recall_takes_an_approved_revision_back(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.approved(first)
    works.do("cora", "revision.schedule", first, effective_from=f"{works.day(3)}T08:00")
    works.do("cora", "revision.recall", first, because="An error was found")
    revision = works.revision(first)
    assert (revision.record.state, revision.effective_from, revision.approved) == ("draft", None, None)


def test_an_approval_is_given_to_nobody_whom_its_step_does_not_name_nor_to_oneself(works: Works) -> None:
    bootstrap.grant(works.person("rosa"), "head", "H")
    bootstrap.grant(works.person("cora"), "manager", "H")
    route(works, step(roles=["manager"]))
    first = sent(works, approvers=["mia"])
    with pytest.raises(Refused, match="Rosa Reviewer is not among those who sign this step"):
        works.do("cora", "revision.reassign", first, because="Ill", person="mia", to="rosa")
    with pytest.raises(Refused, match="Nobody gives an approval to themself"):
        works.do("cora", "revision.reassign", first, because="Ill", person="mia", to="cora")
    works.do("cora", "revision.reassign", first, because="Ill", person="mia", to="max")
    assert works.asked(first, "approve") == ["max"]


def test_reassigning_keeps_the_rules(works: Works) -> None:
    first = sent(works, approvers=["mia", "hedda"])
    for other, sentence in (
        ("ada", "wrote on it"),
        ("rolf", "may not approve documents here"),
        ("mia", "is asked for this already"),
    ):
        with pytest.raises(Refused, match=sentence):
            works.do("cora", "revision.reassign", first, because="Ill", person="mia", to=other)
    works.do("cora", "revision.reassign", first, because="Ill", person="mia", to="max")
    assert works.asked(first, "approve") == ["hedda", "max"]
    with pytest.raises(Refused, match="Rolf Reviewer has nothing to review or sign here"):
        works.do("cora", "revision.reassign", first, because="Ill", person="rolf", to="max")
    works.do("max", "revision.approve", first)
    works.do("hedda", "revision.approve", first)
    assert works.record(first).state == "approved"


def test_who_leaves_is_followed_by_their_line(works: Works) -> None:
    first = sent(works, approvers=["max", "hedda"])
    bootstrap.leave(works.person("max"), today())
    run_until_idle()
    assert works.asked(first, "approve") == ["hedda", "mia"]


def test_nobody_signs_another_step_than_the_one_that_they_looked_at(works: Works) -> None:
    """Others may sign the same step meanwhile; where that ended it, the next one says something else."""
    bootstrap.grant(works.person("hedda"), "manager", "H")
    checked = {**step(needed=2, roles=["manager"]), "meaning": "checked"}
    route(works, checked, {**step(roles=["manager"]), "meaning": "released"})
    first = sent(works)
    seen = works.record(first).version
    works.do("max", "revision.approve", first)
    works.do("mia", "revision.approve", first, version=seen)
    with pytest.raises(Stale):
        works.do("hedda", "revision.approve", first, version=seen)
    works.do("hedda", "revision.approve", first)
    signed = Signature.objects.filter(record__number=first).order_by("pk")
    assert list(signed.values_list("signer__username", "meaning")) == [
        ("max", "checked"),
        ("mia", "checked"),
        ("hedda", "released"),
    ]


def test_who_comes_second_to_a_step_is_told_what_happened_meanwhile(works: Works) -> None:
    route(works, step("some", 1, roles=["manager"]), step("some", 1, roles=["head"]))
    first = sent(works)
    seen = works.record(first).version
    works.do("max", "revision.approve", first)
    with pytest.raises(Stale) as caught:  # it was theirs when they looked
        works.do("mia", "revision.approve", first, version=seen)
    assert [passage.entry.command for passage in caught.value.passages] == ["approve"]
    with pytest.raises(NotPermitted):
        works.do("mia", "revision.approve", first)


def test_two_approvers_at_the_same_instant_make_one_transition(
    shared_works: tuple[LiveSetsquare, Works],
) -> None:
    live, works = shared_works
    route(works, step("some", 1, roles=["manager"]))
    first = sent(works)
    seen = works.record(first).version
    barrier = threading.Barrier(2)
    came: list[str] = []

    def approve(name: str) -> None:
        with live.orm():
            barrier.wait(30)
            try:
                works.do(name, "revision.approve", first, version=seen)
                came.append("approved")
            except CommandError as refused:
                came.append(type(refused).__name__)

    threads = [threading.Thread(target=approve, args=(name,)) for name in ("mia", "max")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(came) == 2 and came.count("approved") == 1
    assert works.record(first).state == "approved"
    assert Signature.objects.filter(record__number=first).count() == 1
    assert Entry.objects.filter(record__number=first, command="approve").count() == 1


def test_what_was_changed_by_sql_is_found_also_by_a_command_that_waited_for_another(
    shared_works: tuple[LiveSetsquare, Works],
) -> None:
    live, works = shared_works
    first = f"{works.draft()}/1"

    def comment() -> None:
        with live.orm():
            works.do("ada", "revision.comment", first, text="Second")

    waiting = threading.Thread(target=comment)
    with transaction.atomic():
        works.do("ada", "revision.comment", first, text="First")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE records_record SET title = 'Slipped in' WHERE number = %s", [first])
        waiting.start()
        time.sleep(0.5)
    waiting.join(60)
    done = Entry.objects.filter(record__number=first).order_by("seq").values_list("command", flat=True)
    assert list(done) == ["create", "comment", "found_altered", "comment"]


def test_who_may_not_approve_signs_in_nobodys_place_and_everybody_is_told(
    works: Works, client: Client
) -> None:
    first = sent(works, approvers=["mia", "max"])
    named = works.do(
        "mia",
        "person.delegate",
        works.person("mia").file.record.number,
        substitute="rolf",
        starts=works.day(0),
        ends=works.day(3),
    )
    assert "Mia Manager now, Rolf Reviewer may not do all: Approve (" + first in named.conclusion
    assert "do not let you approve documents here" in named.conclusion
    away = {"substitute": "rolf", "starts": works.day(0), "ends": works.day(3)}
    by_another = works.do("root", "person.delegate", works.person("max").file.record.number, **away)
    assert "and is told." in by_another.conclusion, (
        "who administers people does not see what is asked of them"
    )
    assert first not in by_another.conclusion
    run_until_idle()
    told = Notice.objects.filter(user__username="rolf", record__number=first, kind="task.approve")
    assert not told.exists()
    client.force_login(works.person("rolf"))
    task, _of_max = client.get("/api/v1/tasks").json()["items"]
    assert task["assignee"]["username"] == "mia" and "do not let you approve" in task["why_not"]
    assert "You stand in for Mia Manager, but your roles" in client.get("/").text
    with pytest.raises(NotPermitted, match="do not let you approve"):
        works.do("rolf", "revision.approve", first)
    assert works.record(first).state == "in_approval"
    assert not Signature.objects.filter(record__number=first).exists()


def test_the_author_of_a_discarded_text_does_not_approve_it_when_it_is_taken_up_again(works: Works) -> None:
    number = works.do(
        "mia", "document.create", type="procedure", title="Weighing", unit="H", content=TEXT
    ).record.number
    works.do("mia", "revision.discard", f"{number}/1", because="Not yet.")
    works.do("cora", "document.new_revision", number, why="Now.", summary="First.", author="ada")
    second = works.revision(f"{number}/2")
    assert second.content_id == works.revision(f"{number}/1").content_id
    assert second.authors == ["cora", "mia"]


def test_what_is_approved_with_a_revision_stays_as_it_is_while_it_is_approved(works: Works) -> None:
    number = works.draft()
    first = f"{number}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first, approvers=["mia", "hedda"])
    for body in ({"unit": "NW"}, {"standards": ["ISO 1"]}, {"edition": "77"}, {"review_months": 0}):
        with pytest.raises(Refused, match="take it back to the draft first") as refusal:
            works.do("cora", "document.edit", number, because="Slip", **body)
        assert list(refusal.value.fields) == list(body)
    works.do("cora", "document.edit", number, keywords="gauge")


def test_a_revision_that_was_moved_is_not_signed_unseen(works: Works) -> None:
    number = works.in_force()
    second = works.second(number)
    works.reviewed(second)
    works.do("ada", "revision.send_for_approval", second, approvers=["mia"])
    seen = works.record(second).version
    works.do("hedda", "document.redefine", number, because="Moved.", unit="NW")

    with pytest.raises(Stale):
        works.do("mia", "revision.approve", second, version=seen)


def test_who_owns_a_document_or_wrote_it_changes_nothing_that_was_approved(works: Works) -> None:
    """Nor does it help to hand the document over first: the trail knows who owned it."""
    bootstrap.grant(works.person("hedda"), "controller", "NW")
    number = works.in_force(owner="hedda")
    for owner in ("hedda", "cora"):
        works.do("hedda", "document.edit", number, because="Handed over.", owner=owner)
        with pytest.raises(NotPermitted, match="You own(ed)? this document"):
            works.do("hedda", "document.redefine", number, because="Wider.", standards=["ISO 1"])
    works.do("mia", "document.redefine", number, because="Wider.", standards=["ISO 1"])


def test_what_is_in_force_is_read_by_somebody_and_reviewed_as_often_as_its_type(works: Works) -> None:
    number = works.in_force()
    with pytest.raises(Refused, match="say who has to read it"):
        works.do("cora", "document.set_audience", number, because="Nobody", audience=[])
    for months in (0, 25):
        with pytest.raises(Refused, match="reviewed at least every 24 months") as refused:
            works.do("cora", "document.edit", number, because="Rarer", review_months=months)
        assert list(refused.value.fields) == ["review_months"]
    works.do("cora", "document.edit", number, because="More often", review_months=12)


def test_whoever_decides_sees_who_will_have_to_read_it(works: Works) -> None:
    number = works.draft(kind="procedure")
    works.do("cora", "document.set_audience", number, because="x", audience=[{"role": "reader", "unit": "H"}])
    revision = works.revision(f"{number}/1")
    assert (revision.readers_in_words, reaches_nobody(revision)) == (["Reader · Hamburg"], False)
    empty = [{"role": "auditor", "unit": "HP"}]
    told = works.do("cora", "document.set_audience", number, because="x", audience=empty).conclusion
    assert told == f"The audience of {number} reaches nobody who works here now."
    assert reaches_nobody(works.revision(f"{number}/1"))
    works.do("cora", "document.set_audience", number, because="x", audience=[])
    revision = works.revision(f"{number}/1")
    assert (revision.readers_in_words, reaches_nobody(revision)) == (
        ["Nobody: the document has no audience"],
        True,
    )
    revision.reading = "nothing"  # as an editorial change has it
    assert (revision.readers_in_words, reaches_nobody(revision)) == (["Nobody is asked to read it"], False)
    decided_on = {one.label: one.path for one in command_of("revision", "schedule").deciding}
    assert decided_on == {
        "Decided on reading and training": "revision__decided",
        "Has to be read by": "revision__readers_in_words",
    }


def told(works: Works, number: str) -> list[tuple[str, bool, bool]]:
    tasks = (
        Task.objects.filter(record__number=number)
        .select_related("assignee", "done_by")
        .order_by("opened", "id")
    )
    return [(one["told"], one["done"], one["current"]) for one in steps_shown(works.revision(number), tasks)]


def test_each_step_says_whether_it_is_signed_being_signed_or_still_to_come(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.reviewed(first)
    assert told(works, first) == []
    works.do("ada", "revision.send_for_approval", first)
    assert told(works, first) == [
        ("To sign as “Checked” now: one of these", False, True),
        ("Will sign as “Approved” later: one of these", False, False),
    ]
    works.do("mia", "revision.approve", first)
    assert told(works, first) == [
        ("Signed as “Checked”", True, False),
        ("To sign as “Approved” now: one of these", False, True),
    ]
    works.do("hedda", "revision.approve", first)
    assert told(works, first) == [("Signed as “Checked”", True, False), ("Signed as “Approved”", True, False)]

"""What an author or controller has to do next stands among their tasks, and goes when it is done."""

import pytest
from django.test import Client

from setsquare.domains.documents.models import Revision
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.tasks.models import Task
from tests.documents.conftest import PASSWORD, Works

KINDS = ("answer_review", "send_for_approval", "work_on_draft", "schedule")


def open_steps(works: Works, number: str) -> dict[str, list[str]]:
    return {kind: asked for kind in KINDS if (asked := works.asked(number, kind))}


def in_review(works: Works, *reviewers: str) -> str:
    first = f"{works.draft()}/1"
    works.do("ada", "revision.submit", first, reviewers=list(reviewers), due=works.day(7))
    return first


def test_the_author_is_asked_to_send_on_what_nobody_objects_to(works: Works) -> None:
    first = in_review(works, "rolf", "rosa")
    works.do("rolf", "revision.review", first, outcome="no_objection")
    assert open_steps(works, first) == {}
    works.do("rosa", "revision.review", first, outcome="no_objection")
    assert open_steps(works, first) == {"send_for_approval": ["ada"]}
    works.do("ada", "revision.send_for_approval", first, approvers=["mia", "hedda"])
    assert open_steps(works, first) == {}


def test_the_author_is_asked_to_answer_what_a_review_found(works: Works) -> None:
    first = in_review(works, "rolf")
    works.do("rolf", "revision.review", first, outcome="changes_needed", remark="Which standard?")
    assert open_steps(works, first) == {"answer_review": ["ada"]}
    works.do("ada", "revision.return_to_draft", first)
    assert open_steps(works, first) == {}
    assert Task.objects.get(kind="answer_review", record__number=first).outcome == "returned"


def test_the_author_is_asked_to_work_on_what_was_rejected_and_is_shown_why(
    works: Works, client: Client
) -> None:
    first = f"{works.draft()}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first, approvers=["mia", "hedda"])
    works.do("mia", "revision.reject", first, because="The interval is too long.")
    assert open_steps(works, first) == {"work_on_draft": ["ada"]}
    client.force_login(works.person("ada"))
    page = client.get(f"/revisions/{first}/").content.decode()
    assert "Rejected in its approval" in page and "The interval is too long." in page
    works.do("ada", "revision.submit", first, reviewers=["rolf"], due=works.day(7))
    assert open_steps(works, first) == {}
    assert "Rejected in its approval" not in client.get(f"/revisions/{first}/").content.decode()


def test_the_author_is_asked_to_work_on_a_draft_that_others_open_for_them(works: Works) -> None:
    number = works.in_force()
    works.do("cora", "document.new_revision", number, why="A finding", author="ada")
    assert open_steps(works, f"{number}/2") == {"work_on_draft": ["ada"]}
    works.do("cora", "revision.hand_over", f"{number}/2", because="Away", author="mia")
    assert open_steps(works, f"{number}/2") == {"work_on_draft": ["mia"]}
    works.do("mia", "revision.discard", f"{number}/2", because="Not needed.")
    assert open_steps(works, f"{number}/2") == {}


def test_with_the_last_comment_resolved_it_is_to_be_sent_on(works: Works) -> None:
    first = in_review(works, "rolf")
    works.do("rolf", "revision.comment", first, text="A comma is missing.")
    works.do("rolf", "revision.review", first, outcome="no_objection")
    assert open_steps(works, first) == {"answer_review": ["ada"]}
    works.do("ada", "revision.resolve", first, comment=1, answer="It is there now.")
    assert open_steps(works, first) == {"send_for_approval": ["ada"]}
    works.do("rolf", "revision.reopen_comment", first, comment=1, text="And the next one.")
    assert open_steps(works, first) == {"answer_review": ["ada"]}


def test_what_the_author_has_to_do_goes_along_to_the_next_author(works: Works) -> None:
    first = in_review(works, "rolf")
    works.do("rolf", "revision.review", first, outcome="no_objection")
    works.do("cora", "revision.hand_over", first, author="rosa")
    assert open_steps(works, first) == {"send_for_approval": ["rosa"]}


def test_who_controls_is_asked_to_schedule_what_is_approved(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.approved(first)
    assert open_steps(works, first) == {"schedule": ["cora", "hedda"]}
    works.do("cora", "revision.schedule", first, effective_from=f"{works.day(3)}T06:00")
    assert open_steps(works, first) == {}


def test_an_owner_who_controls_schedules_alone(works: Works) -> None:
    first = f"{works.draft(owner='cora')}/1"
    works.approved(first)
    assert open_steps(works, first) == {"schedule": ["cora"]}
    works.do("cora", "revision.recall", first, because="A mistake")
    assert open_steps(works, first) == {"work_on_draft": ["ada"]}
    assert Revision.objects.get(record__number=first).approved is None


def test_only_who_wrote_it_or_controls_takes_a_revision_back_and_all_who_were_asked_are_told(
    works: Works,
) -> None:
    bootstrap.add_person("nora", "Nora Next", "H", password=PASSWORD)
    bootstrap.grant(works.person("nora"), "assistant", "H")
    first = in_review(works, "rolf")
    with pytest.raises(NotPermitted, match="Its authors do this, or who controls documents"):
        works.do("nora", "revision.return_to_draft", first)
    works.do("cora", "revision.return_to_draft", first)
    told = Notice.objects.filter(record__number=first, kind="returned").order_by("user__username")
    assert list(told.values_list("user__username", flat=True)) == ["ada", "rolf"]
    assert open_steps(works, first) == {"work_on_draft": ["ada"]}

"""Controlled copies: issued, recalled when what they show is no longer in force, and settled."""

import datetime as dt
from typing import Any

import pytest

from setsquare.domains.documents import handlers
from setsquare.domains.documents.models import ControlledCopy
from setsquare.domains.documents.queries import copies
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.notices.models import Notice
from tests.days import today
from tests.documents.conftest import Works


def test_copies_are_numbered_and_settled(works: Works) -> None:
    number = works.in_force()
    with pytest.raises(NotPermitted):
        works.do("otto", "document.issue_copy", number, place="Line 1")
    works.do("cora", "document.issue_copy", number, holder="otto", until=works.day(30))
    works.do("cora", "document.issue_copy", number, place="Line 1")
    assert [copy.label for copy in ControlledCopy.objects.order_by("id")] == ["1-1", "1-2"]
    works.do("cora", "document.recall_copy", number, label="1-1")
    assert Notice.objects.filter(kind="copy_recalled", user__username="otto").count() == 1
    works.do("cora", "document.reconcile_copy", number, label="1-1", outcome="returned")
    with pytest.raises(Refused, match="Say how it got lost"):
        works.do("cora", "document.reconcile_copy", number, label="1-2", outcome="lost")
    works.do("cora", "document.reconcile_copy", number, label="1-2", outcome="lost", note="Burnt; line told")
    for label, sentence in (("1-2", "is settled already: Lost"), ("1-9", "There is no copy 1-9")):
        with pytest.raises(Refused, match=sentence):
            works.do("cora", "document.recall_copy", number, label=label)
    assert len(copies(works.person("cora"))) == 2
    assert len(copies(works.person("cora"), out_only=True)) == 0
    assert [copy.label for copy in copies(works.person("otto"))] == ["1-1"]


def test_what_is_asked_of_a_copy(works: Works) -> None:
    number = works.draft()
    works.approved(f"{number}/1")
    works.do("cora", "revision.schedule", f"{number}/1", at_once=True)
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "holder: Say who gets it or where it lies."),
        ({"place": "Line 1", "until": works.day(-1)}, "until: This day is past"),
    ]
    for body, sentence in cases:
        with pytest.raises(Refused) as caught:
            works.do("cora", "document.issue_copy", number, **body)
        field, said = next(iter(caught.value.fields.items()))
        assert f"{field}: {said}".startswith(sentence)


def test_superseded_and_withdrawn_copies_are_recalled(works: Works) -> None:
    number = works.in_force()
    works.do("cora", "document.issue_copy", number, holder="otto")
    second = works.second(number)
    works.approved(second)
    works.do("cora", "revision.schedule", second, at_once=True)
    assert ControlledCopy.objects.get(revision__ordinal=1).recalled is not None
    works.do("cora", "document.issue_copy", number, place="Line 1")
    works.do("cora", "document.withdraw", number, because="The line is gone")
    assert not ControlledCopy.objects.filter(recalled__isnull=True).exists()
    works.do("cora", "document.reconcile_copy", number, label="2-1", outcome="destroyed")


def test_late_copies_are_reminded_of_once(works: Works) -> None:
    number = works.in_force()
    works.do("cora", "document.issue_copy", number, place="Line 1", until=works.day(1))
    ControlledCopy.objects.update(until=today() - dt.timedelta(days=2))
    handlers.remind_of_copies()
    handlers.remind_of_copies()
    run_until_idle()
    assert [notice.user.username for notice in Notice.objects.filter(kind="copy_recalled")] == ["cora"]

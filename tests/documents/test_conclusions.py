"""What commands of documents tell of their outcome: what happened, and who or what comes next."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation

from setsquare.kernel.writing.sentences import in_words
from tests.documents.conftest import Works


def told(works: Works, who: str, command: str, number: str = "", /, **given: Any) -> str:
    return works.do(who, command, number, **given).conclusion


def test_each_step_of_a_revision_tells_the_next_one(works: Works) -> None:
    number = works.draft()
    first = f"{number}/1"
    day = works.day(7)
    names = {who: works.person(who).name for who in ("ada", "rolf", "rosa", "mia", "hedda", "cora")}

    submitted = told(works, "ada", "revision.submit", first, reviewers=["rolf", "rosa"], due=day)
    shown = in_words(dt.date.fromisoformat(day))
    assert (
        submitted
        == f"{first} is in review until {shown}. Asked to review it: {names['rolf']}, {names['rosa']}."
    )
    assert told(works, "rolf", "revision.review", first, outcome="no_objection") == (
        f"Your review of {first} is finished. Still to review it: {names['rosa']}."
    )
    assert told(works, "rosa", "revision.review", first, outcome="no_objection") == (
        f"Your review of {first} was the last one. {names['ada']} goes on with it."
    )
    assert told(works, "ada", "revision.send_for_approval", first, approvers=["mia", "hedda"]) == (
        f"{first} is on its way to approval. Asked to sign first: {names['hedda']}, {names['mia']}."
    )
    assert told(works, "mia", "revision.approve", first) == (
        f"You have signed {first}. Next to sign: {names['hedda']}."
    )
    assert told(works, "hedda", "revision.approve", first) == (
        f"{first} is approved. Asked to set when it takes effect: {names['cora']}, {names['hedda']}."
    )
    when = f"{works.day(1)}T08:00"
    assert told(works, "cora", "revision.schedule", first, effective_from=when) == (
        f"{first} takes effect on {in_words(dt.date.fromisoformat(works.day(1)))}, 08:00 (Europe/Berlin)."
    )


def test_what_takes_effect_at_once_tells_what_it_supersedes(works: Works) -> None:
    number = works.in_force()
    second = works.second(number)
    works.approved(second)
    assert told(works, "cora", "revision.schedule", second, at_once=True) == (
        f"{second} is in force now; {number}/1 is superseded."
    )


def test_what_is_rejected_or_given_up_tells_what_becomes_of_it(works: Works) -> None:
    number = works.draft()
    first = f"{number}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first, approvers=["mia", "hedda"])
    assert told(works, "mia", "revision.reject", first, because="Step 2 is missing.") == (
        f"{first} is a draft again. {works.person('ada').name} is told why and works on it."
    )
    assert told(works, "ada", "revision.discard", first, because="Not needed.") == (
        f"{first} is discarded; its number is not used again."
    )


def test_a_document_in_force_tells_when_it_is_looked_at_again(works: Works) -> None:
    number = works.in_force(review_months=12)
    due = told(works, "cora", "document.review", number, outcome="reaffirmed", findings="As it is done.")
    next_review = works.document(number).next_review
    assert next_review is not None
    assert due == f"{number} still holds. Its next review is due on {in_words(next_review)}."
    opened = told(works, "cora", "document.review", number, outcome="revise", findings="Step 2 changed.")
    assert opened == f"{number}/2 is open as a draft; {works.person('cora').name} works on it."


def test_reminding_names_who_was_reminded(works: Works) -> None:
    number = works.draft()
    works.do("ada", "revision.submit", f"{number}/1", reviewers=["rolf"], due=works.day(7))
    assert told(works, "ada", "revision.remind", f"{number}/1") == (
        f"Reminded of {number}/1: {works.person('rolf').name}."
    )


def test_a_time_is_told_with_its_zone_in_the_readers_language() -> None:
    moment = dt.datetime(2026, 3, 3, 8, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert in_words(moment) == "3 March 2026, 08:00 (Europe/Berlin)"
    with translation.override("de"):
        assert in_words(moment) == "3. März 2026, 08:00 (Europe/Berlin)"

"""Every way in which a document's commands say no, and what they say."""

import datetime as dt
from typing import Any

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.commands.declaration import Actor, Situation
from setsquare.kernel.commands.errors import (
    CommandError,
    NotFound,
    NotPermitted,
    Refused,
    SignatureRefused,
    Stale,
    WrongState,
)
from setsquare.kernel.commands.offering import offers
from setsquare.kernel.records.things import thing_of
from tests.days import today
from tests.documents.conftest import TEXT, Works


def refused(works: Works, kind: type[CommandError], /, *call: Any, **body: Any) -> str:
    """Return the sentence with which a command is refused, after its field where it has one."""
    with pytest.raises(kind) as caught:
        works.do(*call, **body)
    error = caught.value
    if isinstance(error, Refused):
        return "; ".join(
            f"{field}: {sentence}" if field else str(sentence) for field, sentence in error.fields.items()
        )
    return str(error)


def new(**more: Any) -> dict[str, Any]:
    return {"type": "procedure", "title": "A", "unit": "H", **more}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"type": "poem"},
            "type: There is no document type “poem”; there are: external, form, manual, plan, policy,"
            " procedure, specification, work_instruction.",
        ),
        ({"title": " "}, "title: This has to be filled in."),
        ({"unit": "X"}, "unit: There is no unit with the code “X”."),
        ({"number": "MY-1"}, "number: Only who controls documents gives numbers by hand; leave it empty."),
        ({"language": "German"}, "language: This is not of the expected form."),
        ({"audience": [{}]}, "audience.0: Give a role, a unit or a person."),
        (
            {"audience": [{"person": "ada", "unit": "H"}]},
            "audience.0: Give a person alone, or a role and a unit.",
        ),
        ({"content": "x" * 1_000_001}, "content: Write at most 1000000 characters."),
        (
            {"content": "![x](file:" + "0" * 64 + ")"},
            "content: The text shows a picture that was not uploaded by you",
        ),
        ({"source": "0" * 64}, "source: This file was not uploaded by you; upload it first."),
        ({"colour": "red"}, "colour: There is no such field here."),
    ],
)
def test_a_new_document_is_refused_at_the_field(works: Works, more: dict[str, Any], sentence: str) -> None:
    assert refused(works, Refused, "ada", "document.create", **new(**more)).startswith(sentence)


def test_documents_are_made_only_where_one_works(works: Works) -> None:
    assert "Your roles do not allow this" in refused(
        works, NotPermitted, "ada", "document.create", **new(unit="L")
    )
    assert "Your roles do not allow this" in refused(works, NotPermitted, "otto", "document.create", **new())


def test_a_number_is_given_once(works: Works) -> None:
    works.do("cora", "document.create", **new(number="MY-1"))
    sentence = refused(works, Refused, "cora", "document.create", **new(number="MY-1"))
    assert sentence == "number: The number MY-1 is taken."
    assert "number" in refused(works, Refused, "cora", "document.create", **new(number="MY/1"))


def test_a_number_tells_nobody_of_a_document_that_they_do_not_see(works: Works) -> None:
    """A number that some hidden document has, one that looks like it, and a page's word are refused alike."""
    bootstrap.grant(works.person("line"), "controller", "L")
    hidden = works.draft()
    for number in (hidden, hidden.lower(), "import"):
        sentence = refused(works, Refused, "line", "document.create", **new(unit="L", number=number))
        assert sentence == f"number: The number {number} cannot be used; choose another."


def test_a_closed_unit_gets_no_documents(works: Works) -> None:
    Unit.objects.filter(code="HP").update(closed_on=today())
    sentence = refused(works, Refused, "ada", "document.create", **new(unit="HP"))
    assert sentence == "unit: Production is closed; choose a unit that is open."


def test_a_closed_unit_stays_where_it_is_and_is_chosen_nowhere_anew(works: Works) -> None:
    row = {"unit": "HP"}
    kept = works.do("cora", "document.create", **new(unit="HP", audience=[row])).record.number
    other = works.draft()
    Unit.objects.filter(code="HP").update(closed_on=today())
    closed = "Production is closed; choose a unit that is open."
    for command, number, body, field in (
        ("document.create", "", new(audience=[{"person": "rolf"}, row]), "audience.1.unit"),
        ("document.edit", other, {"unit": "HP"}, "unit"),
        ("document.set_audience", other, {"audience": [row]}, "audience.0.unit"),
        ("change_request.create", "", {"title": "x", "what": "x", "why": "y", "unit": "HP"}, "unit"),
        ("document_type.create", "", {"code": "x", "name": "X", "unit": "HP"}, "unit"),
    ):
        assert f"{field}: {closed}" in refused(works, Refused, "cora", command, number, **body), command
    works.do("cora", "document.edit", kept, unit="HP", area="Sales")
    works.do("cora", "document.set_audience", kept, audience=[row, {"person": "rolf"}])
    assert works.document(kept).audience.count() == 2


def test_text_or_file_as_the_type_says(works: Works) -> None:
    upload = works.uploaded("ada", b"%PDF-1.4 x", "a.pdf", "application/pdf")
    digest = upload.blob.digest
    sentence = refused(works, Refused, "ada", "document.create", **new(file=digest))
    assert sentence == "file: Documents of the type “Procedure” are texts; import the file instead."
    both = new(type="form", file=digest, content=TEXT)
    assert "Give one of them" in refused(works, Refused, "ada", "document.create", **both)
    number = works.draft()
    assert "file: Documents of the type" in refused(
        works, Refused, "ada", "revision.use_file", f"{number}/1", file=digest
    )


def test_a_draft_is_submitted_complete(works: Works) -> None:
    number = works.draft(content="## Purpose\n\nOnly this.")
    submit = {"reviewers": ["rolf"], "due": works.day(3)}
    assert refused(works, Refused, "ada", "revision.submit", f"{number}/1", **submit) == (
        "content: These sections are missing: Scope, Responsibilities, Procedure, Records, References. "
        "Add a heading for each."
    )
    works.do("ada", "revision.save", f"{number}/1", content="")
    assert refused(works, Refused, "ada", "revision.submit", f"{number}/1", **submit) == (
        "content: There is nothing in it yet: write the text or put in a file."
    )


def test_reviewers_are_others_and_have_time(works: Works) -> None:
    first = f"{works.draft()}/1"
    past = {"reviewers": ["rolf"], "due": works.day(-1)}
    assert refused(works, Refused, "ada", "revision.submit", first, **past) == (
        "due: This day is past; choose today or a later one."
    )
    themself = {"reviewers": ["ada"], "due": works.day(1)}
    assert refused(works, Refused, "ada", "revision.submit", first, **themself) == (
        "reviewers: Ada Author wrote on it; choose reviewers who did not."
    )
    nobody = {"reviewers": [], "due": works.day(1)}
    assert (
        refused(works, Refused, "ada", "revision.submit", first, **nobody) == "reviewers: Choose at least 1."
    )


def test_a_second_revision_says_what_changed(works: Works) -> None:
    number = works.in_force()
    works.do("ada", "document.new_revision", number, why="A finding")
    sentence = refused(
        works, Refused, "ada", "revision.submit", f"{number}/2", reviewers=["rolf"], due=works.day(1)
    )
    assert sentence == "summary: Say what changed first: readers see it before the text."


def test_everything_in_the_way_is_told_at_once_and_before_the_button_is_pressed(works: Works) -> None:
    number = works.in_force()
    works.do("ada", "document.new_revision", number, why="A finding")
    works.do("ada", "revision.save", f"{number}/2", content="## Purpose\n\nOnly this.")
    record = works.revision(f"{number}/2").record
    with pytest.raises(Refused) as caught:
        works.do("ada", "revision.submit", f"{number}/2", reviewers=[], due=works.day(1))
    assert list(caught.value.fields) == ["content", "summary", "reviewers"]
    with pytest.raises(Refused) as caught:
        works.do("ada", "revision.submit", f"{number}/2", reviewers=["ada"], due=works.day(-1))
    assert list(caught.value.fields) == ["content", "summary", "due", "reviewers"]
    called = [caught.value.labels[field] for field in ("due", "content", "summary")]
    assert called == ["Until", "Content", "What changed"], "as the forms call what is written there"
    situation = Situation(Actor(works.person("ada")), thing_of("revision"), record)
    [offer] = offers(situation, ["submit"])
    assert "These sections are missing" in str(offer.why_not) and "Say what changed first" in str(
        offer.why_not
    )
    with pytest.raises(Refused) as hidden:  # who may not submit it learns nothing of what it lacks
        works.do("otto", "revision.submit", f"{number}/2", reviewers=[], due=works.day(1))
    assert list(hidden.value.fields) == ["reviewers"]


def test_approval_waits_for_the_review_and_its_comments(works: Works) -> None:
    first = f"{works.draft()}/1"
    send = ("ada", "revision.send_for_approval", first)
    assert "are reviewed first" in refused(works, WrongState, *send)
    works.do("ada", "revision.submit", first, reviewers=["rolf", "rosa"], due=works.day(1))
    works.do("rolf", "revision.review", first, outcome="no_objection", remark="Well done")
    assert refused(works, WrongState, *send) == (
        "The review by Rosa Reviewer is not done yet. 1 comment is open; it has to be resolved first."
    )
    nothing_said = refused(works, Refused, "rosa", "revision.review", first, outcome="changes_needed")
    assert nothing_said == "remark: Say what has to change, here or as a comment on the passage."
    works.do("rosa", "revision.review", first, outcome="changes_needed", remark="Name the standard")
    assert refused(works, WrongState, *send).startswith(
        "Rosa Reviewer asked for changes: take it back to draft"
    )
    works.do("ada", "revision.return_to_draft", first)
    works.reviewed(first)
    assert refused(works, WrongState, *send) == "2 comments are open; they have to be resolved first."
    works.do("ada", "revision.resolve", first, comment=1, answer="Thank you")
    assert refused(works, WrongState, *send) == "1 comment is open; it has to be resolved first."
    works.do("ada", "revision.resolve", first, comment=2, answer="Named")
    assert refused(works, Refused, *send, approvers=["rolf"]) == (
        "approvers: Rolf Reviewer cannot sign a step of this route here."
    )
    assert refused(works, Refused, "ada", "revision.resolve", first, comment=2) == (
        "comment: Comment #2 is resolved already."
    )
    assert refused(works, Refused, "ada", "revision.reply", first, comment=9, text="?") == (
        "comment: There is no comment #9 here."
    )
    works.do(*send)


def test_only_who_takes_part_talks(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.reviewed(first)
    works.do("rolf", "revision.comment", first, text="One more thing")
    with pytest.raises(NotFound):
        works.do("otto", "revision.comment", first, text="And I?")


def test_an_approval_needs_the_right_password(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first)
    wrong = refused(works, SignatureRefused, "mia", "revision.approve", first, password="guessed")
    assert wrong == "The password is not right. Nothing was signed."
    assert refused(works, SignatureRefused, "mia", "revision.approve", first, password="").startswith(
        "Give your password"
    )
    assert works.asked(first, "approve") == ["hedda", "max", "mia"]


def test_open_comments_hold_the_approval(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first)
    works.do("mia", "revision.comment", first, text="Which gauges?")
    assert "1 comment is open" in refused(works, WrongState, "max", "revision.approve", first)
    assert (
        refused(works, NotPermitted, "rolf", "revision.approve", first)
        == "This is not among your tasks now. It is the turn of: Hedda Head, Mia Manager, Max Manager."
    )
    author = refused(works, NotPermitted, "ada", "revision.approve", first)
    assert author == "You wrote on this revision; somebody else has to decide on it."


def test_an_approval_of_what_changed_meanwhile_is_stale(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first)
    seen = works.record(first).version
    works.do("max", "revision.reject", first, because="Intervals are missing")
    works.do("ada", "revision.save", first, content=TEXT.replace("12", "24"))
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first)
    with pytest.raises(Stale) as caught:
        works.do("mia", "revision.approve", first, version=seen)
    assert "save" in [passage.entry.command for passage in caught.value.passages]
    works.do("mia", "revision.approve", first, version=works.record(first).version)


def test_two_writers_the_second_is_shown_what_changed(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.do("ada", "revision.save", first, content=TEXT + "\nOne.", version=1)
    with pytest.raises(Stale) as caught:
        works.do("ada", "revision.save", first, content=TEXT + "\nTwo.", version=1)
    assert "Look at what changed" in str(caught.value)


def test_nothing_is_written_outside_the_draft(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.reviewed(first)
    assert "this is done while it is “Draft”" in refused(
        works, WrongState, "ada", "revision.save", first, content="x"
    )


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        (None, "Give a date and time, or choose “at once”."),
        ("2020-01-01T09:00", "This is past: at its site (Europe/Berlin) it is "),
        ("2999-01-01T09:00", "This is more than five years away; choose an earlier day."),
        ("soon", "Give a date and time such as 2026-11-30T09:00."),
    ],
)
def test_the_time_of_effect_is_refused_at_its_field(works: Works, moment: str | None, sentence: str) -> None:
    first = f"{works.draft()}/1"
    works.approved(first)
    said = refused(works, Refused, "cora", "revision.schedule", first, effective_from=moment)
    assert said.startswith("effective_from: " + sentence)
    both = {"at_once": True, "effective_from": "2030-01-01T09:00"}
    assert "not both" in refused(works, Refused, "cora", "revision.schedule", first, **both)


def test_a_time_that_the_clocks_skip_is_refused(works: Works) -> None:
    from setsquare.domains.documents.commands.releasing import moment_at  # noqa: PLC0415 - after the set-up

    before = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    with pytest.raises(Refused, match="skip this time"):
        moment_at(works.hamburg, dt.datetime(2027, 3, 28, 2, 30), before)  # noqa: DTZ001 - the site's clock
    lyon = moment_at(works.lyon, dt.datetime(2027, 7, 1, 9, 0), before)  # noqa: DTZ001 - the site's clock
    assert lyon == dt.datetime(2027, 7, 1, 7, 0, tzinfo=dt.UTC)


def test_withdrawing_waits_for_the_revision_in_work(works: Works) -> None:
    number = works.in_force()
    second = works.second(number)
    assert refused(works, WrongState, "cora", "document.withdraw", number, because="Obsolete") == (
        f"{second} is in work; a document has one open revision at a time. Let it take effect or discard it first."
    )
    assert refused(works, WrongState, "ada", "document.new_revision", number, why="Again").startswith(second)
    works.do("ada", "revision.discard", second, because="Not needed")
    assert "Say why" in refused(works, Refused, "cora", "document.withdraw", number)


def test_an_hour_that_the_clocks_show_twice_is_refused(works: Works) -> None:
    from setsquare.domains.documents.commands.releasing import moment_at  # noqa: PLC0415 - after the set-up

    unit = works.hamburg
    now = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    with pytest.raises(Refused) as caught:
        moment_at(unit, dt.datetime.fromisoformat("2026-10-25T02:30"), now)
    assert caught.value.fields == {
        "effective_from": "The clocks of its site (Europe/Berlin) show this time twice on that day: choose another, or"
        " say which by its"
        " offset, 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00."
    }
    for text, hour in (("2026-10-25T02:30+02:00", 0), ("2026-10-25T02:30+01:00", 1)):
        meant = moment_at(unit, dt.datetime.fromisoformat(text), now)
        assert meant == dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC)
    assert moment_at(unit, dt.datetime.fromisoformat("2026-10-25T03:00"), now).hour == 2


def test_days_beyond_a_working_life_are_refused(works: Works) -> None:
    number = works.in_force()
    told = "This is more than 25 years away; choose an earlier day."
    call = ("cora", "document.issue_copy", number)
    assert refused(works, Refused, *call, holder="otto", until="2900-01-01") == f"until: {told}"
    second = works.second(number)
    submit = ("ada", "revision.submit", second)
    assert refused(works, Refused, *submit, reviewers=["rolf"], due="2900-01-01") == f"due: {told}"


def test_details_in_force_are_changed_by_who_controls_and_with_a_reason(works: Works) -> None:
    number = works.in_force()
    assert "who controls documents" in refused(
        works, NotPermitted, "ada", "document.edit", number, because="Better", area="Metrology"
    )
    assert "Say why" in refused(works, Refused, "cora", "document.edit", number, area="Metrology")
    works.do("cora", "document.edit", number, because="New map of processes", area="Metrology")


def test_the_title_in_force_changes_by_a_revision_alone(works: Works) -> None:
    number = works.in_force()
    told = f"title: The title was approved with {number}/1: it changes with the next revision, in its draft."
    for who in ("cora", "hedda"):
        call = (who, "document.edit", number)
        assert refused(works, Refused, *call, because="Typo", title="Gauges") == told
    second = works.second(number)
    assert refused(works, Refused, "cora", "document.edit", number, because="Typo", title="Gauges") == told
    works.do("ada", "revision.save", second, title="Calibration of gauges")
    assert works.record(number).title == "Calibration"
    works.do("cora", "document.edit", number, because="New map", area="Metrology", title="Calibration")
    assert (works.record(number).title, works.document(number).area) == ("Calibration", "Metrology")


def test_what_was_approved_with_it_is_changed_by_signature_of_who_may_approve(works: Works) -> None:
    number = works.in_force(standards=["ISO 9001:2015 7.1.5"])
    told = f"This was approved with {number}/1: who may approve documents changes it, by “Change what was approved”."
    for body in ({"standards": []}, {"unit": "NW"}, {"language": "de"}, {"edition": "2"}):
        (field,) = body
        call = ("cora", "document.edit", number)
        assert refused(works, Refused, *call, because="Slip", **body) == f"{field}: {told}"
    call = ("document.redefine", number)
    assert refused(works, NotPermitted, "ada", *call, because="Audit", unit="NW")
    assert "Say why" in refused(works, Refused, "hedda", *call, unit="NW")
    assert refused(works, SignatureRefused, "hedda", *call, because="Audit", unit="NW", password="no")
    assert refused(works, Refused, "hedda", *call, because="Audit", unit="H") == "Nothing of it is changed."
    assert "may not place" in refused(works, Refused, "mia", *call, because="Audit", unit="L")
    done = works.do("hedda", *call, because="Audit", unit="NW", standards=["ISO 9001:2026 7.1.5"])
    assert done.signature is not None
    assert (done.signature.meaning, done.signature.reason) == ("redefined", "Audit")
    assert works.record(f"{number}/1").unit.code == "NW"
    assert works.document(number).standards == ["ISO 9001:2026 7.1.5"]


def test_a_title_on_its_way_to_approval_is_changed_in_the_draft(works: Works) -> None:
    number = works.draft()
    works.reviewed(f"{number}/1")
    assert "is on its way to approval" in refused(
        works, Refused, "cora", "document.edit", number, title="Gauges"
    )


def test_who_changes_the_title_of_a_draft_is_an_author_of_it(works: Works) -> None:
    number = works.draft()
    works.do("hedda", "document.edit", number, title="Gauges")
    assert works.revision(f"{number}/1").authors == ["ada", "hedda"]
    works.reviewed(f"{number}/1")
    assert "cannot sign a step" in refused(
        works, Refused, "ada", "revision.send_for_approval", f"{number}/1", approvers=["hedda"]
    )


def test_an_editorial_change_needs_something_in_force(works: Works) -> None:
    number = works.draft()
    works.do("ada", "revision.discard", f"{number}/1", because="Begun wrongly")
    call = ("ada", "document.new_revision", number)
    assert "cannot be editorial" in refused(works, Refused, *call, kind="editorial", why="Typo")
    works.do(*call, why="Once more")
    assert works.record(f"{number}/2").state == "draft"


def test_reading_is_planned_only_against_something_read_before(works: Works) -> None:
    first = f"{works.draft()}/1"
    sentence = refused(works, Refused, "ada", "revision.plan_reading", first, reading="changes")
    assert sentence == "reading: It is the first revision: there is nothing yet that has been read."


def test_reading_of_what_is_approved_is_planned_by_who_controls(works: Works) -> None:
    number = works.in_force()
    second = works.second(number)
    works.approved(second)
    mine = ("ada", "revision.plan_reading", second)
    assert refused(works, NotPermitted, *mine, because="Busy", reading="nothing") == (
        "It is approved; who controls documents plans its reading now."
    )
    call = ("cora", "revision.plan_reading", second)
    assert works.revision(second).reading == "whole"
    assert "reason: Say why" in refused(works, Refused, *call, reading="whole", days=5)
    assert refused(works, Refused, *call, because="Busy", reading="changes") == (
        "reading: It was approved with more to be read: The whole document. To have less read, recall it and have it"
        " approved anew."
    )
    works.do(*call, because="Holidays", reading="whole", days=30)
    assert works.revision(second).reading_days == 30


def test_more_reading_than_was_approved_is_planned_with_a_reason(works: Works) -> None:
    number = works.in_force()
    second = works.second(number)
    works.do("ada", "revision.plan_reading", second, reading="changes")
    works.approved(second)
    works.do("cora", "revision.plan_reading", second, because="They asked", reading="whole")
    works.do("cora", "revision.plan_reading", second, because="As approved", reading="changes")
    assert works.revision(second).reading == "changes"


def test_nobody_is_handed_what_they_are_asked_to_review(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.do("ada", "revision.submit", first, reviewers=["rolf"], due=works.day(3))
    assert refused(works, Refused, "ada", "revision.hand_over", first, author="rolf") == (
        "author: Rolf Reviewer is asked to review it, and no author does that: reassign the review to somebody else"
        " first."
    )
    works.do("cora", "revision.reassign", first, because="Writes it", person="rolf", to="rosa")
    works.do("ada", "revision.hand_over", first, author="rolf")


def test_system_commands_are_not_for_people(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.approved(first)
    assert (
        refused(works, NotPermitted, "cora", "revision.make_effective", first) == "Only the system does this."
    )
    with pytest.raises(Refused, match="not yet time"):
        works.do("", "revision.make_effective", first)


@pytest.mark.parametrize("nothing", ["\u200b", "\u2800\u2800", "\u3164", " \u200b "])
def test_what_cannot_be_seen_is_no_reason_and_no_answer(works: Works, nothing: str) -> None:
    first = f"{works.draft()}/1"
    works.do("ada", "revision.submit", first, reviewers=["rolf"], due=works.day(3))
    assert refused(works, Refused, "cora", "revision.recall", first, because=nothing).startswith(
        "reason: Say why"
    )
    outcome = {"outcome": "changes_needed", "remark": nothing}
    assert refused(works, Refused, "rolf", "revision.review", first, **outcome).startswith("remark: Say what")
    works.do("rolf", "revision.comment", first, text="Why?")
    assert refused(works, Refused, "ada", "revision.resolve", first, comment=1, answer=nothing)
    assert refused(works, Refused, "rolf", "revision.comment", first, text=nothing).startswith("text: ")

"""What the pages of documents show, and that they cost the same however much there is."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from setsquare.domains.documents.queries import (
    document_page,
    history,
    revision_page,
    tree_by_area,
    tree_by_type,
    tree_by_unit,
)
from setsquare.domains.documents.thing import DOCUMENT, REVISION
from setsquare.kernel.commands.declaration import Actor, Situation
from setsquare.kernel.commands.offering import offers
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.registers import page, related_of
from tests.documents.conftest import TEXT, Works


def cost(reading: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        reading()
    return len(captured)


def read_along(number: str) -> Record:
    thing = REVISION if "/" in number else DOCUMENT
    return Record.objects.select_related(*related_of(thing)).get(number=number)


def test_the_tree_counts_what_one_sees(works: Works) -> None:
    works.in_force(area="Metrology")
    works.draft(title="B", unit="HP", area="Assembly")
    works.draft(title="C", kind="plan")
    ada, otto = works.person("ada"), works.person("otto")
    assert [(branch.code, branch.count) for branch in tree_by_type(ada)] == [("plan", 1), ("procedure", 2)]
    assert [(branch.code, branch.count) for branch in tree_by_area(ada)] == [
        ("Assembly", 1),
        ("Metrology", 1),
        ("", 1),
    ]
    units = [(branch.code, branch.count, branch.depth) for branch in tree_by_unit(ada)]
    assert units == [("NW", 3, 0), ("H", 3, 1), ("HP", 1, 2)]
    assert [branch.count for branch in tree_by_type(otto)] == [1]


def test_a_documents_page(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    other = works.draft(title="Other", content=f"{TEXT}\n[It](record:{number})")
    works.approved(f"{other}/1")
    works.do("cora", "revision.schedule", f"{other}/1", at_once=True)
    second = works.second(number)
    works.do("ada", "revision.submit", second, reviewers=["rolf"], due=works.day(1))
    works.do("cora", "document.issue_copy", number, place="Line 1")
    shown = document_page(works.person("cora"), read_along(number))
    assert [record.number for record in shown.revisions] == [second, f"{number}/1"]
    assert [signature.signer.username for signature in shown.signatures] == ["mia", "hedda"]
    assert shown.reading is not None and shown.reading.people == 2
    assert [task.kind for task in shown.tasks] == ["review"]
    assert [link.source.number for link in shown.referred_by] == [other]
    assert (shown.copies_out, len(shown.audience)) == (1, 1)
    assert [
        record.number for record in document_page(works.person("otto"), read_along(number)).revisions
    ] == [f"{number}/1"]


def test_the_pages_cost_the_same_however_much_there_is(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    cora = works.person("cora")

    def document() -> int:
        return cost(lambda: document_page(cora, read_along(number)))

    def revision(of: str) -> int:
        return cost(lambda: revision_page(read_along(of)))

    before = document()
    assert before <= 11
    second = works.second(number)
    one = revision(second)
    assert one <= 8
    works.do("ada", "revision.submit", second, reviewers=["rolf", "rosa"], due=works.day(1))
    for words in ("One", "Two", "Three"):
        works.do("rolf", "revision.comment", second, text=words)
        works.do("ada", "revision.reply", second, comment=1, text=words)
        works.do("cora", "document.issue_copy", number, place=words)
    works.do(
        "cora", "document.set_audience", number, because="x", audience=[{"unit": "HP"}, {"person": "luc"}]
    )
    assert document() <= before + 1
    assert revision(second) <= one + 1


def test_the_register_costs_the_same_for_few_and_many(works: Works) -> None:
    cora = works.person("cora")

    def register() -> int:
        def reading() -> None:
            for record in page(
                DOCUMENT, cora, filters={"type": ["procedure"], "review": ["90", "none"]}
            ).records:
                str(record.document.kind.record.title)
                str(record.document.current and record.document.current.record.number)
                str(record.document.open_revision and record.document.open_revision.record.number)

        return cost(reading)

    works.draft()
    one = register()
    for count in range(6):
        works.draft(title=f"D{count}")
    assert register() == one


def test_the_next_thing_to_do_comes_first_and_what_cannot_be_done_says_why(works: Works) -> None:
    number = works.draft()
    first = f"{number}/1"

    def offered(who: str, of: str) -> dict[str, str]:
        record = works.record(of)
        situation = Situation(Actor(works.person(who)), REVISION if "/" in of else DOCUMENT, record)
        return {offer.command.name: str(offer.why_not or "") for offer in offers(situation)}

    assert next(iter(offered("ada", first))) == "submit"
    assert "reviewed first" in offered("ada", first)["send_for_approval"]
    works.do("ada", "revision.submit", first, reviewers=["rolf"], due=works.day(1))
    assert next(iter(offered("rolf", first))) == "review"
    assert offered("ada", first)["send_for_approval"] == "The review by Rolf Reviewer is not done yet."
    works.do("rolf", "revision.review", first, outcome="no_objection")
    assert next(iter(offered("ada", first))) == "send_for_approval"
    assert "in work" in offered("cora", number)["withdraw"]


def test_the_history_is_read_in_pages_without_gaps(works: Works) -> None:
    number = works.in_force()
    record = works.record(f"{number}/1")
    whole = [passage.entry.seq for passage in history(record)]
    first = history(record, limit=3)
    second = history(record, before_seq=first[-1].entry.seq, limit=100)
    assert [passage.entry.seq for passage in [*first, *second]] == whole
    assert whole == list(range(record.version, 0, -1))
    assert first[-1].changes == next(p for p in history(record) if p.entry.seq == first[-1].entry.seq).changes

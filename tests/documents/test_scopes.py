"""Who sees which documents and revisions: nothing of a sister site, no draft for readers."""

import pytest

from setsquare.domains.documents.models import Document, Revision
from setsquare.domains.documents.queries import all_in_force_on, in_force_on, pair_of, revisions_of
from setsquare.domains.documents.thing import DOCUMENT, DOCUMENT_TYPE, REVISION
from setsquare.kernel.commands.errors import NotFound
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import find
from setsquare.kernel.search.query import search
from tests.documents.conftest import TEXT, Works


def seen(works: Works, who: str) -> list[str]:
    user = works.person(who)
    documents = DOCUMENT.visible_to(user) | REVISION.visible_to(user)
    return sorted(documents.values_list("number", flat=True))


def test_readers_see_what_is_in_force_at_their_site_and_above(works: Works) -> None:
    site = works.in_force()
    works.second(site)
    whole = works.do(
        "cora", "document.create", type="procedure", title="All", unit="NW", content=TEXT
    ).record.number
    assert seen(works, "otto") == [site, f"{site}/1"]
    assert seen(works, "luc") == []
    assert seen(works, "ada") == [site, f"{site}/1", f"{site}/2"]
    works.do("cora", "revision.submit", f"{whole}/1", reviewers=["luc"], due=works.day(1))
    assert seen(works, "luc") == [whole, f"{whole}/1"]
    assert seen(works, "otto") == [site, f"{site}/1"]
    works.do("luc", "revision.review", f"{whole}/1", outcome="no_objection")
    assert seen(works, "luc") == [f"{whole}/1"]
    works.do("cora", "revision.send_for_approval", f"{whole}/1")
    works.do("hedda", "revision.approve", f"{whole}/1")
    works.do("dirk", "revision.approve", f"{whole}/1")
    works.do("cora", "revision.schedule", f"{whole}/1", at_once=True)
    for reader in ("luc", "line"):
        assert seen(works, reader) == [whole, f"{whole}/1"]
    assert seen(works, "otto") == [site, f"{site}/1", whole, f"{whole}/1"]


def test_a_sister_sites_number_looks_like_one_that_does_not_exist(works: Works) -> None:
    number = works.in_force()
    answers = []
    for wanted in (number, "SOP-999"):
        with pytest.raises(Record.DoesNotExist) as caught:
            find(works.person("line"), wanted)
        answers.append(type(caught.value))
    assert answers[0] is answers[1]
    with pytest.raises(NotFound, match=f"There is no {number} that you can see"):
        works.do("line", "document.new_revision", number, why="Curious")


def test_search_finds_what_is_in_force_and_no_draft(works: Works) -> None:
    number = works.in_force()
    works.second(number)
    works.do("ada", "revision.save", f"{number}/2", content=TEXT + "\n\nThe zirconium rule.")
    fresh = works.draft(title="Fresh", content=TEXT + "\n\nThe beryllium rule.")

    def found(who: str, words: str) -> list[str]:
        return [hit.record.number for hit in search(works.person(who), words).hits]

    assert found("otto", "caliper interval") == [number]
    assert found("otto", "zirconium") == found("ada", "zirconium") == []
    assert (found("ada", "beryllium"), found("otto", "beryllium")) == ([fresh], [])
    assert found("luc", "caliper") == []
    works.do("ada", "revision.save", f"{fresh}/1", content=TEXT + "\n\nThe vanadium rule.")
    assert (found("ada", "beryllium"), found("ada", "vanadium")) == ([], [fresh])
    works.approved(f"{number}/2")
    works.do("cora", "revision.schedule", f"{number}/2", at_once=True)
    assert found("otto", "zirconium") == [number]


def test_what_is_withdrawn_stays_readable(works: Works) -> None:
    number = works.in_force()
    works.do("cora", "document.withdraw", number, because="Obsolete")
    assert seen(works, "otto") == [number, f"{number}/1"]
    assert works.asked(f"{number}/1") == []


def test_revisions_to_compare_are_those_one_sees(works: Works) -> None:
    number = works.in_force()
    works.second(number)
    document = Document.objects.get(record__number=number)
    pair = pair_of(works.person("ada"), document, 2, 1)
    assert (pair.old.ordinal, pair.new.ordinal) == (1, 2)
    assert "6 months" in pair.new_text and "12 months" in pair.old_text
    with pytest.raises(Revision.DoesNotExist):
        pair_of(works.person("otto"), document, 1, 2)
    assert [record.number for record in revisions_of(works.person("otto"), document)] == [f"{number}/1"]


def test_what_was_in_force_when(works: Works) -> None:
    number = works.in_force()
    document = Document.objects.get(record__number=number)
    first = works.revision(f"{number}/1")
    second = works.second(number)
    works.approved(second)
    works.do("cora", "revision.schedule", second, at_once=True)
    assert first.effective_at is not None
    assert in_force_on(document, first.record.created) is None
    assert in_force_on(document, first.effective_at) == first
    changed = works.revision(second).effective_at
    assert changed is not None
    assert in_force_on(document, changed) == works.revision(second)
    assert [row.ordinal for row in all_in_force_on(works.person("otto"), first.effective_at)] == [1]
    assert not all_in_force_on(works.person("luc"), changed)


def test_moving_a_document_moves_its_revisions_and_its_readers(works: Works) -> None:
    number = works.in_force()
    assert seen(works, "luc") == []
    works.do("hedda", "document.redefine", number, because="Valid in Lyon now", unit="L")
    assert seen(works, "luc") == [number, f"{number}/1"]
    assert works.record(f"{number}/1").unit.code == "L"
    assert seen(works, "rolf") == [number, f"{number}/1"], "still in its audience"


def test_document_types_are_seen_by_readers(works: Works) -> None:
    assert DOCUMENT_TYPE.visible_to(works.person("luc")).count() == 8

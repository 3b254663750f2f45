"""Who is told as author: everybody who wrote on the revision, who is in charge of it first."""

from setsquare.domains.documents.publishing import sheet_of
from tests.documents.conftest import TEXT, Works


def test_everybody_who_wrote_is_printed_who_is_in_charge_first(works: Works) -> None:
    number = works.draft()
    works.do("cora", "revision.save", f"{number}/1", content=TEXT.replace("gauge", "dial gauge"))
    revision = works.revision(f"{number}/1")
    sheet = sheet_of(revision, works.person("ada"), lambda number: number)
    names = ", ".join(works.person(name).name for name in ("ada", "cora"))
    assert sheet.written_by == names
    assert [row.author for row in sheet.history] == [names]


def test_each_revision_has_its_own_authors(works: Works) -> None:
    number = works.in_force()
    works.do("cora", "document.new_revision", number, why="A finding", author="ada")
    works.do("cora", "revision.save", f"{number}/2", summary="Dial gauges.")
    sheet = sheet_of(works.revision(f"{number}/2"), works.person("ada"), lambda number: number)
    ada, cora = (works.person(name).name for name in ("ada", "cora"))
    assert [row.author for row in sheet.history] == [f"{ada}, {cora}", ada]


def test_who_hands_it_over_stays_an_author(works: Works) -> None:
    number = works.draft()
    works.do("cora", "revision.hand_over", f"{number}/1", author="rolf")
    assert [person.username for person in works.revision(f"{number}/1").written_by] == ["rolf", "ada"]

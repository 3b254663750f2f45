"""What an import changed or left out is told in the history."""

from setsquare.domains.documents.fields import Imported
from setsquare.kernel.commands.telling import deed_of
from setsquare.kernel.files.models import Upload
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.trail.models import Entry
from tests.documents.conftest import TEXT, Works
from tests.documents.test_carried_over import GIVEN


def test_remarks_of_an_import_stand_in_the_history(works: Works) -> None:
    number = works.draft()
    upload: Upload = works.uploaded("ada", b"x", "a.md", "text/markdown")
    source = Imported(upload, "Text", None, ("Comments were left out.", "Headers were left out."), ())
    works.do("ada", "revision.import_content", f"{number}/1", source=source)
    made = works.do("ada", "document.create", type="procedure", title="B", unit="H", source=source)
    remarks = "Comments were left out. Headers were left out."
    expected = {"text": "from %(name)s: %(remarks)s", "values": {"name": "a.md", "remarks": remarks}}
    assert made.entry.note == expected
    assert Entry.objects.filter(record__number=f"{number}/1").latest("seq").note == expected


def test_they_stand_in_the_history_of_what_is_taken_over_too(works: Works) -> None:
    upload: Upload = works.uploaded("cora", b"x", "a.md", "text/markdown")
    source = Imported(upload, TEXT, None, ("Comments were left out.",), ())
    given = {name: value for name, value in GIVEN.items() if name != "content"}
    made = works.do("cora", "document.import_effective", because="Paper file 7", **given, source=source)
    assert deed_of(made.entry, thing_of("document")) == (
        "took over the document, which was in force before: in force since 1 May 2020, approved outside Setsquare by"
        " Ida Old, head of quality on 28 April 2020; of its text: Comments were left out."
    )

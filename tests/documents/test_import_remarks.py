"""What an import changed or left out is told in the history."""

from setsquare.domains.documents.fields import Imported
from setsquare.kernel.files.models import Upload
from setsquare.kernel.trail.models import Entry
from tests.documents.conftest import Works


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

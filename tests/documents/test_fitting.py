"""What a file begins with: its title and title block are left out and told, any other heading stays."""

import pytest
from django.utils import translation

from setsquare.domains.documents.publishing import exported
from setsquare.kernel.trail.models import Entry
from tests.documents.conftest import TEXT, Works

ALONE = "# Purpose\n\nWords.\n\n## Scope\n\nAll of it.\n"


def imported(works: Works, first: str, data: bytes, name: str) -> tuple[str, str]:
    """Import a file as Ada; returns the text and what the history says of it."""
    upload = works.uploaded("ada", data, name, "text/markdown")
    works.do("ada", "revision.import_content", first, source=upload.blob.digest)
    note = Entry.objects.filter(record__number=first).latest("seq").note
    return works.content(first), (note or {})["values"].get("remarks", "")


@pytest.mark.parametrize("name", ["a.md", "a.html"])
def test_a_heading_that_is_not_the_title_stays(works: Works, name: str) -> None:
    first = f"{works.draft('Calibration')}/1"
    data = ALONE if name == "a.md" else "<h1>Purpose</h1><p>Words.</p><h2>Scope</h2><p>All of it.</p>"
    assert imported(works, first, data.encode(), name) == (ALONE, "")


def test_a_section_stays_even_where_the_document_is_called_so(works: Works) -> None:
    first = f"{works.draft('Purpose')}/1"
    assert imported(works, first, ALONE.encode(), "a.md") == (ALONE, "")


def test_the_title_is_left_out_and_told_and_no_heading_is_raised(works: Works) -> None:
    first = f"{works.draft('Calibration of gauges')}/1"
    text, remarks = imported(works, first, f"# Calibration  of Gauges\n\n{TEXT}".encode(), "a.md")
    assert text == TEXT.strip() + "\n"
    assert remarks == "The first heading “Calibration of gauges” was left out: it is the title."


def test_a_new_document_from_a_file_has_its_headings(works: Works) -> None:
    upload = works.uploaded("ada", f"# Cleaning\n\n{ALONE}".encode(), "a.md", "text/markdown")
    made = works.do(
        "ada", "document.create", type="procedure", title="Cleaning", unit="H", source=upload.blob.digest
    )
    assert works.content(f"{made.record.number}/1") == ALONE


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("format", ["docx", "odt", "html", "md"])
def test_what_was_given_out_comes_back_as_the_text_alone(works: Works, format: str, language: str) -> None:
    number = works.draft("Calibration", language=language)
    revision = works.revision(f"{number}/1")
    data = exported(revision, format, viewer=works.person("ada"), address_of=lambda number: number)  # type: ignore[arg-type]
    with translation.override("en"):
        text, remarks = imported(works, f"{number}/1", data, f"a.{format}")
    assert text.startswith("## Purpose\n") and "Ada Author" not in text
    if format in ("docx", "odt"):
        assert remarks == (
            "The title “Calibration” was left out of the text, because it stands above it."
            " The title block that Setsquare put above the text was left out."
        )

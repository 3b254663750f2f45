"""Writing a draft: figures, imported texts, controlled files, and text that is not yet saved."""

import struct
import zlib

import pytest

from setsquare.domains.documents.models import WorkingText
from setsquare.domains.documents.working import drop_working_text, keep_working_text, working_text_of
from setsquare.kernel.commands.errors import NotFound, NotPermitted, Refused, WrongState
from setsquare.kernel.files.texts import text_digest
from setsquare.kernel.links.models import Link
from tests.documents.conftest import TEXT, Works


def png(grey: int = 0) -> bytes:
    """Return a picture of one grey point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes([0, grey]))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_figures_are_kept_with_the_draft_and_the_next_revision(works: Works) -> None:
    number = works.draft()
    picture = works.uploaded("ada", png(), "gauge.png", "image/png").blob
    works.do("ada", "revision.attach_figure", f"{number}/1", file=picture.digest)
    works.do("ada", "revision.save", f"{number}/1", content=f"{TEXT}\n\n![Gauge](file:{picture.digest})")
    assert works.record(f"{number}/1").attachments.filter(role="figure").count() == 1
    works.approved(f"{number}/1")
    works.do("cora", "revision.schedule", f"{number}/1", at_once=True)
    works.do("cora", "document.new_revision", number, why="x", author="ada")
    figure = works.record(f"{number}/2").attachments.get(role="figure")
    assert figure.blob == picture
    works.do("cora", "revision.save", f"{number}/2", content=f"![Gauge](file:{picture.digest})")


def test_who_adds_a_figure_is_an_author(works: Works) -> None:
    first = f"{works.draft()}/1"
    picture = works.uploaded("hedda", png(), "steps.png", "image/png").blob
    works.do("hedda", "revision.attach_figure", first, file=picture.digest)
    assert works.revision(first).authors == ["ada", "hedda"]


def test_a_pasted_picture_becomes_a_figure_when_saved(works: Works) -> None:
    number = works.draft()
    picture = works.uploaded("ada", png(9), "pasted.png", "image/png").blob
    works.do("ada", "revision.save", f"{number}/1", content=f"![Here](file:{picture.digest})")
    assert works.record(f"{number}/1").attachments.filter(role="figure", blob=picture).exists()


def test_what_is_no_picture_is_no_figure(works: Works) -> None:
    number = works.draft()
    upload = works.uploaded("ada", b"<script>", "evil.png", "image/png")
    with pytest.raises(Refused, match="This is not a picture"):
        works.do("ada", "revision.attach_figure", f"{number}/1", file=upload.blob.digest)
    with pytest.raises(Refused, match="was not uploaded by you"):
        works.do("cora", "revision.save", f"{number}/1", content=f"![x](file:{upload.blob.digest})")


def test_a_text_is_imported_from_a_file(works: Works) -> None:
    number = works.draft()
    source = works.uploaded(
        "ada", b"<h2>Purpose</h2><p>From <b>HTML</b>.</p><script>x</script>", "a.html", "text/html"
    )
    works.do("ada", "revision.import_content", f"{number}/1", source=source.blob.digest)
    content = works.revision(f"{number}/1").content
    assert content is not None
    assert content.body.startswith("## Purpose") and "script" not in content.body
    bad = works.uploaded("ada", b"MZ\x90", "a.exe", "application/octet-stream")
    with pytest.raises(Refused) as caught:
        works.do("ada", "revision.import_content", f"{number}/1", source=bad.blob.digest)
    assert list(caught.value.fields) == ["source"]
    made = works.do(
        "ada", "document.create", type="procedure", title="B", unit="H", source=source.blob.digest
    )
    assert works.content(f"{made.record.number}/1") == content.body
    assert works.revision(f"{made.record.number}/1").authors == ["ada"]


def test_a_file_as_the_controlled_content(works: Works) -> None:
    upload = works.uploaded("ada", b"%PDF-1.4 drawing", "part.pdf", "application/pdf", "flange drawing")
    made = works.do(
        "ada", "document.create", type="specification", title="Flange", unit="H", file=upload.blob.digest
    )
    first = f"{made.record.number}/1"
    revision = works.revision(first)
    assert (revision.content, revision.file, revision.file_name) == (None, upload.blob, "part.pdf")
    better = works.uploaded("ada", b"%PDF-1.4 better", "part-2.pdf", "application/pdf")
    works.do("ada", "revision.use_file", first, file=better.blob.digest)
    kept = works.record(first).attachments.filter(role="content")
    assert {row.name: row.removed is None for row in kept} == {"part.pdf": False, "part-2.pdf": True}
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first)
    works.do("ada", "revision.recall", first, because="A text after all")
    works.do("ada", "revision.save", first, content="## Scope\n\nFlange.")
    assert works.revision(first).file is None


def test_records_that_the_text_names_are_linked_when_it_takes_effect(works: Works) -> None:
    other = works.draft(title="Other")
    number = works.draft(content=f"{TEXT}\nSee [other](record:{other}) and [none](record:SOP-999).")
    assert not Link.objects.filter(kind="refers_to").exists()
    works.approved(f"{number}/1")
    works.do("cora", "revision.schedule", f"{number}/1", at_once=True)
    link = Link.objects.get(kind="refers_to")
    assert (link.source.number, link.target.number) == (number, other)
    works.second(number)
    works.approved(f"{number}/2")
    works.do("cora", "revision.schedule", f"{number}/2", at_once=True)
    assert not Link.objects.filter(kind="refers_to").exists()


def test_unsaved_text_is_kept_and_a_conflict_told(works: Works) -> None:
    first = works.record(f"{works.draft()}/1")
    ada, cora = works.person("ada"), works.person("cora")
    base = text_digest(TEXT.strip())
    kept = keep_working_text(ada, first, "typed", base, {"title": "New title"})
    assert (kept.conflict, kept.others) == (False, ())
    works.do("cora", "revision.save", first.number, content="Cora was quicker")
    again = keep_working_text(ada, first, "typed more", base)
    assert again.conflict
    assert [person.username for person in keep_working_text(cora, first, "x", base).others] == ["ada"]
    mine = working_text_of(ada, first)
    assert mine is not None and mine.body == "typed more"
    works.do("ada", "revision.save", first.number, content="Both together")
    assert working_text_of(ada, first) is None
    drop_working_text(cora, first)
    assert not WorkingText.objects.exists()


def test_what_is_typed_and_not_saved_keeps_its_author_from_sending_the_draft(works: Works) -> None:
    ada, cora = works.person("ada"), works.person("cora")
    first = works.record(f"{works.draft()}/1")
    base = text_digest(TEXT.strip())
    keep_working_text(cora, first, "Of somebody else", base)
    keep_working_text(ada, first, TEXT + "More.", base)
    with pytest.raises(WrongState, match="not saved in the draft yet"):
        works.reviewed(first.number, "rolf")
    keep_working_text(ada, first, TEXT + "\n", base, {"title": first.title})
    works.reviewed(first.number, "rolf")
    editorial = works.record(works.second(works.in_force(), kind="editorial"))
    content = works.content(editorial.number)
    keep_working_text(ada, editorial, content, text_digest(content), {"why": "Another reason"})
    with pytest.raises(WrongState, match="not saved in the draft yet"):
        works.do("ada", "revision.send_for_approval", editorial.number)
    works.do("ada", "revision.save", editorial.number, why="Another reason")
    works.do("ada", "revision.send_for_approval", editorial.number)


def test_unsaved_text_follows_the_same_rules_as_saving(works: Works) -> None:
    number = works.draft()
    first = works.record(f"{number}/1")
    with pytest.raises(NotFound):
        keep_working_text(works.person("luc"), first, "x", "")
    with pytest.raises(Refused, match="Write at most"):
        keep_working_text(works.person("ada"), first, "x" * 1_000_001, "")
    works.do("ada", "revision.submit", first.number, reviewers=["rolf"], due=works.day(1))
    with pytest.raises(WrongState):
        keep_working_text(works.person("ada"), first, "x", "")
    works.do("ada", "revision.return_to_draft", first.number)
    with pytest.raises(NotPermitted):
        keep_working_text(works.person("rolf"), first, "x", "")


def test_a_draft_is_handed_over_and_its_former_author_still_does_not_approve(works: Works) -> None:
    number = works.do(
        "cora", "document.create", type="procedure", title="C", unit="H", content=TEXT
    ).record.number
    works.do("cora", "revision.hand_over", f"{number}/1", author="ada")
    assert works.record(f"{number}/1").owner.username == "ada"
    assert works.revision(f"{number}/1").authors == ["cora"]
    works.do("cora", "document.edit", number, title="Calibration of gauges")
    assert works.record(f"{number}/1").title == "Calibration of gauges"

"""Paths in a zip that lead out of the folder are problems, not dropped in silence."""

import zipfile
from pathlib import Path

from setsquare.domains.documents.importing.planning import first_problems
from setsquare.domains.documents.importing.sources import open_folder


def test_a_path_that_leads_out_is_a_problem(tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("../../../etc/evil.docx", b"x")
        packed.writestr(".hidden", b"x")
        packed.writestr("SOP-1 A.docx", b"x")
    folder = open_folder(target)
    assert folder.names == ("../../../etc/evil.docx", "SOP-1 A.docx")
    lines = [(1, {"file": folder.names[0], "title": "A"}), (2, {"file": folder.names[1], "title": "B"})]
    sentence = "Its path leads out of the folder (“..”); pack the folder anew without it."
    assert first_problems(lines, folder, {"type": "x", "unit": "H"}) == {1: [("file", sentence)], 2: []}

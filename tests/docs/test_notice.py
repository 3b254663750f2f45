"""NOTICE names everything of others that lies in the source, with its licence."""

import re

from tests.docs.pages import ROOT

BUNDLE = ROOT / "src/setsquare/faces/web/static/setsquare"
RULE = "\n" + "-" * 79 + "\n\n"
PACKAGES = re.compile(r"^([A-Z0-9][\w.-]+):\n((?:  .+\n)+)", re.MULTILINE)


def bundled() -> dict[str, str]:
    """Return the packages in the bundle with their licences, as the build wrote them down."""
    found = {}
    for part in (BUNDLE / "licences.txt").read_text("utf-8").split(RULE):
        lines = [
            line for line in part.splitlines() if line.strip() and not line.startswith("The files beside")
        ]
        found[lines[0].rpartition(" ")[0]] = lines[1]
    return found


def test_notice_lists_the_bundle() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    listed = {
        name: licence
        for licence, names in PACKAGES.findall(notice)
        for name in names.replace("\n", " ").replace(" ", "").split(",")
    }
    assert listed == bundled()


def test_notice_names_the_font_and_every_other_file_of_others() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert "OFL-1.1" in notice
    assert "The Inter Project Authors" in notice
    foreign = [path for end in ("*.woff2", "*.ttf", "*.whl") for path in (ROOT / "src").rglob(end)]
    assert foreign
    assert all(path.name.lower().startswith("inter-") for path in foreign), foreign

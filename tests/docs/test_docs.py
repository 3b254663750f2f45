"""The documentation agrees with itself and with the program."""

import re
from urllib.parse import unquote

import pytest

from tests.docs.pages import ROOT, anchors, links, pages

PAGES = [page.relative_to(ROOT).as_posix() for page in pages()]


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    broken = []
    for target in links(page):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _hash, anchor = unquote(target).partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(target)
    assert not broken, f"{name}: {broken}"


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target.partition("#")[0]).resolve() for target in links(index)}
    missing = [
        page.name for page in pages() if page.is_relative_to(ROOT / "docs") and page not in {index, *linked}
    ]
    assert not missing, missing


def test_the_architecture_names_every_part_of_the_house() -> None:
    """Each package of the kernel, each domain and each face stands in the picture, and nothing that is not there."""
    house = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("```\n")[2].partition("```")[0]
    lines = house.splitlines()
    kernel = lines[next(i for i, line in enumerate(lines) if "kernel/" in line) + 1 :]
    kernel = kernel[: next(i for i, line in enumerate(kernel) if line.startswith("  domains/"))]
    named = {word for line in kernel for word in re.split(r"  +", line.strip())[0].split()}
    assert named == packages("kernel")
    for folder in ("domains", "faces"):
        line = next(line for line in lines if line.startswith(f"  {folder}/"))
        assert packages(folder) <= set(re.findall(r"[a-z]+", line)), folder


def packages(folder: str) -> set[str]:
    here = ROOT / "src" / "setsquare" / folder
    return {path.parent.name for path in here.glob("*/__init__.py")}

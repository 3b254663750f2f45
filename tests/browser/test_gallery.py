"""Every part of the look: no barrier that axe finds, no script error, nothing wider than the window."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

import pytest

from tests.browser.gallery_pages import PAGES, served

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """async (rules) => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
    return found.violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.html.slice(0, 160)}`));
}"""
WIDTHS = (360, 834, 1440, 1920)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as found:
        yield found


@pytest.fixture(params=["light", "dark"])
def page(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    context = chromium.new_context(color_scheme=request.param, bypass_csp=True, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def barriers(page: Any, rules: Sequence[str] = RULES) -> list[str]:
    """What axe-core finds on the page as it is now, by rules or groups of rules."""
    if not page.evaluate("'axe' in window"):
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text())
    return list(page.evaluate(VIOLATIONS, list(rules)))


@pytest.mark.parametrize("name", PAGES)
def test_no_barriers(page: Any, address: str, name: str) -> None:
    page.goto(f"{address}/{name}", wait_until="networkidle")
    assert barriers(page) == []


@pytest.mark.parametrize(
    ("name", "opener", "shown"),
    [
        ("record", ".btn-primary[data-dialog]", "#dialog[open] h2"),
        ("record", ".page-actions [aria-label='More commands']", ".menu:popover-open"),
        ("register", "[data-palette]", "#palette-list [role=option]"),
        ("register", ".filter-btn", ".menu:popover-open"),
        ("register", "[popovertarget=me-menu]", "#me-menu:popover-open"),
        ("form", "#id_authors-ts-control", ".ts-dropdown .option"),
    ],
)
def test_no_barriers_in_what_opens(page: Any, address: str, name: str, opener: str, shown: str) -> None:
    page.goto(f"{address}/{name}", wait_until="networkidle")
    page.locator(opener).first.click()
    page.locator(shown).first.wait_for()
    assert barriers(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_policy_and_width(browser: Any, address: str, name: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/{name}", wait_until="networkidle")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert browser.problems == []

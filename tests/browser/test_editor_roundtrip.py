"""The editor keeps what is stored: each text comes back in the same words, and what it cannot hold stays source."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.gallery_pages import served

pytestmark = pytest.mark.browser

TEXTS = sorted((Path(__file__).parent / "texts").glob("*.md"))
EDITOR = ".editor .ProseMirror"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as found:
        yield found


@pytest.fixture
def page(browser: Any, address: str) -> Any:
    page = browser.new_page()
    page.goto(f"{address}/editor")
    page.locator(EDITOR).wait_for()
    return page


def put(page: Any, text: str) -> None:
    page.evaluate("text => document.querySelector('[data-editor]').setsquare.put(text)", text)


def again(page: Any) -> str:
    return str(page.evaluate("() => document.querySelector('[data-editor]').setsquare.again()"))


def stored(page: Any) -> str:
    return str(page.locator("textarea[name=body]").evaluate("field => field.value"))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_comes_back_unchanged(page: Any, path: Path) -> None:
    text = path.read_text()
    put(page, text)
    assert again(page) == text


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("wrapped\nby hand\n", "wrapped by hand\n"),
        ("* star\n* bullets\n", "- star\n- bullets\n"),
        ("Title\n=====\n", "# Title\n"),
        ("__bold__ and _italic_\n", "**bold** and *italic*\n"),
        ("    indented code\n", "```\nindented code\n```\n"),
        ("|a|b|\n|-|-|\n|1|2|\n", "| a | b |\n| --- | --- |\n| 1 | 2 |\n"),
        ("- a\n\n<!-- -->\n\n- b\n", "- a\n\n* b\n"),
        ("1. a\n\n<!-- -->\n\n1. b\n\n<!-- -->\n\n1. c\n", "1. a\n\n1) b\n\n1. c\n"),
        ("\n\n\n", ""),
    ],
)
def test_other_spellings_become_the_one(page: Any, given: str, written: str) -> None:
    put(page, given)
    assert again(page) == written
    put(page, written)
    assert again(page) == written


def test_nothing_changes_before_somebody_writes(page: Any) -> None:
    before = stored(page)
    page.locator(EDITOR).click()
    assert stored(page) == before
    assert page.locator("form.is-dirty").count() == 0
    page.keyboard.press("Control+z")
    assert stored(page) == before


def test_writing_is_stored_and_marks_the_form(page: Any) -> None:
    put(page, "")
    page.locator(EDITOR).click()
    page.keyboard.type("## Scope")
    page.keyboard.press("Enter")
    page.keyboard.type("- one")
    page.keyboard.press("Enter")
    page.keyboard.type("two **strong** 2 < 3")
    assert stored(page) == "## Scope\n\n- one\n- two **strong** 2 < 3\n"
    assert page.locator("form.is-dirty").count() == 1


@pytest.mark.parametrize(
    "source", ["<table><tr><td colspan=2>x</td></tr></table>\n", "See.[^1]\n\n[^1]: Note.\n"]
)
def test_what_would_be_lost_is_edited_as_source(page: Any, source: str) -> None:
    page.locator('[data-tool="markdown"]').click()
    page.locator("textarea[name=body]").fill(source)
    page.locator('[data-tool="markdown"]').click()
    assert page.locator(EDITOR).is_hidden()
    assert page.locator(".editor .callout").is_visible()
    assert stored(page) == source


def test_addresses_that_run_scripts_are_no_links(page: Any) -> None:
    put(page, "[x](javascript:alert(1)) [y](data:text/html,z)\n")
    assert page.locator(f"{EDITOR} a").count() == 0


def test_a_link_to_a_record_by_name(page: Any) -> None:
    put(page, "")
    page.locator(EDITOR).click()
    page.keyboard.type("See [[control")
    page.locator(".suggest [role=option]").first.wait_for()
    page.keyboard.press("Enter")
    assert stored(page) == "See [SOP-004](record:SOP-004)\n"


def test_a_pasted_picture_is_kept_by_its_digest(page: Any) -> None:
    put(page, "")
    page.locator(EDITOR).click()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array([137, 80, 78, 71])], "gauge.png", {type: "image/png"}));
            document.querySelector(".ProseMirror").dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    page.locator(f"{EDITOR} img[data-src]").wait_for(state="attached")
    assert stored(page) == f"![gauge](file:{'ab' * 32})\n"


def test_the_toolbar_by_keyboard(page: Any) -> None:
    put(page, "word\n")
    page.locator(EDITOR).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Alt+F10")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.tool") == "bold"
    page.keyboard.press("Enter")
    assert stored(page) == "**word**\n"


def test_rows_and_columns_of_a_table(page: Any) -> None:
    put(page, "| a | b |\n| --- | --- |\n| 1 | 2 |\n")
    page.locator(f"{EDITOR} td").first.click()
    page.locator('[data-tool="row-add"]').click()
    page.locator('[data-tool="column-remove"]').click()
    assert stored(page) == "| b |\n| --- |\n| 2 |\n|  |\n"


def test_the_text_stays_where_it_is_when_the_cursor_enters_a_table(page: Any) -> None:
    put(page, "Before.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n")
    page.set_viewport_size({"width": 900, "height": 800})
    add, tools = page.locator('[data-tool="row-add"]'), page.locator("[role=toolbar]").first
    page.locator(f"{EDITOR} p").first.click()
    before = tools.bounding_box()
    assert add.is_disabled()
    page.locator(f"{EDITOR} td").first.click()
    expect(add).to_be_enabled()
    assert tools.bounding_box()["height"] == before["height"]


def test_saved_by_itself(page: Any) -> None:
    page.locator(EDITOR).click()
    page.keyboard.type("More. ")
    page.get_by_text("not yet in the draft").wait_for()
    assert page.locator("form.is-dirty").count() == 0


def test_a_conflict_keeps_the_text_and_says_so(page: Any) -> None:
    page.route("**/autosave", lambda route: route.fulfill(status=409, json={"theirs_url": "/record"}))
    page.locator(EDITOR).click()
    page.keyboard.type("Mine. ")
    page.locator(".editor .callout", has_text="Somebody else").wait_for()
    assert "Mine." in stored(page)
    page.context.problems.clear()  # the 409 that was asked for


def test_without_network_the_text_is_kept_here_and_offered_again(page: Any, address: str) -> None:
    page.route("**/autosave", lambda route: route.abort())
    page.locator(EDITOR).click()
    page.keyboard.type("Offline words. ")
    page.get_by_text("No connection", exact=False).wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{address}/editor")
    page.get_by_role("button", name="Use it").click()
    assert "Offline words." in stored(page)
    page.context.problems.clear()  # the requests that were aborted

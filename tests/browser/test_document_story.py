"""The whole story by the browser: a document from a Word file to confirmed reading, and through its second revision."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypandoc
import pytest
import segno
from playwright.sync_api import expect

from tests.browser.visitors import Visitor
from tests.days import today
from tests.servers.live import LiveSetsquare
from tests.web.documents_house import PASSWORD, build

pytestmark = pytest.mark.browser

WORDS = """
# Purpose

Measuring equipment is right when it is used.

# Procedure

1. Clean the gauge.
2. Compare it with the standard.

| Gauge   | Interval  |
|---------|-----------|
| Caliper | 12 months |
| Balance | 24 months |

![The seal on a gauge]({picture})

# Records

Certificates, ten years.
"""


@pytest.fixture
def people(chromium: Any, live_setsquare: LiveSetsquare) -> Iterator[dict[str, Visitor]]:
    """Ari writes, Sven reviews, Cora controls, Mira approves, Rhea reads."""
    with live_setsquare.orm():
        build()
    names = ("ari", "sven", "cora", "mira", "rhea")
    visitors = {name: Visitor(chromium, live_setsquare, name) for name in names}
    yield visitors
    for visitor in visitors.values():
        visitor.close()


def word_file(folder: Path) -> Path:
    """A Word file as the office would write it: headings, a list, a table, a picture."""
    picture = folder / "seal.png"
    segno.make("a picture").save(str(picture), scale=8)
    made = folder / "Calibration of gauges.docx"
    pypandoc.convert_text(WORDS.format(picture=picture), "docx", format="markdown", outputfile=str(made))
    return made


def made_from_word(ari: Visitor, word: Path) -> None:
    page = ari.sign_in("/documents/")
    ari.press("New document")
    page.get_by_role("link", name=re.compile("^Procedure")).click()
    page.get_by_label("Title").fill("Calibration of gauges")
    page.get_by_label("A text from a file").check()
    page.locator("#id_source").set_input_files(word)
    page.locator(".drop input[type=hidden][name=source]").wait_for(state="attached")
    ari.press("Make the document")
    page.wait_for_url("**/revisions/SOP-001/1/do/save/")
    ari.is_told("SOP-001 was made")
    editor = page.locator(".ProseMirror")
    expect(editor.locator("td", has_text="24 months")).to_be_visible()
    expect(editor.locator("img[src]")).to_have_count(1)
    expect(page.locator("#checklist .is-missing")).to_have_count(0)
    editor.locator("li", has_text="Compare it").click()
    page.keyboard.press("End")
    page.keyboard.type(" Write down what it shows.")
    page.locator("[data-saved]", has_text="not yet in the draft").wait_for()
    ari.press("Save and submit …")


def reviewed(ari: Visitor, sven: Visitor, revision: str, comment: bool) -> None:
    """Have Sven review what Ari submits, with a comment that Ari settles; then Ari sends it for approval."""
    page = ari.page
    page.wait_for_url(f"**{revision}do/submit/")
    ari.choose("reviewers", "Sven")
    page.get_by_label("Until").fill((today() + dt.timedelta(days=5)).isoformat())
    ari.press("Submit for review")
    page.wait_for_url(f"**{revision}")
    sven.page.goto("/")
    sven.page.get_by_role("link", name="Calibration of gauges").first.click()
    if comment:
        sven.select("#document li", "the standard")
        sven.page.locator(".select-bar button").click()
        expect(sven.dialog.locator("blockquote")).to_have_text("the standard")
        sven.answer("Comment", text="Which standard?")
        sven.is_told("Your comment on SOP-001/")
    sven.press("My review is done: no objection")
    sven.answer("Finish my review")
    sven.is_told("was the last one")
    page.goto(revision)
    if comment:
        page.locator("mark.remark").first.click()
        page.get_by_role("link", name="Reply or resolve").click()
        ari.answer("Resolve", text="The one of the site.")
        ari.is_told("The comment is resolved")
    ari.press("Send for approval")
    ari.answer("Send for approval")
    ari.is_told("is on its way to approval")


def approved_and_in_force(mira: Visitor, cora: Visitor, revision: str) -> None:
    """Have Mira sign, once with a wrong password, and Cora put it into force."""
    page = mira.page
    page.goto("/")
    page.get_by_role("link", name="Calibration of gauges").first.click()
    expect(page.get_by_role("heading", name="The whole text")).to_be_visible()
    expect(page.get_by_role("button", name="Sign with passkey")).to_have_count(0)
    for password in ("not this one", PASSWORD):
        page.get_by_label("Your password").fill(password)
        page.locator("#decide").get_by_role("button", name="Approve").click()
        page.locator(".field-error" if password != PASSWORD else ".toast").wait_for()
    mira.problems.clear()  # the 422 that was asked for
    cora.page.goto(revision)
    cora.press("Set when it takes effect")
    cora.dialog.get_by_label("At once").check()
    cora.answer("Set when it takes effect")
    cora.is_told("is in force now")
    cora.wait_for_state(revision, "Effective")


def confirmed(rhea: Visitor) -> None:
    """Have Rhea read what she is asked to, and confirm it."""
    page = rhea.page
    rhea.wait_until_shown("/", "link", "Calibration of gauges")
    page.get_by_role("link", name="Calibration of gauges").first.click()
    page.wait_for_url("**/documents/SOP-001/")
    rhea.press("I have read and understood it")
    rhea.is_told("is noted")
    page.get_by_text("that you have read it").wait_for()


def second_revision(ari: Visitor) -> None:
    page = ari.page
    page.goto("/documents/SOP-001/")
    ari.press("New revision")
    ari.answer("New revision", why="An audit asked for it.", summary="Callipers every six months.")
    page.wait_for_url("**/revisions/SOP-001/2/do/save/")
    page.locator(".ProseMirror td", has_text="12 months").locator("p").click(click_count=3)
    page.keyboard.type("6 months")
    page.locator("[data-saved]", has_text="not yet in the draft").wait_for()
    ari.press("Save and submit …")


def compared_and_looked_back(cora: Visitor) -> None:
    """Look at the comparison, both ways, at the history, and at the document as it was."""
    page = cora.page
    page.goto("/documents/SOP-001/revisions/")
    cora.press("Compare the chosen two")
    expect(page.locator("del", has_text="12")).to_be_visible()
    expect(page.locator("ins", has_text="6")).to_be_visible()
    page.get_by_role("link", name="Side by side").click()
    expect(page.locator(".is-sides")).to_be_visible()
    page.goto("/documents/SOP-001/history/")
    expect(page.get_by_text("put a revision into force: SOP-001/2")).to_be_visible()
    page.goto("/revisions/SOP-001/1/")
    expect(page.get_by_text("This revision is no longer in force")).to_be_visible()


def printed_and_copied(cora: Visitor) -> None:
    """Take the PDF, and issue a controlled copy, whose PDF says whose it is."""
    page = cora.page
    page.goto("/documents/SOP-001/")
    plain = cora.pdf(page.get_by_role("link", name="PDF").get_attribute("href"))
    assert "6 months" in plain
    assert "uncontrolled" in plain.lower()
    page.goto("/documents/SOP-001/copies/")
    cora.press("Issue a copy")
    cora.choose("holder", "Sven")
    cora.answer("Issue a copy")
    cora.is_told("is issued: Sven Berg")
    page.wait_for_url("**/copies/")
    copy = cora.pdf(page.locator("tbody").get_by_role("link", name="PDF").get_attribute("href"))
    assert "Sven Berg" in copy


def looked_at_again(ari: Visitor) -> None:
    """Review the document periodically: it still holds."""
    page = ari.page
    page.goto("/documents/SOP-001/")
    ari.press("Review periodically")
    ari.dialog.get_by_label("It still holds").check()
    ari.answer("Review periodically", findings="Nothing has changed.", password=PASSWORD)
    ari.is_told("SOP-001 still holds")


def changed_on_request(ari: Visitor, cora: Visitor, mira: Visitor) -> None:
    """A change request from the wish to the draft that it opens."""
    page = ari.page
    page.goto("/change-requests/new/")
    for label, text in (("Title", "Digital gauges"), ("What should change", "Add them."), ("Why", "Bought.")):
        page.get_by_label(label, exact=True).fill(text)
    ari.choose("affected", "SOP-001")
    page.locator(".form-foot .btn-primary").click()
    page.wait_for_url("**/change-requests/CR-*/")
    address = page.url.removeprefix(ari.live.url)
    ari.press("Submit")
    ari.answer("Submit")
    ari.is_told("is submitted. Asked to assess it")
    cora.page.goto(address)
    cora.press("Assess", exact=True)  # the navigation leads to assessments
    cora.answer(
        "Assess", quality="None.", regulatory="None.", training="Reading.", cost="None.", risk="None."
    )
    cora.is_told("is assessed. Asked to decide on it")
    mira.page.goto(address)
    mira.press("Accept")
    mira.answer("Accept", reason="It is worth it.", password=PASSWORD)
    mira.is_told("is accepted")
    cora.wait_for_state(address, "In implementation")
    expect(cora.page.get_by_role("link", name="SOP-001/3").first).to_be_visible()


def test_a_document_from_word_to_confirmed_reading_and_its_second_revision(
    people: dict[str, Visitor], tmp_path: Path
) -> None:
    ari, sven, cora, mira, rhea = people.values()
    made_from_word(ari, word_file(tmp_path))
    for visitor in (sven, cora, mira, rhea):
        visitor.sign_in()
    reviewed(ari, sven, "/revisions/SOP-001/1/", comment=True)
    approved_and_in_force(mira, cora, "/revisions/SOP-001/1/")
    confirmed(rhea)

    second_revision(ari)
    reviewed(ari, sven, "/revisions/SOP-001/2/", comment=False)
    approved_and_in_force(mira, cora, "/revisions/SOP-001/2/")
    rhea.wait_until_shown("/documents/SOP-001/", "heading", "What changed since you read it")
    confirmed(rhea)

    compared_and_looked_back(cora)
    printed_and_copied(cora)
    looked_at_again(ari)
    changed_on_request(ari, cora, mira)
    assert {visitor.username: visitor.problems for visitor in people.values() if visitor.problems} == {}

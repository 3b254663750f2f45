"""Every page with work on it: no barrier that axe finds, light and dark, wide and narrow, and nothing too wide."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import expect

from setsquare.domains.competence.models import Component
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.records.models import Record
from tests.browser.test_gallery import RULES, barriers
from tests.browser.visitors import Visitor
from tests.servers.live import Installations, LiveSetsquare
from tests.web.documents_house import PASSWORD, TEXT, House, build

pytestmark = pytest.mark.browser

NARROW = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
PAGES: dict[str, tuple[str, ...]] = {
    "ari": (
        "/",
        "/documents/new/",
        "/documents/new/?type=procedure",
        "/documents/import/",
        "/revisions/SOP-001/1/do/save/",
        "/revisions/SOP-001/1/",
        "/revisions/SOP-001/1/do/submit/",
        "/revisions/SOP-002/1/",
        "/revisions/SOP-002/1/discussion/",
        "/revisions/SOP-002/1/comments/1/",
        "/change-requests/",
        "/change-requests/new/",
    ),
    "mira": (
        "/",
        "/revisions/SOP-003/1/",
        "/revisions/SOP-003/1/do/approve/",
        "/change-requests/CR-{year}-0001/",
        "/change-requests/CR-{year}-0001/do/accept/",
    ),
    "rhea": ("/documents/SOP-004/", "/documents/SOP-004/compare/", "/search/?q=measure", "/notices/"),
    "cora": (
        "/documents/",
        "/documents/?q=no-such-thing",
        "/documents/?state=effective&sort=-title",
        "/documents/tree/",
        "/documents/reviews/",
        "/documents/copies/?show=all",
        "/documents/SOP-004/revisions/",
        "/documents/SOP-004/compare/?view=side&all=1",
        "/documents/SOP-004/distribution/",
        "/documents/SOP-004/copies/",
        "/documents/SOP-004/history/",
        "/documents/SOP-004/links/",
        "/documents/SOP-004/files/",
        "/documents/SOP-004/tasks/",
        "/documents/SOP-004/do/edit/",
        "/documents/SOP-004/do/periodic_review/",
        "/documents/SOP-005/",
        "/revisions/SOP-004/1/",
        "/revisions/SOP-004/2/signatures/",
        "/document-types/DT-01/",
        "/no-such-page/",
    ),
    "rita": (
        "/people/",
        "/people/PER-0002/",
        "/people/new/hire/",
        "/units/tree/",
        "/units/UNIT-001/",
        "/roles/",
        "/roles/ROLE-001/",
        "/roles/ROLE-001/do/edit/",
        "/trail/",
        "/me/",
        "/me/tokens/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/totp/activate/",
        "/accounts/sessions/",
        "/accounts/logout/",
    ),
    "hanna": (
        "/competence/gaps/",
        "/competence/gaps/mine/",
        "/courses/matrix/?all=1",
        "/courses/matrix/roles/",
        "/courses/mine/",
    ),
    "": ("/accounts/login/", "/accounts/password/reset/"),
}


@pytest.fixture(scope="module")
def house(installations: Installations, django_db_blocker: Any) -> Iterator[LiveSetsquare]:
    """An organisation with a document in each state: SOP-001 draft, in review, in approval, in force, withdrawn."""
    live = installations.make()
    with django_db_blocker.unblock():
        try:
            with live.orm():
                made = build()
                furnish(made)
                train(made)  # before the worker runs, which would do the same work
            live.start()
            yield live
        finally:
            installations.discard(live)
            connections.close_all()


def furnish(house: House) -> Record:
    """Make the documents and a change request that is to be decided; returns the latter."""
    for title in ("Draft", "In review", "In approval", "In force", "Withdrawn"):
        house.document(f"Measuring parts of the line: {title}")
    draft, review, approval, force, withdrawn = Record.objects.filter(type="document").order_by("pk")
    assert draft.number == "SOP-001"
    house.do("sven", "comment", house.to_review(review), text="Which part?", quote="Take the part", block="4")
    house.to_approval(approval)
    house.to_force(force)
    house.do("ari", "new_revision", force, why="An audit.", summary="Tighter limits.")
    house.do("ari", "save", house.revision(force), content=TEXT.replace("5 mm", "4 mm"))
    house.to_force(force)
    house.do("cora", "issue_copy", force, holder="sven")
    house.to_force(withdrawn)
    house.do("cora", "withdraw", withdrawn, because="No longer made.")
    change = house.make(
        "ari",
        "change_request",
        title="Digital gauges",
        what="Add.",
        why="Bought.",
        unit="NW",
        affected=[force],
    )
    house.do("ari", "submit", change)
    return house.do(
        "cora",
        "assess",
        change,
        quality="None.",
        regulatory="None.",
        training="Reading.",
        cost="None.",
        risk="None.",
    )


def train(house: House) -> None:
    """Have Hanna assess and train people: a framework released by Mark, a profile that she has herself, a course."""
    for username, role in (("hanna", "head"), ("mark", "manager")):
        person = bootstrap.add_person(
            username, f"{username.title()} Lind", "N", title="Head", password=PASSWORD
        )
        house.people[username] = person
        bootstrap.grant(person, role, "NW")
    about = {"title": "Quality", "purpose": "What is asked.", "unit": "NW", "start": "quality_profession"}
    framework = house.make("hanna", "framework", **about)
    house.do("mark", "release", framework, summary="It is new.")
    asked = Component.objects.filter(framework=framework.pk, kind="component").order_by("place")[:4]
    rows = [{"framework": framework.number, "component": one.code, "required": 1} for one in asked]
    profile = house.make("hanna", "role_profile", title="Head", unit="NW", titles=["Head"], requirements=rows)
    house.do("hanna", "put_in_force", profile)
    course = house.make("hanna", "course", title="First aid", kind="classroom", unit="NW", trainers=["mark"])
    house.do("hanna", "set_requirements", course, needed_by=[{"unit": "N"}])
    house.do("hanna", "offer", course)


TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
OF_THE_LOOK = ("color-contrast", "target-size", "scrollable-region-focusable")
"""The rules that depend on width and colours; the others hold or fail at any."""


def faults(page: Any, address: str) -> list[str]:
    """What is wrong with a page: what axe finds, wide in light and narrow in dark, and whether it is too wide."""
    found: list[str] = []
    page.goto(address)
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")
    for size, scheme, rules in ((WIDE, "light", RULES), (NARROW, "dark", OF_THE_LOOK)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        page.evaluate(TWO_FRAMES)  # by then the boxes that scroll have been measured anew
        found += [f"{address} {size['width']}: {barrier}" for barrier in barriers(page, rules)]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            found.append(f"{address} is {width} wide at {size['width']}")
    return found


@pytest.mark.once
def test_no_page_has_a_barrier(chromium: Any, house: LiveSetsquare) -> None:
    found: list[str] = []
    year = dt.datetime.now(dt.UTC).year
    for username, addresses in PAGES.items():
        visitor = Visitor(chromium, house, username, bypass_csp=True, reduced_motion="reduce")
        if username:
            visitor.sign_in()
        for address in addresses:
            found += faults(visitor.page, address.format(year=year))
        visitor.close()
    assert found == []


def test_two_editors_lose_nothing(chromium: Any, house: LiveSetsquare) -> None:
    editor = "/revisions/SOP-001/1/do/save/"
    ari, cora = Visitor(chromium, house, "ari"), Visitor(chromium, house, "cora")
    for visitor, words in ((ari, "Everybody who measures"), (cora, "Nobody else")):
        visitor.sign_in(editor)
        paragraph = visitor.page.locator(".ProseMirror p").first
        paragraph.click()
        visitor.page.keyboard.press("Home")
        visitor.page.keyboard.type(f"{words}. ")
        visitor.page.locator("[data-saved]", has_text="not yet in the draft").wait_for()
    ari.page.get_by_role("button", name="Save", exact=True).click()
    ari.is_told("is saved")
    cora.page.get_by_role("button", name="Save", exact=True).click()
    expect(cora.page.get_by_text("Ari Sato saved this text while you were writing")).to_be_visible()
    expect(cora.page.locator(".changes-box ins", has_text="measures")).to_be_visible()
    expect(cora.page.locator(".ProseMirror")).to_contain_text("Nobody else.")
    cora.close()
    ari.close()


def test_a_session_that_ended_while_signing_says_so(chromium: Any, house: LiveSetsquare) -> None:
    mira = Visitor(chromium, house, "mira")
    page = mira.sign_in(f"/change-requests/CR-{dt.datetime.now(dt.UTC):%Y}-0001/")
    mira.press("Accept")
    mira.dialog.locator("[name=reason]").fill("It is worth it.")
    mira.context.clear_cookies(name=re.compile("session"))
    mira.answer("Accept", password=PASSWORD)
    expect(page.locator(".toast", has_text="session")).to_be_visible()
    expect(mira.dialog.locator("[name=reason]")).to_have_value("It is worth it.")
    mira.close()


def test_what_was_typed_is_back_after_signing_in_again(chromium: Any, house: LiveSetsquare) -> None:
    mira, form = Visitor(chromium, house, "mira"), "/change-requests/new/"
    page = mira.sign_in(form)
    page.locator("[name=title]").fill("Wear gloves at the balance")
    page.locator("[name=what]").fill("Gloves from size 6.")
    page.locator("select[name=priority]").select_option("urgent")
    mira.context.clear_cookies(name=re.compile("session"))
    page.locator("main form[method=post] [type=submit]").click()
    page.get_by_label("Sign-in name").fill("mira")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{form}")
    mira.is_told("What you had typed is back")
    expect(page.locator("[name=title]")).to_have_value("Wear gloves at the balance")
    expect(page.locator("[name=what]")).to_have_value("Gloves from size 6.")
    expect(page.locator("select[name=priority]")).to_have_value("urgent")
    page.reload()
    expect(page.locator("[name=title]")).to_have_value("")
    mira.close()


def test_reading_and_approving_need_no_script(chromium: Any, house: LiveSetsquare) -> None:
    rhea = Visitor(chromium, house, "rhea", java_script_enabled=False)
    rhea.sign_in("/documents/SOP-004/")
    rhea.press("I have read and understood it")
    expect(rhea.page.get_by_text("that you have read it")).to_be_visible()
    rhea.close()

    sven = Visitor(chromium, house, "sven", java_script_enabled=False)
    sven.sign_in("/revisions/SOP-002/1/")
    sven.press("My review is done: no objection")
    sven.press("Finish my review")
    sven.page.wait_for_url("**/revisions/SOP-002/1/")
    sven.close()

    mira = Visitor(chromium, house, "mira", java_script_enabled=False)
    mira.sign_in("/revisions/SOP-003/1/do/approve/")
    mira.page.get_by_label("Your password").fill(PASSWORD)
    mira.page.locator("#decide").get_by_role("button", name="Approve").click()
    mira.page.wait_for_url("**/revisions/SOP-003/1/")
    assert mira.state() == "Approved"
    mira.close()

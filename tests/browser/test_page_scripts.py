"""What the page's script does: dialogs, palette, registers, reading with comments, passkeys; on the gallery's pages."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.gallery_pages import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as found:
        yield found


@pytest.fixture
def page(browser: Any, address: str) -> Any:
    page = browser.new_page()
    page.goto(f"{address}/record", wait_until="networkidle")
    return page


def test_a_wrong_form_stays_in_its_dialog(page: Any) -> None:
    page.locator(".btn-primary[data-dialog]").click()
    page.locator("#dialog textarea").fill("too short")
    page.locator("#dialog .btn-primary").click()
    page.locator("#dialog .error-summary").wait_for()
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.locator("#dialog .error-summary a").first.click()
    assert page.evaluate("document.activeElement.name") == "reason"
    page.context.problems.clear()  # the 422 that was asked for


def test_a_right_form_closes_it_with_a_notice(page: Any) -> None:
    page.locator(".btn-primary[data-dialog]").click()
    page.locator("#dialog textarea").fill("ok")
    page.locator("#dialog .btn-primary").click()
    page.locator(".toast", has_text="SOP-004").wait_for()
    assert page.locator("#dialog").is_hidden()


def test_typed_text_is_not_lost_without_asking(page: Any) -> None:
    page.locator(".btn-primary[data-dialog]").click()
    page.locator("#dialog textarea").fill("a reason")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keep writing").click()
    assert page.locator("#dialog textarea").input_value() == "a reason"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Discard").click()
    page.locator("#dialog").wait_for(state="hidden")


def test_a_redirect_as_answer_visits_the_page(page: Any, address: str) -> None:
    page.route(
        "**/dialog",
        lambda route: (
            route.fulfill(status=303, headers={"Location": "/home"})
            if route.request.method == "POST"
            else route.fallback()
        ),
    )
    page.locator(".btn-primary[data-dialog]").click()
    page.locator("#dialog textarea").fill("done")
    page.locator("#dialog .btn-primary").click()
    page.wait_for_url(f"{address}/home")


def test_what_cannot_be_done_says_why(page: Any) -> None:
    edit = page.get_by_role("button", name="Edit", exact=True)
    edit.focus()
    reason = page.locator(".why-text", has_text="Reject it back to draft")
    assert reason.is_visible()
    assert edit.get_attribute("aria-describedby") == reason.get_attribute("id")
    page.keyboard.press("Escape")
    assert reason.is_hidden()


def test_the_palette_by_keyboard(page: Any, address: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("my work")
    page.locator("#palette-list [aria-selected=true]", has_text="My work").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/home")


def test_letters_lead_and_are_silent_while_typing(page: Any, address: str) -> None:
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url(f"{address}/register")
    page.keyboard.press("/")
    page.keyboard.type("gh?jx")
    assert page.locator("#documents-q").input_value() == "gh?jx"


def test_rows_are_moved_through_chosen_and_opened(page: Any, address: str) -> None:
    page.goto(f"{address}/register", wait_until="networkidle")
    for key in "jjx":
        page.keyboard.press(key)
    assert page.locator("tr.is-current .cell-key").inner_text() == "SOP-004"
    assert page.locator(".bulk-count").inner_text() == "1 selected"
    page.locator(".check-all").check()
    assert page.locator(".bulk-count").inner_text() == "18 selected"
    page.locator(".bulk-clear").click()
    assert page.locator(".bulk").is_hidden()
    page.locator("tbody tr").first.locator("td").last.click()
    page.wait_for_url(f"{address}/record")


def test_a_column_can_be_hidden(page: Any, address: str) -> None:
    page.goto(f"{address}/register", wait_until="networkidle")
    page.get_by_role("button", name="Columns and density").click()
    shown = page.locator(
        "[data-column=owner]"
    ).evaluate(  # in one go: the gallery answers with the column again
        """box => {
          box.checked = false;
          box.dispatchEvent(new Event('change', {bubbles: true}));
          return document.querySelector('th[data-col=owner]').checkVisibility();
        }"""
    )
    assert shown is False


def test_the_theme_is_remembered(page: Any) -> None:
    page.locator("[popovertarget=me-menu]").click()
    page.locator("[data-theme-choice=dark]").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert {"theme": "dark"}.items() <= {c["name"]: c["value"] for c in page.context.cookies()}.items()


def test_comments_are_found_again_and_lead_both_ways(page: Any, address: str) -> None:
    page.goto(f"{address}/document", wait_until="networkidle")
    mark = page.locator("[data-remark='1']")
    assert (
        "".join(mark.all_inner_texts()) == "at least ten years after the last unit was placed on the market"
    )
    assert page.locator("[data-note='3'].is-lost").count() == 1
    mark.first.press("Enter")
    assert page.locator("[data-note='1'].is-active").count() == 1
    assert page.evaluate("document.activeElement.closest('[data-note]').dataset.note") == "1"


def test_selected_text_is_offered_for_a_comment(page: Any, address: str) -> None:
    page.goto(f"{address}/document", wait_until="networkidle")
    page.evaluate(
        """() => {
            const text = document.querySelector('[data-block=b4]').firstChild;
            getSelection().setBaseAndExtent(text, 14, text, 29);
        }"""
    )
    page.locator(".select-bar button").wait_for()
    with page.expect_request("**/dialog?*") as asked:
        page.locator(".select-bar button").click()
    assert "quote=all+three+sites" in asked.value.url
    assert "block=b4" in asked.value.url


def test_files_are_sent_with_progress_and_named_in_the_form(page: Any, address: str) -> None:
    page.goto(f"{address}/form", wait_until="networkidle")
    page.locator("#id_files").set_input_files(
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    )
    page.locator(".drop input[type=hidden][name=files][value='7']").wait_for(state="attached")
    page.get_by_role("button", name="Remove plan.pdf").click()
    assert page.locator(".drop input[name=files]").count() == 0


def test_rows_are_added_and_removed(page: Any, address: str) -> None:
    page.goto(f"{address}/form", wait_until="networkidle")
    page.get_by_role("button", name="Add step").click()
    assert page.evaluate("document.activeElement.name") == "steps-1-role"
    page.get_by_role("button", name="Remove this row").first.click()
    assert page.locator("[name^=steps-]").evaluate_all("fields => fields.map(f => f.name)") == [
        "steps-1-role",
        "steps-1-due",
    ]


def test_a_person_is_found_by_typing(page: Any, address: str) -> None:
    page.goto(f"{address}/form", wait_until="networkidle")
    page.locator("#id_authors-ts-control").fill("mei")
    page.locator(".ts-dropdown .option", has_text="Mei Tanaka").click()
    assert page.locator("#id_authors").evaluate("s => [...s.selectedOptions].map(o => o.text)") == [
        "Tomasz Wójcik",
        "Ana Ferreira",
        "Mei Tanaka",
    ]


def test_the_first_press_counts_after_a_person_was_chosen(page: Any) -> None:
    place = "Head of process engineering and of the laboratories · Aarhus, hall 2"  # more than a line of it
    found = [{"value": "8", "text": "Jana Lindqvist-Ferreira", "hint": place}]
    page.route("**/choose/people?*", lambda route: route.fulfill(json=found))
    page.locator(".btn-primary[data-dialog]").click()
    page.locator("#dialog textarea").fill("ok")
    page.locator("#dialog #id_next-ts-control").fill("jana")
    page.locator("#dialog .ts-dropdown .option", has_text="hall 2").click()
    expect(page.locator("#dialog .ts-control > .item")).to_be_visible()
    page.locator("#dialog .btn-primary").hover()
    page.mouse.down()
    page.wait_for_timeout(100)  # a hand is slower than a script; the field is left meanwhile
    page.mouse.up()
    page.locator(".toast", has_text="SOP-004").wait_for()


def test_signing_with_a_passkey(page: Any, address: str) -> None:
    client = page.context.new_cdp_session(page)
    client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    client.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    local = address.replace("127.0.0.1", "localhost")
    made: dict[str, Any] = {
        "challenge": "AAECAw",
        "rp": {"name": "Setsquare", "id": "localhost"},
        "user": {"id": "BwgJ", "name": "j", "displayName": "J"},
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
    }
    page.route("**/passkey", lambda route: route.fulfill(json={"publicKey": made}))
    page.goto(f"{local}/signin", wait_until="networkidle")
    button = page.locator("[data-passkey]")
    button.evaluate("b => { b.dataset.passkey = 'create'; delete b.dataset.submitForm }")
    button.click()
    expect(page.locator("#credential")).not_to_have_value("")
    created = json.loads(page.locator("#credential").input_value())
    assert created["response"]["attestationObject"]
    page.unroute("**/passkey")
    page.route(
        "**/passkey",
        lambda route: route.fulfill(
            json={
                "challenge": "BAUG",
                "rpId": "localhost",
                "userVerification": "required",
                "allowCredentials": [{"type": "public-key", "id": created["rawId"]}],
            }
        ),
    )
    button.evaluate("b => { b.dataset.passkey = 'get' }")
    page.locator("#credential").evaluate("field => { field.value = '' }")
    button.click()
    expect(page.locator("#credential")).not_to_have_value("")
    got = json.loads(page.locator("#credential").input_value())
    assert got["rawId"] == created["rawId"]
    assert got["response"]["userHandle"] == "BwgJ"


def test_a_table_that_is_cut_scrolls_in_its_box_and_shows_it(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 800, "height": 700})
    page.goto(f"{address}/register", wait_until="networkidle")
    box = page.locator(".register-scroll").first
    box.locator("table").evaluate("e => { e.style.minWidth = '1200px' }")
    expect(box).to_have_class(re.compile("overflows.*cut-end"))
    assert "cut-start" not in box.get_attribute("class")
    assert (box.get_attribute("tabindex"), box.get_attribute("role")) == ("0", "region")
    assert box.get_attribute("aria-label")
    assert box.evaluate("e => getComputedStyle(e).maskImage") != "none"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box.focus()
    page.keyboard.press("End")
    for _press in range(60):
        page.keyboard.press("ArrowRight")
    expect(box).to_have_class(re.compile("cut-start"))
    page.set_viewport_size({"width": 2400, "height": 700})
    expect(box).not_to_have_class(re.compile("overflows"))
    assert box.get_attribute("tabindex") is None, "what does not scroll is no stop of the tab key"


def test_a_wide_table_of_a_text_does_not_widen_the_page(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 400, "height": 700})
    page.goto(f"{address}/document", wait_until="networkidle")
    table = page.locator(".prose table").first
    table.evaluate("""e => {
        e.style.minWidth = "60rem";
        const stack = document.createElement("div");
        stack.className = "stack";
        const prose = e.closest(".prose");
        prose.replaceWith(stack);
        stack.append(prose);
    }""")
    box = page.locator(".prose .table-scroll").first
    expect(box).to_have_class(re.compile("overflows.*cut-end"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_tabs_that_are_cut_show_the_present_one(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 400, "height": 700})
    page.goto(f"{address}/record", wait_until="networkidle")
    tabs = page.locator(".tabs").first
    tabs.evaluate("e => { for (const tab of e.children) tab.style.minWidth = '12rem' }")
    expect(tabs).to_have_class(re.compile("cut-end"))
    assert tabs.get_attribute("role") is None, "its links are reached by themselves"

"""People who sit at a browser: one signed-in window each on a running Setsquare."""

import io
import re
import time
from typing import Any

import pypdf
from playwright.sync_api import TimeoutError

from tests.servers.live import LiveSetsquare
from tests.web.documents_house import PASSWORD

SELECT = """(element, words) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const [node, at] = [walker.currentNode, walker.currentNode.data.indexOf(words)];
        if (at < 0) continue;
        getSelection().setBaseAndExtent(node, at, node, at + words.length);
        return;
    }
}"""


class Visitor:
    """One person at a browser of their own. What the browser's console reports as an error is kept in `problems`."""

    def __init__(self, chromium: Any, live: LiveSetsquare, username: str, **context: Any) -> None:
        given = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "timezone_id": "UTC"}
        self.live = live
        self.username = username
        self.context = chromium.new_context(base_url=live.url, accept_downloads=True, **{**given, **context})
        self.context.set_default_timeout(20_000)
        self.problems: list[str] = []
        self.context.on("weberror", lambda error: self.problems.append(str(error.error)))
        self.context.on("console", lambda m: self.problems.append(m.text) if m.type == "error" else None)
        self.page = self.context.new_page()

    def sign_in(self, address: str = "/") -> Any:
        """Sign in by the form, as they would who follow a link to `address`."""
        self.page.goto(f"/accounts/login/?next={address}")
        self.page.get_by_label("Sign-in name").fill(self.username)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(f"{self.live.url}{address}")
        return self.page

    def button(self, name: str, *, exact: bool = False) -> Any:
        """The button or link with this name on the page, or one that has it in its name."""
        page = self.page
        buttons = page.get_by_role("button", name=name, exact=exact)
        return buttons.or_(page.get_by_role("link", name=name, exact=exact)).first

    def press(self, name: str, *, exact: bool = False) -> None:
        """Press the button, or follow the link, with this name."""
        self.button(name, exact=exact).click()

    def more(self, name: str) -> None:
        """Choose a command that stands under “More commands”."""
        self.page.get_by_role("button", name="More commands").click()
        self.page.locator(".menu:popover-open .menu-item", has_text=name).click()

    @property
    def dialog(self) -> Any:
        """The dialog that is open."""
        return self.page.locator("#dialog[open]")

    def answer(self, name: str, **fields: str) -> None:
        """Fill in the dialog's fields by their names, and send it by the button with this name."""
        for field, value in fields.items():
            self.dialog.locator(f"[name={field}]").fill(value)
        self.dialog.get_by_role("button", name=name, exact=True).click()

    def is_told(self, words: str) -> None:
        """Wait for the notice with these words, and put it away."""
        notice = self.page.locator(".toast", has_text=words)
        notice.wait_for()
        notice.get_by_role("button").click()

    def choose(self, field: str, *words: str) -> None:
        """Choose in a field with a search: type each word, take the first that is found.

        A late answer of the server draws the list anew; a click that met it meanwhile chose nothing, and is repeated.
        """
        for word in words:
            self.page.locator(f"#id_{field}-ts-control").fill(word)
            found = self.page.locator(".ts-dropdown .option", has_text=re.compile(word, re.IGNORECASE)).first
            shut = self.page.locator(f"#id_{field}-ts-control[aria-expanded=false]")
            found.click()
            try:
                shut.wait_for(timeout=3000)
            except TimeoutError:
                found.click()
                shut.wait_for()

    def select(self, within: str, words: str) -> None:
        """Select these words in the first part of the text that has them."""
        self.page.locator(within, has_text=words).last.evaluate(SELECT, words)

    def pdf(self, address: str) -> str:
        """The text of the PDF at this address, in one line."""
        answer = self.page.request.get(address)
        assert answer.headers["content-type"] == "application/pdf"
        pages = pypdf.PdfReader(io.BytesIO(answer.body())).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    def wait_for_state(self, address: str, word: str) -> None:
        """Open a record again and again until the worker has brought it into this state."""
        deadline = time.monotonic() + 30
        while True:
            self.page.goto(address)
            if self.state() == word:
                return
            assert time.monotonic() < deadline, f"{address} is {self.state()}, not {word}"
            time.sleep(0.2)

    def wait_until_shown(self, address: str, role: str, name: str) -> None:
        """Open a page again and again until the worker has brought about what it is to show."""
        deadline = time.monotonic() + 30
        while True:
            self.page.goto(address)
            if self.page.get_by_role(role, name=name).count():  # type: ignore[arg-type]
                return
            assert time.monotonic() < deadline, f"{address} shows no {role} “{name}”"
            time.sleep(0.2)

    def state(self) -> str:
        """The word of the state in the head of the record's page."""
        return str(self.page.locator(".state-pill").first.inner_text())

    def close(self) -> None:
        self.context.close()

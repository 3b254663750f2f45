"""Two editors of one draft: the second is shown what the first changed, and neither loses anything."""

import html
import re

from tests.web.documents.drafts import AUTOSAVE, EDITOR, body, draft, typed
from tests.web.documents_house import TEXT, House, page


def test_the_second_of_two_editors_loses_nothing(house: House) -> None:
    revision = draft(house)
    first, other = house.client("ari"), house.client("cora")
    assert first.post(EDITOR, typed(revision, TEXT + "\nBy Ari.\n")).status_code == 303
    refused = other.post(EDITOR, typed(revision, TEXT + "\nBy Cora.\n"))
    shown = refused.content.decode()
    assert refused.status_code == 422
    assert "Ari Sato saved this text while you were writing" in shown
    assert "By Cora." in shown
    assert "By Ari." in shown
    assert body(revision).endswith("By Ari.")
    assert "The changes of Ari Sato are taken in; look at it and save." in shown
    assert written(shown).endswith("By Ari.\n\nBy Cora.")
    assert written(page(other, EDITOR)) == written(shown), "kept even when the page is closed"
    assert other.post(EDITOR, sent_again(shown)).status_code == 303
    assert body(revision).endswith("By Ari.\n\nBy Cora.")


def written(shown: str) -> str:
    """Return the text that stands in the editor."""
    found = re.search(r'name="content">\n(.*?)</textarea>', shown, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def sent_again(shown: str, **more: str) -> dict[str, str]:
    """Return what the editor sends when Save is pressed on the page as it was shown."""
    hidden = re.findall(r'<input type="hidden" name="(_version|base|overtaken)" value="([^"]*)">', shown)
    title = re.search(r'name="title"[^>]* value="([^"]*)"', shown)
    return {**dict(hidden), "title": title[1] if title else "", "content": written(shown), **more}


def test_what_both_changed_is_not_dropped_before_its_second_author_has_looked(house: House) -> None:
    revision = draft(house)
    first, other = house.client("ari"), house.client("cora")
    assert "twice" in TEXT
    first.post(EDITOR, typed(revision, TEXT.replace("twice", "three times") + "\nBy Ari.\n"))
    shown = other.post(EDITOR, typed(revision, TEXT.replace("twice", "four times"))).content.decode()
    assert "Both of you changed these passages" in shown
    assert "four times" in written(shown) and "three times" not in written(shown)
    assert written(shown).endswith("By Ari."), "what one alone changed is taken in"
    assert 'name="taken_over"' in shown
    for again in (shown, page(other, EDITOR)):
        refused = other.post(EDITOR, sent_again(again))
        assert refused.status_code == 422
        assert "Look at what is not in your text, and tick that you did." in refused.content.decode()
        assert "three times" in body(revision)
    other.post(AUTOSAVE, {"content": written(shown), "version": sent_again(shown)["base"]})
    assert 'name="taken_over"' in page(other, EDITOR), "typing on does not make it forgotten"
    assert other.post(EDITOR, sent_again(shown, taken_over="true")).status_code == 303
    assert "four times" in body(revision) and body(revision).endswith("By Ari.")


def test_a_link_to_what_does_not_exist_is_told_to_author_and_approver(house: House) -> None:
    revision = draft(house)
    client, told = house.client("ari"), "The text refers to SOP-9999, which does not exist."
    text = TEXT + "\nSee [that](record:SOP-9999) and [this](record:SOP-001).\n"
    assert client.post(EDITOR, typed(revision, text)).status_code == 303
    saved = client.get("/revisions/SOP-001/1/").content.decode()
    assert saved.count(told) == 2, "as the answer and on the page"
    assert "refers to SOP-001," not in saved
    waiting = house.to_approval(revision.document.record)
    assert told in house.client("mira").get(f"/revisions/{waiting.number}/do/approve/").content.decode()


def test_what_was_put_over_theirs_while_typing_meets_it_all_the_same(house: House) -> None:
    revision = draft(house)
    house.do("ari", "save", revision.record, content=TEXT + "\nBy Ari.\n")
    client = house.client("cora")
    given = {"content": TEXT + "\nBy Cora.\n", "version": revision.content_id}
    assert client.post(AUTOSAVE, given).status_code == 409
    assert client.post(AUTOSAVE, {**given, "force": "1"}).status_code == 200
    assert written(page(client, EDITOR)).endswith("By Ari.\n\nBy Cora.")

"""The pages of the record types are what their declarations say."""

from tools.record_pages import PAGES, pages


def test_the_committed_pages_are_up_to_date() -> None:
    stale = [
        file.name for file, text in pages().items() if not file.is_file() or file.read_text("utf-8") != text
    ]
    assert not stale, f"Run tools/record_pages.py, for: {', '.join(stale)}"
    assert {file.name for file in PAGES.glob("*.md")} == {file.name for file in pages()}

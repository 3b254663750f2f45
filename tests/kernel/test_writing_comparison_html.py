"""Comparisons as HTML: what is read, what is seen, and that nothing of the texts becomes markup."""

import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from setsquare.kernel.writing.comparison_html import inline, side_by_side
from setsquare.methods.comparison import compare

OLD = """# Scope

Keep records for **5 years**.

- wash hands
- dry hands

| Role | When |
|---|---|
| Author | day 1 |
| Lead | day 5 |

![Flow](file:aa)
"""
NEW = OLD.replace("5 years", "7 years").replace("day 5", "day 6").replace("- wash", "- remove rings\n- wash")


def plain(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def test_inline_marks_what_was_put_in_and_taken_out():
    shown = inline(compare(OLD, NEW))
    assert re.search(
        r"<del>.*?<strong>5</strong>.*?</del><ins>.*?<strong>7</strong>.*?</ins><strong> years</strong>",
        shown,
    )
    assert '<div class="change change-added" id="change-2" data-line="5">' in shown


def test_a_screen_reader_is_told():
    shown = plain(inline(compare(OLD, NEW)))
    assert "removed: 5 end of removal added: 7 end of addition years" in shown
    assert "Added: • added: remove rings end of addition" in shown


def test_tables_are_tables_with_the_changed_cell_marked():
    shown = inline(compare(OLD, NEW))
    assert (
        '<tr class="change-row change-row-changed"><td class="change-cell change-cell-same">Lead</td>'
        in shown
    )
    assert re.search(r'change-cell-changed">day <del>.*5.*</del><ins>.*6.*</ins></td>', shown)


def test_side_by_side_has_each_text_on_its_side():
    shown = side_by_side(compare(OLD, NEW), old_title="Revision 1", new_title="Revision 2")
    rows = re.findall(r"<tr class=\"change.*?>(?:<td>(.*?)</td>)(?:<td>(.*?)</td>)</tr>", shown)
    assert tuple(re.findall(r'<th scope="col">(Rev.*?)</th>', shown)) == ("Revision 1", "Revision 2")
    kept = [plain(cell) for row in rows for cell in row]
    assert "Keep records for removed: 5 end of removal years ." in kept
    assert "Keep records for added: 7 end of addition years ." in kept


def test_unchanged_parts_fold_away():
    body = "\n\n".join(f"Paragraph number {number} says something." for number in range(30))
    result = compare(body, body.replace("number 15 says", "number 15 shouts"))
    shown = inline(result, context=1)
    assert shown.count("<details") == 2
    assert "14 unchanged blocks" in shown
    assert side_by_side(result, context=1).count('<tr class="change change-') == 3


def test_pictures_and_links_are_resolved():
    digest = "ab" * 32
    result = compare(
        f"![Flow](file:{digest})", f"![Flow](file:{digest})\n\n[x](record:SOP-1) [y](javascript:z)"
    )
    shown = inline(result, link=lambda number: f"/r/{number}", image=lambda sha: f"/f/{sha}")
    assert f'<img src="/f/{digest}" alt="Flow"' in shown
    assert 'href="/r/SOP-1"' in shown
    assert "javascript" not in re.sub(r">[^<]*<", "><", shown)


def test_a_change_of_kind_is_said():
    assert "Before: a heading of level 2" in inline(compare("## Scope", "### Scope"))


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=120, deadline=None)
def test_nothing_of_the_texts_becomes_markup(old, new):
    blocks = [
        "div",
        "p",
        "hr",
        "pre",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
    ]
    known = [*blocks, "span", "ins", "del", "strong", "em", "s", "code", "sub", "sup", "a", "img", "br"]
    result = compare(old + "<script>", new + "<script>")
    for shown in (inline(result), side_by_side(result), inline(result, context=0)):
        assert set(re.findall(r"</?([a-z0-9]+)", shown)) <= set(known)
        for tag in known:
            if tag not in {"br", "hr", "img"}:
                assert len(re.findall(rf"<{tag}[ >]", shown)) == shown.count(f"</{tag}>")

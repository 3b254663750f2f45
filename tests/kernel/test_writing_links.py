"""Records named by `[[SOP-001]]` become links; code, escaped brackets and what is unknown stay words."""

import pytest

from setsquare.kernel.writing.links import with_links


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("See [[SOP-001]].", "See [SOP-001](record:SOP-001)."),
        ("[[ SOP-001/2 ]] and [[SOP-001]]", "[SOP-001/2](record:SOP-001/2) and [SOP-001](record:SOP-001)"),
        ("| [[SOP-001]] | x |\n|---|---|", "| [SOP-001](record:SOP-001) | x |\n|---|---|"),
        ("[[SOP-009]]", "[[SOP-009]]"),
        (r"\[[SOP-001]] and \[\[SOP-001\]\]", r"\[[SOP-001]] and \[\[SOP-001\]\]"),
        ("`[[SOP-001]]` ``[[SOP-001]] ` ``", "`[[SOP-001]]` ``[[SOP-001]] ` ``"),
        ("```\n[[SOP-001]]\n```\n\n    [[SOP-001]]\n", "```\n[[SOP-001]]\n```\n\n    [[SOP-001]]\n"),
        ("[[SOP-001]](https://example.org)", "[[SOP-001]](https://example.org)"),
    ],
)
def test_only_what_is_meant_becomes_a_link(typed: str, kept: str) -> None:
    known = {"SOP-001", "SOP-001/2"}
    assert with_links(typed, known.intersection) == kept
    assert with_links(kept, known.intersection) == kept

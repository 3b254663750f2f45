"""A text that would keep the server busy is refused at every field that takes one."""

import pytest

from setsquare.kernel.commands.errors import Refused
from tests.documents.conftest import Works

HEAVY = "[" * 3000
SENTENCE = "More than 1000 opening square brackets in the text are never closed; close or remove them."


def test_a_heavy_text_is_refused_at_its_field(works: Works) -> None:
    number = works.draft()
    with pytest.raises(Refused) as caught:
        works.do("ada", "revision.save", f"{number}/1", content=HEAVY, why=HEAVY)
    assert caught.value.fields == {"content": SENTENCE, "why": SENTENCE}
    with pytest.raises(Refused) as caught:
        works.do("ada", "document.create", type="procedure", title="B", unit="H", content=HEAVY)
    assert caught.value.fields == {"content": SENTENCE}


@pytest.mark.parametrize(
    ("text", "sentence"), [(HEAVY, SENTENCE), ("word " * 300_000, "Write at most 1000000 characters.")]
)
def test_a_heavy_file_is_refused_at_its_field(works: Works, text: str, sentence: str) -> None:
    number = works.draft()
    source = works.uploaded("ada", text.encode(), "a.md", "text/markdown")
    with pytest.raises(Refused) as caught:
        works.do("ada", "revision.import_content", f"{number}/1", source=source.blob.digest)
    assert caught.value.fields == {"source": sentence}

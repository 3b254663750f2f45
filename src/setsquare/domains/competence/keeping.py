"""Keeping a framework's content as a text by its digest, and reading it again."""

import json
from collections import OrderedDict

from setsquare.domains.competence.content import Content
from setsquare.kernel.files.texts import kept_text
from setsquare.kernel.writing.canonical import canonical

MOST_READ = 32
"""Contents that a process remembers."""
_READ: "OrderedDict[str, Content]" = OrderedDict()


def written(content: Content) -> str:
    """Return a content as canonical JSON: equal contents are equal texts."""
    return canonical(content.model_dump(mode="json")).decode()


def content_at(digest: str) -> Content:
    """Return the content that is kept under a digest, which never changes; raises Text.DoesNotExist."""
    found = _READ.get(digest)
    if found is None:
        found = Content.model_validate(json.loads(kept_text(digest)))
        remember(digest, found)
    return found


def remember(digest: str, content: Content) -> None:
    """Let what was written under a digest be known without reading it again: a large one takes seconds."""
    _READ[digest] = content
    while len(_READ) > MOST_READ:
        _READ.popitem(last=False)

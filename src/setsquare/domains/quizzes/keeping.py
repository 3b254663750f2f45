"""Keeping a quiz's content as a text by its digest, and reading it again."""

import json
from functools import lru_cache

from setsquare.domains.quizzes.content import Content
from setsquare.kernel.files.texts import kept_text
from setsquare.kernel.writing.canonical import canonical


def written(content: Content) -> str:
    """Return a content as canonical JSON: equal contents are equal texts."""
    return canonical(content.model_dump(mode="json")).decode()


@lru_cache(maxsize=64)
def content_at(digest: str) -> Content:
    """Return the content that is kept under a digest, which never changes; raises Text.DoesNotExist."""
    return Content.model_validate(json.loads(kept_text(digest)))

"""The comments on a revision, read once for as long as a command or a page works on it."""

from setsquare.domains.documents.models import Comment, Revision
from setsquare.kernel.database.statements import Statement, stand_in
from setsquare.kernel.records.along import along, forget

_REVISION = stand_in(1)
_COMMENTS: Statement[Comment] = Statement(
    lambda: (
        Comment.objects.filter(revision_id=_REVISION)
        .select_related("author", "text", "resolved_by")
        .order_by("number")
    ),
    lambda: {_REVISION: "revision"},
)
_KEPT = "discussion"


def discussion_of(revision: Revision) -> list[Comment]:
    """Return every comment on the revision with its author and text, oldest first.

    The record keeps them: rules, what is signed and what the trail keeps all ask for them.
    """
    return along(revision.record, _KEPT, lambda: _COMMENTS.instances(revision=revision.pk))


def forget_discussion(revision: Revision) -> None:
    """Have the comments read anew: whoever adds or changes one says so."""
    forget(revision.record, _KEPT)

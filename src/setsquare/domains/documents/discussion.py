"""The comments on a revision, read once for as long as a command or a page works on it."""

from setsquare.domains.documents.models import Comment, Revision
from setsquare.kernel.database.statements import Statement, stand_in

_REVISION = stand_in(1)
_COMMENTS: Statement[Comment] = Statement(
    lambda: (
        Comment.objects.filter(revision_id=_REVISION)
        .select_related("author", "text", "resolved_by")
        .order_by("number")
    ),
    lambda: {_REVISION: "revision"},
)
_KEPT = "_discussion"


def discussion_of(revision: Revision) -> list[Comment]:
    """Return every comment on the revision with its author and text, oldest first.

    The row keeps them: rules, what is signed and what the trail keeps all ask for them.
    """
    known = vars(revision)
    if _KEPT not in known:
        known[_KEPT] = _COMMENTS.instances(revision=revision.pk)
    found: list[Comment] = known[_KEPT]
    return found


def forget_discussion(revision: Revision) -> None:
    """Have the comments read anew: whoever adds or changes one says so."""
    vars(revision).pop(_KEPT, None)

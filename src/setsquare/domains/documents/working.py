"""What people have typed and not yet saved: kept apart from the record, so that a lost connection loses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.documents.fields import LONGEST_WORDS
from setsquare.domains.documents.models import Revision, WorkingText
from setsquare.domains.documents.thing import REVISION
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.commands.errors import NotFound, NotPermitted, Refused, WrongState
from setsquare.kernel.commands.running import why_not_permitted, why_wrong_state
from setsquare.kernel.records.models import Record
from setsquare.kernel.writing.bounds import LONGEST, why_too_heavy


@dataclass(frozen=True)
class Kept:
    """That a working text was kept. `conflict`: the revision's text is no longer the one that it began with."""

    working: WorkingText
    conflict: bool
    others: tuple[User, ...]
    """Who else has unsaved text on the revision."""


def keep_working_text(
    user: User, record: Record, body: str, base: str, details: Mapping[str, str] | None = None
) -> Kept:
    """Keep what `user` has typed on a draft; `base` is the digest of the content that they began with ("": none).

    `details` are the title, summary and reason as they were typed, each at most a few thousand characters.

    Nothing is refused for a conflict: the text is kept and the conflict told, so that nothing typed is lost.
    Raises NotFound, NotPermitted, WrongState, or Refused where it is too long or too heavy to be shown.
    """
    revision = _writable(user, record)
    typed = dict(details or {})
    if len(body) > LONGEST or any(len(words) > LONGEST_WORDS for words in typed.values()):
        raise Refused({"content": _("Write at most %(max_length)s characters.") % {"max_length": LONGEST}})
    if why := why_too_heavy(body):
        raise Refused({"content": why})
    working, _made = WorkingText.objects.update_or_create(
        revision=revision,
        user=user,
        defaults={"body": body, "base": base, "details": typed, "saved": timezone.now()},
    )
    others = User.objects.filter(pk__in=revision.working_texts.exclude(user=user).values("user_id"))
    return Kept(working, base != (revision.content_id or ""), tuple(others.order_by("name")))


def working_text_of(user: User, record: Record) -> WorkingText | None:
    """Return what `user` has typed on a revision and not saved."""
    return WorkingText.objects.filter(revision_id=record.pk, user=user).first()


def drop_working_text(user: User, record: Record) -> None:
    """Forget what `user` has typed on a revision and not saved."""
    WorkingText.objects.filter(revision_id=record.pk, user=user).delete()


def _writable(user: User, record: Record) -> Revision:
    if not REVISION.visible_to(user).filter(pk=record.pk).exists():
        raise NotFound(record.number)
    fresh = Record.objects.select_related("owner", "unit", "revision").get(pk=record.pk)
    save = command_of("revision", "save")
    if why := why_wrong_state(save, fresh):
        raise WrongState(why)
    if why := why_not_permitted(save, Situation(Actor(user), REVISION, fresh)):
        raise NotPermitted(why)
    revision: Revision = fresh.revision
    return revision

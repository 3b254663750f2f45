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
from setsquare.kernel.files.texts import text_digest
from setsquare.kernel.records.along import along, forget
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
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
    _forget(user, record)
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
    _forget(user, record)


def nothing_unsaved(situation: Situation) -> Label | None:
    """Rule: all that the person typed on a draft is in it, as others are sent what is in it; one query."""
    user, record = situation.user, situation.subject
    if record.state != "draft":
        return None
    working = along(record, _known_as(user), lambda: working_text_of(user, record))
    if working is None or not _differs(working, situation.detail):
        return None
    return _(
        "You have text here that is not saved in the draft yet: save it or discard it in the editor, then send it."
    )


def _differs(working: WorkingText, revision: Revision) -> bool:
    """Tell whether saving what was typed would change the revision; spaces around a text are not kept."""
    body = working.body.strip()
    if (text_digest(body) if body else None) != revision.content_id:
        return True
    saved = {"title": revision.record.title, "summary": revision.summary, "why": revision.reason}
    return any(working.details.get(name, words).strip() != words.strip() for name, words in saved.items())


def _known_as(user: User) -> str:
    return f"what {user.pk} typed"


def _forget(user: User, record: Record) -> None:
    """Have what the person typed read anew, as it is changed without a command."""
    forget(record, _known_as(user))


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

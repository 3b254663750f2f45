"""What one person has read of all documents, and what they still have to read, as far as a reader sees it."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from setsquare.domains.documents import meanings
from setsquare.domains.documents.deciding.asked import counted
from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.thing import REVISION
from setsquare.domains.documents.work import READ
from setsquare.kernel.accounts.models import User
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.models import Task


def read_by(person: User, reader: User) -> QuerySet[Task]:
    """Return what a person confirmed to have read, the newest first, with whether by a signature (`is_signed`).

    What they confirmed before a revision was taken back and approved anew is left out.
    """
    made = Signature.objects.filter(
        record=OuterRef("record"),
        signer=OuterRef("assignee"),
        meaning=meanings.READ.code,
        at__gte=OuterRef("opened"),
    )
    return (
        _seen(counted().filter(assignee=person), reader)
        .annotate(signed=Exists(made))
        .order_by("-done", "-pk")
    )


def still_to_read_by(person: User, reader: User) -> QuerySet[Task]:
    """Return what a person is asked to read and has not confirmed yet, the first due first."""
    asked = Task.objects.filter(assignee=person, kind=READ.code, done__isnull=True)
    return _seen(asked, reader).order_by("due", "pk")


def _seen(tasks: QuerySet[Task], reader: User) -> QuerySet[Task]:
    rows = tasks.filter(record__in=REVISION.visible_to(reader).values("pk"))
    return rows.select_related("record__revision__document__record", "record__revision__document__current")


def is_signed(reading: Task) -> bool:
    """Tell whether a reading of `read_by` was confirmed by a signature."""
    return bool(vars(reading)["signed"])


def is_in_force(revision: Revision) -> bool:
    """Tell whether a revision is the one in force now; its document is read along."""
    return revision.record.state == "effective"


def in_force_in_words(revision: Revision) -> str:
    """Return whether a revision is the one in force now, and else which is."""
    document = revision.document
    if is_in_force(revision):
        return _("Yes")
    if revision.record.state == "approved":
        return _("Not yet")
    if document.record.state == "withdrawn" or document.current is None:
        return _("No: withdrawn")
    return _("No: revision %(ordinal)s is") % {"ordinal": document.current.ordinal}

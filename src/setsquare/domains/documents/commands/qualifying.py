"""Having read a document qualifies in it: as long as nothing newer of it had to be read and was not."""

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.documents.commands.distributing import People, say_how_many
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Shown
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.qualifications.models import Qualification

Reader = Annotated[AnyPerson, Shown(gettext_lazy("Person"))]


class Read(Body):
    """Who read it when, and until when that counts."""

    person: Reader
    since: Annotated[dt.datetime, Shown(gettext_lazy("Since"))]
    until: Annotated[dt.datetime | None, Shown(gettext_lazy("Until"))] = None


class Readers(Body):
    """Who read it."""

    readers: Annotated[list[Read], Field(max_length=500), Shown(gettext_lazy("Readers"))]


class Limited(People):
    """Whose reading counts until when."""

    until: Annotated[dt.datetime, Shown(gettext_lazy("Until"))]


@command(
    "revision",
    "note_readers",
    label=gettext_lazy("Note who has read it"),
    past=gettext_lazy("noted whom having read it qualifies"),
    body=Readers,
    reason=Reason.NEVER,
    reindexes=False,
)
def note_readers(act: Act, body: Readers) -> None:
    """Qualify those who confirmed it before it took effect, or before confirming qualified; the system does this."""
    document = act.detail.document.record
    for one in body.readers:
        act.qualify(one.person, document, since=one.since, until=one.until)
    say_how_many(act, len(body.readers))


@command(
    "revision",
    "limit_readers",
    label=gettext_lazy("Limit until when its reading counts"),
    past=gettext_lazy("noted until when having read it counts, as a newer revision has to be read"),
    body=Limited,
    reason=Reason.NEVER,
    reindexes=False,
)
def limit_readers(act: Act, body: Limited) -> None:
    """Have what people are qualified by end at a time, unless they read the newer one; the system does this."""
    held = Qualification.objects.filter(
        evidence=act.record, user__in=body.people, ended__isnull=True, until__isnull=True
    )
    rows = list(held.select_related("user").order_by("id"))
    for row in rows:
        act.qualify(
            row.user, act.detail.document.record, since=row.since, until=max(body.until, row.since + JUST)
        )
    say_how_many(act, len(rows))


JUST = dt.timedelta(microseconds=1)
"""What nobody holds any more was held for a moment at least."""

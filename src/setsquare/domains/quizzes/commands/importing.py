"""Bringing questions in from a table, into the draft."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.quizzes.content import Content
from setsquare.domains.quizzes.drafts import put
from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.rules import WRITERS
from setsquare.domains.quizzes.table import Misfit, brought
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, UploadRef, Widget, refuse_unkeepable
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.models import Upload
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label


class ImportQuestions(Body):
    """The table."""

    files: Annotated[
        list[UploadRef],
        Field(min_length=1, max_length=1),
        Shown(
            gettext_lazy("File"),
            gettext_lazy("A table as it is exported here (.xlsx, .csv), a row for each question."),
            Widget.FILES,
        ),
    ]


def _read(quiz: Quiz, upload: Upload) -> Content:
    content = brought(upload, quiz.latest)
    try:
        refuse_unkeepable(content.model_dump(mode="json"))
    except Refused as refused:
        raise Misfit([_("It holds a character that cannot be kept.")]) from refused
    return content


def _wrong_with(situation: Situation, given: Mapping[str, Any]) -> dict[str, Label]:
    """Return what in the file does not fit, row by row."""
    if not given.get("files") or situation.record is None:
        return {}
    try:
        _read(situation.detail, given["files"][0])
    except Misfit as misfit:
        return {f"files.{place}": reason for place, reason in enumerate(misfit.reasons)}
    return {}


@command(
    "quiz",
    "import_questions",
    label=gettext_lazy("Import questions"),
    past=gettext_lazy("brought questions into the draft from a file"),
    body=ImportQuestions,
    who=WRITERS,
    foresees=_wrong_with,
    reason=Reason.NEVER,
    hint=gettext_lazy(
        "All rows or none. Questions with a known code are changed, others added; the rest stays."
    ),
    reindexes=False,
)
def import_questions(act: Act, body: ImportQuestions) -> None:
    """Add the questions of a table to the draft, and change those whose code is known."""
    before: Content = act.detail.latest
    content = _read(act.detail, body.files[0])
    put(act, content, lambda _place: "files")
    added = len(content.questions) - len(before.questions)
    act.say(gettext_noop("%(file)s"), file=body.files[0].name)
    act.conclude(
        gettext_noop("One question was added to the draft of %(number)s; it has %(all)s now.")
        if added == 1
        else gettext_noop("%(added)s questions were added to the draft of %(number)s; it has %(all)s now."),
        added=added,
        all=len(content.questions),
    )

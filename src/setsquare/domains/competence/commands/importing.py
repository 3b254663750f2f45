"""Bringing the content of a framework in from a file, as its draft."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from pydantic import Field

from setsquare.domains.competence.content import Content
from setsquare.domains.competence.drafts import put
from setsquare.domains.competence.exchange.reading import Misfit, fitted
from setsquare.domains.competence.exchange.taking import brought
from setsquare.domains.competence.keeping import content_at
from setsquare.domains.competence.models import Framework
from setsquare.domains.competence.rules import WRITERS
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, UploadRef, Widget, refuse_unkeepable
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.models import Upload
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label
from setsquare.kernel.writing.sentences import some


class ImportContent(Body):
    """The file, or the files of ESCO together."""

    files: Annotated[
        list[UploadRef],
        Field(min_length=1, max_length=8),
        Shown(
            gettext_lazy("File"),
            gettext_lazy(
                "A CASE package (JSON), a table as exported here (.xlsx, .csv), SFIA’s workbook, or ESCO’s files."
            ),
            Widget.FILES,
        ),
    ]


def _read(framework: Framework, uploads: list[Upload]) -> Content:
    """Return what files say as a content. Raises Misfit."""
    files = tuple((upload.blob_id, upload.name) for upload in uploads)
    return _fitting(files, framework.draft_id or framework.content_id or "", get_language())


@lru_cache(maxsize=2)
def _fitting(files: tuple[tuple[str, str], ...], before: str, _language: str | None) -> Content:
    """Fit files to the content before, once for the check before a transaction and for what is done in it."""
    content = fitted(brought(files), content_at(before) if before else Content())
    try:
        refuse_unkeepable(content.model_dump(mode="json"))
    except Refused as refused:
        raise Misfit([_("It holds a character that cannot be kept.")]) from refused
    return content


def _wrong_with(situation: Situation, given: Mapping[str, Any]) -> dict[str, Label]:
    """Return what in the files does not fit, each row by itself."""
    if not given.get("files") or situation.record is None:
        return {}
    try:
        _read(situation.detail, given["files"])
    except Misfit as misfit:
        return {f"files.{place}": reason for place, reason in enumerate(misfit.reasons)}
    return {}


@command(
    "framework",
    "import_content",
    label=gettext_lazy("Import content"),
    past=gettext_lazy("brought in the draft from a file"),
    body=ImportContent,
    who=WRITERS,
    foresees=_wrong_with,
    reason=Reason.NEVER,
    hint=gettext_lazy(
        "It replaces the draft, all or nothing; what is in force stays until the next release."
    ),
)
def import_content(act: Act, body: ImportContent) -> None:
    """Make what files say the draft; a scale or attributes that they do not have stay as they are."""
    content = _read(act.detail, body.files)
    put(act, content, lambda _place: "files")
    act.say(gettext_noop("%(files)s"), files=some(upload.name for upload in body.files))
    act.conclude(
        gettext_noop(
            "The draft of %(number)s has %(components)s components now. Look at it, then release it."
        ),
        components=len(content.components),
    )

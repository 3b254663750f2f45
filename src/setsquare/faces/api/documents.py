"""What documents have besides what every record has: taking them away, comparing, writing, the discussion."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.domains.documents import comparing
from setsquare.domains.documents.models import ControlledCopy, Revision
from setsquare.domains.documents.publishing import address_on_paper, exported, pdf_of
from setsquare.domains.documents.queries import copies, threads
from setsquare.domains.documents.rules import sees_discussion
from setsquare.domains.documents.thing import DOCUMENT, REVISION
from setsquare.domains.documents.working import drop_working_text, keep_working_text, working_text_of
from setsquare.faces.api.answering import PRIVATE, ROOT, address, address_of, digest_of, respond
from setsquare.faces.api.callers import actor_of, caller_of
from setsquare.faces.api.describing import COMPONENTS, Schema, parameter, says
from setsquare.faces.api.problems import Problem
from setsquare.faces.api.reading import Parameters, object_in
from setsquare.faces.api.registers import find
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.bodies import refuse_unkeepable
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.commands.errors import NotFound, NotPermitted, Refused
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, plain, visible_to
from setsquare.kernel.representation import deeds
from setsquare.kernel.representation.records import Values, mention
from setsquare.kernel.writing import comparison_html
from setsquare.kernel.writing.conversion import Format
from setsquare.kernel.writing.markdown import missing_sections, references

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown; charset=utf-8",
}
TEXTS: dict[str, Format] = {"docx": "docx", "md": "md"}
SHOWS = ("blocks", "inline", "side")
TYPED = ("title", "summary", "why")
BODY: Schema = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["content"],
                "properties": {
                    "content": {"type": "string", "description": "Markdown."},
                    "base": {"type": "string", "description": "Digest of the saved text that it began with."},
                    **{name: {"type": "string"} for name in TYPED},
                },
                "additionalProperties": False,
            }
        }
    },
}
COMPONENTS["Comparison"] = {
    "type": "object",
    "required": ["document", "from", "to", "changed", "summary", "blocks"],
    "properties": {
        "changed": {"type": "integer", "description": "How many blocks differ."},
        "summary": {"type": "object"},
        "sections": {"type": "array", "items": {"type": "string"}},
        "blocks": {"type": "array", "items": {"type": "object"}},
        "html": {"type": "string"},
    },
    "additionalProperties": True,
}
COMPONENTS["WorkingText"] = {
    "type": "object",
    "required": ["content", "base", "saved", "conflict"],
    "properties": {
        "content": {"type": "string"},
        "base": {"type": "string"},
        "saved": {"type": "string", "format": "date-time"},
        "conflict": {"type": "boolean", "description": "Somebody else saved the text meanwhile."},
    },
    "additionalProperties": True,
}


def add_documents(api: NinjaAPI) -> None:
    """Add the addresses of documents and revisions; they come before the generic ones."""
    _add_taking_away(api)
    _add_comparing(api)
    _add_writing(api)


def _get(api: NinjaAPI, path: str, name: str, summary: str, view: Any, described: Schema) -> None:
    tag = str(REVISION.plural if name.startswith("revisions") else DOCUMENT.plural)
    api.get(path, operation_id=name, summary=summary, tags=[tag], openapi_extra=described)(view)


# --- taking away ------------------------------------------------------------------------------------


def _add_taking_away(api: NinjaAPI) -> None:
    form = parameter("format", "What it is taken away as.", enum=list(MEDIA_TYPES), default="pdf")
    described = says(
        "The file.", None, parameters=[form], errors=(404, 422), media_type="application/octet-stream"
    )
    of_copy = says("The PDF.", None, errors=(404, 409), media_type="application/pdf")
    documents, revisions = DOCUMENT.slug, REVISION.slug
    _get(
        api,
        f"/{documents}/{{path:number}}/copies/{{str:label}}:export",
        "documents.copy_export",
        "Take a controlled copy away as PDF",
        copy_export,
        of_copy,
    )
    _get(
        api,
        f"/{documents}/{{path:number}}:export",
        "documents.take_away",
        "Take away what is in force, before that the draft: PDF, Word, Markdown",
        document_export,
        described,
    )
    _get(
        api,
        f"/{revisions}/{{path:number}}:export",
        "revisions.take_away",
        "Take a revision away: PDF, Word, Markdown",
        revision_export,
        described,
    )


def _found(request: HttpRequest, thing: Thing, number: str) -> Record:
    caller = caller_of(request)
    caller.require(Scope.READ, thing.code)
    return find(thing, caller.user, number)


def document_export(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the revision in force, before that the draft, as a file."""
    record = _found(request, DOCUMENT, number)
    revision = record.document.current or record.document.open_revision
    if revision is None:
        raise NotFound(number)
    return _export(request, find(REVISION, caller_of(request).user, revision.record.number))


def revision_export(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with a revision as a file."""
    return _export(request, _found(request, REVISION, number))


def _export(request: HttpRequest, record: Record) -> HttpResponse:
    form = Parameters(request, "format").text("format") or "pdf"
    if form not in MEDIA_TYPES:
        raise Refused({"format": _("Choose one of: %(expected)s.") % {"expected": ", ".join(MEDIA_TYPES)}})
    revision, viewer = _whole(record), caller_of(request).user
    if form == "pdf":
        data = pdf_of(revision, viewer=viewer, address_of=address_on_paper)
    else:
        try:
            data = exported(revision, TEXTS[form], viewer=viewer, address_of=address_on_paper)
        except Refused as refused:
            more = {"href": f"{ROOT}/files/{revision.file_id}"} if revision.file_id else {}
            raise Problem("invalid", refused.sentence, {"format": refused.sentence}, more) from None
    return _sent(data, f"{record.number.replace('/', '-')} {record.title}.{form}", form)


def _whole(record: Record) -> Revision:
    of_document = ("document__record__owner", "document__record__unit", "document__kind__record")
    related = ("record__owner", "record__unit", *of_document, "content", "file")
    return Revision.objects.select_related(*related).get(pk=record.pk)


def copy_export(request: HttpRequest, number: str, label: str) -> HttpResponse:
    """Answer with the PDF of a controlled copy, for who controls the document or holds the copy."""
    record = _found(request, DOCUMENT, number)
    Parameters(request)
    ordinal, _dash, count = label.partition("-")
    known = all(part.isascii() and part.isdigit() and len(part) < 7 for part in (ordinal, count))
    mine = copies(caller_of(request).user).filter(document_id=record.pk)
    found: ControlledCopy | None = (
        mine.filter(revision__ordinal=int(ordinal), number=int(count)).first() if known else None
    )
    if found is None:
        raise NotFound
    if found.reconciled is not None:
        raise Problem("wrong_state", _("This copy is settled; it is not printed again."))
    data = pdf_of(
        _whole(found.revision.record),
        viewer=caller_of(request).user,
        address_of=address_on_paper,
        copy=found,
    )
    return _sent(data, f"{record.number} {found.label}.pdf", "pdf")


def _sent(data: bytes, name: str, form: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=MEDIA_TYPES[form])
    answer["Content-Disposition"] = content_disposition_header(form != "pdf", name) or "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = PRIVATE
    return answer


# --- comparing --------------------------------------------------------------------------------------


def _add_comparing(api: NinjaAPI) -> None:
    taken = [
        parameter("from", "Number of the earlier revision.", kind="integer", minimum=1),
        parameter("to", "Number of the later revision.", kind="integer", minimum=1),
        parameter("show", "Besides the blocks as HTML, in one text or side by side.", enum=SHOWS),
        parameter("only_changes", "Leave out blocks that are the same.", kind="boolean"),
    ]
    _get(
        api,
        f"/{DOCUMENT.slug}/{{path:number}}:compare",
        "documents.compare",
        "Compare two revisions, block by block and word by word",
        compare_revisions,
        says("What differs.", "Comparison", parameters=taken, errors=(404, 422)),
    )


def compare_revisions(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with what differs between two revisions; by default the last one and what was in force before it."""
    record, user = _found(request, DOCUMENT, number), caller_of(request).user
    asked = Parameters(request, "from", "to", "show", "only_changes")
    first, second = (asked.number(name, 0, 1, 999_999) or None for name in ("from", "to"))
    show = asked.text("show") or "blocks"
    if show not in SHOWS:
        raise Refused({"show": _("Choose one of: %(expected)s.") % {"expected": ", ".join(SHOWS)}})
    only = asked.flag("only_changes")
    found = comparing.compared(user, record, first, second)
    values: Values = {
        "document": {**mention(record), "href": address_of(record)},
        "from": _side(found.old),
        "to": _side(found.new),
        "of_files": found.of_files,
        "same_file": found.same_file,
        "too_long": found.too_long,
        "changed": found.result.changed if found.result else 0,
        "summary": asdict(found.result.summary()) if found.result else {},
        "sections": [name for name in found.result.sections() if name] if found.result else [],
        "blocks": [
            asdict(block)
            for block in (found.result.blocks if found.result else ())
            if not only or block.op != "same"
        ],
    }
    if show != "blocks" and found.result is not None:
        values["html"] = _html(request, found, side=show == "side", context=1 if only else None)
    return respond(request, values, tag=digest_of(values))


def _side(revision: Revision) -> Values:
    return {
        **mention(revision.record),
        "ordinal": revision.ordinal,
        "summary": revision.summary,
        "href": address_of(revision.record),
        "file": f"{ROOT}/files/{revision.file_id}" if revision.file_id else None,
    }


def _html(request: HttpRequest, found: comparing.Compared, *, side: bool, context: int | None) -> str:
    numbers = references("\n\n".join(found.texts))
    seen = visible_to(caller_of(request).user).filter(number__in=numbers).values_list("number", flat=True)
    links = {number: address_on_paper(number) for number in seen}
    more: dict[str, Any] = {
        "link": links.get,
        "image": lambda digest: f"{ROOT}/files/{digest}",
        "context": context,
    }
    assert found.result is not None  # asked by the caller
    if not side:
        return comparison_html.inline(found.result, **more)
    more |= {"old_title": found.old.record.number, "new_title": found.new.record.number}
    return comparison_html.side_by_side(found.result, **more)


# --- writing ----------------------------------------------------------------------------------------


def _add_writing(api: NinjaAPI) -> None:
    base = f"/{REVISION.slug}/{{path:number}}"
    _get(
        api,
        f"{base}/comments",
        "revisions.comments",
        "The discussion of a revision, its oldest thread first",
        comments,
        says("All threads.", "Page", errors=(404,)),
    )
    _get(
        api,
        f"{base}/checklist",
        "revisions.checklist",
        "Which of the required sections the text has",
        checklist,
        says("All of them.", "Page", errors=(404,)),
    )
    _get(
        api,
        f"{base}/working-text",
        "revisions.working_text",
        "What you typed on a draft and did not save",
        working_text,
        says("The text.", "WorkingText", errors=(404,)),
    )
    changes = (
        (":autosave", "autosave", "Keep what you typed on a draft, without saving it", autosave, BODY),
    )
    for end, name, summary, view, body in changes:
        api.post(
            f"{base}{end}",
            operation_id=f"revisions.{name}",
            summary=summary,
            tags=[str(REVISION.plural)],
            openapi_extra={
                **says("What is kept.", "WorkingText", errors=(404, 409, 415, 422)),
                "requestBody": body,
            },
        )(view)
    api.post(
        f"{base}:drop_working_text",
        operation_id="revisions.drop_working_text",
        summary="Forget what you typed and did not save",
        tags=[str(REVISION.plural)],
        openapi_extra=says("Nothing is kept any more.", "WorkingText", errors=(404, 415)),
    )(drop)


def comments(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the threads of a revision."""
    record = _found(request, REVISION, number)
    Parameters(request)
    if not sees_discussion(Situation(actor_of(request), REVISION, record)):
        raise NotPermitted(_("The discussion is for those who write, review and approve."))

    def shown(comment: Any) -> Values:
        return {
            "number": comment.number,
            "author": deeds.person(comment.author),
            "at": plain(comment.at),
            "text": comment.text.body,
        }

    items = [
        {
            **shown(thread.comment),
            "quote": thread.comment.quote,
            "resolved": plain(thread.comment.resolved),
            "resolved_by": deeds.person(thread.comment.resolved_by),
            "replies": [shown(reply) for reply in thread.replies],
        }
        for thread in threads(record.revision)
    ]
    return respond(request, {"items": items}, tag=digest_of(items))


def checklist(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the required sections and whether the saved text has them."""
    revision = _whole(_found(request, REVISION, number))
    Parameters(request)
    required = revision.document.kind.required_sections
    missing = set(missing_sections(revision.content.body if revision.content else "", required))
    items = [{"section": name, "done": name not in missing} for name in required]
    return respond(request, {"items": items}, tag=digest_of(items))


def working_text(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with what the caller typed and did not save."""
    record = _found(request, REVISION, number)
    Parameters(request)
    found = working_text_of(caller_of(request).user, record)
    if found is None:
        raise Problem("not_found", _("Nothing is kept that you typed here and did not save."))
    conflict = found.base != (record.revision.content_id or "")
    return respond(request, _working(found, conflict=conflict))


def _working(found: Any, **more: Any) -> Values:
    details = {name: found.details.get(name) for name in TYPED if name in found.details}
    return {
        "content": found.body,
        "base": found.base,
        "saved": plain(found.saved),
        **details,
        **more,
    }


def autosave(request: HttpRequest, number: str) -> HttpResponse:
    """Keep what the caller typed; a conflict is told, and nothing typed is lost."""
    caller = caller_of(request)
    caller.require(Scope.WRITE, REVISION.code)
    Parameters(request)
    record = find(REVISION, caller.user, number)
    data = object_in(request)
    for name, value in data.items():
        if name not in ("content", "base", *TYPED):
            raise Refused({name: _("There is no such field here.")})
        if not isinstance(value, str):
            raise Refused({name: _("Write a text here.")})
    if "content" not in data:
        raise Refused({"content": _("This has to be filled in.")})
    refuse_unkeepable(data)
    base = data.get("base", record.revision.content_id or "")
    if len(base) > 64:
        raise Refused({"base": _("This is not of the expected form.")})
    details = {name: data[name] for name in TYPED if name in data}
    kept = keep_working_text(caller.user, record, data["content"], base, details)
    others = [deeds.person(user) for user in kept.others]
    return respond(request, _working(kept.working, conflict=kept.conflict, others=others))


def drop(request: HttpRequest, number: str) -> HttpResponse:
    """Forget what the caller typed and did not save."""
    caller = caller_of(request)
    caller.require(Scope.WRITE, REVISION.code)
    Parameters(request)
    record = find(REVISION, caller.user, number)
    if object_in(request):
        raise Refused(_("This takes nothing."))
    drop_working_text(caller.user, record)
    nothing = {"content": "", "base": record.revision.content_id or "", "saved": None, "conflict": False}
    return respond(request, {**nothing, "href": address(REVISION.slug, number)})

"""Where the hand-made pages of documents hang: tabs, parts, pages of commands, addresses."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import path, register_converter
from django.utils.translation import gettext_lazy as _

from setsquare.domains.documents.rules import sees_discussion
from setsquare.faces.web import pages
from setsquare.faces.web.addresses import numbered
from setsquare.faces.web.documents import (
    comments,
    comparing,
    copies,
    creating,
    deciding,
    distribution,
    document,
    downloads,
    heads,
    importing,
    intervals,
    lists,
    past,
    revision,
    revisions,
    training_decision,
    writing,
)
from setsquare.faces.web.pages import Part, PastPart, Tab

ICONS: Mapping[str, str] = {
    "new_revision": "versions",
    "save": "edit",
    "submit": "send",
    "review": "checklist",
    "comment": "message",
    "reply": "message",
    "resolve": "check",
    "send_for_approval": "send",
    "reject": "x",
    "recall": "arrow-back-up",
    "return_to_draft": "arrow-back-up",
    "schedule": "calendar",
    "decide_training": "school",
    "wait_longer": "clock",
    "wait_no_longer": "circle-check",
    "distribute": "book",
    "confirm_reading": "book",
    "remind": "bell",
    "reassign": "user",
    "hand_over": "user",
    "issue_copy": "copy",
    "recall_copies": "arrow-back-up",
    "import_content": "upload",
    "use_file": "paperclip",
    "discard": "trash",
    "set_audience": "users",
    "edit": "edit",
    "withdraw": "circle-x",
}


class CopyConverter:
    """The label of a controlled copy within an address, such as `2-3`."""

    regex = r"\d{1,6}-\d{1,6}"

    def to_python(self, value: str) -> str:
        """Return the label."""
        return value

    def to_url(self, value: str) -> str:
        """Return the label."""
        return value


def told_text(_value: Any, _request: HttpRequest) -> str:
    """Tell a text in the history by saying that it is one, not by its digest."""
    return str(_("(text)"))


pages.extend(
    "document",
    head=heads.document_head,
    first_label=_("Read"),
    overview=Part("documents/read.html.jinja", document.document_read),
    aside=Part("documents/read_aside.html.jinja", lambda _request, _thing, _record: {}),
    then=PastPart("documents/then.html.jinja", past.document_then),
    tabs=(
        Tab("revisions", _("Revisions"), revisions.revisions_tab),
        Tab(
            "distribution",
            _("Distribution"),
            distribution.document_distribution,
            distribution.distribution_shown,
        ),
        Tab("copies", _("Copies"), copies.copies_tab, copies.copies_shown),
    ),
    creating={"create": creating.create_page},
    commands={"new_revision": deciding.new_revision_page},
    register=(
        (_("Tree"), "document_tree", "sitemap"),
        (_("Reviews"), "document_reviews", "calendar"),
        (_("Copies"), "document_copies", "copy"),
        (_("Import"), "document_import", "upload"),
    ),
    register_needs={"document_import": importing.IMPORTERS},
    icons=ICONS,
)
pages.extend(
    "revision",
    head=heads.revision_head,
    first_label=_("Read"),
    overview=Part("documents/revision.html.jinja", revision.revision_read),
    aside=Part("documents/revision_aside.html.jinja", lambda _request, _thing, _record: {}),
    then=PastPart("documents/then.html.jinja", past.revision_then),
    tabs=(
        Tab("discussion", _("Discussion"), comments.discussion_tab, sees_discussion),
        Tab(
            "distribution",
            _("Distribution"),
            distribution.revision_distribution,
            distribution.distribution_shown,
        ),
    ),
    commands={
        "save": writing.editor_page,
        "approve": deciding.approve_page,
        "confirm_reading": deciding.confirm_page,
        "schedule": deciding.schedule_page,
        "decide_training": training_decision.decide_page,
    },
    before={"submit": heads.writing_command, "send_for_approval": heads.writing_command},
    values={"content": told_text},
    compared={"content": comparing.versions_address},
    rows={"comments": comments.TOLD},
    asked={("comment", "quote"): "quote"},
    tasks={
        "approve": lambda number: numbered("revision", number, "do/approve"),
        "read": lambda number: numbered("document", number.rpartition("/")[0]),
    },
    icons=ICONS,
)

register_converter(CopyConverter, "copy")
_FORMS = ("pdf", "docx", "md")
pages.add_urls(
    [
        path("documents/tree/", lists.tree_page, name="document_tree"),
        path("documents/reviews/", lists.reviews_page, name="document_reviews"),
        path("documents/copies/", copies.copies_register, name="document_copies"),
        path("documents/next-number", creating.number_preview, name="document_number"),
        path("documents/import/", importing.import_page, name="document_import"),
        path("documents/import/list.xlsx", importing.import_template, name="document_import_template"),
        path("documents/import/<int:pk>/", importing.import_job, name="document_import_job"),
        path("documents/import/<int:pk>/start", importing.import_start, name="document_import_start"),
        path("documents/import/<int:pk>/check", importing.import_check, name="document_import_check"),
        path("documents/import/<int:pk>/stop", importing.import_stop, name="document_import_stop"),
        path("documents/import/<int:pk>/report.xlsx", importing.import_report, name="document_import_report"),
        path("documents/<number:number>/compare/", comparing.compare_page, name="document_compare"),
        path("documents/<number:number>/interval/", intervals.interval_page, name="document_interval"),
        path("documents/<number:number>/copies/<copy:label>/pdf/", downloads.copy_pdf, name="copy_pdf"),
        path(
            "revisions/<number:number>/comments/<int:comment>/", comments.thread_page, name="comment_thread"
        ),
        path("revisions/<number:number>/changes/", comparing.versions_page, name="revision_changes"),
        path("revisions/<number:number>/autosave", writing.autosave, name="autosave"),
        path("revisions/<number:number>/checklist", writing.checklist, name="checklist"),
        path("files/<slug:digest>", writing.picture, name="picture"),
        *(
            path(
                f"documents/<number:number>/{form}/",
                downloads.document_download,
                {"form": form},
                f"document_{form}",
            )
            for form in _FORMS
        ),
        *(
            path(
                f"revisions/<number:number>/{form}/",
                downloads.revision_download,
                {"form": form},
                f"revision_{form}",
            )
            for form in _FORMS
        ),
    ]
)
pages.extend("document_type", head=heads.type_head)

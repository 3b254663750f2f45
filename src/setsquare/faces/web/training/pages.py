"""Where the hand-made pages of training hang."""

from typing import Any

from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _

from setsquare.faces.web.pages import Part, Tab, add_block, add_urls, extend, name_link
from setsquare.faces.web.training import badges, given, lacking, person, published, statements
from setsquare.faces.web.training.enrolling import no_system_tells, nobody_is_asked, offer_asked, offer_people
from setsquare.faces.web.training.matrix import matrix_export, matrix_page, totals_part
from setsquare.faces.web.training.mine import mine_page
from setsquare.faces.web.training.resting import grounds_part
from setsquare.faces.web.training.roles import roles_export, roles_page, roles_table
from setsquare.faces.web.training.running import running_page, training_address
from setsquare.faces.web.training.taught import taught_part, taught_told
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing

WAYS = (
    (_("Matrix"), "training_matrix", "table"),
    (_("My training"), "my_training", "user-check"),
    (_("Verify a badge"), "verify_badge", "shield-check"),
    (_("Learning records"), "statements", "report"),
)
ICONS = {
    "offer": "send",
    "set_requirements": "users",
    "ask_lacking": "target",
    "ask_lacking_no_longer": "circle-x",
    "retire": "circle-x",
    "remind": "bell",
    "enrol_me": "user-check",
    "enrol": "user-plus",
    "cancel": "circle-x",
    "refuse": "x",
    "revoke": "circle-x",
    "record_attendance": "checklist",
    "submit_badge": "award",
    "confirm": "shield-check",
    "withdraw": "circle-x",
    "set_activity": "link",
}


def below_part(request: HttpRequest, thing: Thing, record: Record) -> dict[str, Any]:
    """Return what stands below a course: the way to who lacks what it leads to, its sessions and who holds it."""
    return lacking.lacking_part(request, thing, record) | given.given_part(request, thing, record)


name_link("builds_on", _("Builds on"), _("Comes before"))
name_link("teaches", _("Teaches"), _("Taught by"))
for code in ("course", "training_session", "certificate", "badge_issuer"):
    extend(code, register=WAYS, icons=ICONS)
extend(
    "course",
    overview=Part("training/above.html.jinja", taught_part),
    below=Part("training/below.html.jinja", below_part),
    asked={("create", "needed_by"): "hidden"},
    furnished={"remind": offer_asked},
    idle={"remind": nobody_is_asked, "set_activity": no_system_tells},
    beneath={"confirm": taught_told},
)
extend("person", tabs=(Tab(person.TAB, _("Training"), person.person_tab, person.sees_training),))
extend(
    "training_session",
    overview=Part("training/session.html.jinja", person.attendance_part),
    furnished={"enrol": offer_people},
)
extend("certificate", overview=Part("training/badge.html.jinja", badges.badge_part))
add_block(training_address)
add_urls(
    [
        path("courses/matrix/", matrix_page, name="training_matrix"),
        path("courses/matrix/export/<slug:form>", matrix_export, name="training_matrix_export"),
        path("courses/matrix/totals/", totals_part, name="training_totals"),
        path("courses/matrix/roles/", roles_page, name="training_roles"),
        path("courses/matrix/roles/table/", roles_table, name="training_roles_table"),
        path("courses/matrix/roles/export/<slug:form>", roles_export, name="training_roles_export"),
        path("courses/running/", running_page, name="training_running"),
        path("courses/mine/", mine_page, name="my_training"),
        path("courses/<number:number>/given/", given.given_page, name="course_given"),
        path("people/<number:number>/training/pdf/", person.record_pdf, name="training_record"),
        path("training-sessions/<number:number>/attendance-list/", person.list_pdf, name="attendance_list"),
        path("courses/statements/", statements.statements_page, name="statements"),
        path("certificates/verify/", badges.verify_page, name="verify_badge"),
        path("certificates/<number:number>/rests-on/", grounds_part, name="certificate_grounds"),
        path("certificates/<number:number>/badge/<slug:form>", badges.badge_file, name="badge_file"),
        path("badges/issuer", published.issuer, name="badge_issuer"),
        path("badges/keys", published.key_list, name="badge_keys"),
        path("badges/keys/<str:name>", published.key, name="badge_key"),
        path("badges/achievements/<uuid:uid>", published.achievement, name="badge_achievement"),
        path("badges/achievements/<uuid:uid>/picture", published.picture, name="badge_picture"),
        path("badges/status/<uuid:uid>", published.status, name="badge_status"),
    ]
)

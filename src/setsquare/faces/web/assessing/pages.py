"""Where the hand-made pages of assessments hang."""

from collections.abc import Mapping

from django.urls import path
from django.utils.translation import gettext_lazy as _

from setsquare.domains.competence.evidence import FILES, RECORDS
from setsquare.domains.competence.permissions import SEEING
from setsquare.faces.web.assessing.calibrating import calibration_page
from setsquare.faces.web.assessing.choosing import offer_components, offer_rated
from setsquare.faces.web.assessing.evidence import files_told, offer_evidence, records_told, why_warn
from setsquare.faces.web.assessing.overview import TOLD, ratings_part, ratings_then
from setsquare.faces.web.assessing.rating import agree_page, rate_page
from setsquare.faces.web.assessing.standing import mine_page, of_page
from setsquare.faces.web.pages import Part, PastPart, add_urls, extend, name_link

ICONS: Mapping[str, str] = {
    "rate": "checklist",
    "edit": "edit",
    "set_evidence": "link",
    "add_files": "upload",
    "remove_file": "trash",
    "submit": "send",
    "answer": "message",
    "send_back": "arrow-back-up",
    "agree": "signature",
    "confirm": "signature",
    "refuse": "circle-x",
    "revoke": "circle-x",
    "assess_anew": "refresh",
    "drop": "x",
}
name_link("shown_by", _("Shown by"), _("Evidence of"))
extend(
    "assessment",
    overview=Part("assessing/ratings.html.jinja", ratings_part),
    then=PastPart("assessing/ratings.html.jinja", ratings_then),
    commands={"rate": rate_page, "agree": agree_page},
    warned={"submit": why_warn, "agree": why_warn, "confirm": why_warn},
    furnished={"rate": offer_components, "agree": offer_rated, "set_evidence": offer_evidence},
    register=(
        (_("My competence"), "my_competence", "user-check"),
        (_("Calibration"), "assessment_calibration", "chart-bar"),
    ),
    register_needs={"assessment_calibration": SEEING},
    rows={"ratings": TOLD},
    values={RECORDS: records_told, FILES: files_told},
    icons=ICONS,
)
add_urls(
    [
        path("assessments/mine/", mine_page, name="my_competence"),
        path("assessments/calibration/", calibration_page, name="assessment_calibration"),
        path("assessments/of/<str:username>/", of_page, name="competence_of"),
    ]
)

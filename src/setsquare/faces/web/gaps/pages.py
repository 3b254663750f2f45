"""Where the pages of competence gaps hang."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from setsquare.faces.web.gaps.courses import ask_page, component_page
from setsquare.faces.web.gaps.heat import heat_page, totals_part
from setsquare.faces.web.gaps.people import mine_page, person_page, person_tab, stand_ins_page, tab_shown
from setsquare.faces.web.gaps.tables import export
from setsquare.faces.web.gaps.views import components_page, role_page, roles_page, single_points_page
from setsquare.faces.web.pages import Tab, add_urls, extend

extend("framework", navigation=((_("Competence gaps"), "competence_gaps", "target"),))
extend("person", tabs=(Tab("gaps", _("Competence gaps"), person_tab, tab_shown),))
add_urls(
    [
        path("competence/gaps/", heat_page, name="competence_gaps"),
        path("competence/gaps/totals/", totals_part, name="gaps_totals"),
        path("competence/gaps/components/", components_page, name="gaps_components"),
        path("competence/gaps/components/<number:number>/<str:code>/ask/", ask_page, name="gaps_ask"),
        path("competence/gaps/components/<number:number>/<str:code>/", component_page, name="gaps_component"),
        path("competence/gaps/roles/", roles_page, name="gaps_roles"),
        path("competence/gaps/roles/<number:number>/", role_page, name="gaps_role"),
        path("competence/gaps/single-points/", single_points_page, name="gaps_single_points"),
        path("competence/gaps/mine/", mine_page, name="gaps_mine"),
        path("competence/gaps/people/<str:username>/stand-ins/", stand_ins_page, name="gaps_stand_ins"),
        path("competence/gaps/people/<str:username>/", person_page, name="gaps_person"),
        path("competence/gaps/export/<slug:what>/<slug:form>", export, name="gaps_export"),
    ]
)

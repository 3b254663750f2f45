"""The tabs of units, people and roles, and the tree."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from setsquare.faces.web.organisation.holding import person_tab, role_tab, tree_page, unit_tab
from setsquare.faces.web.pages import Tab, add_urls, extend

extend("person", tabs=(Tab("rights", _("Roles and substitutes"), person_tab),))
extend("role", tabs=(Tab("holders", _("Permissions and holders"), role_tab),))
extend(
    "unit",
    tabs=(Tab("people", _("People and roles"), unit_tab),),
    register=((_("As a tree"), "organisation_tree", "hierarchy"),),
)
add_urls([path("units/tree/", tree_page, name="organisation_tree")])

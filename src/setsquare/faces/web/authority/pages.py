"""The pages beside the register of authority rules."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from setsquare.domains.authority.simulating import SIMULATED
from setsquare.faces.web.authority.asking import mine_page, who_page
from setsquare.faces.web.authority.beside import given_files, offer_what_puts_right
from setsquare.faces.web.authority.effect import effect_tab, effect_told, nobody_left
from setsquare.faces.web.pages import Part, Tab, add_urls, extend

extend(
    "authority_rule",
    tabs=(
        Tab(
            "effect",
            _("What it would change"),
            effect_tab,
            shown=lambda situation: situation.subject.state in SIMULATED,
        ),
    ),
    beneath={"submit": effect_told, "approve": effect_told, "withdraw": effect_told},
    warned={"submit": nobody_left, "approve": nobody_left},
    register=(
        (_("Who may …?"), "authority_who", "users"),
        (_("What may I …?"), "authority_mine", "user-check"),
    ),
)
extend(
    "supervised_deed",
    overview=Part("authority/given.html.jinja", given_files),
    icons={"countersign": "signature", "refuse": "x", "renew": "refresh"},
)
extend(
    "override", icons={"review": "eye", "settle": "signature"}, furnished={"settle": offer_what_puts_right}
)
add_urls(
    [
        path("authority-rules/who/", who_page, name="authority_who"),
        path("authority-rules/mine/", mine_page, name="authority_mine"),
    ]
)

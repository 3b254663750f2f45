"""Where the hand-made pages of development plans hang."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

from setsquare.domains.development.thing import DEVELOPMENT_PLANS
from setsquare.faces.web.access import signed_in
from setsquare.faces.web.addresses import numbered, register_address
from setsquare.faces.web.development import plan
from setsquare.faces.web.pages import Part, PastPart, Rows, add_urls, extend


@signed_in
def my_plans(_request: HttpRequest) -> HttpResponseBase:
    """Lead to the register, narrowed to the person's own plans."""
    return redirect(register_address(DEVELOPMENT_PLANS, person="me"))


@signed_in
def plans_i_mentor(_request: HttpRequest) -> HttpResponseBase:
    """Lead to the register, narrowed to the plans whose mentor the person is."""
    return redirect(register_address(DEVELOPMENT_PLANS, mentor="me"))


extend(
    "development_plan",
    first_label=_("Plan"),
    overview=Part("development/plan.html.jinja", plan.plan_part),
    then=PastPart("development/plan.html.jinja", plan.plan_then),
    register=(
        (_("My plans"), "my_development_plans", "user-check"),
        (_("As a mentor"), "mentored_development_plans", "users"),
    ),
    rows={
        "targets": Rows(plan.target_label, plan.told),
        "actions": Rows(plan.action_label, plan.told, people=frozenset({"responsible"})),
        "notes": Rows(plan.note_label, plan.told, people=frozenset({"author"})),
    },
    icons={
        "edit": "edit",
        "set_targets": "target",
        "set_actions": "list-check",
        "propose": "send",
        "agree": "check",
        "send_back": "arrow-back-up",
        "revise": "arrow-back-up",
        "note": "message",
        "comment": "message",
        "review": "eye",
        "complete": "circle-check",
        "cancel": "circle-x",
    },
    tasks={"development_action": lambda number: f"{numbered('development_plan', number)}#actions"},
)
add_urls(
    [
        path("development-plans/mine/", my_plans, name="my_development_plans"),
        path("development-plans/mentored/", plans_i_mentor, name="mentored_development_plans"),
    ]
)

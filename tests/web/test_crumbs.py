"""A register is found under one name: what stands above it in the navigation stands before it in its crumbs."""

import re

from django.test import Client

from setsquare.faces.web.addresses import register_address
from setsquare.kernel.accounts.models import Grant, RolePermission
from setsquare.kernel.records.things import all_things
from tests.web.conftest import House

GROUP = re.compile(r'<p class="nav-group-label"[^>]*>([^<]*)</p>(.*?)</ul>', re.DOTALL)
CRUMB = re.compile(r'<nav class="crumbs"[^>]*><ol><li><span>([^<]*)</span></li>')


def test_crumbs_of_registers_say_what_the_navigation_says(house: House, client: Client) -> None:
    role = Grant.objects.get(user=house.rosa).role
    shown = [thing for thing in all_things() if thing.in_navigation]
    for permission in {thing.read for thing in shown} - set(
        role.permissions.values_list("permission", flat=True)
    ):
        RolePermission.objects.create(role=role, permission=permission)
    client.force_login(house.rosa)
    found = {}
    for thing in shown:
        page = client.get(register_address(thing)).content.decode()
        above = [
            label for label, items in GROUP.findall(page) if f'href="{register_address(thing)}"' in items
        ]
        found[thing.code] = (above, CRUMB.findall(page))
    assert {
        code: crumbs for code, (above, crumbs) in found.items() if crumbs != above or len(above) != 1
    } == {}
    assert found["course"][1] == ["Training"]
    assert found["framework"][1] == ["Competence"]
    assert found["authority_rule"][1] == ["Authority"]

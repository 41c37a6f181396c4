"""Roles and what each may: the table in the handbook is that of the code, and nothing else names a
role.
"""

import ast
import re

import pytest
from django.conf import settings
from django.utils import translation

from sroi.access import Access, Grant, May, Of, Role
from sroi.access.roles import given_for, role_called, who_may
from sroi.pages.shell import NAVIGATION
from tests.whole.test_rooms import modules_in

ROOT = settings.BASE_DIR
GIVEN_FOR = {
    Of.REGION: "the region",
    Of.MUNICIPALITIES: "municipalities",
    Of.CONTRACTOR: "a contractor",
    Of.PARTNER: "a partner",
}
# Where a role is named because it is given to somebody, or has a menu of its own.
NAMES_A_ROLE = {
    *("sroi.pages.shell", "sroi.demo.management.commands.demo", "contracts.models.organisation"),
    *("contracts.people.door", "contracts.people.forms", "contracts.people.views.users"),
    "contracts.people.views.colleagues",
}


def rows_of_the_handbook() -> list[list[str]]:
    page = (ROOT / "docs" / "domain.md").read_text(encoding="utf-8")
    table = page.split("<!-- roles -->")[1].split("<!-- end of roles -->")[0].strip().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [rows[0], *rows[2:]]


def rows_of_the_code() -> list[list[str]]:
    with translation.override("en"):
        head = ["", *(str(role.label) for role in Role)]
    cells = [
        [
            may.value,
            *(
                ("yes" if role.of is Of.REGION else "own") if may in role.may else ""
                for role in Role
            ),
        ]
        for may in May
    ]
    return [head, ["is given for", *(GIVEN_FOR[role.of] for role in Role)], *cells]


def test_the_table_in_the_handbook_is_that_of_the_code() -> None:
    """Written by hand: that a role may more is decided, not something that happened."""
    assert rows_of_the_handbook() == rows_of_the_code()


def test_every_capability_is_somebodys_and_is_asked_for() -> None:
    asked = {
        name
        for module, path in modules_in(ROOT)
        if module != "sroi.access.roles"
        for name in re.findall(r"\bMay\.([A-Z_]+)", path.read_text(encoding="utf-8"))
    }
    assert {may.name for may in May} == asked
    assert [may.name for may in May if not who_may(may)] == []


def test_rules_and_pages_ask_for_a_capability_and_not_for_a_role() -> None:
    naming = {
        module
        for module, path in modules_in(ROOT)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Role"
        if node.attr in Role.__members__
    }
    assert naming <= NAMES_A_ROLE


def test_every_role_has_a_menu() -> None:
    assert set(NAVIGATION) == {*Role, ""}


def test_the_database_knows_which_roles_are_of_a_contractor() -> None:
    """Its constraint on memberships names them: another such role asks for a migration."""
    assert given_for(Of.CONTRACTOR) == (Role.CONTRACTOR,)


def test_a_role_that_does_not_exist_may_nothing_and_is_an_error() -> None:
    with pytest.raises(ValueError, match="hoofdman"):
        role_called("hoofdman")


def test_a_person_of_a_firm_may_it_for_that_firm_in_that_region_only() -> None:
    access = Access(1, (Grant(Role.CONTRACTOR, region_id=1, contractor_id=7),))
    assert access.may(May.ENTER)
    assert access.may(May.ENTER, region_id=1, contractor_id=7)
    assert not access.may(May.ENTER, region_id=1, contractor_id=8)
    assert not access.may(May.ENTER, region_id=2, contractor_id=7)
    assert not access.may(May.REVIEW, region_id=1, contractor_id=7)


def test_who_may_it_for_the_region_may_it_for_every_firm_of_it() -> None:
    access = Access(1, (Grant(Role.ADVISER, region_id=1),))
    assert access.may(May.ENTER, region_id=1, contractor_id=8)
    assert not access.may(May.ENTER, region_id=2, contractor_id=8)


def test_for_which_municipalities_one_may_something_is_all_none_or_those_of_ones_roles() -> None:
    officer = Grant(Role.PROCUREMENT_OFFICER, region_id=1, municipality_ids=frozenset({3, 4}))
    assert Access(1, (officer,)).municipalities_where(May.REGISTER, region_id=1) == {3, 4}
    assert Access(1, (officer,)).municipalities_where(May.REGISTER, region_id=2) == frozenset()
    both = Access(1, (officer, Grant(Role.ADVISER, region_id=1)))
    assert both.municipalities_where(May.REGISTER, region_id=1) is None
    beside = Access(1, (officer, Grant(Role.ADVISER, region_id=2)))
    assert beside.municipalities_where(May.REGISTER, region_id=1) == {3, 4}

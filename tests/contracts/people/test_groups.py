"""What groups of elsewhere give: the mapping, and nothing beyond it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Membership
from contracts.people import door as memberships
from contracts.people.groups import NotSaid, faults, given_by, roles_of_groups
from contracts.people.membership import access_of
from sroi.access import May, Role
from sroi.doors import Act, Refused
from tests import factories as make

OF = "entra"
ADVISERS = {"group": "sr-advies", "role": "adviser", "region": "gooi"}
ADMINS = {"group": "sr-beheer", "role": "region_admin", "region": "gooi"}
BUYERS = {
    "group": "inkoop",
    "role": "procurement_officer",
    "region": "gooi",
    "municipalities": ["GM0402"],
}
PROVIDER = {"groups_claim": "groups", "roles": [ADVISERS, ADMINS, BUYERS]}


def act(day: int = 1) -> Act:
    return Act.of(None, datetime(2026, 11, day, 9, tzinfo=UTC), "By groups")


def of_groups(*groups: str) -> Any:
    return given_by(PROVIDER, {"userinfo": {"groups": list(groups)}})


def running(user: Any) -> list[tuple[str, str]]:
    rows = Membership.objects.filter(user=user, ended_at=None).order_by("role")
    return [(row.role, row.vouched_by) for row in rows]


def test_a_group_gives_what_its_entry_says() -> None:
    assert of_groups("sr-advies", "voetbal") == {("adviser", "gooi"): set()}
    assert of_groups("inkoop") == {("procurement_officer", "gooi"): {"GM0402"}}
    assert of_groups() == {}
    assert given_by(PROVIDER, {"id_token": {"groups": "sr-beheer"}}) == {
        ("region_admin", "gooi"): set()
    }
    assert given_by({"server_url": "x"}, {"groups": ["sr-beheer"]}) is None


def test_groups_that_are_too_many_to_send_are_not_taken_for_none() -> None:
    """Entra ID leaves them out beyond two hundred, and says so like this."""
    with pytest.raises(NotSaid):
        given_by(PROVIDER, {"id_token": {"_claim_names": {"groups": "src1"}}})


@given(st.lists(st.text(max_size=12) | st.integers() | st.none(), max_size=8))
def test_no_group_gives_more_than_the_mapping(groups: list[Any]) -> None:
    found = given_by(PROVIDER, {"groups": groups})
    entries: list[Mapping[str, Any]] = [ADVISERS, ADMINS, BUYERS]
    assert found == {
        (entry["role"], entry["region"]): set(entry.get("municipalities", ()))
        for entry in entries
        if entry["group"] in groups
    }


@pytest.mark.parametrize(
    "wrong",
    [
        ADVISERS | {"role": "contractor"},
        ADVISERS | {"role": "partner"},
        ADVISERS | {"role": "superuser"},
        ADVISERS | {"municipalities": ["GM0402"]},
        BUYERS | {"municipalities": []},
        {"group": "x", "role": "adviser"},
        ADVISERS | {"rol": "adviser"},
    ],
)
def test_an_entry_that_cannot_be_is_named_before_the_site_starts(
    settings: Any, wrong: dict[str, Any]
) -> None:
    settings.OIDC_PROVIDERS = [{"provider_id": OF, "settings": PROVIDER}]
    assert roles_of_groups() == []
    settings.OIDC_PROVIDERS = [{"provider_id": OF, "settings": PROVIDER | {"roles": [wrong]}}]
    (found,) = roles_of_groups()
    assert OF in found.msg
    assert list(faults({"groups_claim": "groups"}))
    assert list(faults({"roles": [ADVISERS]}))


@pytest.mark.django_db
class TestFollowing:
    def test_roles_come_and_go_with_groups(self) -> None:
        make.make_region()
        user = memberships.welcome("Nieuw@example.org", "Noor Nieuw")
        assert (user.email, user.has_usable_password()) == ("nieuw@example.org", False)
        memberships.follow(user, OF, of_groups("sr-advies", "inkoop"), act())
        assert running(user) == [(Role.ADVISER, OF), (Role.PROCUREMENT_OFFICER, OF)]
        officer = Membership.objects.get(role=Role.PROCUREMENT_OFFICER)
        assert [town.code for town in officer.municipalities.all()] == ["GM0402"]
        memberships.follow(user, OF, of_groups("inkoop"), act(2))
        assert running(user) == [(Role.PROCUREMENT_OFFICER, OF)]
        officer.refresh_from_db()
        assert officer.vouched_at == act(2).at
        memberships.follow(user, OF, of_groups(), act(3))
        assert access_of(user).grants == ()
        ended = Membership.objects.get(role=Role.PROCUREMENT_OFFICER)
        assert ended.history.first().history_change_reason == "By groups"

    def test_signing_in_again_adds_nothing(self) -> None:
        make.make_region()
        user = memberships.welcome("nieuw@example.org", "")
        for day in (1, 2):
            memberships.follow(user, OF, of_groups("sr-advies"), act(day))
        row = Membership.objects.get(user=user)
        assert row.history.count() == 1

    def test_what_was_given_here_or_by_another_provider_stays(self) -> None:
        user = make.make_user(Role.ADVISER, make.make_region())
        memberships.follow(user, "elders", of_groups("sr-beheer"), act())
        make.make_user(Role.REGION_ADMIN, Membership.objects.first().region)  # type: ignore[union-attr]
        memberships.follow(user, OF, of_groups(), act())
        assert running(user) == [(Role.ADVISER, ""), (Role.REGION_ADMIN, "elders")]
        memberships.follow(user, OF, of_groups("sr-advies"), act())
        assert (Role.ADVISER, "") in running(user)

    def test_the_last_region_admin_stays(self) -> None:
        region = make.make_region()
        user = memberships.welcome("baas@example.org", "")
        memberships.follow(user, OF, of_groups("sr-beheer"), act())
        memberships.follow(user, OF, of_groups(), act(2))
        assert running(user) == [(Role.REGION_ADMIN, OF)]
        make.make_user(Role.REGION_ADMIN, region)
        memberships.follow(user, OF, of_groups(), act(3))
        assert running(user) == []

    def test_a_region_or_client_that_is_not_there_gives_nothing(self) -> None:
        make.make_region()
        user = memberships.welcome("nieuw@example.org", "")
        memberships.follow(user, OF, {("adviser", "elders"): ()}, act())
        memberships.follow(user, OF, {("procurement_officer", "gooi"): {"GM9999"}}, act())
        assert access_of(user).grants == ()

    def test_an_address_that_is_known_gets_no_second_account(self) -> None:
        make.make_user(Role.ADVISER, make.make_region(), email="er@example.org")
        with pytest.raises(Refused):
            memberships.welcome("ER@example.org", "")

    def test_a_role_of_a_group_is_not_changed_here(self) -> None:
        region = make.make_region()
        admin = make.make_user(Role.REGION_ADMIN, region)
        user = memberships.welcome("nieuw@example.org", "")
        memberships.follow(user, OF, of_groups("sr-advies"), act())
        row = Membership.objects.get(user=user)
        access = access_of(admin)
        assert access.may(May.MANAGE_USERS)
        with pytest.raises(Refused):
            memberships.change(row, Role.REGION_ADMIN, (), access, make.act(admin))
        assert running(user) == [(Role.ADVISER, OF)]

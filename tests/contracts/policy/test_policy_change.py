"""A next version of a region's policy: looked at, then kept, for contracts to come."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from contracts.models import Policy, Region
from contracts.policy import door as policies
from sroi.access import Role
from sroi.doors import Act
from tests import factories as make
from tests.reporting.adoption.test_adoption import NOW, at_once
from tests.whole.test_every_field import Forms

pytestmark = pytest.mark.django_db
PAGE = "/beleid/gooi/"
CHANGE = PAGE + "wijzigen/"


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


def signed_in(region: Region) -> Client:
    client = Client()
    client.force_login(make.make_user(Role.REGION_ADMIN, region))
    return client


def page_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def terms_on(page: str) -> dict[str, str]:
    """What the form of a page would send, as it stands."""
    (form,) = [form for form in Forms(page, CHANGE).found if "valid_from" in form.given]
    return {name: values[-1] for name, values in form.given.items() if values and name != "back"}


def test_a_next_policy_is_shown_then_saved_and_holds_for_contracts_to_come(region: Region) -> None:
    earlier = make.make_contract(
        region, make.make_contractor(), value=Decimal(1_000_000), award_date=date(2025, 3, 1)
    )
    admin = signed_in(region)
    standing = region.policies.get()
    answers = terms_on(page_of(admin, CHANGE)) | {
        "valid_from": "2025-03-01",
        "default_rate": "4",
        "why": "Besluit 7",
    }
    answers |= {"threshold_works": "250.000", "pso_two": "12,5"}
    looked = admin.post(CHANGE, answers)
    shown = looked.content.decode().replace("\xa0", " ")
    assert looked.status_code == 200
    assert region.policies.get() == standing
    for told in (
        "Vanaf 1 maart 2025",
        "4%",
        "€ 250.000",
        "trede 2: 12,5%",
        "1 contract met zo’n gunningsdatum",
    ):
        assert told in shown
    again = admin.post(CHANGE, terms_on(shown) | {"back": "1"})
    assert terms_on(again.content.decode())["default_rate"] == "4"
    assert admin.post(CHANGE, terms_on(shown)).status_code == 302
    made = region.policies.on(date(2025, 3, 1))
    assert (made.valid_from, made.default_rate, made.pso_discounts) == (
        date(2025, 3, 1),
        4,
        {"2": "12.50"},
    )
    differ = {
        f.name
        for f in Policy._meta.concrete_fields
        if getattr(made, f.name) != getattr(standing, f.name)
    }
    assert differ == {"id", "valid_from", "default_rate", "threshold_works", "pso_discounts"}
    assert region.policies.on(date(2025, 2, 28)) == standing
    kept = Policy.history.get(id=made.pk)
    assert (kept.history_change_reason, kept.history_date) == ("Besluit 7", NOW)
    assert kept.history_user is not None
    assert "Besluit 7" in page_of(admin, PAGE)
    earlier.refresh_from_db()
    assert earlier.policy == standing
    later = make.make_contract(
        region, make.make_contractor(), value=Decimal(1_000_000), award_date=date(2025, 3, 2)
    )
    assert later.policy == made


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("valid_from", ""),
        ("valid_from", "30-02-2026"),
        ("default_rate", "101"),
        ("default_rate", ""),
        ("cap", "-5"),
        ("penalty_factor", "100"),
        ("report_months", "0"),
        ("retention_months", "1201"),
        ("pinned_by", "maan"),
        ("pso_above", "x"),
        ("why", "111222333"),
    ],
)
def test_what_no_policy_can_say_is_told_beside_the_field(
    region: Region, field: str, typed: str
) -> None:
    admin = signed_in(region)
    response = admin.post(
        CHANGE, terms_on(page_of(admin, CHANGE)) | {"valid_from": "2026-01-01", field: typed}
    )
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()
    assert region.policies.count() == 1


def test_a_policy_that_changes_nothing_or_was_changed_meanwhile_is_refused(region: Region) -> None:
    admin = signed_in(region)
    same = terms_on(page_of(admin, CHANGE)) | {"valid_from": "2026-01-01"}
    refused = admin.post(CHANGE, same)
    assert refused.status_code == 422
    assert "Er verandert niets" in refused.content.decode()
    looked = terms_on(admin.post(CHANGE, same | {"default_rate": "4"}).content.decode())
    assert admin.post(CHANGE, looked).status_code == 302
    late = admin.post(CHANGE, looked | {"default_rate": "3"})
    assert late.status_code == 422
    assert "inmiddels gewijzigd" in late.content.decode()
    assert region.policies.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_policies_for_one_day_at_once_one_holds() -> None:
    region = make.make_region()
    standing = region.policies.get()
    terms = {name: getattr(standing, name) for name in policies.TERMS}
    shown = policies.starting_point(standing)

    def change(rate: int) -> None:
        policies.succeed(
            region, terms | {"default_rate": rate}, NOW.date(), Act.of(None, NOW), shown=shown
        )

    assert (
        sorted(at_once(*[lambda rate=rate: change(rate) for rate in (1, 2, 3, 4)]))
        == ["done"] + ["refused"] * 3
    )

"""A visit on site: kept in the dossier, and a check of what was drawn and seen there."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from contracts.models import ContractNote, Policy
from reporting.figures.annual import figures_of
from sroi.access import Role
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
TYPED = {"day": "2025-07-01", "who": "Voorman, twee mensen", "found": "Zij waren aan het werk"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture
def contract(region: Any, linde: Any) -> Any:
    return make.make_contract(region, linde)


@pytest.fixture
def adviser(region: Any) -> Any:
    return make.make_user(Role.ADVISER, region)


def url(contract: Any) -> str:
    return reverse("visit-new", args=[contract.pk])


def test_it_stands_in_the_dossier_and_the_contractor_reads_nothing_of_it(
    region: Any, linde: Any, contract: Any, adviser: Any
) -> None:
    client = signed_in(adviser)
    assert "checks" not in client.get(url(contract)).context["form"].fields
    assert client.post(url(contract), TYPED).status_code == 302
    note = ContractNote.objects.get()
    assert (note.kind, note.who, note.shared) == ("visit", "Voorman, twee mensen", False)
    dossier = reverse("contract-dossier", args=[contract.pk])
    assert "Voorman, twee mensen" in client.get(dossier).content.decode()
    theirs = signed_in(make.make_user(Role.CONTRACTOR, region, contractor=linde))
    assert "Voorman" not in theirs.get(dossier).content.decode()
    assert theirs.get(url(contract)).status_code == 404
    late = client.post(url(contract), {**TYPED, "day": "2025-07-03"})
    assert list(late.context["form"].errors) == ["day"]


def test_what_was_drawn_and_seen_is_checked_in_the_sample_and_counted_in_the_report(
    region: Any, linde: Any, contract: Any, adviser: Any
) -> None:
    colleague = make.make_user(Role.ADVISER, region)
    seen, not_seen = (make.make_activity(contract, reviewer=colleague) for _ in range(2))
    own = make.make_activity(contract, reviewer=adviser)
    elsewhere = make.make_contract(region, linde)
    other = make.make_activity(elsewhere, reviewer=colleague)
    sample = make.make_sample(region, 10, by=colleague)
    checks = {check.version_id: check for check in sample.checks.all()}
    client = signed_in(adviser)
    Policy.objects.update(self_review=False)
    offered = client.get(url(contract)).context["form"].fields["checks"].queryset
    assert {check.version_id for check in offered} == {seen.pk, not_seen.pk}
    ticked = {**TYPED, "checks": [checks[seen.pk].pk]}
    assert list(client.post(url(contract), ticked).context["form"].errors) == ["outcome"]
    wrong = client.post(url(contract), {**ticked, "outcome": "not_in_order"})
    assert list(wrong.context["form"].errors) == ["done"]
    for foreign in (own, other):
        sent = {**TYPED, "checks": [checks[foreign.pk].pk], "outcome": "in_order"}
        assert list(client.post(url(contract), sent).context["form"].errors) == ["checks"]
    assert not ContractNote.objects.exists()
    assert client.post(url(contract), {**ticked, "outcome": "in_order"}).status_code == 302
    check = sample.checks.get(version=seen)
    assert (check.outcome, check.checked_by) == ("in_order", adviser)
    assert check.found == "Ter plaatse gezien op 1 juli 2025. Zij waren aan het werk"
    result = figures_of(None, region, 2025, today=make.TODAY).quality.sample
    assert result
    assert (result.drawn, result.checked, result.in_order) == (4, 1, 1)
    Policy.objects.update(self_review=True)
    again = client.get(url(contract)).context["form"].fields["checks"].queryset
    assert {check.version_id for check in again} == {not_seen.pk, own.pk}

"""PSO certificates: the discount by policy, the warning before a lapse, and the correction that is
ready afterwards.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contracts.acts import certificates
from contracts.acts.certificates import CertificateState, Cover
from contracts.facts import door as facts
from contracts.models import Contract, ObligationChange, PsoCertificate, Region
from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def region() -> Region:
    return make.make_region(pso_discounts={"2": "10.00", "3": "15.00"})


@pytest.fixture
def contract(region: Region) -> Contract:
    """€ 50.000 over 2024 and 2025."""
    return make.make_contract(region, make.make_contractor())


@pytest.fixture
def adviser(region: Region) -> Client:
    client = Client()
    client.force_login(make.make_user(Role.ADVISER, region))
    return client


def obligation(contract: Contract) -> Decimal:
    return sum((line.obligation_delta for line in contract.obligation_lines.all()), D(0))


def url(contract: Contract, kind: str = "certificate") -> str:
    return reverse("contract-change", args=[contract.pk, kind])


def given(**other: str) -> dict[str, str]:
    days = {"valid_from": "2024-03-01", "valid_until": "2025-03-01"}
    return {"level": "2", "reason": "Certificaat gezien", "token": "t-1", **days, **other}


def cover(contract: Contract, today: date) -> Cover | None:
    found = certificates.covers(
        [contract], PsoCertificate.objects.all(), ObligationChange.objects.order_by("pk"), today
    )
    return found.get(contract.pk)


def tasks(client: Client, contract: Contract, today: date) -> list[Any]:
    """Those about the certificate: contracts of these tests have no plan or interim report
    either.
    """
    with time_machine.travel(make.moment(today), tick=False):
        page = client.get(reverse("contract-attention", args=[contract.pk]))
    return [task for task in page.context["tasks"] if "PSO" in task.why]


def test_registering_one_proposes_the_discount_of_its_level(
    contract: Contract, adviser: Client
) -> None:
    assert adviser.post(url(contract), given()).context["effect"].after == 45000
    assert not PsoCertificate.objects.exists()
    for status in (302, 422):
        assert make.look_and_confirm(adviser, url(contract), given()).status_code == status
    change = ObligationChange.objects.get()
    assert (change.kind, change.obligation_delta) == ("pso_discount", D("-5000.00"))
    assert change.certificate == PsoCertificate.objects.get(
        level="2", contractor=contract.contractor
    )
    assert obligation(contract) == 45000


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"valid_until": "2026-03-02"}, "valid_until"),
        ({"valid_until": "2024-02-28"}, "valid_until"),
        ({"valid_until": "2025-02-29"}, "valid_until"),
        ({"valid_from": ""}, "valid_from"),
        ({"level": "9"}, "level"),
        ({"obligation_delta": "100"}, "obligation_delta"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_fault_stands_beside_its_field(
    contract: Contract, adviser: Client, fields: dict[str, str], field: str
) -> None:
    answer = make.look_and_confirm(adviser, url(contract), given(**fields))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert obligation(contract) == 50000


def test_two_years_to_the_day_are_allowed(contract: Contract, adviser: Client) -> None:
    answer = make.look_and_confirm(adviser, url(contract), given(valid_until="2026-03-01"))
    assert answer.status_code == 302


def test_a_level_without_discount_is_only_registered(contract: Contract, adviser: Client) -> None:
    shown = adviser.post(url(contract), given(level="1"))
    assert shown.context["warnings"]
    make.look_and_confirm(adviser, url(contract), given(level="1"))
    assert PsoCertificate.objects.exists()
    assert obligation(contract) == 50000


def test_a_higher_level_gives_only_what_it_gives_more(contract: Contract, adviser: Client) -> None:
    make.look_and_confirm(adviser, url(contract), given())
    make.look_and_confirm(adviser, url(contract), given(level="3", token="t-2"))
    assert obligation(contract) == 42500


def test_one_certificate_serves_every_contract_of_the_contractor(
    contract: Contract, adviser: Client
) -> None:
    other = make.make_contract(contract.region, contract.contractor, value=D(200000))
    make.look_and_confirm(adviser, url(contract), given(valid_until="2026-03-01"))
    (task,) = tasks(adviser, other, date(2024, 6, 1))
    form = adviser.get(task.url).context["form"]
    assert form.initial["obligation_delta"] == D("-1000.00")
    typed = {
        name: str(form.initial[name])
        for name in ("effective_date", "obligation_delta", "reason", "token")
    }
    make.look_and_confirm(adviser, task.url, {**typed, "obligation_delta": "-1000"})
    assert obligation(other) == 9000
    assert tasks(adviser, other, date(2024, 6, 1)) == []
    assert PsoCertificate.objects.count() == 1


def test_an_adviser_is_warned_before_it_lapses(contract: Contract, adviser: Client) -> None:
    make.look_and_confirm(adviser, url(contract), given())
    assert tasks(adviser, contract, date(2024, 12, 30)) == []
    (task,) = tasks(adviser, contract, date(2024, 12, 31))  # 60 days before 1 March
    assert "€ 5.000" in task.why.replace("\xa0", " ")


def test_after_a_lapse_the_correction_is_ready_to_confirm(
    contract: Contract, adviser: Client
) -> None:
    """Of 731 days of the term 305 lie after 1 March 2025: 5.000 × 305 / 731 = 2.086,18."""
    make.look_and_confirm(adviser, url(contract), given())
    (task,) = tasks(adviser, contract, date(2025, 3, 2))
    form = adviser.get(task.url).context["form"]
    assert form.initial["obligation_delta"] == D("2086.18")
    assert form.initial["effective_date"] == date(2025, 3, 2)
    assert 'name="obligation_delta" value="2.086,18"' in adviser.get(task.url).content.decode()
    typed = {
        "effective_date": "2025-03-02",
        "obligation_delta": "2.086,18",
        "reason": "Verlopen",
        "token": "t-9",
    }
    assert adviser.post(task.url, typed).context["effect"].difference == D("2086.18")
    make.look_and_confirm(adviser, task.url, typed)
    assert obligation(contract) == D("47086.18")
    assert tasks(adviser, contract, date(2025, 3, 3)) == []


def test_after_a_take_over_the_discount_of_the_firm_before_is_still_taken_back(
    contract: Contract, adviser: Client
) -> None:
    make.look_and_confirm(adviser, url(contract), given())
    follower, noor = make.make_contractor("Opvolger"), make.make_user(Role.ADVISER, contract.region)
    with time_machine.travel(make.moment(date(2024, 8, 1)), tick=False):
        facts.take_over(contract, follower, {}, date(2024, 7, 1), make.act(noor, "Overname"))
    # Its certificate gives nothing more: it is not of the present contractor.
    ObligationChange.objects.update(obligation_delta=D("-4000"))
    assert tasks(adviser, contract, date(2024, 9, 1)) == []
    ObligationChange.objects.update(obligation_delta=D("-5000"))
    (task,) = tasks(adviser, contract, date(2025, 3, 2))
    assert adviser.get(task.url).context["form"].initial["obligation_delta"] == D("2086.18")


def test_one_that_follows_keeps_the_discount(contract: Contract, adviser: Client) -> None:
    make.look_and_confirm(adviser, url(contract), given())
    make.make_certificate(contract, valid_from=date(2025, 3, 2), valid_until=date(2026, 3, 1))
    found = cover(contract, date(2025, 4, 1))
    assert found
    assert (found.state, found.correction) == (CertificateState.VALID, 0)
    later = cover(contract, date(2026, 3, 2))
    assert later
    assert (later.state, later.correction) == (
        CertificateState.LAPSED,
        0,
    )  # the term is over by then


def test_a_gap_does_not_follow(contract: Contract, adviser: Client) -> None:
    make.look_and_confirm(adviser, url(contract), given())
    make.make_certificate(contract, valid_from=date(2025, 5, 1), valid_until=date(2026, 3, 1))
    found = cover(contract, date(2025, 4, 1))
    assert found
    assert (found.state, found.correction) == (CertificateState.LAPSED, D("2086.18"))


def test_a_foreign_certificate_is_as_missing(contract: Contract, adviser: Client) -> None:
    elsewhere = make.make_region("elders", "Elders")
    foreign = make.make_certificate(make.make_contract(elsewhere, contract.contractor))
    other = make.make_certificate(make.make_contract(contract.region, make.make_contractor()))
    for pk in (foreign.pk, other.pk, 987654321, "x", "9" * 30):
        assert adviser.get(url(contract, "correction") + f"?certificate={pk}").status_code == 404

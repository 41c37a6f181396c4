"""History that is brought in is not late on its first day: terms count from when it came in."""

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.models import Contract, Policy, Region
from contracts.owed.door import award
from contracts.policy.loading import load_region
from placements.models import FulfilmentLine, FulfilmentVersion
from placements.standing.asks import Kind, asks
from placements.standing.kept import silent_for
from placements.standing.known import LookUp
from sroi.doors import EVERYTHING
from sroi.periods import add_months
from tests import factories as make
from tests.factories import TODAY

pytestmark = pytest.mark.django_db
TERMS = (Kind.CONTACT, Kind.PLAN, Kind.REPORT)


@pytest.fixture
def brought_in(region: Region) -> Contract:
    """Of 2024 until the end of 2026, awarded in December 2023 and brought in on 1 July 2025."""
    new = make.new_contract(region, make.make_contractor(), end_date=date(2026, 12, 31))
    award([new], make.act(why="Import"), region=region, answered=EVERYTHING)
    return Contract.objects.select_related("policy").get(pk=new.contract.pk)


def late(contract: Contract, day: date) -> set[str]:
    found = asks([contract], day, [LookUp.STANDING, LookUp.DEADLINES])[contract.pk]
    return {ask.kind for ask in found if ask.kind in TERMS and ask.late}


def test_nothing_is_late_on_the_first_day(brought_in: Contract) -> None:
    assert late(brought_in, TODAY) == set()
    assert list(silent_for(Contract.objects.all(), 6, TODAY)) == []


def test_terms_count_from_then(brought_in: Contract) -> None:
    policy = brought_in.policy
    contact = TODAY + timedelta(days=policy.contact_days)
    plan = TODAY + timedelta(weeks=policy.plan_weeks)
    report = add_months(TODAY, policy.report_months)
    for kind, due in ((Kind.CONTACT, contact), (Kind.PLAN, plan), (Kind.REPORT, report)):
        assert kind not in late(brought_in, due)
        assert kind in late(brought_in, due + timedelta(days=1))
    assert list(silent_for(Contract.objects.all(), 6, report + timedelta(days=2))) == [brought_in]


def test_what_was_done_before_it_came_in_does_not_make_a_report_late(brought_in: Contract) -> None:
    make.make_purchase(brought_in, paid_on=date(2024, 5, 15), on=TODAY)
    FulfilmentVersion.objects.get().fulfilment.events.all().delete()
    assert FulfilmentLine.objects.exists()
    assert late(brought_in, TODAY) == set()


def test_who_registers_at_the_award_is_asked_from_the_award(contract: Contract) -> None:
    assert contract.registered_on == contract.award_date
    assert late(contract, TODAY) == set(TERMS)


REGION: dict[str, Any] = {
    "code": "gooi",
    "title": {"nl": "Gooi en Vechtstreek"},
    "municipalities": [{"code": "GM0402", "name": "Hilversum"}],
}


def test_a_file_without_a_policy_adds_no_rules() -> None:
    given = {"valid_from": "2023-01-01", "default_rate": "4.00"}
    region = load_region(REGION | {"policy": given})
    before = list(Policy.objects.filter(region=region).values())
    for again in (REGION, REGION | {"policy": {}}, REGION | {"policy": given}):
        load_region(again)
        assert list(Policy.objects.filter(region=region).values()) == before
    load_region(REGION | {"policy": given | {"default_rate": "5.00"}})
    assert Policy.objects.filter(region=region).count() == 2


def test_a_first_file_without_a_policy_takes_the_published_one() -> None:
    region = load_region(REGION)
    assert region.policies.count() == 1

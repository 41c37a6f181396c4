"""How a contract stands before it begins, and of which contracts something was heard: the same on
every page.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from contracts.models import Contract, Region
from contracts.owed import door as obligations
from contracts.plans import door as plans
from placements.models import FulfilmentEvent
from placements.standing.heard import last_heard
from placements.standing.kept import in_order_of, of_status, silent_for
from placements.standing.progress import Status, with_progress
from placements.standing.words import sentences
from reporting.figures.annual import figures_of
from sroi.access import Role
from sroi.periods import Period
from tests import factories as make
from tests.factories import TODAY, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def awaited(region: Region) -> Contract:
    """Of € 1.000.000 at 5%, to be awarded in a month."""
    awarded = TODAY + timedelta(days=31)
    days = {"award_date": awarded, "start_date": awarded, "end_date": date(2027, 6, 30)}
    return make.make_contract(
        region, make.make_contractor(), reference="N-1", title="Nieuwbouw", **days
    )


class TestNotStarted:
    def test_it_shows_what_will_be_owed_and_is_not_fulfilled(self, awaited: Contract) -> None:
        progress = with_progress([awaited], TODAY)[awaited.pk]
        assert (progress.status, progress.obligation, progress.open) == (
            Status.NOT_STARTED,
            50000,
            50000,
        )
        (sentence,) = sentences(awaited, progress, TODAY)
        assert sentence.startswith("Nog niet begonnen: vanaf de gunning op 1 augustus 2025")
        assert "50.000" in sentence

    def test_from_the_award_on_it_is_as_any_other(self, awaited: Contract) -> None:
        day = awaited.award_date
        assert (
            with_progress([awaited], day - timedelta(days=1))[awaited.pk].status
            == Status.NOT_STARTED
        )
        assert with_progress([awaited], day)[awaited.pk].status == Status.ON_TRACK

    def test_cancelled_goes_before(self, awaited: Contract) -> None:
        obligations.cancel(awaited, make.act(None, "Gaat niet door"), on=awaited.award_date)
        assert with_progress([awaited], TODAY)[awaited.pk].status == Status.CANCELLED

    def test_lists_know_it(self, region: Region, awaited: Contract) -> None:
        running = make.make_contract(region, make.make_contractor(), value=Decimal(100))
        everything = Contract.objects.all()
        assert list(of_status(everything, [Status.NOT_STARTED], TODAY)) == [awaited]
        assert list(in_order_of(everything, "obligation", TODAY, True)) == [awaited, running]

    @pytest.mark.parametrize("role", [Role.ADVISER, Role.CONTRACTOR])
    def test_its_page_does_not_call_it_fulfilled(
        self, region: Region, awaited: Contract, role: str
    ) -> None:
        contractor = awaited.contractor if role == Role.CONTRACTOR else None
        client = signed_in(make.make_user(role, region, contractor=contractor))
        with time_machine.travel(make.moment(TODAY), tick=False):
            page = client.get(reverse("contract-detail", args=[awaited.pk])).content.decode()
            start = client.get(reverse("start")).content.decode()
        assert "Nog niet begonnen" in page
        assert "voldaan" not in page.lower().replace("niet voldaan", "")
        assert "De verplichting is voldaan" not in start


class TestHeardOf:
    """€ 50.000 over 2024 and 2025; nothing was done."""

    def without_report(self, region: Region, day: date) -> int:
        period = Period.year(day.year)
        return figures_of(None, region, period, today=day).quality.contracts_without_report

    def test_that_there_is_nothing_new_counts_everywhere(
        self, region: Region, contract: Contract
    ) -> None:
        everything: Any = Contract.objects.all()
        assert list(silent_for(everything, 6, TODAY)) == [contract]
        assert self.without_report(region, TODAY) == 1
        plans.report_no_news(contract, make.act(why="Niets nieuws"))
        assert last_heard([contract], TODAY) == {contract.pk: TODAY}
        assert list(silent_for(everything, 6, TODAY)) == []
        assert self.without_report(region, TODAY) == 0

    def test_a_line_is_about_its_month_until_the_last_day(self, contract: Contract) -> None:
        """History of January: on 15 July that is less than six months ago, on 1 August it is
        not.
        """
        make.make_purchase(contract, paid_on=date(2025, 1, 3), on=date(2025, 1, 3))
        everything: Any = Contract.objects.all()
        FulfilmentEvent.objects.all().delete()
        assert last_heard([contract], date(2025, 7, 15)) == {contract.pk: date(2025, 1, 31)}
        assert list(silent_for(everything, 6, date(2025, 7, 15))) == []
        assert list(silent_for(everything, 6, date(2025, 8, 1))) == [contract]

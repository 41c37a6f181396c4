"""What a procurement officer is told adds up to the lines of the own clients, on every page."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db.models import Q, Sum
from django.urls import reverse

from contracts.models import Contract, LineKind, Municipality, ObligationLine, Policy
from contracts.people.membership import access_of
from placements.models import FulfilmentLine
from placements.standing.own import progress_for
from placements.standing.progress import BY_URGENCY, with_progress
from sroi.access import Role
from sroi.pages.mail.overview import overview
from sroi.periods import add_months
from sroi.templatetags.formats import whole_euro
from tests import factories as make
from tests.factories import TODAY, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_in_memory")]
TOWNS = {"GM0402": "Hilversum", "GM0406": "Huizen", "GM1696": "Wijdemeren"}
AT_AWARD = (LineKind.AWARD, LineKind.CALL_OFF)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(TODAY), tick=False):
        yield


@pytest.fixture
def world() -> SimpleNamespace:
    """Contracts of one, of two and of three clients; Huizen has one of its own."""
    region = make.make_region(towns=TOWNS, threshold_services="200000")
    firm = make.make_contractor()
    thirds = {"GM0402": "33.3333", "GM0406": "33.3333", "GM1696": "33.3334"}
    two = make.make_contract(region, firm, {"GM0402": 60, "GM0406": 40}, reference="TWEE")
    three = make.make_contract(region, firm, thirds, reference="DRIE", value=Decimal("777777.77"))
    make.make_contract(region, firm, {"GM0402": 100}, reference="EIGEN")
    other = make.make_contract(region, firm, {"GM0406": 100}, reference="ANDER")
    make.make_contract(
        region,
        firm,
        {"GM0402": 70, "GM1696": 30},
        reference="STRAKS",
        award_date=date(2025, 9, 1),
        start_date=date(2025, 9, 1),
        end_date=date(2027, 8, 31),
    )
    bare = {"rate": Decimal(0), "rate_reason": "other", "rate_reason_text": "Spoed"}
    make.make_contract(
        region,
        firm,
        {"GM0402": 25, "GM0406": 75},
        reference="ZONDER",
        award_date=date(2025, 2, 1),
        start_date=date(2025, 2, 1),
        **bare,
    )
    for contract in (two, three, other):
        make.make_purchase(contract, "3333.33")
    make.make_placement(two)
    return SimpleNamespace(
        region=region,
        two=two,
        **{
            town: make.make_user(Role.PROCUREMENT_OFFICER, region, towns=[code])
            for code, town in TOWNS.items()
        },
    )


def owed(*codes: str, **where: Any) -> Decimal:
    lines = ObligationLine.objects.filter(municipality__code__in=codes, **where)
    begun = Q(month__lte=TODAY) | Q(contract__award_date__gt=TODAY)
    return lines.filter(begun).aggregate(t=Sum("obligation_delta"))["t"] or Decimal(0)


def done(*codes: str, **where: Any) -> Decimal:
    lines = FulfilmentLine.objects.filter(municipality__code__in=codes, **where)
    return lines.filter(month__lte=TODAY).aggregate(t=Sum("amount"))["t"] or Decimal(0)


def get(user: Any, url: str) -> Any:
    response = signed_in(user).get(url)
    assert response.status_code == 200, url
    return response


def words(response: Any) -> str:
    page = response.content.decode().split("<main", 1)[1].replace("\xa0", " ")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(("code", "town"), TOWNS.items())
def test_the_start_page(world: SimpleNamespace, code: str, town: str) -> None:
    page = get(getattr(world, town), reverse("start"))
    found = page.context
    assert (found["obligation"], found["realised"]) == (owed(code), done(code))
    assert sum(total.obligation for total in found["totals"]) == owed(code)
    assert sum(total.realised for total in found["totals"]) == done(code)
    for total in found["totals"]:
        shown = words(page)
        assert whole_euro(total.obligation).replace("\xa0", " ") in shown
    at_award = ObligationLine.objects.filter(
        municipality__code=code, kind__in=AT_AWARD, contract__award_date__year=TODAY.year
    ).exclude(contract__is_framework=True)
    above = at_award.filter(contract__value__gte=200000, contract__award_date__lte="2025-12-31")
    assert found["coverage"].value == (above.aggregate(t=Sum("value_delta"))["t"] or 0)


@pytest.mark.parametrize(("code", "town"), TOWNS.items())
def test_the_list_and_its_file(world: SimpleNamespace, code: str, town: str) -> None:
    user = getattr(world, town)
    rows = [row.record for row in get(user, reverse("contract-list")).context["table"].page]
    assert sum(row.progress.counted.obligation for row in rows) == owed(code)
    assert sum(row.progress.counted.realised for row in rows) == done(code)
    response = signed_in(user).get(reverse("contract-file", args=["csv"]))
    text = response.getvalue().decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(text), delimiter=";")
    for name, total in (("Verplichting", owed(code)), ("Ingevuld", done(code))):
        at = head.index(f"{name}, deel van eigen opdrachtgevers")
        assert sum(Decimal(line[at]) for line in lines) == total
    for total in ("obligation", "realised"):
        page = get(user, reverse("contract-list") + f"?sort={total}")
        shown = [row.record.progress.counted for row in page.context["table"].page]
        assert [getattr(s, total) for s in shown] == sorted(getattr(s, total) for s in shown)
    page = get(user, reverse("contract-list") + "?sort=-open")
    still = [row.record.progress.counted.shortfall for row in page.context["table"].page]
    assert still == sorted(still, reverse=True)
    assert any(still)
    column = [line[head.index("Nog in te vullen, deel van eigen opdrachtgevers")] for line in lines]
    assert sorted(map(Decimal, column)) == sorted(still)
    page = get(user, reverse("contract-list") + "?sort=status")
    ranks = [BY_URGENCY.index(row.record.progress.status) for row in page.context["table"].page]
    assert ranks == sorted(ranks)


def test_the_page_of_a_contract_shows_the_whole_and_says_the_share(world: SimpleNamespace) -> None:
    url = reverse("contract-detail", args=[world.two.pk])
    shown = words(get(world.Hilversum, url))
    assert "€ 50.000" in shown
    mine = (owed("GM0402", contract=world.two), done("GM0402", contract=world.two))
    share = "Het deel van uw eigen opdrachtgevers is {}, waarvan {} is ingevuld.".format(
        *(whole_euro(amount).replace("\xa0", " ") for amount in mine)
    )
    assert share in shown
    adviser = make.make_user(Role.ADVISER, world.region)
    assert "eigen opdrachtgevers" not in words(get(adviser, url))


def test_coverage(world: SimpleNamespace) -> None:
    page = get(world.Hilversum, reverse("coverage"))
    assert page.context["coverage"].without_with_reason.value == 250_000
    assert [row.record.part for row in page.context["table"].page] == [250_000]
    assert "€ 250.000 van € 1.000.000" in words(page)


def test_what_is_behind_says_the_share_in_page_and_mail(world: SimpleNamespace) -> None:
    day = date(2025, 11, 1)
    access = access_of(world.Huizen)
    with time_machine.travel(make.moment(day), tick=False):
        shown = words(get(world.Huizen, reverse("start")))
        piles = overview(world.Huizen, access, day).piles
    told = " ".join(task.why for pile in piles for task in pile.tasks).replace("\xa0", " ")
    contracts = list(Contract.objects.filter(reference="DRIE").select_related("policy"))
    (standing,) = progress_for(access, contracts, day).values()
    mine = whole_euro(standing.counted.shortfall).replace("\xa0", " ")
    for text in (told, shown):
        assert f"({mine} voor uw eigen opdrachtgevers)" in text


def test_who_follows_all_clients_has_the_whole(world: SimpleNamespace) -> None:
    everyone = make.make_user(Role.PROCUREMENT_OFFICER, world.region, towns=list(TOWNS))
    contracts = list(Contract.objects.select_related("policy"))
    found = progress_for(access_of(everyone), contracts, TODAY)
    assert not any(progress.is_shared for progress in found.values())
    assert get(everyone, reverse("start")).context["obligation"] == owed(*TOWNS)


def test_staff_and_the_contractor_have_the_whole(world: SimpleNamespace) -> None:
    contracts = list(Contract.objects.select_related("policy"))
    for role in (Role.ADVISER, Role.REGION_ADMIN, Role.CONTRACTOR):
        firm = contracts[0].contractor if role == Role.CONTRACTOR else None
        access = access_of(make.make_user(role, world.region, contractor=firm))
        assert progress_for(access, contracts, TODAY) == with_progress(contracts, TODAY)


@pytest.mark.parametrize(("code", "town"), TOWNS.items())
def test_the_figures_of_the_own_edition(world: SimpleNamespace, code: str, town: str) -> None:
    slug = Municipality.objects.get(code=code).slug
    for year in (2023, 2024, 2025):
        for figure, lines, column in (
            ("obligation_registered", ObligationLine, "obligation_delta"),
            ("fulfilled", FulfilmentLine, "amount"),
        ):
            url = reverse(
                "report-municipality-figure", args=[world.region.code, year, slug, figure]
            )
            theirs = lines.objects.filter(municipality__code=code, booked__year=year)
            total = theirs.aggregate(t=Sum(column))["t"] or 0
            assert get(getattr(world, town), url).context["trace"].total == total
    assert Policy.objects.exists()


def test_an_officer_sees_what_ends_in_time_whom_to_call_and_filters_by_own_clients(
    world: SimpleNamespace,
) -> None:
    region = world.two.region
    noor = make.make_user(Role.ADVISER, region, name="Noor van Voorbeeld")
    noor.phone = "035 000 01 01"
    noor.save()
    for title, months in (("Loopt bijna af", 5), ("Loopt nog lang", 7)):
        end = add_months(TODAY, months)
        make.make_contract(
            region, world.two.contractor, {"GM0402": 100}, title=title, adviser=noor, end_date=end
        )
    page = get(world.Hilversum, reverse("start"))
    labels = [task.label for task in page.context["ending"]]
    assert "Loopt bijna af" in labels
    assert "Loopt nog lang" not in labels
    assert "035 000 01 01" in page.content.decode()
    for name in ("contract-list", "coverage"):
        form = get(world.Hilversum, reverse(name)).context["filter"].form
        assert [str(client) for client in form.fields["municipality"].queryset] == ["Hilversum"]
    form = get(noor, reverse("contract-list")).context["filter"].form
    assert form.fields["municipality"].queryset.count() > 1

"""Samples: drawn again from the seed, what was self-reviewed always in it, and the result in the
report.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Policy
from placements.life import door as life
from placements.models import Sample, SampleCheck
from placements.samples import door as sampling
from reporting.figures.annual import figures_of
from reporting.figures.exchange import figures_as_data
from reporting.notice.wording import sampled
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
Q3 = date(2025, 7, 1)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture
def region() -> Any:
    return make.make_region(self_review=True)


@pytest.fixture
def contract(region: Any) -> Any:
    return make.make_contract(region, make.make_contractor())


@pytest.fixture
def adviser(region: Any) -> Any:
    return make.make_user(Role.ADVISER, region)


@pytest.fixture
def colleague(region: Any) -> Any:
    return make.make_user(Role.ADVISER, region)


def accepted(contract: Any, count: int, **fields: Any) -> list[Any]:
    return [make.make_activity(contract, **fields) for _ in range(count)]


@given(
    st.sets(st.integers(1, 10**9), max_size=40),
    st.integers(0, 45),
    st.text("0123456789abcdef", max_size=32),
)
def test_the_seed_alone_says_which_are_picked(keys: set[int], size: int, seed: str) -> None:
    chosen = sampling.picked(keys, seed, size)
    assert chosen == sampling.picked(sorted(keys, reverse=True), seed, size)
    assert len(chosen) == min(size, len(keys))
    assert chosen <= keys
    assert sampling.picked(keys, seed, max(size - 1, 0)) <= chosen


def test_every_key_is_as_likely_as_another() -> None:
    counts = dict.fromkeys(range(20), 0)
    for seed in range(400):
        for key in sampling.picked(counts, str(seed), 5):
            counts[key] += 1
    assert all(
        60 <= count <= 140 for count in counts.values()
    )  # 100 expected, 4.6 standard deviations


def test_a_quarter_is_three_months() -> None:
    assert [sampling.quarter_of(date(2024, month, 15)).first.month for month in range(1, 13)] == [
        *(1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10)
    ]
    assert sampling.quarter_of(date(2024, 11, 5)).last == date(2024, 12, 31)


class TestDrawing:
    def test_what_was_self_reviewed_is_always_in_it(
        self, region: Any, contract: Any, adviser: Any
    ) -> None:
        accepted(contract, 6)
        own = make.make_activity(contract, entered_by=adviser, reviewer=adviser)
        for size in (0, 2):
            sample = make.make_sample(region, size, by=adviser)
            assert own.pk in sample.checks.values_list("version", flat=True)
            assert sample.checks.filter(self_reviewed=True).count() == 1
            assert size <= sample.checks.count() <= size + 1
            sample.checks.all().delete()
            sample.delete()

    def test_what_was_accepted_without_evidence_is_always_in_it(
        self, region: Any, contract: Any, adviser: Any
    ) -> None:
        accepted(contract, 6)
        version = make.make_activity(contract, state="submitted", proved=False)
        life.accept([version], make.act(adviser), region=region, without_evidence="Zelf gezien")
        sample = make.make_sample(region, 0, by=adviser)
        (check,) = sample.checks.all()
        assert (check.version, check.without_evidence) == (version, True)
        assert sampling.drawn_again(sample) == {version.pk}
        page = signed_in(adviser).get(reverse("sample-detail", args=[sample.pk]))
        assert "goedgekeurd zonder bewijs" in page.content.decode()

    def test_with_its_seed_it_is_drawn_again_whatever_happened_since(
        self, region: Any, contract: Any, adviser: Any
    ) -> None:
        versions = accepted(contract, 8)
        sample = make.make_sample(region, 3, by=adviser, seed="2025-3")
        before = set(sample.checks.values_list("version", flat=True))
        life.withdraw(versions[0], make.act(why="Dubbel"))
        accepted(contract, 5)
        assert (
            sampling.drawn_again(sample)
            == before
            == sampling.picked([v.pk for v in versions], "2025-3", 3)
        )

    def test_only_of_its_quarter_and_region(self, region: Any, contract: Any) -> None:
        abroad = make.make_region("utrecht", "Utrecht")
        accepted(make.make_contract(abroad, make.make_contractor()), 1)
        accepted(contract, 1, on=date(2025, 6, 30))
        accepted(contract, 1, state="submitted")
        with pytest.raises(Refused):
            make.make_sample(region)
        assert make.make_sample(region, on=date(2025, 4, 1)).population == 1

    def test_a_second_one_is_of_what_came_since(
        self, region: Any, contract: Any, adviser: Any
    ) -> None:
        accepted(contract, 3)
        first = make.make_sample(region, by=adviser)
        with pytest.raises(Refused):
            make.make_sample(region, by=adviser)
        (late,) = accepted(contract, 1)
        second = make.make_sample(region, by=adviser)
        assert (first.population, second.population) == (3, 1)
        assert list(second.checks.values_list("version", flat=True)) == [late.pk]

    def test_a_quarter_to_come_or_far_too_many_are_refused(
        self, region: Any, contract: Any, adviser: Any
    ) -> None:
        accepted(contract, 1)
        for first_day, size in ((date(2025, 10, 1), 5), (Q3, 10_000), (Q3, -1)):
            with pytest.raises(Refused):
                sampling.draw(region, first_day, size, make.act(adviser))

    def test_the_usual_size_is_policy(self, region: Any) -> None:
        assert sampling.usual_size(region, make.TODAY) == 10
        Policy.objects.update(sample_size=25)
        assert sampling.usual_size(region, make.TODAY) == 25


class TestChecking:
    def test_what_is_wrong_says_what_and_what_was_done(
        self, region: Any, contract: Any, adviser: Any
    ) -> None:
        accepted(contract, 1)
        check = make.make_sample(region).checks.get()
        for outcome, found, done in (
            ("", "", ""),
            ("perfect", "", ""),
            ("not_in_order", "Uren kloppen niet", " "),
        ):
            with pytest.raises(Refused):
                sampling.record(check, outcome, found, done, make.act(adviser))
        sampling.record(
            check, "not_in_order", "Uren kloppen niet", "Wijziging gevraagd", make.act(adviser)
        )
        check.refresh_from_db()
        assert (check.outcome, check.checked_by) == ("not_in_order", adviser)

    def test_who_accepted_it_does_not_check_it(
        self, region: Any, contract: Any, adviser: Any, colleague: Any
    ) -> None:
        Policy.objects.update(self_review=False)
        accepted(contract, 1, reviewer=adviser)
        check = make.make_sample(region, by=adviser).checks.get()
        with pytest.raises(Refused):
            sampling.record(check, "in_order", "", "", make.act(adviser))
        sampling.record(check, "in_order", "", "", make.act(colleague))

    def test_two_at_once_do_not_overwrite_each_other(
        self, region: Any, contract: Any, adviser: Any, colleague: Any
    ) -> None:
        accepted(contract, 1)
        one = make.make_sample(region).checks.get()
        other = SampleCheck.objects.get(pk=one.pk)
        sampling.record(one, "in_order", "", "", make.act(adviser))
        with pytest.raises(Refused):
            sampling.record(other, "not_in_order", "Fout", "Gemeld", make.act(colleague))
        one.refresh_from_db()
        sampling.record(
            one, "not_in_order", "Toch niet", "Gemeld", make.act(adviser, today=date(2025, 7, 2))
        )
        assert one.history.count() == 2


class TestPages:
    def test_draw_check_and_go_on(self, region: Any, contract: Any, adviser: Any) -> None:
        accepted(contract, 2)
        client, url = signed_in(adviser), reverse("sample")
        form = client.get(url).context["form"]
        assert form["size"].value() == 10
        for fault in (
            {"quarter": "2030-01-01"},
            {"size": "NaN"},
            {"size": "9999"},
            {"region": "987654321"},
        ):
            sent = {"region": region.pk, "quarter": Q3.isoformat(), "size": "2", **fault}
            assert client.post(url, sent).status_code == 422
        answer = client.post(url, {"region": region.pk, "quarter": Q3.isoformat(), "size": "2"})
        sample = Sample.objects.get()
        assert answer["Location"] == reverse("sample-detail", args=[sample.pk])
        page = client.get(answer["Location"])
        assert page.context["is_same"]
        assert sample.seed in page.content.decode()
        first, second = sample.checks.all()
        check = reverse("sample-check", args=[first.pk])
        assert client.get(check).context["total"] == Decimal("4000.00")
        wrong = client.post(check, {"outcome": "not_in_order", "found": "Jan 111222333"})
        assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"found", "done"})
        assert client.post(check, {"outcome": "in_order", "seen": "2020"}).status_code == 422
        answer = client.post(check, {"outcome": "in_order", "seen": ""})
        assert answer["Location"] == reverse("sample-check", args=[second.pk])
        answer = client.post(
            answer["Location"], {"outcome": "not_in_order", "found": "x", "done": "y", "seen": ""}
        )
        assert answer["Location"] == reverse("sample-detail", args=[sample.pk])

    def test_an_admin_reads_and_does_not_draw(self, region: Any, contract: Any) -> None:
        accepted(contract, 1)
        sample = make.make_sample(region)
        client = signed_in(make.make_user(Role.REGION_ADMIN, region))
        assert client.get(reverse("sample")).context["form"] is None
        assert client.post(reverse("sample"), {"region": region.pk}).status_code == 404
        assert client.get(reverse("sample-detail", args=[sample.pk])).status_code == 200


def test_the_result_is_a_quality_figure(region: Any, adviser: Any) -> None:
    hilversum, huizen = (
        make.make_contract(region, make.make_contractor(), {code: 100})
        for code in ("GM0402", "GM0406")
    )
    assert figures_of(None, region, 2025).quality.sample is None
    accepted(hilversum, 2)
    accepted(huizen, 1)
    for i, check in enumerate(make.make_sample(region).checks.order_by("pk")[:2]):
        outcome = ("in_order", "not_in_order")[i]
        sampling.record(check, outcome, "Fout", "Gemeld", make.act(adviser))
    found = figures_of(None, region, 2025).quality.sample
    assert (found.drawn, found.checked, found.in_order, found.percentage) == (
        3,
        2,
        1,
        Decimal("50.00"),
    )
    assert figures_as_data(figures_of(None, region, 2025))["quality"]["sample"] == {
        "drawn": 3,
        "checked": 2,
        "in_order": 1,
    }
    town = region.municipalities.get(code="GM0406")
    assert figures_of(None, region, 2025, town).quality.sample.drawn == 1
    assert figures_of(None, region, 2024).quality.sample is None
    assert sampled(found) == [
        "Steekproef: 2 goedgekeurde invullingen gecontroleerd, 1 in orde (50%); nog 1 te"
        " controleren."
    ]

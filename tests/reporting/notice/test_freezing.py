"""What was frozen is read through its format: words and names of today's program may change, a
report stays.
"""

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from reporting.adoption.fingerprint import fingerprint
from reporting.figures.annual import figures_of
from reporting.figures.catalogue import RECONCILED
from reporting.figures.facts import AnnualFigures
from reporting.models import AnnualReport, FrozenEdition, Revision
from reporting.notice import freezing
from reporting.notice.editions import Filed, assemble
from reporting.notice.freezing import FORMAT, frozen, thawed
from reporting.outlook.outlook import Outlook
from sroi.access import Role
from tests.reporting.adoption.test_adoption import ROOT, TODAY, final, ledger, signed_in
from tests.reporting.figures.test_figures import Ledger

__all__ = ["final", "ledger"]
pytestmark = pytest.mark.django_db
FROZEN = Path(__file__).parents[2] / "data" / "frozen"


@pytest.fixture(autouse=True)
def _dutch() -> Any:
    with translation.override("nl"):
        yield


def kept(name: str) -> Any:
    return json.loads((FROZEN / name).read_text())


def shape(value: Any) -> Any:
    """The keys of what is frozen, without what stands in it: figures, and tables of codes, by one
    example.
    """
    if isinstance(value, dict):
        return {name: shape(part) for name, part in sorted(value.items())}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def without_keys(figures: AnnualFigures) -> AnnualFigures:
    """A contractor goes by its key, which is another one in each database; and what was not counted
    yet when the first format was frozen.
    """
    contractors = [replace(p, code="") for p in figures.contractors]
    later = {figure.name for figure in RECONCILED}
    values = {name: value for name, value in figures.values.items() if name not in later}
    return replace(
        figures,
        values=values,
        years=[replace(year, values={}) for year in figures.years],
        contractors=contractors,
        accepted_without_evidence=None,
        people=None,
        contracts_ended=None,
        due_to_date=None,
        statuses=[],
    )


def test_facts_of_the_first_format_are_those_of_the_same_ledger(ledger: Ledger) -> None:
    """The file was frozen by the program of then, from the ledger of this test."""
    then = kept("facts-1.json")
    assert "format" not in then
    found = thawed(AnnualFigures, then)
    assert without_keys(found) == without_keys(figures_of(None, ledger.region, 2024, today=TODAY))
    assert (found.fulfilled, found.workplaces) == (Decimal("15463.77"), 3)
    assert found.municipalities[0].social_firm_spend == Decimal(then["municipalities"][0]["paid"])


def test_a_report_of_the_first_format_opens_and_verifies(
    final: AnnualReport, ledger: Ledger
) -> None:
    """As it was stored then, with the fingerprint of then."""
    FrozenEdition.objects.filter(municipality=None).update(facts=kept("facts-1.json"))
    rows = Revision.objects.get().editions.select_related("municipality").order_by("pk")
    Revision.objects.update(fingerprint=(mark := fingerprint(final, rows)))
    AnnualReport.objects.update(fingerprint=mark)
    edition = assemble(ledger.region, 2024, None, TODAY)
    now = figures_of(None, ledger.region, 2024, today=TODAY)
    assert without_keys(edition.own) == without_keys(now)
    client = signed_in(ledger, Role.ADVISER)
    for address in (ROOT, ROOT + "cijfers.json", ROOT + "cijfer/fulfilled/"):
        assert client.get(address).status_code == 200, address
    assert client.get(ROOT + "cijfers.json").json()["fulfilled"] == "15463.77"
    call_command("verify_report", "2024", "--region", "testregio")


def test_a_figure_that_came_later_is_no_difference(final: AnnualReport) -> None:
    """A report that was adopted before a figure existed still verifies; one that lost a part of a
    figure does not.
    """
    edition = FrozenEdition.objects.filter(municipality=None).get()
    figures = {name: value for name, value in edition.figures.items() if name != "fte"}
    _stored(final, figures)
    call_command("verify_report", "2024", "--region", "testregio")
    _stored(final, figures | {"by_category": {"work": figures["by_category"]["work"]}})
    with pytest.raises(CommandError):
        call_command("verify_report", "2024", "--region", "testregio")


def _stored(report: AnnualReport, figures: Any) -> None:
    FrozenEdition.objects.filter(municipality=None).update(figures=figures)
    rows = Revision.objects.get().editions.select_related("municipality").order_by("pk")
    Revision.objects.update(fingerprint=(mark := fingerprint(report, rows)))
    AnnualReport.objects.filter(pk=report.pk).update(fingerprint=mark)


def test_a_field_can_be_renamed() -> None:
    @dataclass(frozen=True)
    class Before:
        paid: Decimal
        gone: str = "x"

    @dataclass(frozen=True)
    class After:
        spent: Decimal = field(metadata={"key": "paid"})

    found = thawed(After, frozen(Before(Decimal("2.50"))))
    assert found == After(Decimal("2.50"))
    assert frozen(found) == {"format": FORMAT, "paid": "2.50"}


def test_every_format_before_this_one_can_be_read() -> None:
    assert set(freezing.UPGRADES) == set(range(1, FORMAT))


def test_what_is_frozen_has_the_keys_of_its_format(ledger: Ledger) -> None:
    """Another key? Give the field the key that it had, or raise FORMAT and say how the one before
    it is read.
    """
    facts = frozen(figures_of(None, ledger.region, 2024, today=TODAY))
    # By name in the catalogue: a figure more is no other format.
    for named in (facts, *facts["years"]):
        named["values"] = {}
    assert {
        "facts": shape(facts),
        "outlook": shape(frozen(Outlook())),
        "filing": shape(frozen(Filed())),
    } == kept(f"keys-{FORMAT}.json")

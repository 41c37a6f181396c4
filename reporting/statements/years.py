"""The work of a contractor by contract and year, beside what was stated of it; as far as a person
may see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Sum

from contracts.models import Contractor
from placements.models import FulfilmentLine
from placements.rights import may_enter
from reporting.models import Statement
from reporting.statements.trying import Told, told
from sroi.access import Access, May, visible
from sroi.money import ZERO


@dataclass
class Year:
    """A year of a contract: what was accepted by now, and its statements, newest first."""

    contract_id: int
    reference: str
    title: str
    year: int
    may_issue: bool
    amount: Decimal = ZERO
    # By category the number of lines and their sum.
    lines: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    told: Sequence[Told] = ()

    @property
    def is_stated(self) -> bool:
        """Whether the statement that stands says what the lines say now."""
        parts = self.told[0].parts if self.told and self.told[0].is_ours else []
        return {part.category: (part.lines, part.amount) for part in parts} == self.lines

    @property
    def offers(self) -> bool:
        """A statement that says something, or takes the place of one that did."""
        return self.may_issue and not self.is_stated and bool(self.told or self.amount)


def may_see(access: Access, contractor: Contractor) -> bool:
    """Staff of the region, and the contractor's own people; who commissions sees totals only."""
    return access.may(May.SEE_REGION, May.FULFIL, contractor_id=contractor.pk)


def years_of(access: Access, contractor: Contractor) -> list[Year]:
    """By contract, newest year first. The name of a contract goes with the work: also where it is
    of another contractor now.
    """
    lines = visible(FulfilmentLine, access).filter(fulfilment__contractor=contractor)
    names = ("contract", "contract__reference", "contract__title", "contract__region")
    sums = lines.order_by().values_list(*names, "month__year", "category")
    found: dict[tuple[int, int], Year] = {}
    for row in sums.annotate(Count("pk"), Sum("amount")):
        pk, reference, title, region, year, category, number, amount = row
        may_issue = may_enter(access, region, contractor.pk)
        one = found.setdefault((pk, year), Year(pk, reference, title, year, may_issue))
        one.lines[category] = (number, amount)
        one.amount += amount
    for key, statements in _statements(access, contractor).items():
        if key in found:
            found[key].told = told(statements)
    return sorted(found.values(), key=lambda one: (one.reference, one.contract_id, -one.year))


def _statements(access: Access, contractor: Contractor) -> dict[tuple[int, int], list[Statement]]:
    rows = visible(Statement, access).filter(contractor=contractor).defer("pdf")
    found: dict[tuple[int, int], list[Statement]] = {}
    for statement in rows.order_by("-number"):
        found.setdefault((statement.contract_id, statement.year), []).append(statement)
    return found

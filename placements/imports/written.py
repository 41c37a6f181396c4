"""A fulfilment as our own files say it: under the titles of the import and in its words, so that a
list can be changed in a spreadsheet and sent back.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from contracts.models import PolicyField
from contracts.models.valuation_table import called
from placements.claims.content import FROM_THE_FIRST_DAY
from placements.imports.columns import COLUMNS
from placements.models import Moment
from placements.outcomes.words import OUTCOME_COLUMNS
from sroi.exchange import HUNDRED, share_in_words

# What stands beside it and is read over when the file comes back.
SHOWN = {
    "contractor": _("Contractor"),
    "kvk": _("KvK number"),
    "own": _("Your reference"),
    "value": _("Value"),
    "linked": _("Counts in another region too"),
}


def _outcome(moment: str, fulfilment: Any) -> str:
    """In words; of a list whose outcomes were fetched with it."""
    told = {one.moment: one.get_outcome_display() for one in fulfilment.outcomes.all()}
    return told.get(moment, "")


# Beside the fields of a version that bear the name of their column.
CELLS: dict[str, Callable[[Any], Any]] = {
    "external_id": lambda fulfilment: fulfilment.external_id,
    "kind": lambda fulfilment: fulfilment.get_kind_display(),
    "contracts": lambda fulfilment: _contracts(fulfilment.latest.allocations.all()),
    "block": lambda fulfilment: _blocks(fulfilment.latest.allocations.all()),
    "hours_per_week": lambda fulfilment: _hours_per_week(fulfilment.latest),
    "hours_terms": lambda fulfilment: _hours_terms(fulfilment.latest),
    "facts": lambda fulfilment: _answers(fulfilment.latest.facts),
    "bonuses": lambda fulfilment: ";".join(fulfilment.latest.bonuses),
    "policy_field": lambda fulfilment: called(PolicyField, fulfilment.latest.policy_field),
    "origin": lambda fulfilment: fulfilment.latest.get_origin_display(),
    "accepted_value": lambda fulfilment: fulfilment.latest.decided_value,
    "accepted_reason": lambda fulfilment: fulfilment.latest.decided_reason,
    "status": lambda fulfilment: fulfilment.latest.get_state_display(),
    **{OUTCOME_COLUMNS[moment]: partial(_outcome, moment) for moment in Moment},
}
# For whoever sees the list; the rest is about a person, or what a firm calls it.
FOR_ALL = (
    *("external_id", "kind", "contracts", "block", "start_date", "end_date"),
    *("paid_on", "activity_date", "status"),
)


def in_file(*names: str) -> tuple[tuple[Any, Callable[[Any], Any]], ...]:
    """These columns of the import, each with what a fulfilment says in it."""
    titles = {column.name: column.title for column in COLUMNS}
    return tuple((titles[name], CELLS.get(name) or _field(name)) for name in names)


REST = tuple(column.name for column in COLUMNS if column.name not in FOR_ALL)


def _field(name: str) -> Callable[[Any], Any]:
    return lambda fulfilment: getattr(fulfilment.latest, name)


def _contracts(allocations: Iterable[Any]) -> str:
    parts: list[tuple[str, Decimal]] = sorted(
        (a.contract.reference, a.percent) for a in allocations
    )
    if len(parts) == 1 and parts[0][1] == HUNDRED and ":" not in parts[0][0]:
        return parts[0][0]
    return ";".join(f"{reference}:{share_in_words(percent)}" for reference, percent in parts)


def _blocks(allocations: Iterable[Any]) -> str:
    called = {a.contract.reference: _called(a.block) for a in allocations}
    if len(set(called.values())) == 1:
        return next(iter(called.values()))
    return ";".join(f"{reference}={block}" for reference, block in sorted(called.items()))


def _called(block: Any) -> str:
    label: str = block.code if set(block.label) & set(";=") else block.label
    return label


def _terms(version: Any) -> list[tuple[Any, Decimal]]:
    return sorted((term.first_day, term.hours_per_week) for term in version.terms.all())


def _hours_per_week(version: Any) -> Decimal | None:
    """Where they hold from the first day on."""
    terms = _terms(version)
    return terms[0][1] if _is_one(version, terms) else None


def _hours_terms(version: Any) -> str:
    terms = _terms(version)
    if _is_one(version, terms):
        return ""
    return ";".join(f"{day.isoformat()}={share_in_words(hours)}" for day, hours in terms)


def _is_one(version: Any, terms: list[tuple[Any, Decimal]]) -> bool:
    return len(terms) == 1 and terms[0][0] in (version.start_date, FROM_THE_FIRST_DAY)


def _answers(facts: dict[str, bool]) -> str:
    return ";".join(code if answer else f"!{code}" for code, answer in facts.items())

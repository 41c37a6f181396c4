"""A fulfilment as our own files say it: under the titles of the import and in its words, so that a
list can be changed in a spreadsheet and sent back.

A region has a hundred thousand of them: they are read as plain values, some hundred at a time, with
what belongs to each looked up for all of those at once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from contracts.models import PolicyField
from contracts.models.valuation_table import called, in_language
from placements.claims.content import FROM_THE_FIRST_DAY
from placements.claims.words import words_of_own
from placements.imports.columns import COLUMNS
from placements.models import (
    Allocation,
    Became,
    FulfilmentState,
    Moment,
    Origin,
    PlacementOutcome,
    PlacementTerm,
)
from placements.models.fulfilment import KINDS
from placements.outcomes.words import OUTCOME_COLUMNS
from sroi.access import Access, visible
from sroi.database.batches import in_batches, streamed
from sroi.exchange import HUNDRED, share_in_words
from sroi.money import ZERO

# What stands beside it and is read over when the file comes back.
SHOWN = {
    "contractor": _("Contractor"),
    "kvk": _("KvK number"),
    "own": _("Your reference"),
    "value": _("Value"),
    "linked": _("Counts in another region too"),
}


class Under(NamedTuple):
    """The part for one contract: under which block of its table, and what it is worth there."""

    reference: str
    percent: Decimal
    code: str
    label: str
    value: Decimal | None


@dataclass(slots=True)
class Written:
    """A fulfilment as its cells are made of it: what is said by the names of the columns, and what
    there can be more than one of.
    """

    said: dict[str, Any]
    under: Sequence[Under]
    terms: Sequence[tuple[date, Decimal]]
    # In words, by moment.
    outcomes: dict[str, str]


# For whoever sees the list; the rest is about a person, or what a firm calls it.
FOR_ALL = (
    *("external_id", "kind", "contracts", "block", "start_date", "end_date"),
    *("paid_on", "activity_date", "status"),
)
REST = tuple(column.name for column in COLUMNS if column.name not in FOR_ALL)

# Where a name is read that is no field of the newest version.
PATHS = {
    "external_id": "external_id",
    "kind": "kind",
    "code_of_kind": "kind",
    "contractor": "contractor__name",
    "kvk": "contractor__kvk",
    "linked": "effort",
    "status": "latest__state",
    "accepted_value": "latest__decided_value",
    "accepted_reason": "latest__decided_reason",
}
# What is made of several rows, or of other names.
OF_ROWS = {"contracts", "block", "hours_per_week", "hours_terms", *OUTCOME_COLUMNS.values()}
READ = (*(name for name in FOR_ALL if name not in OF_ROWS), "contractor", "kvk", "linked")
READ_OF_OWN_FIRM = (*READ, "code_of_kind", *(name for name in REST if name not in OF_ROWS))
CHOICES: dict[str, Any] = {
    "kind": KINDS,
    "status": FulfilmentState.choices,
    "origin": Origin.choices,
}


def read(
    fulfilments: QuerySet[Any], access: Access, *, of_own_firm: bool
) -> Iterator[list[Written]]:
    """These in their order; under contracts that the person may see. Language: that of now."""
    names = READ_OF_OWN_FIRM if of_own_firm else READ
    words = {
        name: {code: str(word) for code, word in CHOICES[name]} for name in CHOICES if name in names
    }
    paths = (PATHS.get(name, f"latest__{name}") for name in names)
    found = fulfilments.select_related(None).prefetch_related(None)
    rows = found.values_list("pk", "latest", *paths)
    for some in in_batches(streamed(rows)):
        versions = [version for _pk, version, *_said in some]
        under = _under(versions, access)
        terms = _terms(versions) if of_own_firm else {}
        outcomes = _outcomes([pk for pk, *_rest in some]) if of_own_firm else {}
        written = []
        for pk, version, *values in some:
            said = dict(zip(names, values, strict=True))
            for name, called_so in words.items():
                said[name] = called_so.get(said[name], said[name])
            written.append(
                Written(said, under.get(version, ()), terms.get(version, ()), outcomes.get(pk, {}))
            )
        yield written


def _under(versions: list[int], access: Access) -> dict[int, list[Under]]:
    found: dict[int, list[Under]] = defaultdict(list)
    block = ("block__code", "block__label_nl", "block__label_en")
    rows = visible(Allocation, access).filter(version__in=versions).order_by()
    for version, reference, percent, value, code, nl, en in rows.values_list(
        "version", "contract__reference", "percent", "value", *block
    ):
        found[version].append(Under(reference, percent, code, in_language(nl, en), value))
    return found


def _terms(versions: list[int]) -> dict[int, list[tuple[date, Decimal]]]:
    found: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    rows = PlacementTerm.objects.filter(version__in=versions).order_by("first_day")
    for version, day, hours in rows.values_list("version", "first_day", "hours_per_week"):
        found[version].append((day, hours))
    return found


def _outcomes(fulfilments: list[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    rows = PlacementOutcome.objects.filter(fulfilment__in=fulfilments).order_by()
    for pk, moment, outcome in rows.values_list("fulfilment", "moment", "outcome"):
        found[pk][moment] = str(Became(outcome).label)
    return found


Cell = tuple[Any, Callable[[Written], Any]]

# Beside what is said under the name of the column itself.
CELLS: dict[str, Callable[[Written], Any]] = {
    "contracts": lambda written: _contracts(written.under),
    "block": lambda written: _blocks(written.under),
    "hours_per_week": lambda written: _hours_per_week(written),
    "hours_terms": lambda written: _hours_terms(written),
    "facts": lambda written: _answers(written.said["facts"]),
    "bonuses": lambda written: ";".join(written.said["bonuses"]),
    "policy_field": lambda written: called(PolicyField, written.said["policy_field"]),
    "value": lambda written: worth([part.value for part in written.under]),
    "linked": lambda written: _("Yes") if written.said["linked"] else "",
    "own": lambda written: words_of_own(written.said["code_of_kind"], written.said.__getitem__),
    **{
        OUTCOME_COLUMNS[moment]: partial(
            lambda moment, written: written.outcomes.get(moment, ""), moment
        )
        for moment in Moment
    },
}


def in_file(*names: str) -> tuple[Cell, ...]:
    """These columns, each with what a fulfilment says in it."""
    titles = {column.name: column.title for column in COLUMNS} | SHOWN
    return tuple((titles[name], CELLS.get(name) or _said(name)) for name in names)


def _said(name: str) -> Callable[[Written], Any]:
    return lambda written: written.said[name]


def worth(values: list[Decimal | None]) -> Decimal | None:
    """What something is worth under contracts together; nothing is known of a draft."""
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if known else None


def _contracts(under: Sequence[Under]) -> str:
    parts = sorted((part.reference, part.percent) for part in under)
    if len(parts) == 1 and parts[0][1] == HUNDRED and ":" not in parts[0][0]:
        return parts[0][0]
    return ";".join(f"{reference}:{share_in_words(percent)}" for reference, percent in parts)


def _blocks(under: Sequence[Under]) -> str:
    called = {part.reference: _called(part) for part in under}
    if len(set(called.values())) == 1:
        return next(iter(called.values()))
    return ";".join(f"{reference}={block}" for reference, block in sorted(called.items()))


def _called(part: Under) -> str:
    return part.code if set(part.label) & set(";=") else part.label


def _hours_per_week(written: Written) -> Decimal | None:
    """Where they hold from the first day on."""
    return written.terms[0][1] if _is_one(written) else None


def _hours_terms(written: Written) -> str:
    if _is_one(written):
        return ""
    return ";".join(f"{day.isoformat()}={share_in_words(hours)}" for day, hours in written.terms)


def _is_one(written: Written) -> bool:
    first_days = (written.said["start_date"], FROM_THE_FIRST_DAY)
    return len(written.terms) == 1 and written.terms[0][0] in first_days


def _answers(facts: dict[str, bool]) -> str:
    return ";".join(code if answer else f"!{code}" for code, answer in facts.items())

"""Small numbers that could point at a person are not published (the policy's `mask_below`).

Of a municipality its workplaces, and what else counts placements, are hidden so; its target groups
are not published at all (DOMAIN.md section 7).

A row whose count is under the limit shows "< 5" instead, and no amount. The total is published, so
what is hidden must not follow from it by subtraction either: as long as it does, the smallest row
that still shows is hidden too. Where even hiding all of them leaves nothing to guess, no row is
shown. Amounts are published under other heads too (policy fields): where only one hidden row falls
under such a head, its amount would follow, and no row shows an amount.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from reporting.figures.facts import AnnualFigures, Headlines, PartFigures
from reporting.figures.kinds import Count, Hidden

# What counts placements, beside the workplaces themselves; their size tells how many there are.
PLACED = ("workplaces_started", "workplaces_late")
SIZE = "fte"
F = TypeVar("F", bound=Headlines)


@dataclass(frozen=True)
class PublicRow:
    """A row of a public table: what it is about, how many, and what they amount to. None is
    hidden.
    """

    label: str
    count: int | None
    amount: Decimal | None
    # The other heads under which its amount is published, as part of a sum.
    heads: frozenset[str] = frozenset()
    # Hidden because it is too small itself, not to protect another.
    small: bool = False

    @property
    def hidden(self) -> bool:
        return self.count is None


def masked(rows: Sequence[PublicRow], below: int) -> list[PublicRow]:
    """The rows as they may be published beside their total, in the same order; empty when none can
    be.
    """
    counts = [row.count or 0 for row in rows]
    small = {i for i, count in enumerate(counts) if count < below}
    covers: list[int] = []
    spare = sorted(set(range(len(rows))) - small, key=lambda i: counts[i], reverse=True)
    while small and not _guesswork([counts[i] for i in small], [counts[i] for i in covers], below):
        if not spare:
            return []
        covers.append(spare.pop())
    hidden = small | set(covers)
    shown = [
        replace(row, count=None, amount=None, small=i in small) if i in hidden else row
        for i, row in enumerate(rows)
    ]
    heads = Counter(head for row in shown if row.hidden for head in row.heads)
    return [replace(row, amount=None) for row in shown] if 1 in heads.values() else shown


def _guesswork(small: Sequence[int], covers: Sequence[int], below: int) -> bool:
    """Whether a reader who adds up and subtracts is left with two possible counts at least for
    every small row.

    The reader knows the hidden counts' sum, that a small one is from 1 (or 0, where such a row is
    among them) up to the limit, and that one hidden as a cover is not under the limit.
    """
    if len(small) + len(covers) < 2:
        return False
    least, most = min(1, *small), below - 1
    others = len(small) - 1
    rest = sum(small) + sum(covers)

    def possible(count: int) -> bool:
        lowest = count + others * least + len(covers) * below
        highest = rest if covers else count + others * most
        return lowest <= rest <= highest

    return sum(possible(count) for count in range(least, most + 1)) > 1


# --- workplaces per municipality ------------------------------------------------------------------


def published_counts(counts: Mapping[str, int], below: int) -> dict[str, Count]:
    """What may be published of counts, by code, beside their total: of each the count, or words.

    Nought is told as any small number, but points at nobody: it needs no other hidden for it.
    """
    told = {code for code, count in counts.items() if count >= below}
    if any(0 < count < below for count in counts.values()):
        rows = [PublicRow(code, count, None) for code, count in counts.items()]
        told = {row.label for row in masked(rows, below) if not row.hidden}
    return {code: count if code in told else hidden(count, below) for code, count in counts.items()}


def hidden(count: int, below: int) -> Hidden:
    return Hidden.fewer(below) if count < below else Hidden.or_more(below)


def of_whole(whole: AnnualFigures, below: int) -> AnnualFigures:
    """The figures of a region, with small numbers of workplaces per client hidden."""
    counts = published_counts(client_counts(whole), below)

    def shown(parts: Sequence[PartFigures]) -> list[PartFigures]:
        return [replace(part, workplaces=counts[part.code]) for part in parts]

    return replace(
        whole,
        municipalities=shown(whole.municipalities),
        other_clients=shown(whole.other_clients),
    )


def client_counts(whole: AnnualFigures) -> dict[str, int]:
    return {part.code: part.number for part in whole.clients if part.number is not None}


def of_town(own: F, places: Count | None, below: int) -> F:
    """The figures of a municipality for who may read its edition; `places` is what is published of
    its workplaces, None where that follows from their number alone.
    """
    values = dict(own.values)
    count = values.get("workplaces")
    if not isinstance(count, int):
        return own
    if places is None:
        places = hidden(count, below) if count < below else count
    values["workplaces"] = places
    for name in PLACED:
        if isinstance(part := values.get(name), int) and part < below:
            values[name] = Hidden.fewer(below)
        elif isinstance(places, Hidden) and name in values:
            values[name] = places
    if isinstance(places, Hidden):
        values.pop(SIZE, None)
    return replace(own, values=values)


def of_edition(
    own: AnnualFigures, earlier: Mapping[str, Count], places: Count | None, below: int
) -> AnnualFigures:
    """The figures of a municipality as its edition shows them: of this year and, by name, of
    `earlier` ones.
    """
    shown = of_town(own, places, below)
    workplaces = shown.workplaces
    years = [
        replace(
            year,
            workplaces=workplaces
            if year is own.years[-1]
            else earlier.get(year.name, Hidden.fewer(below)),
        )
        for year in own.years
    ]
    parts = [replace(part, workplaces=workplaces) for part in own.municipalities]
    return replace(
        shown, years=years, municipalities=parts, target_groups=[], work_groups=[], groups_before=[]
    )

"""Small numbers that could point at a person are not published (the policy's `mask_below`).

What is personal (target group, kind, origin, residence, outcome) is published of the region only,
with groups under the limit told together: `merged`. Of a municipality its workplaces are published
as "minder dan 5" under the limit, and nothing else that counts placements. The total is published,
so what is hidden must not follow from it, for a reader who knows the rule too: `merged` and `_told`
have the rules and why they cannot be worked back. Source: DOMAIN.md section 7.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import TypeVar

from reporting.figures.facts import AnnualFigures, Headlines, PartFigures
from reporting.figures.kinds import Count, Hidden
from reporting.figures.people import ANSWERED, ASKED, People
from sroi.money import ZERO

# What counts placements, beside the workplaces themselves, or tells how many there are. Of a
# municipality it is not published: beside the region's total and the other editions it would tell.
COUNTING_PLACEMENTS = ("workplaces_started", "workplaces_late", "fte")
OF_PLACEMENTS = (*COUNTING_PLACEMENTS, "persons")
F = TypeVar("F", bound=Headlines)


class Told(Enum):
    """What is said of a row."""

    EXACT = "its count"
    SMALL = "that it is under the limit"
    COVER = "that it is not, to protect another"
    SOME = "that there is one at least"


def _told(counts: Sequence[int], below: int, total: int) -> list[Told]:
    """What can be said of each row beside the exact total, so that no count from 1 up to the limit
    follows from it. The order of the rows may not depend on their counts. Under a limit of 4 or
    more; under 3 where nothing is shared.

    Nought points at nobody: it is said to be small, and it hides no other, since the amounts beside
    it can tell that it is nought. Of the other rows, `n`, let `k` be small, from 1 to `most`, with
    the sum `small`. What is said depends on what the reader knows all the same, so whoever works it
    back finds each of these together:

    1. All are small, or all but one, and they and the total are `n * most`: of all is said that
       there is one at least. The one that is not small can be each of them, and where all are
       small they can also be one less and one more.
    2. All are small otherwise: it is said. With the same sum one can be less and another more, or
       nought.
    3. Two small ones or more, their sum neither the greatest nor one of the two least: it is said,
       and others show. With the same sum one can be less and another more.
    4. Any other: the first that is not small is hidden too. Their sum together leaves open which of
       the sums under 4 (of one row: which count) the small rows have, so long as `_open` says so.
    5. Where it does not, as with 1 and 5, of all is said that there is one at least. Which rows are
       small is then open: any others can be.

    A placement that two share counts once in the total: the rows come to the total or more, and
    one row can be one less or one more besides. What no rule can hide: the count of the only row
    there is, and ones where the total is as many as the rows, for who knows that none is nought.
    """
    some = [i for i, count in enumerate(counts) if count]
    few = {i for i in some if counts[i] < below}
    rest = [i for i in some if i not in few]
    told = [Told.EXACT if count >= below else Told.SMALL for count in counts]
    if not few:
        return told
    small, most = sum(counts[i] for i in few), below - 1
    unsafe = len(some) > 1 and len(rest) < 2 and sum(counts) == total == len(some) * most
    if rest and not unsafe and small in _covered(len(few), most):
        told[rest[0]] = Told.COVER
        unsafe = not _open(len(few), small + counts[rest[0]], below)
    if unsafe:
        return [Told.SOME if count else Told.SMALL for count in counts]
    return told


def _covered(rows: int, most: int) -> set[int]:
    """The sums of so many small rows that need a cover: one row always does, more only where each
    is the least or the greatest, and the sum next to the least, so that a cover does not tell it.
    """
    if rows == 1:
        return set(range(1, most + 1))
    return {rows, rows + 1, rows * most}


def _open(rows: int, together: int, below: int) -> bool:
    """Whether so many small rows and their cover, of which the sum is known, leave two possible
    counts at least for each small row.
    """
    most = below - 1
    sums = {small for small in _covered(rows, most) if together - small >= below}
    return len(sums) > 1 or any(rows < small < rows * most for small in sums if rows > 1)


# --- groups of persons ----------------------------------------------------------------------------


@dataclass(frozen=True)
class PublicRow:
    """A row of a public table: what it is about, how many, and what they amount to; None is not
    published.
    """

    code: str
    count: int
    amount: Decimal | None = None
    # The other heads under which its amount is published, as part of a sum.
    heads: frozenset[str] = frozenset()


# In data: the groups that are told together. No code begins like that.
OTHERS = "_other"


def merged(rows: Sequence[PublicRow], below: int) -> list[PublicRow]:
    """The rows as they may be published beside their total: groups under the limit as one, last.
    Empty where the table cannot be published.

    Two groups or more are told together, and as many persons as the limit says at least. Where all
    of them are the least or the greatest a small group can be, their sum would tell each: whoever
    knows which groups they are can find no count of one of them otherwise. Nought points at nobody.
    Amounts are published under other heads too (policy fields): where only one group that is not
    told falls under such a head, its amount would follow, and no row shows an amount.
    """
    few = [row for row in rows if 0 < row.count < below]
    if not few:
        return list(rows)
    together = sum(row.count for row in few)
    if len(few) < 2 or together < below or together in (len(few), len(few) * (below - 1)):
        return []
    untold = [row for row in rows if row.count < below]
    amounts = [row.amount for row in untold if row.amount is not None]
    other = PublicRow(OTHERS, together, sum(amounts, ZERO) if amounts else None)
    shown = [*(row for row in rows if row.count >= below), other]
    heads = Counter(head for row in untold for head in row.heads)
    return [replace(row, amount=None) for row in shown] if 1 in heads.values() else shown


def merged_counts(counts: Mapping[str, int], below: int) -> dict[str, int]:
    rows = [PublicRow(code, number) for code, number in counts.items()]
    return {row.code: row.count for row in merged(rows, below)}


def group_rows(parts: Iterable[PartFigures]) -> list[PublicRow]:
    """Target groups that have anything to tell."""
    return [
        PublicRow(part.code, part.number or 0, part.fulfilled, part.policy_fields)
        for part in parts
        if part.workplaces or part.fulfilled
    ]


def of_people(whole: AnnualFigures, below: int) -> People | None:
    """As they may be published of a region. A kind is a sum of target groups, so it is told only
    where each of those is: else it would tell one that is merged.
    """
    people, groups = whole.people, group_rows(whole.work_groups)
    if people is None:
        return None
    each_is_told = merged(groups, below) == groups
    return replace(
        people,
        by_kind=merged_counts(people.by_kind, below) if each_is_told else {},
        by_origin=merged_counts(people.by_origin, below),
        by_residence=merged_counts(people.by_residence, below),
        outcomes={moment: _outcomes(told, below) for moment, told in people.outcomes.items()},
    )


def _outcomes(told: Mapping[str, int], below: int) -> dict[str, int]:
    """How many were asked and answered tells nothing of anybody."""
    response = {name: told[name] for name in (ASKED, ANSWERED)}
    rest = {name: number for name, number in told.items() if name not in response}
    return merged_counts(rest, below) | response


# --- workplaces per municipality ------------------------------------------------------------------


def published_counts(
    counts: Mapping[str, int], below: int, total: int | None = None
) -> dict[str, Count]:
    """What may be published of counts, by code, beside their total (None: what they add up to): of
    each the count, or words.

    By the order of the codes, so that a year is told alike in each edition that shows it.
    """
    codes = sorted(counts)
    words = {
        Told.SMALL: Hidden.fewer(below),
        Told.COVER: Hidden.or_more(below),
        Told.SOME: Hidden.or_more(1),
    }
    total = sum(counts.values()) if total is None else total
    told = dict(zip(codes, _told([counts[code] for code in codes], below, total), strict=True))
    return {code: words.get(told[code], count) for code, count in counts.items()}


def of_whole(whole: AnnualFigures, below: int) -> AnnualFigures:
    """The figures of a region, with small numbers of workplaces per client hidden."""
    total = whole.workplaces if isinstance(whole.workplaces, int) else None
    counts = published_counts(client_counts(whole), below, total)

    def shown(parts: Sequence[PartFigures]) -> list[PartFigures]:
        return [replace(part, workplaces=counts[part.code]) for part in parts]

    return replace(
        whole,
        municipalities=shown(whole.municipalities),
        other_clients=shown(whole.other_clients),
        people=of_people(whole, below),
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
        places = Hidden.fewer(below) if count < below else count
    values["workplaces"] = places
    for name in COUNTING_PLACEMENTS:
        values.pop(name, None)
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
            values={name: n for name, n in year.values.items() if name not in OF_PLACEMENTS},
        )
        for year in own.years
    ]
    parts = [replace(part, workplaces=workplaces) for part in own.municipalities]
    return replace(
        shown,
        years=years,
        municipalities=parts,
        target_groups=[],
        work_groups=[],
        groups_before=[],
        people=None,
    )

"""Small numbers that could point at a person are not published (the policy's `mask_below`).

A row whose count is under the limit shows "< 5" instead, and no amount. The total is published, so
what is hidden must not follow from it by subtraction either: as long as it does, the smallest row
that still shows is hidden too. Where even hiding all of them leaves nothing to guess, no row is
shown. Amounts are published under other heads too (policy fields): where only one hidden row falls
under such a head, its amount would follow, and no row shows an amount.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal


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

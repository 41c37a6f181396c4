"""What the councils are told after a revision: what was corrected and why.

From what was frozen, so that it says the same whenever it is asked. Dutch, as the notice is.
"""

import itertools
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from reporting.adoption import comparing
from reporting.adoption.comparing import TITLES, Difference
from reporting.adoption.revising import ACCOUNT
from reporting.figures.words import STORIES, listed
from reporting.models import Revision
from reporting.notice.editions import Edition
from sroi.templatetags.formats import long_date

# What each revision changes, whatever it is about: its number in the title block and in the list.
# What a story said before it was removed is told nowhere again.
NOT_TOLD = (TITLES[""], TITLES[ACCOUNT], TITLES[STORIES[0]])


@dataclass(frozen=True)
class Correction:
    """A revision as it is told."""

    number: int
    day: date
    adopted_on: date
    reason: str
    differences: list[Difference]
    # How many editions there are.
    editions: int

    @property
    def parts(self) -> str:
        """In which parts of which editions the text is another."""
        return listed(dict.fromkeys(difference.title for difference in self.differences))

    def concerns(self, difference: Difference) -> str:
        """For whom it is: all councils, or those named."""
        towns = [town.name if town else "de regio" for town in difference.municipalities]
        return "alle edities" if len(towns) == self.editions else f"de editie van {listed(towns)}"

    @property
    def rows(self) -> list[tuple[str, Difference]]:
        return [(self.concerns(difference), difference) for difference in self.differences]

    @property
    def sentence(self) -> str:
        """What happened, why, and what it means for the figures."""
        return (
            f"De raadsmededeling die op {long_date(self.adopted_on)} is vastgesteld, is op"
            f" {long_date(self.day)} verbeterd (herziening {self.number})."
        )


def corrections(edition: Edition) -> list[Correction]:
    """Every revision of a final report, the last first."""
    revisions = list(edition.revisions)
    return [
        _correction(edition, before, after)
        for before, after in reversed(list(itertools.pairwise(revisions)))
    ]


def _correction(edition: Edition, before: Revision, after: Revision) -> Correction:
    then = {row.municipality_id: row.document for row in before.editions.all()}
    now = list(after.editions.select_related("municipality").order_by("pk"))
    found = comparing.between(
        (row.municipality, then.get(row.municipality_id, ""), row.document) for row in now
    )
    return Correction(
        after.number,
        localdate(after.made_at),
        edition.finalised_on or localdate(after.made_at),
        after.reason,
        [difference for difference in found if difference.title not in NOT_TOLD],
        len(now),
    )

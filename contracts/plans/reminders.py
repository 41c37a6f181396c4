"""What a contractor is written when it is reminded, in steps, and when its contract is settled:
each with the text of its region, in which placeholders stand for what holds of the contract.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from contracts.models import CLOSING, ContractEvent, Happened, Region, ReminderText, Step

USUAL: Mapping[str, str] = json.loads(
    (Path(__file__).parent.parent / "data" / "reminders.json").read_text(encoding="utf-8")
)
# What the history tells of each step.
TOLD = {
    Step.FRIENDLY: Happened.REMINDED,
    Step.SECOND: Happened.REMINDED_AGAIN,
    Step.DEFAULT: Happened.PUT_ON_NOTICE,
}
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
NAMES = (
    *("opdrachtnemer", "titel", "kenmerk", "regio", "adviseur", "vandaag"),
    *("verplichting", "ingevuld", "open", "einddatum", "gevraagd"),
)
# Where the tables of the settlement stand in a closing letter.
CALCULATION = "berekening"
NAMES_OF_CLOSING = (
    *("aanhef", "opdrachtnemer", "titel", "kenmerk", "regio", "opdrachtgever", "gegund"),
    *("vandaag", "verplichting", "ingevuld", "tekort", "boete", "uitkomst", CALCULATION),
    *("slotzin", "adviseur", "ondertekenaar"),
)


@dataclass(frozen=True)
class Letter:
    """What is sent in a step, as it is sent."""

    step: Step
    text: str


def step_of(word: str) -> Step:
    """The step that is asked for; the first where it is none."""
    return Step(word) if word in Step.values else Step.FRIENDLY


def names_of(step: str) -> tuple[str, ...]:
    return NAMES_OF_CLOSING if step == CLOSING else NAMES


def text_of(region: Region, step: str) -> str:
    """What a region writes in a step, or in its closing letters."""
    row = ReminderText.objects.filter(region=region, step=step).first()
    return row.text if row else USUAL[step]


def with_text(contracts: QuerySet[Any], step: Step) -> QuerySet[Any]:
    """Contracts that say, as `written`, what their region writes in a step; None: the usual."""
    own = ReminderText.objects.filter(region=OuterRef("region"), step=step)
    return contracts.annotate(written=Subquery(own.values("text")[:1]))


def unknown_in(text: str, step: str) -> list[str]:
    """The placeholders that stand for nothing."""
    return [name for name in PLACEHOLDER.findall(text) if name not in names_of(step)]


def filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def sent_before(contract_id: int) -> list[ContractEvent]:
    """What this contractor was written before, the last first."""
    rows = ContractEvent.objects.filter(contract=contract_id, what__in=TOLD.values())
    return list(rows.order_by("-pk"))


def why_not(text: str, step: str) -> str:
    """Why a text cannot be that of a region; empty where it can."""
    if unknown := unknown_in(text, step):
        words = {"names": ", ".join(f"{{{name}}}" for name in unknown)}
        return _("There is no such placeholder: %(names)s.") % words
    if step == CLOSING and text and PLACEHOLDER.findall(text).count(CALCULATION) != 1:
        words = {"name": f"{{{CALCULATION}}}"}
        return _("Write %(name)s once, where the calculation has to stand.") % words
    return ""

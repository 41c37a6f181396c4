"""Which trade a contract or a firm is in, by its CPV code or by what it says that it offers."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from contracts.models.organisation import folded
from placements.models import Trade


@cache
def _known() -> dict[str, Any]:
    text = Path(__file__).with_name("trades.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def trade_of_cpv(code: str) -> Trade | None:
    """By the longest beginning of the code that is known."""
    of_cpv = _known()["of_cpv"]
    for length in range(len(code), 0, -1):
        if code[:length] in of_cpv:
            return Trade(of_cpv[code[:length]])
    return None


def trades_in(text: str) -> list[Trade]:
    """The trades of which a word stands in a text, in the order of their list."""
    plain = folded(text)
    in_words = _known()["in_words"]
    return [trade for trade in Trade if any(w in plain for w in in_words.get(trade, ()))]

"""Questions of a table that are answered yes or no, and for which rows each is asked.

A question is asked where a chosen block needs it: by its own condition, or by that of a bonus that
goes with it; where the question names rows, only for those. Source: DOMAIN.md section 5.5.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from contracts.models import BlockKind, BuildingBlock, ValuationTable
from contracts.policy.loading import FaultyFile, refuse_unknown, required, titles_from

# As an import can name it: between semicolons, with `!` before it.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
LONGEST_QUESTION = 300
Fact = Mapping[str, Any]


def question(fact: Fact) -> str:
    """The question in the language of the screen."""
    words: Mapping[str, str] = fact["question"]
    return (words.get("en") if get_language() == "en" else "") or words["nl"]


def question_of(table: ValuationTable, code: str) -> str:
    """The question of a code; a code that the table does not know is shown as it is."""
    return next((question(fact) for fact in table.facts if fact["code"] == code), code)


def named_by(row: BuildingBlock) -> list[str]:
    """The codes that the condition of a row names."""
    return [*row.facts, *row.not_facts]


def goes_with(bonus: BuildingBlock, block: BuildingBlock) -> bool:
    """Whether a bonus can count beside a block."""
    return (
        bonus.kind == BlockKind.BONUS
        and block.kind == BlockKind.PLACEMENT
        and (not bonus.applies_to or block.code in bonus.applies_to)
        and bonus.code not in block.replaces
    )


def _needing(
    fact: Fact, block: BuildingBlock, rows: Iterable[BuildingBlock]
) -> list[BuildingBlock]:
    """The rows because of which a block needs an answer: itself, and bonuses that go with it."""
    beside = (row for row in rows if goes_with(row, block))
    return [row for row in (block, *beside) if fact["code"] in named_by(row)]


def asked_for(table: Any, block: BuildingBlock) -> Iterator[Fact]:
    """The questions of the table that are asked where this block of it is chosen."""
    rows = list(table.blocks.all()) if table.facts else []
    for fact in table.facts:
        named = set(fact["blocks"])
        needing = _needing(fact, block, rows)
        if needing and (not named or named & {block.code, *(row.code for row in needing)}):
            yield fact


def facts_from(data: Mapping[str, Any], code: str) -> list[dict[str, Any]]:
    """The questions of a table from the exchange format."""
    rows = data.get("facts") or []
    if not isinstance(rows, list):
        raise FaultyFile(_("%(where)s: “%(key)s” is not a list.") % {"where": code, "key": "facts"})
    return [_fact_from(number, row) for number, row in enumerate(rows, start=1)]


def _fact_from(number: int, row: Any) -> dict[str, Any]:
    where = f"facts[{number}]"
    if not isinstance(row, Mapping):
        raise FaultyFile(_("%(where)s: “%(key)s” is missing.") % {"where": where, "key": "code"})
    code = str(required(row, "code", where))
    if not CODE.fullmatch(code):
        raise FaultyFile(
            _(
                "%(where)s: “%(code)s” is no code. Use letters, digits, dashes and dots only,"
                " without blanks."
            )
            % {"where": where, "code": code}
        )
    refuse_unknown(row, ("code", "question", "blocks"), f"{where} {code}")
    nl, en = titles_from({"title": required(row, "question", f"{where} {code}")}, code)
    for words in (nl, en):
        if len(words) > LONGEST_QUESTION:
            raise FaultyFile(
                _("%(where)s: a question has at most %(n)s characters.")
                % {"where": f"{where} {code}", "n": LONGEST_QUESTION}
            )
    blocks = row.get("blocks") or []
    if not isinstance(blocks, list) or not all(isinstance(one, str) for one in blocks):
        raise FaultyFile(
            _("%(where)s: “%(key)s” is not a list of codes.")
            % {"where": f"{where} {code}", "key": "blocks"}
        )
    return {"code": code, "question": {"nl": nl, "en": en}, "blocks": list(blocks)}


def refuse_loose_facts(table: ValuationTable, rows: Sequence[BuildingBlock]) -> None:
    """A question that nothing needs, or is asked where nothing needs it, has no effect; and a
    condition on what is not asked can never be met.
    """
    codes = [fact["code"] for fact in table.facts]
    for fact in table.facts:
        if codes.count(fact["code"]) > 1:
            raise FaultyFile(
                _("%(where)s: this code stands there twice.") % {"where": f"facts {fact['code']}"}
            )
        _refuse_idle(fact, rows)
    for row in rows:
        for code in named_by(row):
            if code not in codes:
                raise FaultyFile(
                    _("%(where)s: the question “%(code)s” is not in “facts”.")
                    % {"where": f"{row.code} condition", "code": code}
                )
            _refuse_unasked(row, table.facts[codes.index(code)], rows)


def _refuse_idle(fact: Fact, rows: Sequence[BuildingBlock]) -> None:
    if not any(fact["code"] in named_by(row) for row in rows):
        raise FaultyFile(
            _(
                "facts: “%(code)s” has no effect, since no condition of a row names it. Leave it"
                " out."
            )
            % {"code": fact["code"]}
        )
    by_code = {row.code: row for row in rows}
    for code in fact["blocks"]:
        if code not in by_code:
            raise FaultyFile(
                _("%(where)s: the block “%(code)s” is not in the table.")
                % {"where": f"facts {fact['code']} blocks", "code": code}
            )
        if not _needing(fact, by_code[code], rows):
            raise FaultyFile(
                _(
                    "facts: that “%(code)s” is asked for row “%(row)s” (“blocks”) has no effect,"
                    " since no condition there needs it. Leave it out."
                )
                % {"code": fact["code"], "row": code}
            )


def _refuse_unasked(row: BuildingBlock, fact: Fact, rows: Sequence[BuildingBlock]) -> None:
    """A row whose condition names a question that is nowhere asked for it."""
    named = set(fact["blocks"])
    places = {row.code, *(block.code for block in rows if goes_with(row, block))}
    if named and not named & places:
        raise FaultyFile(
            _(
                "%(where)s: the question “%(code)s” is not asked for this row, so it would never"
                " count. Add the row to the “blocks” of the question."
            )
            % {"where": f"{row.code} condition", "code": fact["code"]}
        )

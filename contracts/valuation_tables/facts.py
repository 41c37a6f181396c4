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
from contracts.valuation_tables.faults import Part

# As an import can name it: between semicolons, with `!` before it.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
LONGEST_QUESTION = 300
MOST_QUESTIONS = 200
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


def facts_from(part: Part) -> list[dict[str, Any]]:
    """The questions of a table from the exchange format."""
    rows = part.rows("facts")
    if len(rows) > MOST_QUESTIONS:
        part.refuse("facts", "value", _("%(where)s: more than %(n)s questions."), n=MOST_QUESTIONS)
    return [_fact_from(number, row, part) for number, row in enumerate(rows[:MOST_QUESTIONS])]


def _fact_from(number: int, row: Any, whole: Part) -> dict[str, Any]:
    path = f"facts[{number}]"
    if not isinstance(row, Mapping):
        whole.refuse(path, "value", _("%(where)s: “%(key)s” is missing."), where=path, key="code")
        return {"code": "", "question": {"nl": "", "en": ""}, "blocks": []}
    said = row.get("code")
    part = Part(row, path, f"{path} {said}" if said else path, whole.faults)
    part.required("code")
    part.known(("code", "question", "blocks"))
    code = part.text("code")
    if code and not CODE.fullmatch(code):
        part.refuse(
            "code",
            "value",
            _(
                "%(where)s: “%(code)s” is no code. Use letters, digits, dashes and dots only,"
                " without blanks."
            ),
            code=code,
        )
    nl, en = part.titles("question")
    if max(len(nl), len(en)) > LONGEST_QUESTION:
        part.refuse(
            "question",
            "value",
            _("%(where)s: a question has at most %(n)s characters."),
            n=LONGEST_QUESTION,
        )
    return {"code": code, "question": {"nl": nl, "en": en}, "blocks": part.codes("blocks")}


Loose = Iterator[tuple[str, str, str]]


def _places(rows: Sequence[BuildingBlock]) -> dict[str, set[str]]:
    """By its code, the rows with which each row can count: itself, and of a bonus the blocks that
    it goes with.
    """
    blocks = [row for row in rows if row.kind == BlockKind.PLACEMENT]
    return {
        row.code: {row.code}
        | {block.code for block in blocks if row.kind == BlockKind.BONUS and goes_with(row, block)}
        for row in rows
    }


def without_a_place(rows: Sequence[BuildingBlock]) -> Loose:
    """A bonus that goes with no row counts for nothing, and so does taking the place of one that
    never goes with it: the path, the name of the row, and why.
    """
    places = _possible(rows)
    for row in rows:
        path = f"blocks[{row.position - 1}]"
        if row.kind == BlockKind.BONUS and not places[row.code]:
            yield path, row.code, _("this bonus goes with no row, so it would never count.")
            continue
        own = places[row.code] if row.kind == BlockKind.BONUS else {row.code}
        for code in row.replaces:
            if not own & places[code]:
                yield (
                    f"{path}.replaces",
                    row.code,
                    _("“%(code)s” never goes with it, so that it stands here has no effect.")
                    % {"code": code},
                )


def _possible(rows: Sequence[BuildingBlock]) -> dict[str, set[str]]:
    """The same, but that a row takes the place of a bonus is not looked at: that is what is
    judged.
    """
    blocks = {row.code for row in rows if row.kind == BlockKind.PLACEMENT}
    return {
        row.code: blocks & set(row.applies_to) if row.applies_to else set(blocks)
        for row in rows
        if row.kind == BlockKind.BONUS
    }


def loose_facts(said: Mapping[str, Any], rows: Sequence[BuildingBlock]) -> Loose:
    """A question that nothing needs, or is asked where nothing needs it, has no effect; and a
    condition on what is not asked can never be met: the path, the name, and why.
    """
    facts = [fact for fact in said.get("facts") or () if isinstance(fact, Mapping)]
    places = _places(rows)
    known: dict[str, Fact] = {}
    for number, fact in enumerate(facts):
        path, code = f"facts[{number}]", fact["code"]
        if code in known:
            yield f"{path}.code", f"facts {code}", _("this code stands there twice.")
        known.setdefault(code, fact)
        naming = [row for row in rows if code in named_by(row)]
        if not naming:
            why = _("“%(code)s” has no effect, since no condition of a row names it. Leave it out.")
            yield path, "facts", why % {"code": code}
        needing = set().union(*(places[row.code] for row in naming))
        yield from _asked_idly(path, fact, needing, places)
    for row in rows:
        for code in named_by(row):
            why = _unasked(row, known.get(code), places)
            if why:
                path = f"blocks[{row.position - 1}].condition"
                yield path, f"{row.code} condition", why % {"code": code}


def _asked_idly(path: str, fact: Fact, needing: set[str], places: Mapping[str, set[str]]) -> Loose:
    for number, code in enumerate(fact.get("blocks") or ()):
        where = f"{path}.blocks[{number}]"
        if code not in places:
            why = _("the block “%(code)s” is not in the table.") % {"code": code}
            yield where, f"facts {fact['code']} blocks", why
        elif needing and code not in needing:
            yield (
                where,
                "facts",
                _(
                    "that “%(code)s” is asked for row “%(row)s” (“blocks”) has no effect,"
                    " since no condition there needs it. Leave it out."
                )
                % {"code": fact["code"], "row": code},
            )


def _unasked(row: BuildingBlock, fact: Fact | None, places: Mapping[str, set[str]]) -> str:
    """Why what a condition names is nowhere asked for its row; blank where it is."""
    if fact is None:
        return _("the question “%(code)s” is not in “facts”.")
    named = set(fact.get("blocks") or ())
    if not named or named & places[row.code]:
        return ""
    return _(
        "the question “%(code)s” is not asked for this row, so it would never count. Add the row"
        " to the “blocks” of the question."
    )

"""Text in a CSV that a spreadsheet would take for a formula gets an apostrophe in front, and loses
it when read.

Lossless: protecting adds one apostrophe to every text that would start as a formula once its
apostrophes are gone; reading takes one away from the texts that only protecting can have made. In
XLSX a text is stored as a text, so nothing is added or taken away there.
"""

import re

_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")


def protect(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula: `=1+1` → `'=1+1`, `'=1+1` →
    `''=1+1`.
    """
    if text[:1].isalnum():  # nearly every cell, and much faster
        return text
    return "'" + text if _FORMULA.match(text) else text


def unprotect(text: str) -> str:
    """The text that `protect` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text

"""JSON as a person wrote it: what is wrong with it in plain words, and on which line each key
stands.

Lines and columns count from 1. A path names a key from the top: `blocks[3].max_months`, places in
a list from 0.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from django.utils.translation import gettext as _

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')


class NotJson(ValueError):
    """The text is no JSON; with the line and column, where they are known."""

    def __init__(self, why: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(why)
        self.line, self.column = line, column


def parsed(raw: bytes) -> Any:
    """What a JSON text says, numbers exact; `NotJson` where it is none."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise NotJson(_("A character here is not UTF-8. Save the file as UTF-8."), line) from None
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise NotJson(_in_words(error.msg), error.lineno, error.colno) from None
    except RecursionError:
        raise NotJson(_("There are too many brackets within each other.")) from None
    except NotJson:
        raise
    except ValueError:
        raise NotJson(_("There is a number in it that is much too long.")) from None


def _no_constant(name: str) -> NoReturn:
    raise NotJson(_("“%(name)s” is no number.") % {"name": name})


def _in_words(said: str) -> str:
    """What the parser says, for who writes the file."""
    words: Mapping[str, str] = {
        "Expecting property name": _(
            "Here the name of a key is expected, between double quotes. Is there a comma too many"
            " before it?"
        ),
        "Illegal trailing comma": _("There is a comma too many here, after the last one."),
        "Expecting ':'": _("Here a colon is expected, between a key and what it says."),
        "Expecting ','": _(
            "Here a comma or a closing bracket is expected. Is a comma missing before it?"
        ),
        "Expecting value": _(
            "Here a value is expected: a text between double quotes, a number, true, false, null,"
            " or a list."
        ),
        "Extra data": _("The table ended before this, and yet there is more."),
        "Unterminated string": _(
            "A text begins here that does not end: its last quote is missing."
        ),
        "Invalid control character": _("A line break or a tab stands within a text."),
        "Invalid \\": _("A backslash in a text has to be written twice: \\\\."),
    }
    return next((why for begin, why in words.items() if said.startswith(begin)), said)


@dataclass
class _Open:
    """A list or an object that is being read."""

    path: str
    is_list: bool
    number: int = 0
    key: str | None = None

    def inside(self) -> str:
        if self.is_list:
            return f"{self.path}[{self.number}]"
        return f"{self.path}.{self.key}" if self.path else str(self.key)


@dataclass
class Lines:
    """On which line each path stands, and which keys stand twice in one object."""

    by_path: dict[str, int] = field(default_factory=dict)
    twice: list[tuple[str, int]] = field(default_factory=list)

    def line(self, path: str) -> int:
        """Of a path, or of the nearest around it that is there."""
        while path and path not in self.by_path:
            cut = max(path.rfind("."), path.rfind("["), 0)
            path = path[:cut]
        return self.by_path.get(path, 1)


def lines_of(raw: bytes) -> Lines:
    """Of a text that is JSON."""
    text, found = raw.decode("utf-8-sig"), Lines()
    line, read, stack = 1, 0, [_Open("", is_list=False)]
    for match in TOKEN.finditer(text):
        line += text.count("\n", read, match.start())
        read, token, at = match.start(), match.group(), stack[-1]
        if token in ("]", "}"):
            stack.pop()
        elif token == ",":
            at.number, at.key = at.number + 1, None
        elif len(stack) > 1 and not at.is_list and at.key is None:
            at.key = str(json.loads(token, strict=False))
            if at.inside() in found.by_path:
                found.twice.append((at.inside(), line))
            found.by_path[at.inside()] = line
        elif token != ":":
            path = at.inside() if len(stack) > 1 else ""
            found.by_path.setdefault(path, line)
            if token in ("[", "{"):
                stack.append(_Open(path, is_list=token == "["))
    return found

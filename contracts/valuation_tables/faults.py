"""What is wrong with a table, all of it at once: for each fault the key, why, and the line where a
text was read.

A `Part` is an object of the file: its keys are read one by one, and what cannot be read is a fault
beside the others instead of the end of it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from contracts.policy.loading import FaultyFile, day_from, decimal_from

# Of what is told of one file in an error, and of what a file says in a sentence.
TOLD = 10
LONGEST = 400
# Of what is looked for in one file: who has so many mends those first.
MOST_FAULTS = 500
# What a small column of PostgreSQL holds.
MOST_OF_SMALL = 2**15 - 1
# A number that is written as a text.
DIGITS = re.compile(r"[0-9]+(\.[0-9]+)?")
Read = TypeVar("Read")


@dataclass(frozen=True)
class Fault:
    """`path` is the key (`blocks[3].max_months`, from 0), `code` the kind of fault for programs."""

    path: str
    code: str
    why: str
    line: int | None = None
    column: int | None = None


class FaultyTable(FaultyFile):
    """The table cannot be used; with all that is wrong."""

    def __init__(self, faults: Collection[Fault]) -> None:
        self.faults = list(faults)
        told = [fault.why for fault in self.faults[:TOLD]]
        if len(self.faults) > TOLD:
            told.append(_("And %(n)s faults more.") % {"n": len(self.faults) - TOLD})
        super().__init__("\n".join(told))


class Part:
    """An object of the file, at a path, that is called `name` in sentences."""

    def __init__(self, said: Mapping[str, Any], path: str, name: str, faults: list[Fault]) -> None:
        self.said, self.path, self.name, self.faults = said, path, name, faults

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def refuse(self, key: str, code: str, sentence: str, /, **values: Any) -> None:
        values = {"where": self.name, "key": key} | values
        self._add(key, code, sentence % values)

    def _add(self, key: str, code: str, why: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(self.at(key), code, Truncator(why).chars(LONGEST)))

    def is_faulty(self, key: str) -> bool:
        """Whether something is wrong with this key, or within it, already."""
        path = self.at(key)
        return any(
            fault.path == path or fault.path.startswith((f"{path}.", f"{path}["))
            for fault in self.faults
        )

    def known(self, keys: Iterable[str]) -> None:
        for key in sorted(set(self.said) - set(keys)):
            self.refuse(key, "unknown", _("%(where)s: unknown “%(keys)s”."), keys=key)

    def required(self, key: str) -> Any:
        if self.said.get(key) in (None, ""):
            self.refuse(key, "missing", _("%(where)s: “%(key)s” is missing."))
            return None
        return self.said[key]

    def read(self, key: str, reader: Callable[..., Read], *args: Any, **more: Any) -> Read | None:
        try:
            return reader(*args, **more)
        except FaultyFile as fault:
            self._add(key, "value", str(fault))
            return None

    def text(self, key: str) -> str:
        said = self.said.get(key)
        if said is None or isinstance(said, str):
            return said or ""
        self.refuse(key, "value", _("%(where)s: “%(key)s” is not a text."))
        return ""

    def titles(self, key: str) -> tuple[str, str]:
        """Dutch and English: a text, or `nl` and perhaps `en`."""
        said = self.required(key)
        if isinstance(said, Mapping):
            part = Part(said, self.at(key), f"{self.name} {key}", self.faults)
            part.known(("nl", "en"))
            part.required("nl")
            return part.text("nl"), part.text("en")
        return (self.text(key), "") if said is not None else ("", "")

    def number(self, key: str, places: int = 2) -> Decimal | None:
        said = self.said.get(key)
        if said is None:
            return None
        if isinstance(said, str) and not DIGITS.fullmatch(said):
            self._not_a_number(key)
            return None
        where = f"{self.name} {key}"
        return self.read(key, decimal_from, said, where, places=places)

    def _not_a_number(self, key: str) -> None:
        self.refuse(
            key,
            "value",
            _("%(where)s: “%(value)s” is not a usable number."),
            where=f"{self.name} {key}",
            value=self.said[key],
        )

    def whole(self, key: str, least: int = 0) -> int | None:
        number = self.number(key, places=0)
        if number is not None and not least <= number <= MOST_OF_SMALL:
            self._not_a_number(key)
            return None
        return None if number is None else int(number)

    def truth(self, key: str) -> bool | None:
        said = self.said.get(key)
        if said is None or isinstance(said, bool):
            return said
        self.refuse(
            key,
            "value",
            _("%(where)s: “%(value)s” is not true or false."),
            where=f"{self.name} {key}",
            value=said,
        )
        return None

    def day(self, key: str) -> date | None:
        return self.read(key, day_from, self.said.get(key), f"{self.name} {key}")

    def one_of(self, key: str, choices: Iterable[str], usual: str = "") -> str:
        """One of a list of words; `usual` where it says nothing."""
        said = self.said.get(key)
        if said is None:
            return usual
        if not isinstance(said, str) or said not in list(choices):
            self.refuse_word(key, said, choices)
            return usual
        return said

    def refuse_word(self, key: str, said: Any, choices: Iterable[str]) -> None:
        self.refuse(
            key,
            "value",
            _("%(where)s: “%(value)s” is none of %(choices)s."),
            where=f"{self.name} {key}",
            value=said,
            choices=", ".join(choices),
        )

    def codes(self, key: str) -> list[str]:
        """A list of codes, each once."""
        said = self.said.get(key)
        if said is None:
            return []
        if not isinstance(said, list) or not all(isinstance(code, str) for code in said):
            self.refuse(key, "value", _("%(where)s: “%(key)s” is not a list of codes."))
            return []
        seen: set[str] = set()
        for code in said:
            if code not in seen:
                seen.add(code)
                continue
            self.refuse(key, "value", _("%(where)s: “%(code)s” stands there twice."), code=code)
        return list(said)

    def rows(self, key: str) -> list[Any]:
        said = self.said.get(key)
        if said is None:
            return []
        if not isinstance(said, list):
            self.refuse(key, "value", _("%(where)s: “%(key)s” is not a list."))
            return []
        return said

    def within(self, key: str, known: Collection[str]) -> "Part":
        """The object that a key holds, of only these keys; an empty one where it says nothing."""
        said = self.said.get(key)
        if said is not None and not isinstance(said, Mapping):
            self.refuse(
                key,
                "value",
                _("%(where)s: “%(key)s” holds keys of its own: %(known)s."),
                known=", ".join(known),
            )
            said = None
        part = Part(said or {}, self.at(key), self.name, self.faults)
        part.known(known)
        return part

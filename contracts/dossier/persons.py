"""When two contact persons of a firm are the same one."""

from typing import Any

FACTS = ("name", "function", "email", "phone")
# By what somebody is known.
KNOWN_BY = ("name", "email")


def is_same(one: Any, other: Any) -> bool:
    """The same name or the same e-mail address, and nothing that both say differs: what differs
    stays apart, so that no fact is lost. Blanks, capitals and how a number is spaced do not count.
    """
    said = {
        name: (_plain(name, getattr(one, name)), _plain(name, getattr(other, name)))
        for name in FACTS
    }
    alike = any(said[name][0] and said[name][0] == said[name][1] for name in KNOWN_BY)
    return alike and all(a == b for a, b in said.values() if a and b)


def _plain(name: str, value: str) -> str:
    if name == "phone":
        return "".join(filter(str.isdigit, value))
    return value.strip().casefold()

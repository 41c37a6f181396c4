"""What a person chose of a list: its columns and whose rows they see first, and views with a name.

All of it is the query of an address, kept with the person under the address of the list
(`User.lists`): the address that is asked for always goes before what was kept, and is all that is
sent to a colleague. A view can be shared with who advises in a region: it stays of who made it, and
goes with them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from sroi.accounts.choosing import lists_of
from sroi.doors import Refused

MOST_VIEWS = 20
LONGEST_NAME = 60
LONGEST_QUERY = 1000


@dataclass(frozen=True)
class View:
    """A way to look at a list; `region` is whose advisers see it too, None for oneself only."""

    name: str
    query: str
    region: int | None = None
    # Who made it, where that is somebody else.
    by: Any = None

    def is_shown_by(self, asked: QueryDict) -> bool:
        """Whether an address asks for just this, whatever the order of its parts."""
        mine = sorted(part for part in parse_qsl(self.query))
        theirs = [(name, each) for name, given in asked.lists() for each in given if each]
        return mine == sorted(part for part in theirs if part[0] != "page")


def query_of(asked: QueryDict, **changed: str) -> str:
    """The query of this list, from its first page on, with something else in it."""
    parts = [
        (name, each)
        for name, given in asked.lists()
        for each in given
        if name not in ("page", *changed) and each
    ]
    return urlencode([*parts, *changed.items()])


def remembered(user: Any, page: str) -> Mapping[str, str]:
    """What the list begins with where its address says nothing of it."""
    found: Mapping[str, str] = user.lists.get(page, {}).get("now", {})
    return found


def views_of(user: Any, page: str) -> list[View]:
    return [View(**kept) for kept in user.lists.get(page, {}).get("views", ())]


def shared_by(colleagues: Iterable[Any], page: str, regions: Iterable[int]) -> list[View]:
    """What colleagues share with the advisers of these regions."""
    theirs = set(regions)
    return [
        View(view.name, view.query, view.region, by=user)
        for user in colleagues
        for view in views_of(user, page)
        if view.region in theirs
    ]


# --- the door -------------------------------------------------------------------------------------


def remember(user: Any, page: str, **chosen: str) -> None:
    with lists_of(user) as lists:
        kept = lists.setdefault(page, {})
        kept["now"] = {**kept.get("now", {}), **chosen}


def keep(user: Any, page: str, view: View, *, instead_of: str = "") -> None:
    """A view of that name, or another name for it; one of the same name is replaced."""
    if len(view.query) > LONGEST_QUERY:
        raise Refused(_("There is too much in this view. Leave out some filters."))
    with lists_of(user) as lists:
        kept = lists.setdefault(page, {})
        gone = {_folded(view.name), _folded(instead_of)}
        rest = [one for one in kept.get("views", ()) if _folded(one["name"]) not in gone]
        if len(rest) >= MOST_VIEWS:
            raise Refused(
                _("You have %(number)s views of this list. Remove one first.")
                % {"number": MOST_VIEWS}
            )
        made = {"name": view.name, "query": view.query, "region": view.region}
        kept["views"] = sorted([*rest, made], key=lambda one: _folded(one["name"]))


def drop(user: Any, page: str, name: str) -> None:
    with lists_of(user) as lists:
        kept = lists.setdefault(page, {})
        views = kept.get("views", [])
        kept["views"] = [one for one in views if _folded(one["name"]) != _folded(name)]


def _folded(name: str) -> str:
    return name.strip().casefold()

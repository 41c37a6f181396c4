"""What must hold for a client: code, name, days and who takes its place. Pure; asked by file, form
and door.

Each function yields objections, by field. Source: DOMAIN.md sections 2 and 10.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from django.utils.translation import gettext as _

from contracts.models import ClientKind, Municipality
from contracts.models.organisation import folded
from contracts.models.region import CBS_CODE, CLIENT_CODE
from sroi.doors import Objection
from sroi.periods import DAY
from sroi.templatetags.formats import long_date

NAME = 100


def client_faults(client: Municipality) -> Iterator[Objection]:
    """Of a client by itself, whoever else there is."""
    yield from code_faults(client.kind, client.code)
    if len(client.name) > NAME:
        yield Objection("name", _("Use at most %(most)s characters.") % {"most": NAME})
    yield from inhabitants_faults(client.kind, client.inhabitants)
    yield from day_faults(client.valid_from, client.valid_until)


def code_faults(kind: str, code: str) -> Iterator[Objection]:
    """A municipality has the code of the CBS, and nobody else has one in that form."""
    of_municipality = bool(re.match(CBS_CODE, code, re.IGNORECASE))
    if kind == ClientKind.MUNICIPALITY and not re.match(CBS_CODE, code):
        yield Objection(
            "code",
            _("The code of a municipality is that of the CBS: GM and four digits, such as GM0402."),
        )
    elif kind != ClientKind.MUNICIPALITY and of_municipality:
        yield Objection(
            "code",
            _("Only municipalities have a code such as GM0402. Choose another code."),
        )
    elif kind != ClientKind.MUNICIPALITY and not re.match(CLIENT_CODE, code):
        yield Objection(
            "code", _("A code has 2 to 12 letters and digits, without spaces, such as WBREBURG.")
        )


def inhabitants_faults(kind: str, inhabitants: int | None) -> Iterator[Objection]:
    if inhabitants is not None and kind != ClientKind.MUNICIPALITY:
        yield Objection("inhabitants", _("Only a municipality has inhabitants. Leave this empty."))


def taken_faults(client: Municipality, others: Iterable[Municipality]) -> Iterator[Objection]:
    """A code is of one client in a region, for ever; a name is free again once its client has
    ended.
    """
    for other in others:
        if other.code.casefold() == client.code.casefold():
            yield Objection("code", _("%(name)s has this code already.") % {"name": other.name})
        if folded(other.name) == folded(client.name) and not (
            other.valid_until or client.valid_until
        ):
            yield Objection(
                "name",
                _("There is a client of this name already, with the code %(code)s.")
                % {"code": other.code},
            )


def day_faults(first: date | None, last: date | None) -> Iterator[Objection]:
    if first and last and last < first:
        yield Objection(
            "valid_until",
            _("The last day lies before the first. Choose a day on or after %(day)s.")
            % {"day": long_date(first)},
        )


def successor_faults(
    client: Municipality, successor: Municipality, last: date | None
) -> Iterator[Objection]:
    """Who takes the place of a client is of its region, goes on when it ends, and has a council
    where it had one.
    """
    words = {"name": client.name, "successor": successor.name}
    if successor == client or successor.region_id != client.region_id:
        yield Objection("successor", _("Choose another client of this region."))
    elif successor.has_council != client.has_council:
        yield Objection(
            "successor",
            _(
                "A municipality is followed by a municipality, and another client by another"
                " client."
            ),
        )
    elif successor.successor_id or (
        last and successor.valid_until and successor.valid_until <= last
    ):
        yield Objection(
            "successor", _("%(successor)s has ended itself by then. Choose who goes on.") % words
        )
    elif last and successor.valid_from and successor.valid_from > last + DAY:
        yield Objection(
            "successor",
            _(
                "%(successor)s begins on %(day)s, more than a day later. Choose another last day,"
                " or another successor."
            )
            % {**words, "day": long_date(successor.valid_from)},
        )

"""Words for clients: their kinds as they are read from a file, and what one client, or several, are
called.
"""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from contracts.models import ClientKind, Municipality
from sroi.exchange import choice
from sroi.templatetags.formats import long_date

KINDS_IN_DUTCH: Mapping[str, ClientKind] = {
    "gemeente": ClientKind.MUNICIPALITY,
    "provincie": ClientKind.PROVINCE,
    "waterschap": ClientKind.WATER_BOARD,
    "hoogheemraadschap": ClientKind.WATER_BOARD,
    "woningcorporatie": ClientKind.HOUSING_ASSOCIATION,
    "woningbouwvereniging": ClientKind.HOUSING_ASSOCIATION,
    "school": ClientKind.SCHOOL,
    "onderwijsinstelling": ClientKind.SCHOOL,
    "ziekenhuis": ClientKind.HOSPITAL,
    "andere organisatie": ClientKind.OTHER,
    "overig": ClientKind.OTHER,
}
# A kind as it is written in a file: its code, or what people write.
kind_of = choice({kind.value: kind for kind in ClientKind}, KINDS_IN_DUTCH)


def organisation_word(kinds: Iterable[str]) -> str:
    """What someone who works for clients of these kinds calls their own: `gemeente`,
    `woningcorporatie`, …
    """
    only, *others = {*kinds} or {ClientKind.OTHER}
    return _("organisation") if others or only == ClientKind.OTHER else str(ClientKind(only).label)


def in_dutch(clients: Iterable[Municipality]) -> str:
    """In a Dutch sentence: `WonenBreburg en de gemeenten Huizen en Laren`; nothing where there are
    none.

    Municipalities come last: what follows "de gemeenten" would be taken for one.
    """
    chosen = list(clients)
    towns = [client.name for client in chosen if client.has_council]
    named = [client.name for client in chosen if not client.has_council]
    if towns:
        named.append(f"de {'gemeenten' if len(towns) > 1 else 'gemeente'} {_listed(towns)}")
    return _listed(named)


def _listed(names: list[str]) -> str:
    return " en ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def term(client: Municipality) -> str:
    """Since when and until when a client takes part, and in whom it goes on."""
    first, last = ((day and long_date(day)) for day in (client.valid_from, client.valid_until))
    words = {
        "first": first,
        "last": last,
        "successor": client.successor.name if client.successor else "",
    }
    parts = [
        _("from %(first)s") % words if first else "",
        _("until %(last)s") % words if last else "",
        _("goes on in %(successor)s") % words if words["successor"] else "",
    ]
    return ", ".join(part for part in parts if part) or _("from the beginning")

"""Where the letters to a firm go: what makes an address, and how a postcode is written."""

import re
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from contracts.models import Contractor
from sroi.doors import Objection

# Fields of a contractor.
ADDRESS = ("street", "postcode", "place", "address_country")
# PostNL gives out no postcode that begins with a 0, and none with SA, SD or SS.
DUTCH_POSTCODE = re.compile(r"[1-9][0-9]{3} (?!SA|SD|SS)[A-Z]{2}")


def address_of(contractor: Contractor) -> dict[str, str]:
    return {name: getattr(contractor, name) for name in ADDRESS}


def address_faults(address: Mapping[str, str]) -> Iterator[Objection]:
    """An address is whole or not there; in the Netherlands it has a Dutch postcode, as `postcode`
    writes it.
    """
    abroad = bool(address["address_country"])
    asked = ("street", "place") if abroad else ("street", "postcode", "place")
    if any(address.values()):
        for name in asked:
            if not address[name]:
                yield Objection(name, _("Fill in this part of the address too, or none of it."))
    if address["postcode"] and not abroad and not DUTCH_POSTCODE.fullmatch(address["postcode"]):
        yield Objection(
            "postcode",
            _("A postcode is four digits and two letters, as in 1211 AA. Abroad? Say the country."),
        )


def postcode(written: str) -> str:
    """A Dutch postcode as letters have it: `1211aa` and `1211  Aa` are `1211 AA`. What is none
    stays as it is written.
    """
    plain = "".join(written.split()).upper()
    spaced = f"{plain[:4]} {plain[4:]}"
    return spaced if DUTCH_POSTCODE.fullmatch(spaced) else written.strip()

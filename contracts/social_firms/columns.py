"""The columns of a file with social firms and what they are recognised by, and how our own file
says it.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy

from contracts.models import RecognitionKind
from sroi.exchange import EXAMPLE_WORD, Column, choice_of, day, kvk, text, web_address, yes_no

KINDS_IN_DUTCH = {
    "SW-bedrijf": RecognitionKind.SW_COMPANY,
    "sociale werkvoorziening": RecognitionKind.SW_COMPANY,
    "30+": RecognitionKind.PSO_30PLUS,
    "PSO 30+ abw": RecognitionKind.PSO_30PLUS,
    "Code Sociale Ondernemingen": RecognitionKind.CODE_REGISTER,
}
FIRM_COLUMNS = (
    Column(
        "firm_kvk",
        kvk,
        required=True,
        title=gettext_lazy("KvK number"),
        example="12345678",
        also=("kvk", "kvknr", "kvk nummer", "kamer van koophandel"),
    ),
    Column(
        "firm_name",
        text(200),
        required=True,
        title=gettext_lazy("Name of the firm"),
        example=f"{EXAMPLE_WORD}bedrijf",
        also=("naam", "bedrijf", "bedrijfsnaam", "organisatie", "sociale firma", "onderneming"),
    ),
    Column(
        "place",
        text(100),
        default="",
        title=gettext_lazy("Place"),
        example="Hilversum",
        also=("plaats", "vestigingsplaats", "stad"),
    ),
    Column(
        "offers",
        text(500),
        default="",
        title=gettext_lazy("What can one buy there?"),
        example="groenonderhoud",
        also=("aanbod", "diensten", "branche", "sector", "producten"),
    ),
    Column(
        "website",
        web_address,
        default="",
        title=gettext_lazy("Website"),
        example="www.voorbeeld.nl",
        also=("internet", "url", "site"),
    ),
    Column(
        "recognition",
        choice_of(RecognitionKind.choices, KINDS_IN_DUTCH),
        required=True,
        title=gettext_lazy("Recognised as"),
        example=RecognitionKind.PSO_30PLUS,
        also=("erkenning", "soort", "certificaat", "keurmerk", "soort erkenning"),
    ),
    Column(
        "valid_from",
        day,
        required=True,
        title=gettext_lazy("Recognised from"),
        example="01-01-2025",
        also=("geldig vanaf", "vanaf", "ingangsdatum", "datum certificaat", "uitgegeven op"),
    ),
    Column(
        "valid_until",
        day,
        title=gettext_lazy("Recognised until"),
        example="31-12-2026",
        also=("geldig tot", "geldig tot en met", "tot", "einddatum", "vervaldatum"),
    ),
    Column(
        "is_public",
        yes_no,
        default=False,
        title=gettext_lazy("In the public directory"),
        example="nee",
        also=("openbaar", "publiek"),
    ),
    Column(
        "grounds",
        text(500),
        required=True,
        title=gettext_lazy("How was this established?"),
        example="lijst van PSO-Nederland",
        also=("bron", "grond", "hoe vastgesteld", "toelichting"),
    ),
)
# Beside the fields of a recognition that bear the name of their column.
_CELLS: dict[str, Callable[[Any], Any]] = {
    "firm_kvk": attrgetter("firm.kvk"),
    "firm_name": attrgetter("firm.name"),
    "place": attrgetter("firm.place"),
    "offers": attrgetter("firm.offers"),
    "website": attrgetter("firm.website"),
    "recognition": lambda recognition: recognition.get_kind_display(),
}
IN_FILE = tuple(
    (column.title, _CELLS.get(column.name) or attrgetter(column.name)) for column in FIRM_COLUMNS
)

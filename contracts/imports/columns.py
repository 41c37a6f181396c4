"""The columns of a file with contracts and of one with obligation changes: what each is called, how
it is read, and by which words. Source: DOMAIN.md section 10.
"""

import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts.models import Basis, ChangeKind, PolicyField, ProcurementType, RateReason
from contracts.registering.cpv import is_checked, nearest
from sroi.exchange import (
    EXAMPLE_WORD,
    Cell,
    Column,
    Warned,
    amount,
    as_written,
    choice_of,
    day,
    kvk,
    percent,
    said_text,
    shares,
    signed_amount,
    text,
)

# What people write in Dutch is read as well as the code.
TYPES_IN_DUTCH = {
    "werken": ProcurementType.WORKS,
    "werk": ProcurementType.WORKS,
    "diensten": ProcurementType.SERVICES,
    "dienst": ProcurementType.SERVICES,
    "leveringen": ProcurementType.SUPPLIES,
    "levering": ProcurementType.SUPPLIES,
    "w": ProcurementType.WORKS,
    "d": ProcurementType.SERVICES,
    "l": ProcurementType.SUPPLIES,
    "dienstverlening": ProcurementType.SERVICES,
    "sociale en andere specifieke diensten": ProcurementType.SERVICES,
}
KINDS_IN_DUTCH = {
    "meerwerk": ChangeKind.AMENDMENT,
    "minderwerk": ChangeKind.AMENDMENT,
    "verlenging": ChangeKind.EXTENSION,
    "eerder einde": ChangeKind.EARLY_END,
    "voortijdige beëindiging": ChangeKind.EARLY_END,
    "omzetopgave": ChangeKind.TURNOVER,
    "kwijtschelding": ChangeKind.WAIVER,
    "correctie": ChangeKind.CORRECTION,
}

_ABROAD = re.compile(r"(?P<country>[A-Z]{2})[ :]+(?P<number>\S.{0,38}\S)")
_CODE = re.compile(r"[0-9]{7,8}(?:-[0-9])?")
# Between the codes of one cell.
_SEPARATORS = re.compile(r"[,;\n|]+|\s{2,}|\s+en\s+")


@dataclass(frozen=True)
class Abroad:
    """A firm of another country: two letters, and its number in the register there."""

    country: str
    number: str

    def __str__(self) -> str:
        return f"{self.country} {self.number}"


def country(cell: Cell) -> str:
    """Two letters, as in BE or DE; an empty text for the Netherlands."""
    found = as_written(cell).strip().upper()
    if not re.fullmatch("[A-Z]{2}", found):
        raise ValueError(gettext("A country is two letters, as in BE or DE."))
    return "" if found == "NL" else found


def firm_number(cell: Cell) -> str | Warned | Abroad:
    """A KvK number or, of a firm abroad, its country and its number there: `DE HRB 12345`."""
    written = as_written(cell).strip()
    abroad = _ABROAD.fullmatch(written)
    if abroad and abroad["country"] != "NL" and any(map(str.isdigit, abroad["number"])):
        number = text(40)(abroad["number"])
        reason = gettext("Read as a firm abroad: country %(country)s, number %(number)s.")
        words = {"country": abroad["country"], "number": number}
        return Warned(Abroad(abroad["country"], number), reason % words, "firm_abroad")
    return kvk(cell)


_category = choice_of(RateReason.choices)


def category_of(word: str) -> str:
    """What a reason is about, by its word on screen or its code; empty where it is none."""
    try:
        return _category(word)
    except ValueError:
        return ""


def _codes(written: str) -> list[str]:
    return [part for part in map(str.strip, _SEPARATORS.split(written)) if part]


def further_codes(written: str) -> str:
    """The codes of a cell beside the first."""
    return "; ".join(
        f"0{code}" if re.fullmatch("[0-9]{7}", code) else code for code in _codes(written)[1:]
    )


def cpv_code(cell: Cell) -> str | Warned:
    """The first of the codes in a cell, of eight digits; what cannot be right is kept as it stands,
    with a warning.
    """
    first, *others = _codes(said_text(400)(cell))
    found = first.split(" ")[0] if _CODE.fullmatch(first.split(" ")[0]) else first
    warned = []
    if re.fullmatch("[0-9]{7}", found):
        found = f"0{found}"
        warned.append(gettext("The leading zero was lost; read as %(code)s.") % {"code": found})
    if others:
        words = {"code": found, "others": ", ".join(others)}
        reason = gettext("The first code is taken, %(code)s; kept beside it: %(others)s.")
        warned.append(reason % words)
    if not _CODE.fullmatch(found):
        found = text(10)(found)
        warned.append(gettext("This is no CPV code: 8 digits, as in 45233140."))
    elif nearest(found) is None:
        warned.append(gettext("This CPV code does not exist."))
    elif not is_checked(found):
        warned.append(gettext("The digit behind the dash does not go with this CPV code."))
    return Warned(found, " ".join(warned), "cpv") if warned else found


# Columns that files of several kinds have.
POLICY_FIELD = Column(
    "policy_field",
    choice_of(PolicyField.choices),
    default="",
    title=_("Policy field"),
    example=PolicyField.WORK_AND_INCOME,
    also=(
        "beleidsterrein",
        "beleidsveld",
        "portefeuille",
    ),
)
FIRST_DAY = Column(
    "start_date",
    day,
    title=_("First day"),
    example="01-03-2025",
    also=(
        "startdatum",
        "begindatum",
        "ingangsdatum",
        "start",
        "datum in dienst",
        "aanvang opdracht",
        "aanvang",
        "startdatum contract",
        "begin",
        "ingang",
        "ingangsdatum contract",
        "datum start",
        "aanvangsdatum",
        "eerste dag",
        "begindatum contract",
        "van",
        "vanaf",
    ),
)
LAST_DAY = Column(
    "end_date",
    day,
    title=_("Last day"),
    example="31-12-2027",
    also=(
        "einddatum",
        "afloopdatum",
        "einde",
        "datum uit dienst",
        "voltooiing opdracht",
        "voltooiing",
        "einddatum contract",
        "eind",
        "datum einde",
        "expiratiedatum",
        "laatste dag",
        "looptijd tot",
        "tot",
        "tot en met",
        "t/m",
        "expiratie",
    ),
)
RATE = Column(
    "rate",
    percent,
    title=_("Rate"),
    example="5%",
    also=(
        "percentage",
        "sroi-percentage",
        "sroi %",
        "social return %",
        "sroi percentage",
        "sroi-%",
        "% sroi",
        "social return percentage",
        "percentage social return",
        "sroi",
        "perc sroi",
    ),
)

CONTRACT_COLUMNS = (
    Column(
        "reference",
        text(80, exempt=True),
        required=True,
        title=_("Reference"),
        example=f"{EXAMPLE_WORD}1",
        also=(
            "kenmerk",
            "referentie",
            "contractnummer",
            "zaaknummer",
            "opdrachtnummer",
            "kenmerk opdracht",
            "contractnr",
            "contract nr",
            "contractnr.",
            "contractkenmerk",
            "opdrachtnr",
            "zaaknr",
            "tenderned kenmerk",
            "dossiernummer",
            "contract id",
            "contractcode",
            "inkoopnummer",
        ),
    ),
    Column(
        "title",
        text(250),
        required=True,
        title=_("Title"),
        example="Onderhoud van het groen",
        also=(
            "titel",
            "naam opdracht",
            "omschrijving opdracht",
            "onderwerp",
            "contract",
            "naam aanbesteding",
            "naam contract",
            "contractnaam",
            "opdracht",
            "omschrijving",
            "aanbesteding",
            "contractomschrijving",
            "naam",
            "projectnaam",
            "titel opdracht",
        ),
    ),
    Column(
        "contractor_kvk",
        firm_number,
        required=True,
        default="",
        unless="contractor_register",
        title=_("KvK number of the contractor"),
        example="12345678",
        also=(
            "kvk",
            "kvk-nummer",
            "kvk opdrachtnemer",
            "kvknr",
            "kamer van koophandel",
            "kvk nummer opdrachtnemer",
            "on kvknummer",
            "kvk leverancier",
            "kvk-nr",
            "kvk nummer leverancier",
            "kvk gegunde onderneming",
            "kvknummer opdrachtnemer",
        ),
    ),
    Column(
        "contractor_country",
        country,
        default="",
        title=_("Country of the contractor"),
        also=("land", "land opdrachtnemer", "landcode"),
    ),
    Column(
        "contractor_register",
        text(40),
        default="",
        title=_("Number in the register of that country"),
        also=("registernummer", "buitenlands registernummer", "handelsregisternummer"),
    ),
    Column(
        "contractor_name",
        text(200),
        required=True,
        title=_("Name of the contractor"),
        example="Voorbeeld B.V.",
        also=(
            "opdrachtnemer",
            "leverancier",
            "naam opdrachtnemer",
            "bedrijf",
            "naam gegunde onderneming",
            "gegunde onderneming",
            "naam leverancier",
            "gegund aan",
            "contractant",
            "crediteur",
            "aannemer",
            "naam bedrijf",
            "contractpartij",
            "wederpartij",
        ),
    ),
    Column(
        "contractor_street",
        text(120),
        default="",
        title=_("Street and number of the contractor"),
        also=("straat opdrachtnemer", "adres opdrachtnemer", "postadres opdrachtnemer"),
    ),
    Column(
        "contractor_postcode",
        text(12),
        default="",
        title=_("Postcode of the contractor"),
        also=("postcode opdrachtnemer",),
    ),
    Column(
        "contractor_place",
        text(80),
        default="",
        title=_("Place of the contractor"),
        also=("plaats opdrachtnemer", "vestigingsplaats opdrachtnemer"),
    ),
    Column(
        "contractor_address_country",
        text(60),
        default="",
        title=_("Country of the address of the contractor"),
    ),
    Column(
        "municipalities",
        shares(),
        required=True,
        title=_("Clients"),
        also=(
            "gemeente",
            "gemeenten",
            "opdrachtgever",
            "opdrachtgevers",
            "naam opdrachtgever",
            "aanbestedende dienst",
            "naam aanbestedende dienst",
            "gemeentenaam",
            "klant",
        ),
    ),
    Column(
        "procurement_type",
        choice_of(ProcurementType.choices, TYPES_IN_DUTCH),
        required=True,
        title=_("Procurement type"),
        example=ProcurementType.SERVICES,
        also=(
            "soort opdracht",
            "type opdracht",
            "soort",
            "type",
            "soort inkoop",
            "inkoopcategorie",
            "aard van de opdracht",
        ),
    ),
    Column(
        "cpv",
        cpv_code,
        default="",
        title=_("CPV code"),
        example="77310000-6",
        also=(
            "cpv",
            "cpv-code",
            "cpv-codes",
            "cpv codes",
            "hoofd cpv",
            "cpv hoofdcode",
        ),
    ),
    POLICY_FIELD,
    Column(
        "publication_date",
        day,
        title=_("Published on"),
        example="15-11-2024",
        also=(
            "publicatiedatum",
            "gepubliceerd op",
            "datum publicatie",
            "publicatie",
        ),
    ),
    Column(
        "award_date",
        day,
        required=True,
        title=_("Awarded on"),
        example="01-02-2025",
        also=(
            "gunningsdatum",
            "datum gunning",
            "gegund op",
            "gunning",
            "gegund",
            "datum gegund",
            "datum van gunning",
            "gunningsdatum definitief",
            "datum contract",
            "contractdatum",
        ),
    ),
    replace(FIRST_DAY, required=True),
    replace(LAST_DAY, required=True),
    Column(
        "value",
        amount,
        required=True,
        title=_("Contract value excluding VAT"),
        example="250.000,00",
        also=(
            "opdrachtsom",
            "contractwaarde",
            "opdrachtwaarde",
            "waarde",
            "bedrag",
            "definitieve waarde - bedrag",
            "definitieve waarde",
            "gunningsbedrag",
            "contractsom",
            "contractbedrag",
            "totale waarde",
            "opdrachtsom excl. btw",
            "opdrachtbedrag",
            "waarde excl btw",
            "bedrag excl btw",
            "opdrachtsom ex btw",
            "totaalbedrag",
            "geraamde waarde",
            "contractwaarde excl. btw",
        ),
    ),
    RATE,
    Column(
        "rate_reason",
        said_text(1000),
        default="",
        title=_("Reason for the rate"),
        also=(
            "reden percentage",
            "motivering",
        ),
    ),
    Column(
        "basis",
        choice_of(Basis.choices),
        default=Basis.CONTRACT_VALUE,
        title=_("The rate is taken of"),
    ),
    Column(
        "labour_cost",
        amount,
        title=_("Labour cost"),
        also=(
            "loonkosten",
            "loonsom",
            "arbeidskosten",
        ),
    ),
    Column(
        "parent_reference",
        said_text(80, exempt=True),
        default="",
        title=_("Call-off of framework"),
        also=(
            "raamovereenkomst",
            "raamcontract",
        ),
    ),
    Column(
        "valuation_table",
        said_text(80),
        default="",
        title=_("Valuation table"),
        also=(
            "bouwblokkentabel",
            "tabel",
        ),
    ),
    Column(
        "adviser_email",
        said_text(254),
        default="",
        title=_("E-mail address of the adviser"),
        also=(
            "adviseur",
            "e-mail adviseur",
        ),
    ),
)

# For files of what goes with a contract or a firm that is there.
REFERENCE = Column(
    "contract_reference",
    text(80, exempt=True),
    default="",
    title=_("Reference of the contract"),
    example="2025-014",
    also=("contract", "kenmerk", "contractnummer", "zaaknummer", "contractnr", "referentie"),
)
FIRM = Column(
    "contractor_kvk",
    kvk,
    default="",
    title=_("KvK number of the contractor"),
    also=("kvk", "kvk-nummer", "kvk nummer", "kvknr", "kvk opdrachtnemer"),
)

CHANGE_COLUMNS = (
    Column(
        "change_id",
        text(90),
        default="",
        title=_("Number of the change"),
        example=f"{EXAMPLE_WORD}1",
        also=("wijzigingsnummer",),
    ),
    Column(
        "contract_reference",
        text(80, exempt=True),
        required=True,
        title=_("Reference of the contract"),
        example="2025-014",
        also=(
            "contract",
            "kenmerk",
            "contractnummer",
            "kenmerk contract",
            "contractnr",
            "contractnr.",
            "opdrachtnummer",
            "referentie",
        ),
    ),
    Column(
        "kind",
        choice_of(ChangeKind.choices, KINDS_IN_DUTCH),
        required=True,
        title=_("Kind"),
        example=ChangeKind.AMENDMENT,
        also=(
            "soort",
            "soort invulling",
            "soort wijziging",
            "type",
        ),
    ),
    Column(
        "effective_date",
        day,
        required=True,
        title=_("Effective date"),
        example="01-07-2025",
        also=(
            "ingangsdatum",
            "per",
            "datum",
        ),
    ),
    Column(
        "value_delta",
        signed_amount,
        title=_("Change of the value"),
        example="50.000,00",
        also=(
            "meerwerk",
            "wijziging waarde",
            "meer- of minderwerk",
            "bedrag",
            "minderwerk",
        ),
    ),
    Column("labour_cost_delta", signed_amount, title=_("Change of the labour cost")),
    Column(
        "obligation_delta",
        signed_amount,
        title=_("Change of the obligation"),
        also=("wijziging verplichting",),
    ),
    RATE,
    Column("new_end_date", day, title=_("New last day"), also=("nieuwe einddatum",)),
    Column(
        "reason",
        text(1000),
        required=True,
        title=_("Reason"),
        example="Extra plantsoenen",
        also=(
            "reden",
            "toelichting",
        ),
    ),
)

"""What things are called in the council notice, and the small words that names and numbers need in
Dutch.
"""

from collections.abc import Iterable
from typing import NamedTuple

from contracts.models import Category, TargetGroup
from sroi.templatetags.formats import number

# The sections of a council notice, in their order. Before them stands a message, after them an
# annex, which nobody writes.
SECTIONS = (
    ("kennisnemen-van", "1 Kennisnemen van"),
    ("inleiding", "2 Inleiding"),
    ("kernboodschap", "3 Kernboodschap"),
    ("consequenties", "4 Consequenties"),
    ("juridische-aspecten", "5 Juridische aspecten"),
    ("financiele-aspecten", "6 Financiële aspecten"),
    ("communicatie", "7 Communicatie"),
    ("vervolg", "8 Vervolg"),
)
MESSAGE = ("in-het-kort", "In het kort")
# Between the sections and the annex, in the edition of the region that has any.
STORIES = ("verhalen", "Verhalen uit de praktijk")
ANNEX = (
    ("bijlage", "Bijlage"),
    ("begrippen", "Begrippen"),
    ("verantwoording", "Verantwoording"),
)
WRITTEN = dict(SECTIONS)

RATE_REASONS = {
    "labour_share": "Klein aandeel arbeid",
    "market": "De markt",
    "duration": "Korte duur",
    "sector": "De branche",
    "other": "Een andere reden",
    "": "Geen categorie vastgelegd",
}
# Divisions of the CPV (the first two digits of a code), in short.
SECTORS = {
    "03": "Landbouw en bosbouw",
    "09": "Energie en brandstof",
    "14": "Grondstoffen",
    "15": "Voeding",
    "16": "Landbouwmachines",
    "18": "Kleding",
    "19": "Textiel en kunststof",
    "22": "Drukwerk",
    "24": "Chemische producten",
    "30": "Computers en kantoor",
    "31": "Elektrische apparaten",
    "32": "Telecomapparatuur",
    "33": "Medische hulpmiddelen",
    "34": "Voertuigen",
    "35": "Veiligheid",
    "37": "Sport en spel",
    "38": "Meetapparatuur",
    "39": "Meubels en inrichting",
    "41": "Water",
    "42": "Machines",
    "43": "Bouwmachines",
    "44": "Bouwmaterialen",
    "45": "Bouw en infrastructuur",
    "48": "Software",
    "50": "Onderhoud en reparatie",
    "51": "Installatie",
    "55": "Horeca en catering",
    "60": "Vervoer",
    "63": "Logistiek en reizen",
    "64": "Post en telecom",
    "65": "Nutsbedrijven",
    "66": "Verzekering en financiën",
    "70": "Vastgoed",
    "71": "Architecten en ingenieurs",
    "72": "ICT",
    "73": "Onderzoek en ontwikkeling",
    "75": "Overheidstaken",
    "76": "Diensten voor olie en gas",
    "77": "Groen",
    "79": "Zakelijke dienstverlening",
    "80": "Onderwijs en opleiding",
    "85": "Zorg en welzijn",
    "90": "Schoonmaak, afval en milieu",
    "92": "Cultuur, sport en recreatie",
    "98": "Overige diensten",
}
COUNTS = (
    "nul",
    "één",
    "twee",
    "drie",
    "vier",
    "vijf",
    "zes",
    "zeven",
    "acht",
    "negen",
    "tien",
    "elf",
    "twaalf",
)


class PolicyField(NamedTuple):
    code: str
    name: str
    impact: str


POLICY_FIELDS = (
    PolicyField(
        "werk-en-inkomen",
        "Werk en Inkomen",
        "Mensen die moeilijk aan werk komen, doen werkervaring op en verdienen een eigen inkomen."
        " Zo zijn zij minder vaak aangewezen op een uitkering.",
    ),
    PolicyField(
        "onderwijs-en-leren",
        "Onderwijs en Leren",
        "Leerlingen en studenten vinden bij opdrachtnemers een stage of leerwerkplek en leren een"
        " vak in de praktijk.",
    ),
    PolicyField(
        "inkoop",
        "Inkoop",
        "Met wat de gemeenten toch al inkopen, bereiken zij ook een maatschappelijk doel."
        " Opdrachtnemers zijn daarin partner.",
    ),
    PolicyField(
        "economie",
        "Economie",
        "Opdrachtnemers kopen in bij sociale firma’s. Dat geeft ondernemers die werk bieden aan"
        " mensen in een kwetsbare positie meer omzet en zekerheid.",
    ),
    PolicyField(
        "sociaal-domein",
        "Sociaal Domein",
        "Opdrachtnemers steunen maatschappelijke initiatieven met uren, kennis, goederen of geld.",
    ),
    PolicyField(
        "duurzaamheid",
        "Duurzaamheid",
        "Sociale en duurzame doelen gaan samen, bijvoorbeeld bij repareren, hergebruik en circulair"
        " werk.",
    ),
    PolicyField(
        "ict-digitalisering",
        "ICT / Digitalisering",
        "Inwoners krijgen hulp om digitaal mee te doen, en maatschappelijke organisaties bij hun"
        " ICT.",
    ),
)


def listed(names: Iterable[str]) -> str:
    """`Aadorp, Beekstad en Ceeveen`."""
    *first, last = list(names) or [""]
    return f"{', '.join(first)} en {last}" if first else last


def counted(amount: int, one: str, many: str) -> str:
    """`1 werkplek`, `1.250 werkplekken`."""
    return f"{number(amount)} {one if amount == 1 else many}"


def spelled(amount: int) -> str:
    return COUNTS[amount] if amount < len(COUNTS) else number(amount)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def plain(code: str) -> str:
    """A code as words, for what a table of a region brings in that has no name here."""
    return capital(code.replace("_", " ").replace("-", " "))


def category(code: str) -> str:
    return capital(str(Category(code).label)) if code in Category.values else code


def target_group(code: str) -> str:
    if code in TargetGroup.values:
        return str(TargetGroup(code).label)
    return plain(code) if code else "Niet aan een doelgroep gebonden"


def policy_field(code: str) -> str:
    names = {field.code: field.name for field in POLICY_FIELDS}
    return names.get(code) or (plain(code) if code else "Niet aan een beleidsterrein gekoppeld")


def sector(code: str) -> str:
    return SECTORS.get(code) or (f"CPV {code}" if code else "Branche niet vastgelegd")


def region_name(title: str) -> str:
    """`de regio Gooi en Vechtstreek`, also where the title itself says regio."""
    title = title.removeprefix("Regio ")
    return f"de {title}" if "regio" in title.lower().split()[0] else f"de regio {title}"

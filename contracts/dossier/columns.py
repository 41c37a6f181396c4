"""The columns of a file with contact persons and of one with notes: what each is called, how it is
read, and by which words.
"""

from dataclasses import replace

from django.utils.translation import gettext_lazy

from contracts.imports.columns import FIRM, REFERENCE
from contracts.models import NoteKind, Side
from sroi.exchange import EXAMPLE_WORD, Column, choice_of, day, email, text, yes_no

PERSON_COLUMNS = (
    replace(REFERENCE, required=True, unless="contractor_kvk"),
    FIRM,
    Column(
        "side",
        choice_of(Side.choices, {"gemeente": Side.MUNICIPALITY, "opdrachtgever": "municipality"}),
        default=Side.CONTRACTOR,
        title=gettext_lazy("Of whom"),
        example=Side.CONTRACTOR,
        also=("partij", "kant"),
    ),
    Column(
        "person_name",
        text(200),
        required=True,
        title=gettext_lazy("Name of the contact person"),
        example=f"{EXAMPLE_WORD}naam",
        also=("contactpersoon", "naam", "naam contactpersoon", "contact"),
    ),
    Column(
        "function",
        text(200),
        default="",
        title=gettext_lazy("Function"),
        example="projectleider",
        also=("functie", "rol"),
    ),
    Column(
        "email",
        email,
        default="",
        title=gettext_lazy("E-mail address"),
        example="naam@voorbeeld.nl",
        also=("e-mail", "mail", "mailadres", "emailadres", "e-mail contactpersoon"),
    ),
    Column(
        "phone",
        text(30, exempt=True),
        default="",
        title=gettext_lazy("Telephone"),
        example="035 123 45 67",
        also=("telefoon", "telefoonnummer", "tel", "mobiel"),
    ),
)
NOTE_COLUMNS = (
    replace(REFERENCE, required=True),
    Column(
        "day",
        day,
        required=True,
        title=gettext_lazy("Day"),
        example="01-03-2025",
        also=("datum", "dag", "datum notitie"),
    ),
    Column(
        "note_kind",
        choice_of(NoteKind.choices, {"gesprek": NoteKind.CONVERSATION}),
        default=NoteKind.NOTE,
        title=gettext_lazy("Kind of note"),
        example=NoteKind.NOTE,
        also=("soort", "type", "soort notitie"),
    ),
    Column(
        "text",
        text(4000),
        required=True,
        title=gettext_lazy("Text"),
        example=f"{EXAMPLE_WORD}tekst",
        also=("notitie", "opmerking", "opmerkingen", "tekst", "toelichting", "aantekening"),
    ),
    Column(
        "shared",
        yes_no,
        default=False,
        title=gettext_lazy("The contractor may read this"),
        example="nee",
        also=("gedeeld", "zichtbaar voor opdrachtnemer"),
    ),
)

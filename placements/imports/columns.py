"""The columns of a file with fulfilments: what each is called, how it is read, and by which words.
Source: DOMAIN.md section 10.
"""

from django.utils.translation import gettext_lazy as _

from contracts.imports.columns import FIRST_DAY, LAST_DAY, POLICY_FIELD
from contracts.models import BlockKind
from placements.models import Became, FulfilmentState, Moment, Origin
from placements.outcomes.words import OUTCOME_COLUMNS, OUTCOME_TITLES
from sroi.exchange import (
    EXAMPLE_WORD,
    Column,
    amount,
    answers,
    choice_of,
    code_list,
    day,
    decimal_number,
    hours_in_time,
    hours_per_week,
    kvk,
    per_reference,
    said_text,
    shares,
    text,
    whole_number,
    yes_no,
)

# To what a row can bring a fulfilment.
STATUSES = (FulfilmentState.DRAFT, FulfilmentState.SUBMITTED, FulfilmentState.ACCEPTED)
# A file that we wrote says others too: those are left as they are.
ALL_STATES = [state for state in FulfilmentState if state != FulfilmentState.SUPERSEDED]
# Of what was decided elsewhere.
DECIDED_COLUMNS = ("accepted_value", "accepted_reason")
# What people write in Dutch is read as well as the code.
STATUSES_IN_DUTCH = {
    "concept": FulfilmentState.DRAFT,
    "ingediend": FulfilmentState.SUBMITTED,
    "goedgekeurd": FulfilmentState.ACCEPTED,
}
KINDS = (BlockKind.PLACEMENT, BlockKind.PURCHASE, BlockKind.ACTIVITY)
KINDS_IN_DUTCH = {
    "plaatsing": BlockKind.PLACEMENT,
    "sociale inkoop": BlockKind.PURCHASE,
    "inkoop": BlockKind.PURCHASE,
    "maatschappelijke activiteit": BlockKind.ACTIVITY,
    "activiteit": BlockKind.ACTIVITY,
}
ORIGINS_IN_DUTCH = {
    "eigen bestand": Origin.OWN_FILES,
    "WSP": Origin.WERKCENTRUM,
    "UWV": Origin.WERKCENTRUM,
    "opdrachtnemer": Origin.CONTRACTOR,
    "anders": Origin.OTHER,
}
OUTCOMES_IN_DUTCH = {
    "nog hier": Became.STILL_HERE,
    "elders": Became.ELSEWHERE,
    "opleiding": Became.LEARNING,
    "geen werk": Became.NOT_WORKING,
    "onbekend": Became.UNKNOWN,
}
COLUMNS = (
    Column(
        "external_id",
        text(80),
        required=True,
        title=_("Number"),
        example=f"{EXAMPLE_WORD}1",
        also=(
            "nummer",
            "volgnummer",
            "invullingnummer",
            "id",
        ),
    ),
    Column(
        "kind",
        choice_of([(kind, kind.label) for kind in KINDS], KINDS_IN_DUTCH),
        required=True,
        title=_("Kind"),
        example=BlockKind.PLACEMENT,
        also=(
            "soort",
            "soort invulling",
            "soort wijziging",
            "type",
        ),
    ),
    Column(
        "contracts",
        shares(complete=False),
        required=True,
        title=_("Contracts"),
        example="2025-014",
        also=(
            "contract",
            "contractnummer",
            "kenmerk",
            "kenmerk contract",
            "contractnr",
            "contractnr.",
            "opdrachtnummer",
            "referentie",
        ),
    ),
    Column(
        "block",
        per_reference,
        required=True,
        title=_("Building block"),
        also=(
            "bouwblok",
            "bouwblokcode",
            "code",
        ),
    ),
    Column(
        "description",
        text(500),
        default="",
        title=_("Description"),
        also=(
            "omschrijving",
            "toelichting",
        ),
    ),
    Column(
        "candidate_ref",
        text(80),
        default="",
        title=_("Candidate reference"),
        example="K-17",
        also=(
            "kandidaat",
            "kandidaatnummer",
            "personeelsnummer",
            "kandidaatkenmerk",
            "kenmerk kandidaat",
        ),
    ),
    Column(
        "hours_per_week",
        hours_per_week,
        title=_("Hours per week"),
        example="24",
        also=(
            "uren",
            "uren per week",
            "contracturen",
            "aantal uur per week",
            "uur per week",
        ),
    ),
    Column(
        "hours_terms",
        hours_in_time,
        title=_("Hours per week that changed"),
        also=("uren per periode", "wijziging uren"),
    ),
    FIRST_DAY,
    LAST_DAY,
    Column(
        "confirmed_until",
        day,
        title=_("Certain until"),
        also=(
            "loopt in elk geval tot en met",
            "zeker tot",
        ),
    ),
    Column(
        "age_at_start", whole_number, title=_("Age at the start"), example="52", also=("leeftijd",)
    ),
    Column(
        "permanent_contract",
        yes_no,
        title=_("Permanent contract"),
        example="nee",
        also=(
            "vast contract",
            "vast dienstverband",
        ),
    ),
    Column(
        "entitled_until",
        day,
        title=_("Entitled until"),
        also=("recht tot", "uitkering tot", "einde recht"),
    ),
    Column(
        "facts",
        answers,
        default={},
        title=_("Answers to questions of the table"),
        also=("antwoorden", "vragen"),
    ),
    Column(
        "bonuses",
        code_list,
        default=(),
        title=_("Bonuses"),
        also=(
            "bonus",
            "bonussen",
        ),
    ),
    Column(
        "supplier_name",
        text(200),
        default="",
        title=_("Supplier"),
        also=(
            "leverancier",
            "sociale firma",
        ),
    ),
    Column(
        "supplier_kvk",
        kvk,
        default="",
        title=_("KvK number of the supplier"),
        also=("kvk leverancier",),
    ),
    Column(
        "invoice_number",
        text(80, exempt=True),
        default="",
        title=_("Invoice number"),
        also=(
            "factuurnummer",
            "factuur",
        ),
    ),
    Column(
        "amount",
        amount,
        title=_("Amount excl. VAT"),
        also=(
            "bedrag",
            "bedrag excl btw",
            "factuurbedrag",
        ),
    ),
    Column(
        "paid_on",
        day,
        title=_("Paid on"),
        also=(
            "betaald op",
            "betaaldatum",
        ),
    ),
    Column(
        "quantity",
        decimal_number(2, 0),
        title=_("Quantity"),
        also=(
            "aantal",
            "aantal uren",
            "uren activiteit",
        ),
    ),
    Column(
        "activity_date",
        day,
        title=_("Date of the activity"),
        also=(
            "datum",
            "datum activiteit",
        ),
    ),
    POLICY_FIELD,
    Column(
        "performed_by",
        text(200),
        default="",
        title=_("Done by (subcontractor)"),
        also=(
            "onderaannemer",
            "uitgevoerd door",
        ),
    ),
    Column(
        "origin",
        choice_of(Origin.choices, ORIGINS_IN_DUTCH),
        default="",
        title=_("Origin"),
        also=("herkomst", "komt van"),
    ),
    Column(
        "residence",
        said_text(80),
        default="",
        title=_("Residence"),
        also=("woonplaats", "woont in"),
    ),
    *(
        Column(
            OUTCOME_COLUMNS[moment],
            choice_of(Became.choices, OUTCOMES_IN_DUTCH),
            default="",
            title=OUTCOME_TITLES[moment],
        )
        for moment in Moment
    ),
    Column("accepted_value", amount, title=_("Decided value")),
    Column("accepted_reason", text(1000), default="", title=_("Reason of the decision")),
    Column(
        "status",
        choice_of([(state, state.label) for state in ALL_STATES], STATUSES_IN_DUTCH),
        default=FulfilmentState.DRAFT,
        title=_("Status"),
        example=FulfilmentState.DRAFT,
        also=("status",),
    ),
)

"""Every figure of a region's year, a record each.

A figure more is a record more here, and a sentence in `reporting.notice.wording` where the notice
says something of it. Source: DOMAIN.md section 7.
"""

from collections.abc import Callable

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.coverage.coverage import WITH_REASON, expected_to_owe
from contracts.models import LineKind
from contracts.owed.lines import AWARDS, active_in
from reporting.figures import definitions
from reporting.figures.kinds import Kind
from reporting.figures.records import Figure, Ledger, Place, Topic
from sroi.periods import Period

OWED, DONE, REGISTER = Ledger.OBLIGATION, Ledger.FULFILMENT, Ledger.REGISTER

EVERYWHERE = frozenset(Place)
IN_FILES = frozenset({Place.DATA, Place.WORKBOOK})
IN_TEXTS = frozenset({Place.LINES, Place.PLACEHOLDERS})
IN_REPORT = IN_TEXTS | {Place.REPORT}
# In the tables of the report and of the progress report, and in the files.
IN_TABLES = IN_REPORT | IN_FILES | {Place.PROGRESS}


def _expected(condition: Q) -> Callable[[Period], Q]:
    return lambda period: expected_to_owe(period) & condition


# --- Those that code names, because a chart or a sentence is about them ---------------------------

WORKPLACES = Figure(
    "workplaces",
    _("Workplaces"),
    Kind.COUNT,
    DONE,
    "fulfilment",
    definitions.workplaces,
    "werkplekken",
    goal=True,
    shown=EVERYWHERE,
)
FULFILLED = Figure(
    "fulfilled",
    _("Fulfilled value"),
    Kind.EURO,
    DONE,
    "amount",
    definitions.booked,
    "ingevulde_waarde",
    goal=True,
    shown=EVERYWHERE,
)
SOCIAL_SPEND = Figure(
    "social_spend",
    _("Value of social purchases and activities"),
    Kind.EURO,
    DONE,
    "amount",
    definitions.social,
    "sociale_waarde",
    goal=True,
    shown=EVERYWHERE,
)
CONTRACT_VALUE_REGISTERED = Figure(
    "contract_value_registered",
    _("Contract value with social return"),
    Kind.EURO,
    OWED,
    "value_delta",
    definitions.registered,
    "contractwaarde",
    head=_("Contract value"),
    goal=True,
    shown=EVERYWHERE,
)
OBLIGATION_REGISTERED = Figure(
    "obligation_registered",
    _("Obligation registered"),
    Kind.EURO,
    OWED,
    "obligation_delta",
    definitions.registered,
    "verplichting",
    head=_("Obligation"),
    shown=IN_TABLES,
)
AVERAGE_RATE = Figure(
    "average_rate",
    _("Average rate"),
    Kind.PERCENT,
    OWED,
    "rate",
    definitions.registered,
    "gemiddeld_percentage",
    head=_("Average"),
    shown=EVERYWHERE,
)
SOCIAL_FIRM_SPEND = Figure(
    "social_firm_spend",
    _("Paid to social firms"),
    Kind.EURO,
    DONE,
    "paid",
    definitions.paid,
    "betaald_aan_sociale_firmas",
    shown=IN_TABLES,
)
OBLIGATION_TO_DATE = Figure(
    "obligation_to_date",
    _("Obligations since the beginning"),
    Kind.EURO,
    OWED,
    "obligation_delta",
    definitions.booked_until,
    "verplichting_sinds_begin",
    Topic.TO_DATE,
    shown=IN_TABLES,
)
REALISED_TO_DATE = Figure(
    "realised_to_date",
    _("Fulfilled since the beginning"),
    Kind.EURO,
    DONE,
    "amount",
    definitions.booked_until,
    "ingevuld_sinds_begin",
    Topic.TO_DATE,
    shown=IN_TABLES,
)
OPEN = Figure(
    "open",
    _("Still to be fulfilled, since the beginning"),
    Kind.EURO,
    OWED,
    "open",
    definitions.booked_until,
    topic=Topic.TO_DATE,
    shown=IN_TABLES - {Place.PLACEHOLDERS},
)
TO_DATE_RATIO = Figure(
    "to_date_ratio",
    _("Fulfilled since the beginning, in percent"),
    Kind.PERCENT,
    placeholder="ingevuld_sinds_begin_percentage",
    topic=Topic.TO_DATE,
    shown=frozenset({Place.PLACEHOLDERS}),
)
BELOW_DEFAULT = Figure(
    "below_default",
    _("Contracts with a rate below the default"),
    Kind.COUNT,
    OWED,
    "contract",
    definitions.below_default,
    "onder_uitgangspunt",
    Topic.COVERAGE,
    "number_below_default",
    shown=IN_TEXTS,
)
WITHOUT_REPORT = Figure(
    "without_report",
    _("Running contracts without a report"),
    Kind.COUNT,
    REGISTER,
    "contract",
    None,
    "zonder_melding",
    Topic.QUALITY,
    "quality.contracts_without_report",
    shown=IN_TEXTS,
)
AWAITING_REVIEW = Figure(
    "awaiting_review",
    _("Waiting for review"),
    Kind.COUNT,
    REGISTER,
    "fulfilment",
    None,
    "in_beoordeling",
    Topic.QUALITY,
    "quality.awaiting_review",
    shown=IN_TEXTS,
)

# --- From what was registered in the year to what is owed since the beginning ---------------------


def _step(name: str, label: str | Promise, lines: Callable[[Period], Q]) -> Figure:
    # Shown where it is something: a step that is nothing is left out.
    return Figure(name, label, Kind.EURO, OWED, "obligation_delta", lines)


OWED_BY_AWARDS = _step("owed_by_awards", _("New contracts"), definitions.registered_by(*AWARDS))
OWED_BY_CHANGES = _step(
    "owed_by_changes",
    _("More and less work, and extensions"),
    definitions.registered_by(LineKind.AMENDMENT, LineKind.EXTENSION),
)
OWED_LESS = (
    _step("owed_discounted", _("PSO discounts"), definitions.owed_by(LineKind.PSO_DISCOUNT)),
    _step("owed_waived", _("Waived"), definitions.owed_by(LineKind.WAIVER)),
    _step(
        "owed_corrected",
        _("Corrections and cancelled contracts"),
        definitions.owed_by(LineKind.CORRECTION),
    ),
    _step(
        "owed_otherwise",
        _("Turnover statements, rate changes and early ends"),
        definitions.owed_otherwise,
    ),
)
OWED_ADDED = _step("owed_added", _("Owed more or less in the year"), definitions.booked)
RECONCILED = (OWED_BY_AWARDS, OWED_BY_CHANGES, *OWED_LESS, OWED_ADDED)

# --- All, in the order in which they are told -----------------------------------------------------

_OTHERS = (
    Figure(
        "contracts_registered",
        _("New contracts of the year"),
        Kind.COUNT,
        OWED,
        "contract",
        definitions.awarded,
        "nieuwe_opdrachten",
        but_not=definitions.taken_back,
        shown=IN_TEXTS | IN_FILES,
    ),
    Figure(
        "contracts_active",
        _("Contracts that run in the year"),
        Kind.COUNT,
        REGISTER,
        "contract",
        active_in,
        "lopende_opdrachten",
        shown=IN_TEXTS | IN_FILES,
    ),
    Figure(
        "workplaces_started",
        _("Workplaces that began in the year"),
        Kind.COUNT,
        DONE,
        "fulfilment",
        definitions.workplaces_started,
        "werkplekken_begonnen",
        snapshot=True,
        shown=IN_TEXTS | IN_FILES,
    ),
    Figure(
        "fte",
        _("Size of the workplaces in fte"),
        Kind.FTE,
        DONE,
        "fte",
        definitions.workplaces,
        "fte",
        shown=IN_TEXTS | IN_FILES,
    ),
    Figure(
        "workplaces_late",
        _("Workplaces of a closed year"),
        Kind.COUNT,
        DONE,
        "fulfilment",
        definitions.workplaces_late,
        "werkplekken_alsnog",
        Topic.QUALITY,
        shown=IN_TEXTS | IN_FILES,
    ),
    Figure(
        "coverage",
        _("Awarded at or above the threshold"),
        Kind.COUNT,
        REGISTER,
        "contract",
        expected_to_owe,
        "opdrachten_boven_drempel",
        Topic.COVERAGE,
        "coverage.number",
        shown=IN_REPORT,
    ),
    Figure(
        "coverage_with",
        _("At or above the threshold, with an obligation"),
        Kind.COUNT,
        REGISTER,
        "contract",
        _expected(Q(has_obligation=True)),
        "met_verplichting",
        Topic.COVERAGE,
        "coverage.with_obligation.number",
        shown=IN_REPORT,
    ),
    Figure(
        "coverage_reason",
        _("At or above the threshold, without an obligation, with a reason"),
        Kind.COUNT,
        REGISTER,
        "contract",
        _expected(Q(has_obligation=False) & WITH_REASON),
        "zonder_met_reden",
        Topic.COVERAGE,
        "coverage.without_with_reason.number",
        shown=IN_REPORT,
    ),
    Figure(
        "coverage_without",
        _("At or above the threshold, without an obligation or a reason"),
        Kind.COUNT,
        REGISTER,
        "contract",
        _expected(Q(has_obligation=False) & ~WITH_REASON),
        "zonder_reden",
        Topic.COVERAGE,
        "coverage.without_reason.number",
        shown=IN_REPORT,
    ),
    Figure(
        "self_reviewed",
        _("Fulfilments reviewed by who entered them"),
        Kind.COUNT,
        placeholder="zelf_beoordeeld",
        topic=Topic.QUALITY,
        at="quality.self_reviewed",
        shown=frozenset({Place.PLACEHOLDERS}),
    ),
    Figure(
        "without_evidence",
        _("Fulfilments accepted without evidence, with a reason"),
        Kind.COUNT,
        DONE,
        "fulfilment",
        definitions.without_evidence,
        "zonder_bewijs",
        Topic.QUALITY,
        "accepted_without_evidence.number",
        but_not=definitions.came_to_nothing,
        shown=IN_TEXTS,
    ),
    Figure(
        "without_evidence_value",
        _("Value accepted without evidence, with a reason"),
        Kind.EURO,
        DONE,
        "amount",
        definitions.without_evidence,
        "waarde_zonder_bewijs",
        Topic.QUALITY,
        "accepted_without_evidence.amount",
        but_not=definitions.came_to_nothing,
        shown=IN_TEXTS,
    ),
    Figure(
        "late_lines",
        _("Booked late, about closed years"),
        Kind.EURO,
        DONE,
        "amount",
        definitions.late,
        "alsnog",
        Topic.QUALITY,
        "quality.late_lines.amount",
        shown=IN_TEXTS,
    ),
    Figure(
        "corrections",
        _("Corrections to a closed year"),
        Kind.EURO,
        DONE,
        "amount",
        definitions.corrections,
        "correcties",
        Topic.QUALITY,
        "quality.corrections.amount",
        shown=IN_TEXTS,
    ),
)
FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        WORKPLACES,
        FULFILLED,
        SOCIAL_SPEND,
        CONTRACT_VALUE_REGISTERED,
        OBLIGATION_REGISTERED,
        AVERAGE_RATE,
        SOCIAL_FIRM_SPEND,
        OBLIGATION_TO_DATE,
        REALISED_TO_DATE,
        OPEN,
        TO_DATE_RATIO,
        *_OTHERS,
        BELOW_DEFAULT,
        WITHOUT_REPORT,
        AWAITING_REVIEW,
        *RECONCILED,
    )
}
# What a region can set a goal for, and what is set large in its report.
INDICATORS = [figure for figure in FIGURES.values() if figure.goal]
LARGE = [*INDICATORS, AVERAGE_RATE]


def choices() -> list[tuple[str, str]]:
    """The indicators, as a form offers them."""
    return [(figure.name, figure.title) for figure in INDICATORS]

"""The living style page: every component, drawn by the templates that the pages use, with invented
content.

`make style` serves it at /stijl/, for who builds: it is no page of the product.
"""

from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import django_tables2 as tables
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from sroi import urls
from sroi.charts.bars import progress_bar, small_progress_bar
from sroi.charts.facts import Bar, Chart, Year
from sroi.charts.years import year_columns
from sroi.templatetags.formats import euro

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EXAMPLE_TOKENS = "css/tokens-example.css"

SECTIONS = (
    ("kleur", "Kleur"),
    ("letter", "Letter en ruimte"),
    ("acties", "Knoppen en links"),
    ("status", "Status"),
    ("meldingen", "Meldingen"),
    ("cijfers", "Cijfers"),
    ("lijsten", "Lijsten"),
    ("tabel", "Tabel en filter"),
    ("formulieren", "Formulieren"),
    ("stappen", "In stappen"),
    ("beoordelen", "Beoordelen"),
    ("lezen", "Om te lezen"),
    ("schil", "Schil, mail, print"),
)
COLOURS = (
    ("--brand", "merk", "de balk bovenaan"),
    ("--accent", "accent", "wat men kan indrukken"),
    ("--accent-soft", "accent, zacht", "gekozen, aangewezen"),
    ("--mark", "merkstreep", "doel en vandaag"),
    ("--ink", "inkt", "tekst"),
    ("--ink-soft", "inkt, zacht", "bijzaken"),
    ("--line", "lijn", "scheiding"),
    ("--paper", "papier", "vlak achter de titel"),
    ("--good-soft", "goed", "op schema"),
    ("--caution-soft", "let op", "loopt achter"),
    ("--risk-soft", "risico", "dreigt tekort"),
    ("--bad-solid", "mis", "te laat, fout"),
)
STATES = (
    (
        "Stand van een contract",
        (
            ("fulfilled", "voldaan"),
            ("on_track", "op schema"),
            ("behind", "loopt achter"),
            ("at_risk", "dreigt tekort"),
            ("overdue", "te laat"),
        ),
    ),
    (
        "Invulling",
        (
            ("draft", "concept"),
            ("submitted", "ingediend"),
            ("returned", "aanvulling gevraagd"),
            ("accepted", "goedgekeurd"),
            ("rejected", "afgewezen"),
            ("withdrawn", "ingetrokken"),
            ("superseded", "vervangen"),
        ),
    ),
    (
        "Contract en verslag",
        (
            ("active", "loopt"),
            ("ended", "afgelopen"),
            ("settled", "afgerekend"),
            ("cancelled", "vervallen"),
            ("final", "vastgesteld"),
        ),
    ),
)
ICONS = (
    "search",
    "filter",
    "plus",
    "edit",
    "close",
    "download",
    "upload",
    "print",
    "file",
    "person",
    "history",
    "help",
    "left",
    "right",
    "chevron",
    "sort",
    "menu",
)


class StatusColumn(tables.TemplateColumn):
    def __init__(self, **kwargs: Any) -> None:
        template = '{% include "components/status.html" with state=value.0 label=value.1 only %}'
        super().__init__(template_code=template, **kwargs)


class ContractTable(tables.Table):
    caption = "Contracten"
    reference = tables.Column("Contract")
    contractor = tables.Column("Opdrachtnemer")
    obligation = tables.Column("Verplichting", attrs={"td": {"class": "num"}})
    realised = tables.Column("Ingevuld", attrs={"td": {"class": "num"}})
    status = StatusColumn(verbose_name="Stand", orderable=False)

    def render_obligation(self, value: Decimal) -> str:
        return euro(value)

    def render_realised(self, value: Decimal) -> str:
        return euro(value)


CONTRACTS = [
    {
        "reference": reference,
        "contractor": contractor,
        "obligation": Decimal(obligation),
        "realised": Decimal(realised),
        "status": status,
    }
    for reference, contractor, obligation, realised, status in (
        (
            "H-2024-031 Onderhoud openbaar groen",
            "Van der Velde Groen",
            50000,
            31250,
            STATES[0][1][1],
        ),
        ("H-2023-118 Schoonmaak gemeentehuis", "Helder Facilitair", 84000, 84000, STATES[0][1][0]),
        ("W-2024-007 Renovatie sporthal", "Bouwbedrijf De Meent", 120000, 41500, STATES[0][1][2]),
        ("G-2022-064 Leerlingenvervoer", "Taxi Centraal", 66500, 21000, STATES[0][1][3]),
        ("L-2021-009 Levering meubilair", "Kantoor en Zo", 12500, 4000, STATES[0][1][4]),
        ("H-2024-052 ICT-beheer", "Netwerk Noord", 37500, 18750, STATES[0][1][1]),
        ("B-2024-003 Asfalt Huizerweg", "Wegenbouw Randmeer", 57500, 30000, STATES[0][1][1]),
        ("H-2024-077 Beveiliging", "Waak & Zorg", 22000, 6000, STATES[0][1][2]),
    )
]


class FilterForm(forms.Form):
    query = forms.CharField(label="Contract of opdrachtnemer", required=False)
    municipality = forms.ChoiceField(
        label="Gemeente",
        required=False,
        choices=[("", "alle"), ("1", "Hilversum"), ("2", "Huizen")],
    )
    state = forms.ChoiceField(
        label="Stand",
        required=False,
        choices=[("", "alle"), ("1", "loopt achter"), ("2", "dreigt tekort")],
    )


class ExampleForm(forms.Form):
    """One field of each kind, with what goes wrong most."""

    title = forms.CharField(
        label="Omschrijving", help_text="Zo herkent u de plaatsing later terug."
    )
    start = forms.DateField(
        label="Eerste dag",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="De dag waarop de kandidaat begon.",
        error_messages={"required": "Vul de eerste dag in, bijvoorbeeld 1 maart 2026."},
    )
    hours = forms.DecimalField(
        label="Uren per week", widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    amount = forms.DecimalField(
        label="Bedrag zonder btw",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    group = forms.ChoiceField(
        label="Doelgroep", choices=[("1", "Participatiewet"), ("2", "WW"), ("3", "Wajong")]
    )
    kind = forms.ChoiceField(
        label="Soort arbeid",
        choices=[
            ("job", "Arbeidsovereenkomst"),
            ("bbl", "Leerwerkplek (BBL)"),
            ("bol", "Stage (BOL)"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Kies wat voor werk het is."},
    )
    bonuses = forms.MultipleChoiceField(
        label="Wat komt erbij?",
        required=False,
        choices=[("55", "55 jaar of ouder"), ("vast", "Vast contract")],
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label="Toelichting", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    evidence = forms.FileField(
        label="Bewijsstuk",
        required=False,
        help_text="Een foto of pdf, hoogstens 10 MB. Maak het BSN onleesbaar.",
    )
    agreed = forms.BooleanField(label="De kandidaat weet dat deze gegevens gedeeld worden")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].suffix = "uur"  # type: ignore[attr-defined]
        self.fields["amount"].prefix = "€"  # type: ignore[attr-defined]


class CardForm(forms.Form):
    block = forms.ChoiceField(
        label="Wat hebt u gedaan?",
        choices=[
            ("work", "Iemand aan het werk geholpen: een jaar voltijd telt mee voor € 40.000"),
            ("buy", "Ingekocht bij een sociale firma: elke euro zonder btw telt mee"),
            ("csr", "Iets voor de buurt gedaan: een uur telt mee voor € 100"),
        ],
        initial="work",
        widget=forms.RadioSelect(attrs={"class": "choice-cards"}),
    )


def example_charts() -> dict[str, Chart]:
    parts = [
        Bar("ingevuld", Decimal(31250)),
        Bar("gepland", Decimal(6000)),
        Bar("in beoordeling", Decimal(4000)),
        Bar("nog in te vullen", Decimal(8750)),
    ]
    marks = [Bar("volgens schema", Decimal(28000))]
    words: dict[str, Any] = {"columns": ("deel", "bedrag"), "format": euro}
    title = "Verplichting van € 50.000"
    years = [
        Year(str(year), Decimal(value), low=Decimal(4000000), current=year == 2024)
        for year, value in ((2021, 2900000), (2022, 3400000), (2023, 3900000), (2024, 4600000))
    ]
    return {
        "bar": progress_bar("voortgang", title, parts, marks, **words),
        "small": small_progress_bar("klein", title, parts, marks, width=320, **words),
        "years": year_columns(
            "jaren",
            "Ingevulde waarde per jaar",
            years,
            columns=("jaar", "waarde", "doel"),
            format=lambda value: f"{value / 1000000:.1f}".replace(".", ",") + " mln",
        ),
    }


@login_not_required
def style(request: HttpRequest) -> HttpResponse:
    table = ContractTable(CONTRACTS)
    tables.RequestConfig(request, paginate={"per_page": 5}).configure(table)
    context: dict[str, Any] = {
        "sections": [{"url": f"#{anchor}", "label": label} for anchor, label in SECTIONS],
        "colours": COLOURS,
        "states": STATES,
        "icons": ICONS,
        "table": table,
        "filter": SimpleNamespace(form=FilterForm(request.GET or None)),
        "form": ExampleForm(auto_id="leeg_%s"),
        "faulty": ExampleForm(
            {"title": "Plaatsing groenmedewerker", "hours": "veel", "group": "1"}, auto_id="fout_%s"
        ),
        "cards": CardForm(auto_id="kaart_%s"),
        "charts": example_charts(),
        "facts": [
            ("Opdrachtnemer", "Van der Velde Groen"),
            ("Gemeenten", "Hilversum (60%), Huizen (40%)"),
            ("Looptijd", "1 april 2024 tot en met 31 maart 2026"),
            ("Tabel", "Bouwblokken 2024"),
        ],
        "tasks": [
            {
                "label": "Aanvulling van Helder Facilitair",
                "url": "#lijsten",
                "why": "wacht 12 dagen op u",
                "state": "returned",
                "word": "aanvulling gevraagd",
            },
            {
                "label": "H-2024-031 Onderhoud openbaar groen",
                "url": "#lijsten",
                "why": "eindigt over 5 weken",
                "state": "at_risk",
                "word": "dreigt tekort",
            },
            {
                "label": "Tussenrapportage eerste helft 2026",
                "url": "#lijsten",
                "why": "3 van 14 nog niet binnen",
            },
        ],
        "events": [
            {
                "what": "Goedgekeurd",
                "at": datetime(2026, 3, 12, 10, 15, tzinfo=AMSTERDAM),
                "by": "M. de Wit",
            },
            {
                "what": "Aanvulling gevraagd",
                "at": datetime(2026, 3, 3, 16, 40, tzinfo=AMSTERDAM),
                "by": "M. de Wit",
                "why": "Op de loonstrook ontbreekt het aantal uren. Stuurt u de bladzijde ervoor?",
            },
            {
                "what": "Ingediend",
                "at": datetime(2026, 3, 1, 9, 5, tzinfo=AMSTERDAM),
                "by": "S. van der Velde",
            },
        ],
        "goes": [("Telt nu mee", "€ 13.333,33"), ("Gepland daarna", "€ 0,00")],
        "steps": [
            {"label": "Wat", "url": "#stappen", "state": "done"},
            {"label": "Wie en wanneer", "state": "current"},
            {"label": "Bewijs", "state": "to_come"},
            {"label": "Controleren en indienen", "state": "to_come"},
        ],
    }
    if request.GET.get("look") == "example":
        context["token_stylesheet"] = EXAMPLE_TOKENS
    return render(request, "style.html", context)


urlpatterns = [*urls.urlpatterns, path("stijl/", style, name="style")]

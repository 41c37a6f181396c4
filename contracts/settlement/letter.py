"""The closing letter of a settlement, with the calculation: one text, as PDF and as Word.

What stands around the calculation is the text of the region (`contracts.plans.reminders`). The
letter is a Dutch document whatever the language of the interface, so its sentences are written here
and not translated. It names no single fulfilment and nobody who was placed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.timezone import localtime

from contracts.clients.words import in_dutch
from contracts.dossier.file import File
from contracts.letters.paper import LANGUAGE, Letter, LetterPart, as_docx, as_pdf
from contracts.letters.style import look_of, signed_by
from contracts.models import (
    Category,
    ContactPerson,
    Contract,
    DraftDecision,
    HouseStyle,
    Municipality,
)
from contracts.owed.story import Chapter
from contracts.plans.reminders import CALCULATION, filled
from contracts.settlement.shortfall import Decision, Figures, by_policy, penalty
from sroi.documents import DOCX
from sroi.documents.tables import DocumentTable
from sroi.templatetags.formats import euro, euro2, long_date, number

PDF = "application/pdf"
CATEGORIES = {
    Category.WORK: "Arbeid",
    Category.SOCIAL_PURCHASING: "Sociale inkoop",
    Category.CSR: "Maatschappelijke activiteiten",
}


@dataclass(frozen=True)
class Case:
    """All that a letter is made of."""

    contract: Contract
    figures: Figures
    decision: Decision
    story: Sequence[Chapter]
    clients: Sequence[Municipality]
    on: date
    by: Any
    # What the region writes, with placeholders.
    text: str
    # How its letters look, and who signs them.
    style: HouseStyle
    # Who is written to, of the contractor, as registered.
    contact: ContactPerson | None = None
    # The draft that the contractor was shown, with its answer.
    heard: DraftDecision | None = None

    @property
    def penalty(self) -> Decimal:
        return penalty(self.figures.shortfall, self.contract.policy.penalty_factor, self.decision)


def letter_of(case: Case) -> Letter:
    contract = case.contract
    with translation.override(LANGUAGE):
        before, _mark, after = case.text.partition(f"{{{CALCULATION}}}")
        values = _values(case)
        return Letter(
            title=f"Afrekening social return: {contract.title}",
            sender=contract.region.title,
            addressee=_addressee(case),
            reference=[
                ("Datum", long_date(case.on)),
                ("Ons kenmerk", contract.reference),
                (
                    "Looptijd",
                    f"{long_date(contract.start_date)} tot en met {long_date(contract.end_date)}",
                ),
                ("Handelsregister", contract.contractor.register_words),
            ],
            opening=_paragraphs(before, values),
            parts=[_owed(case), _done(case), _result(case)],
            closing=_paragraphs(after, values),
            look=look_of(case.style),
        )


def _paragraphs(text: str, values: Mapping[str, str]) -> list[str]:
    return [filled(part.strip(), values) for part in text.split("\n\n") if part.strip()]


def _addressee(case: Case) -> list[str]:
    """As it is registered."""
    contractor, contact = case.contract.contractor, case.contact
    to = f"Ter attentie van {contact.name}" if contact else ""
    function = contact.function if contact else ""
    return [line for line in (contractor.name, to, function, *contractor.address_lines) if line]


def _values(case: Case) -> dict[str, str]:
    """What the placeholders stand for."""
    contract, figures = case.contract, case.figures
    adviser = contract.adviser or case.by
    reach = (adviser.name, adviser.email, adviser.phone) if adviser else ()
    region = contract.region.title
    return {
        "aanhef": f"Geachte {case.contact.name}," if case.contact else "Geachte heer of mevrouw,",
        "opdrachtnemer": contract.contractor.name,
        "titel": contract.title,
        "kenmerk": contract.reference,
        "regio": region,
        "opdrachtgever": in_dutch(case.clients) or "de regio",
        "gegund": long_date(contract.award_date),
        "vandaag": long_date(case.on),
        "verplichting": euro2(figures.obligation),
        "ingevuld": euro2(figures.realised),
        "tekort": euro2(figures.shortfall),
        "boete": euro2(case.penalty),
        "uitkomst": _outcome(case),
        "slotzin": "Over de betaling van de boete ontvangt u een factuur."
        if case.penalty
        else "Wij bedanken u voor uw inzet.",
        "adviseur": ", ".join(word for word in reach if word) or region,
        "ondertekenaar": signed_by(case.style, case.by.name if case.by else region),
    }


def _outcome(case: Case) -> str:
    figures = case.figures
    of_it = " daarvan" if figures.shortfall else ""
    outcome = (
        f"De verplichting is {euro2(figures.obligation)}. U heeft{of_it} {euro2(figures.realised)}"
        " ingevuld."
    )
    if not figures.shortfall:
        return f"{outcome} Daarmee heeft u aan de verplichting voldaan."
    return f"{outcome} U komt {euro2(figures.shortfall)} tekort. {_charged(case)}"


def _charged(case: Case) -> str:
    if not case.decision.at_fault:
        return "Wij rekenen daarvoor geen boete."
    return f"Wij rekenen daarvoor een boete van {euro2(case.penalty)}."


def _owed(case: Case) -> LetterPart:
    rows = [
        (long_date(chapter.day), str(chapter.what).capitalize(), chapter.sum, euro2(chapter.total))
        for chapter in case.story
    ]
    table = DocumentTable(
        "Hoe de verplichting is ontstaan",
        ("Datum", "Wat", "Berekening", "Verplichting daarna"),
        rows,
    )
    return LetterPart("Wat u moest doen", ["De verplichting is zo ontstaan en gewijzigd:"], table)


def _done(case: Case) -> LetterPart:
    contract, figures = case.contract, case.figures
    rows = [
        (CATEGORIES[Category(code)], euro2(amount)) for code, amount in figures.by_category.items()
    ]
    table = DocumentTable(
        "Wat u heeft ingevuld", ("Categorie", "Waarde"), rows, ("Samen", euro2(figures.realised))
    )
    until = (
        f"Alles telt mee wat tot en met {long_date(contract.last_counted_day)} is gedaan en is"
        " goedgekeurd."
    )
    if contract.recovery_until:
        until += (
            " Tot die dag had u een herstelperiode, na het einde van de opdracht op"
            f" {long_date(contract.end_date)}."
        )
    return LetterPart("Wat u heeft gedaan", [until], table)


def _result(case: Case) -> LetterPart:
    figures, factor = case.figures, case.contract.policy.penalty_factor
    rows = [("Verplichting", euro2(figures.obligation)), ("Ingevuld", euro2(figures.realised))]
    said = [case.decision.explanation] if case.decision.explanation else []
    if not figures.shortfall:
        rows.append(("Meer gedaan dan gevraagd", euro2(figures.surplus)))
        extra = (
            ["Wat u meer heeft gedaan, gaat niet mee naar een andere opdracht."]
            if figures.surplus
            else []
        )
        return LetterPart(
            "De afrekening",
            [*extra, *said],
            DocumentTable("Berekening", ("Onderdeel", "Bedrag"), rows),
        )
    rows.append(("Tekort", euro2(figures.shortfall)))
    if case.decision.at_fault:
        most = by_policy(figures.shortfall, factor)
        rows.append((f"Boete: {euro(figures.shortfall)} × {number(factor)}", euro2(most)))
        why = f"Het beleid rekent voor een tekort een boete: het tekort keer {number(factor)}."
        if case.penalty < most:
            rows.append(("Boete die wij rekenen", euro2(case.penalty)))
            why += f" Wij rekenen minder: {case.decision.lesser_reason}"
    else:
        rows.append(("Boete", euro2(case.penalty)))
        why = f"U kon niets aan het tekort doen: {case.decision.no_fault_reason}"
    said += _heard(case.heard)
    return LetterPart(
        "De afrekening", [why, *said], DocumentTable("Berekening", ("Onderdeel", "Bedrag"), rows)
    )


def _heard(draft: DraftDecision | None) -> list[str]:
    if draft is None:
        return []
    shown = long_date(localtime(draft.shown_at))
    said = f"Wij hebben u op {shown} laten zien wat wij wilden besluiten."
    if draft.answered_at:
        return [
            f"{said} U heeft daarop geantwoord op {long_date(localtime(draft.answered_at))}. Uw"
            " antwoord hebben wij meegenomen in dit besluit."
        ]
    return [f"{said} U kon antwoorden tot en met {long_date(draft.answer_until)}."]


# --- as files -------------------------------------------------------------------------------------


def as_files(letter: Letter, reference: str, logo: Any, made_at: datetime) -> list[File]:
    """The PDF and the Word file."""
    number_words = f"Slotbrief {reference}"
    return [
        File(as_pdf(letter, made_at, logo), PDF, number_words),
        File(as_docx(letter, made_at, logo), DOCX, number_words),
    ]

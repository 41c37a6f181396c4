"""Which column of a file is which of ours: by its name, by what people call it, or by what was
chosen last time.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from contracts.models.organisation import folded

# What columns are called on screen.
TITLES: Mapping[str, Any] = {
    "reference": _("Reference"),
    "title": _("Title"),
    "contractor_kvk": _("KvK number of the contractor"),
    "contractor_name": _("Name of the contractor"),
    "municipalities": _("Clients"),
    "procurement_type": _("Procurement type"),
    "cpv": _("CPV code"),
    "policy_field": _("Policy field"),
    "publication_date": _("Published on"),
    "award_date": _("Awarded on"),
    "start_date": _("First day"),
    "end_date": _("Last day"),
    "value": _("Contract value excluding VAT"),
    "rate": _("Rate"),
    "rate_reason": _("Reason for the rate"),
    "basis": _("The rate is taken of"),
    "labour_cost": _("Labour cost"),
    "parent_reference": _("Call-off of framework"),
    "valuation_table": _("Valuation table"),
    "adviser_email": _("E-mail address of the adviser"),
    "change_id": _("Number of the change"),
    "contract_reference": _("Reference of the contract"),
    "kind": _("Kind"),
    "effective_date": _("Effective date"),
    "value_delta": _("Change of the value"),
    "labour_cost_delta": _("Change of the labour cost"),
    "obligation_delta": _("Change of the obligation"),
    "new_end_date": _("New last day"),
    "reason": _("Reason"),
    "external_id": _("Number"),
    "contracts": _("Contracts"),
    "block": _("Building block"),
    "description": _("Description"),
    "candidate_ref": _("Candidate reference"),
    "hours_per_week": _("Hours per week"),
    "confirmed_until": _("Certain until"),
    "age_at_start": _("Age at the start"),
    "permanent_contract": _("Permanent contract"),
    "entitled_until": _("Entitled until"),
    "facts": _("Answers to questions of the table"),
    "bonuses": _("Bonuses"),
    "supplier_name": _("Supplier"),
    "supplier_kvk": _("KvK number of the supplier"),
    "invoice_number": _("Invoice number"),
    "amount": _("Amount excl. VAT"),
    "paid_on": _("Paid on"),
    "quantity": _("Quantity"),
    "activity_date": _("Date of the activity"),
    "performed_by": _("Done by (subcontractor)"),
    "accepted_value": _("Decided value"),
    "accepted_reason": _("Reason of the decision"),
    "status": _("Status"),
}
# What else they are called in the spreadsheets of clients and contractors.
ALSO: Mapping[str, tuple[str, ...]] = {
    "reference": ("kenmerk", "referentie", "contractnummer", "zaaknummer", "opdrachtnummer"),
    "title": ("titel", "naam opdracht", "omschrijving opdracht", "onderwerp", "contract"),
    "contractor_kvk": ("kvk", "kvk-nummer", "kvk opdrachtnemer", "kvknr", "kamer van koophandel"),
    "contractor_name": ("opdrachtnemer", "leverancier", "naam opdrachtnemer", "bedrijf"),
    "municipalities": ("gemeente", "gemeenten", "opdrachtgever", "opdrachtgevers"),
    "procurement_type": ("soort opdracht", "type opdracht", "soort"),
    "cpv": ("cpv", "cpv-code"),
    "publication_date": ("publicatiedatum", "gepubliceerd op"),
    "award_date": ("gunningsdatum", "datum gunning", "gegund op", "gunning"),
    "start_date": ("startdatum", "begindatum", "ingangsdatum", "start", "datum in dienst"),
    "end_date": ("einddatum", "afloopdatum", "einde", "datum uit dienst"),
    "value": ("opdrachtsom", "contractwaarde", "opdrachtwaarde", "waarde", "bedrag"),
    "rate": ("percentage", "sroi-percentage", "sroi %", "social return %"),
    "rate_reason": ("reden percentage", "motivering"),
    "labour_cost": ("loonkosten", "loonsom", "arbeidskosten"),
    "parent_reference": ("raamovereenkomst", "raamcontract"),
    "valuation_table": ("bouwblokkentabel", "tabel"),
    "adviser_email": ("adviseur", "e-mail adviseur"),
    "change_id": ("wijzigingsnummer",),
    "contract_reference": ("contract", "kenmerk", "contractnummer", "kenmerk contract"),
    "kind": ("soort", "soort invulling", "soort wijziging", "type"),
    "effective_date": ("ingangsdatum", "per", "datum"),
    "value_delta": ("meerwerk", "wijziging waarde"),
    "obligation_delta": ("wijziging verplichting",),
    "new_end_date": ("nieuwe einddatum",),
    "reason": ("reden", "toelichting"),
    "external_id": ("nummer", "volgnummer", "invullingnummer", "id"),
    "contracts": ("contract", "contractnummer", "kenmerk", "kenmerk contract"),
    "block": ("bouwblok", "bouwblokcode", "code"),
    "description": ("omschrijving", "toelichting"),
    "candidate_ref": ("kandidaat", "kandidaatnummer", "personeelsnummer"),
    "hours_per_week": ("uren", "uren per week", "contracturen"),
    "confirmed_until": ("loopt in elk geval tot en met", "zeker tot"),
    "age_at_start": ("leeftijd",),
    "permanent_contract": ("vast contract", "vast dienstverband"),
    "entitled_until": ("recht tot", "uitkering tot", "einde recht"),
    "facts": ("antwoorden", "vragen"),
    "bonuses": ("bonus", "bonussen"),
    "supplier_name": ("leverancier", "sociale firma"),
    "supplier_kvk": ("kvk leverancier",),
    "invoice_number": ("factuurnummer", "factuur"),
    "amount": ("bedrag", "bedrag excl btw", "factuurbedrag"),
    "paid_on": ("betaald op", "betaaldatum"),
    "quantity": ("aantal", "aantal uren", "uren activiteit"),
    "activity_date": ("datum", "datum activiteit"),
    "performed_by": ("onderaannemer", "uitgevoerd door"),
    "policy_field": ("beleidsterrein",),
    "status": ("status",),
}
# The columns that a file of faulty rows has beside ours: they say what was wrong, and are read
# over.
FAULTS_FILE = ("rij", "row", "fouten", "faults")
ALIKE = 0.86


@dataclass(frozen=True)
class Match:
    """For each column of the file the name of ours, or an empty text; `sure` where nobody has to
    look at it.
    """

    columns: list[str]
    sure: bool


def plain(name: str) -> str:
    """A name as it is compared: letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", folded(name))


def match(header: Sequence[str], ours: Iterable[str], remembered: Mapping[str, str]) -> Match:
    """What was chosen before goes first, then our own names, then what people call them. Each of
    ours is used once.
    """
    names = list(ours)
    known = {plain(name): name for name in names}
    spoken = _spoken(names)
    columns, sure = [""] * len(header), True
    exact = [_exact(name, known, remembered) for name in header]
    for position, found in enumerate(exact):
        if found and found not in columns:
            columns[position] = found
    for position, name in enumerate(header):
        if exact[position] is None or (exact[position] and columns[position] != exact[position]):
            sure = False
            free = {word: ours for word, ours in spoken.items() if not set(ours) <= set(columns)}
            alike = get_close_matches(plain(name), free, n=1, cutoff=ALIKE) if plain(name) else []
            columns[position] = (
                next((one for one in free[alike[0]] if one not in columns), "") if alike else ""
            )
    return Match(columns, sure)


def _exact(name: str, known: Mapping[str, str], remembered: Mapping[str, str]) -> str | None:
    """The column that this name stands for, an empty text for one to read over, None when nobody
    said so.
    """
    word = plain(name)
    chosen = remembered.get(word)
    if chosen is not None and (not chosen or chosen in known.values()):
        return chosen
    if word in FAULTS_FILE:
        return ""
    return known.get(word)


def _spoken(names: Iterable[str]) -> dict[str, list[str]]:
    """By each word that people use, the columns that it can stand for."""
    words: dict[str, list[str]] = {}
    for name in names:
        titles = []
        for language, _label in settings.LANGUAGES:
            with override(language):
                titles.append(str(TITLES[name]))
        for word in (name, *titles, *ALSO.get(name, ())):
            words.setdefault(plain(word), []).append(name)
    return words

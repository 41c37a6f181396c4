"""Regions, contracts, fulfilments and people for tests, made through the same doors as in
production.
"""

import io
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from PIL import Image

from contracts.acts import modification as acts
from contracts.acts.door import propose
from contracts.dossier import door as dossier
from contracts.dossier.door import put
from contracts.dossier.file import File
from contracts.models import (
    ActionPlan,
    Basis,
    BlockKind,
    ChangeKind,
    ChangeProposal,
    ContactPerson,
    Contract,
    ContractDocument,
    ContractDraft,
    ContractNote,
    Contractor,
    DraftDecision,
    FirmProposal,
    HandOverAhead,
    Invitation,
    Membership,
    Municipality,
    ObligationChange,
    Partner,
    PlannedTender,
    PlanState,
    Policy,
    PsoCertificate,
    Recognition,
    Region,
    Settlement,
    StandIn,
    ValuationTable,
)
from contracts.owed.door import Award, award, change, end
from contracts.plans import door as plans
from contracts.policy.loading import load_region
from contracts.settlement.door import answer_draft, decide, show_draft
from contracts.settlement.shortfall import Decision, Figures
from contracts.social_firms.door import propose as propose_firm
from contracts.social_firms.door import recognise
from contracts.social_firms.recognition import Facts, RecognisedAs
from contracts.valuation_tables.loading import load_table, put_in_force
from placements.claims import proof, valuing
from placements.claims.content import Content, Draft
from placements.dialogue.door import disagree
from placements.evidence import door as evidence
from placements.life import door as life
from placements.models import (
    Disagreement,
    Fulfilment,
    FulfilmentState,
    FulfilmentVersion,
    Match,
    Need,
    Place,
    Sample,
    Upload,
    UploadKind,
    UploadRow,
    UploadState,
)
from placements.samples import door as sampling
from reporting.models import AnnualReport, Statement, Story
from reporting.statements.door import issue
from sroi.access import Role
from sroi.doors import EVERYTHING, Act

TODAY = date(2025, 7, 1)
PASSWORD = "correct horse battery staple"
TOWNS = {"GM0402": "Hilversum", "GM0406": "Huizen"}

_numbers = itertools.count(1)


def moment(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=ZoneInfo("Europe/Amsterdam"))


def act(by: Any = None, why: str = "", today: date | None = None) -> Act:
    day = today or TODAY
    return Act(by=by, at=moment(day), today=day, why=why)


def make_region(
    code: str = "gooi",
    title: str = "Gooi en Vechtstreek",
    towns: Mapping[str, str] = TOWNS,
    **policy: Any,
) -> Region:
    """A region with municipalities, a policy and a valuation table that was always in force."""
    region = load_region(
        {
            "code": code,
            "title": {"nl": title, "en": title},
            "municipalities": [{"code": code, "name": name} for code, name in towns.items()],
            "policy": policy,
        }
    )
    put_in_force(make_table(region), date(2000, 1, 1))
    return region


def make_table(region: Region, publication: str = "gooi-en-vechtstreek") -> ValuationTable:
    path = settings.BASE_DIR / "contracts" / "data" / "valuation-tables" / f"{publication}.json"
    table, _new = load_table(region, json.loads(path.read_text(encoding="utf-8")))
    return table


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def confirming(page: Any) -> dict[str, str]:
    """What the button under a page that shows what an act does sends along: what was shown."""
    found = re.search(r'name="starting_point" value="([^"]+)"', page.content.decode())
    assert found, "the page does not say what it showed"
    return {"starting_point": found[1], "confirm": "1"}


def look_and_confirm(client: Client, url: str, given: Mapping[str, Any], **how: Any) -> Any:
    """Look what a form does, and say so: the answer to the second; to the first where it fails."""
    looked = client.post(url, given)
    if looked.status_code != 200:
        return looked
    return client.post(url, {**given, **confirming(looked)}, **how)


def confirm(client: Client, url: str, **typed: Any) -> Any:
    """Look what goes, and say so: the answer to the second."""
    page = client.get(url)
    shown = page.context.get("starting_point", "") if page.context else ""
    return client.post(url, {"starting_point": shown, **typed})


def make_contractor(name: str = "Bouwbedrijf De Linde", kvk: str = "") -> Contractor:
    return Contractor.objects.create(name=name, kvk=kvk or f"{next(_numbers):08}")


def new_contract(
    region: Region,
    contractor: Contractor,
    shares: Mapping[str, int | str] | None = None,
    **fields: Any,
) -> Award:
    """A contract of 2024 and 2025 worth € 1.000.000 at 5%, not registered yet."""
    number = next(_numbers)
    awarded = fields.pop("award_date", date(2023, 12, 1))
    values = {
        "reference": f"C-{number:04}",
        "title": f"Opdracht {number}",
        "procurement_type": "services",
        "start_date": date(2024, 1, 1),
        "end_date": date(2025, 12, 31),
        "value": Decimal("1000000.00"),
        "rate": Decimal("5"),
        "basis": Basis.CONTRACT_VALUE,
        "policy": Policy.objects.filter(region=region).on(awarded),
        **fields,
    }
    if "table" not in values:
        values["table"] = region.tables_in_force.order_by("valid_from")[0].table
    contract = Contract(
        region=region,
        contractor=contractor,
        award_date=awarded,
        awarded_end_date=values["end_date"],
        **values,
    )
    codes = shares or {region.municipalities.order_by("code").first().code: 100}
    ids = dict(Municipality.objects.filter(region=region, code__in=codes).values_list("code", "pk"))
    return Award(contract, {ids[code]: Decimal(percent) for code, percent in codes.items()})


def make_contract(
    region: Region, contractor: Contractor, shares: Any = None, **fields: Any
) -> Contract:
    new = new_contract(region, contractor, shares, **fields)
    award([new], act(None, "Gegund", new.contract.award_date), region=region, answered=EVERYTHING)
    return new.contract


def make_contracts(
    region: Region, contractor: Contractor, count: int, **fields: Any
) -> list[Contract]:
    new = [new_contract(region, contractor, **fields) for _ in range(count)]
    award(new, act(None, "Gegund"), region=region, answered=EVERYTHING)
    return [a.contract for a in new]


def make_contract_draft(contract: Contract, owner: Any = None) -> ContractDraft:
    """What someone began to fill in for the contractor of `contract`; of someone who is nobody else
    without `owner`.
    """
    owner = owner or make_user(Role.ADVISER, contract.region)
    return ContractDraft.objects.create(
        region=contract.region, owner=owner, contractor=contract.contractor, edited_at=moment(TODAY)
    )


def make_planned_tender(region: Region, town: str = "hilversum", **fields: Any) -> PlannedTender:
    """Of one client, without advice."""
    made = {
        "title": "Groenonderhoud",
        "procurement_type": "services",
        "value": Decimal(400000),
        "award_month": date(2025, 3, 1),
        "municipality": region.municipalities.get(slug=town),
        **fields,
    }
    tender: PlannedTender = PlannedTender.objects.create(region=region, **made)
    return tender


def make_upload(contract: Contract, owner: Any = None) -> Upload:
    """A file of contracts that was looked at, with one row; of someone who is nobody else without
    `owner`.
    """
    sent = moment(TODAY)
    upload = Upload.objects.create(
        owner=owner or make_user(Role.ADVISER, contract.region),
        kind=UploadKind.CONTRACTS,
        region=contract.region,
        name=f"{contract.title}.csv",
        ending=".csv",
        content=b"title\n",
        language="nl",
        state=UploadState.CHECKED,
        header=["title"],
        examples=[[contract.title]],
        columns=["title"],
        counts={"new": 1},
        sent_at=sent,
        moved_at=sent,
        expires_at=timezone.now() + timedelta(days=7),
    )
    UploadRow.objects.create(upload=upload, number=2, outcome="new", cells=[contract.title])
    return upload


def make_proposal(contract: Contract, by: Any = None) -> ChangeProposal:
    """€ 100.000 more work, proposed by a procurement officer."""
    why = f"Meerwerk {contract.title}"
    new = ObligationChange(
        contract=contract,
        kind=ChangeKind.AMENDMENT,
        effective_date=date(2024, 7, 1),
        value_delta=Decimal("100000.00"),
        reason=why,
    )
    proposed = acts.Modification(contract, new.kind, why, on=new.effective_date, change=new)
    return propose(proposed, act(by or make_user(Role.PROCUREMENT_OFFICER, contract.region)))


def make_certificate(contract: Contract, level: str = "2", **fields: Any) -> PsoCertificate:
    """Of the contractor of `contract`, valid from 2024 on for two years."""
    values = {"valid_from": date(2024, 1, 1), "valid_until": date(2025, 12, 31), **fields}
    return PsoCertificate.objects.create(
        region=contract.region,
        contractor=contract.contractor,
        level=level,
        registered_at=moment(TODAY),
        **values,
    )


def make_firm(
    region: Region, name: str = "Sociale Drukkerij", kvk: str = "", *, by: Any = None, **terms: Any
) -> Recognition:
    """A firm that the region recognises as sheltered-work company since 2020."""
    given = {"kind": "sw_company", "valid_from": date(2020, 1, 1), "grounds": "Nagezocht", **terms}
    facts = Facts(name, "Hilversum", f"Drukwerk van {name}", "https://www.example.org/")
    return recognise(region, kvk or f"{next(_numbers):08}", facts, RecognisedAs(**given), act(by))


def make_firm_proposal(
    region: Region, contractor: Contractor, name: str = "Zorgtuin", *, by: Any = None, **fields: Any
) -> FirmProposal:
    values = {
        "kvk": f"{next(_numbers):08}",
        "kind": "pso_30plus",
        "valid_from": date(2024, 1, 1),
        **fields,
    }
    proposal = FirmProposal(region=region, contractor=contractor, name=name, **values)
    by = by or make_user(Role.CONTRACTOR, region, contractor=contractor)
    return propose_firm(proposal, act(by))


def make_note(
    contract: Contract, text: str = "Gebeld over de planning", shared: bool = False
) -> ContractNote:
    return dossier.write(contract, "note", TODAY, text, act(), shared=shared)


def make_person(
    contract: Contract, side: str = "contractor", name: str = "Robin Groen"
) -> ContactPerson:
    person = ContactPerson(contract=contract, side=side, name=name, phone="035 123 45 67")
    dossier.save_person(person, {})
    return person


def make_document(
    contract: Contract, title: str = "Verslag", shared: bool = False, by: Any = None
) -> ContractDocument:
    file = File(title.encode(), "application/pdf", title)
    return dossier.keep(contract, file, act(by), shared=shared)


def make_settlement(contract: Contract) -> Settlement:
    """Of another contract of the same contractor and municipalities, settled with a letter."""
    shares = {
        share.municipality.code: share.percent
        for share in contract.shares.select_related("municipality")
    }
    over = make_contract(
        contract.region,
        contract.contractor,
        shares,
        title=f"Afgerekend {contract.title}",
        adviser=contract.adviser,
    )
    at = moment(over.end_date + timedelta(days=70))
    end(over, Act.of(None, at, "Afgelopen"))
    figures = Figures(Decimal("50000.00"), {"work": Decimal("35000.00")})
    done = Act.of(None, at)
    made = decide(
        over,
        Decision(),
        done,
        seen=figures,
        figures=lambda: figures,
        letter=None,
        on=done.today,
        heard=make_draft_decision(over, figures, at=at, answer="Geen bezwaar"),
    )
    made.letter_pdf = put(over, File(b"x", "application/pdf", "Slotbrief"), done, shared=True)
    made.save()
    return made


def make_statement(contract: Contract, year: int = 2024) -> Statement:
    return issue(contract, contract.contractor, year, act())


def make_story(region: Region, year: int = 2024, **fields: Any) -> Story:
    report, _new = AnnualReport.objects.get_or_create(region=region, year=year)
    picture = io.BytesIO()
    Image.new("RGB", (2, 2)).save(picture, "JPEG")
    given = {"title": "Wegen", "text": "Wegen", "picture": picture.getvalue(), "alt": "Wegen"}
    consent = {"consent_by": "Iemand", "consent_on": TODAY}
    made: Story = Story.objects.create(report=report, **given | consent | fields)
    return made


def make_draft_decision(
    contract: Contract,
    figures: Figures,
    decision: Decision | None = None,
    *,
    at: datetime | None = None,
    answer: str = "",
    by: Any = None,
) -> DraftDecision:
    """A draft on a shortfall that the contractor was shown, and answered where `answer` says so."""
    shown = Act.of(by, at or moment(TODAY))
    draft = show_draft(
        contract, decision or Decision(), shown, seen=figures, figures=lambda: figures
    )
    if answer:
        answer_draft(draft, replace(shown, why=answer))
    return draft


def make_disagreement(
    version: FulfilmentVersion, by: Any = None, day: date = TODAY
) -> Disagreement:
    return disagree(version, act(by, "Dit klopt niet", today=day))


def make_plan(
    contract: Contract, state: str = PlanState.AGREED, amounts: Any = None, by: Any = None
) -> ActionPlan:
    """€ 10.000 of work and € 5.000 of purchases in each quarter of 2024, brought to `state`."""
    quarters = [date(2024, month, 1) for month in (1, 4, 7, 10)]
    usual = {("work", q): Decimal(10000) for q in quarters} | {
        ("social_purchasing", q): Decimal(5000) for q in quarters
    }
    at = moment(TODAY)
    plan = plans.begin(contract, Act.of(by, at))
    words = {"work": f"Twee leerlingen op {contract.title}"}
    plans.save(plan, words, usual if amounts is None else amounts, Act.of(by, at))
    if state != PlanState.DRAFT:
        plans.submit(plan, Act.of(by, at))
    if state == PlanState.AGREED:
        plans.agree(plan, Act.of(by, at))
    return plan


def make_change(
    contract: Contract, kind: str = ChangeKind.AMENDMENT, **fields: Any
) -> ObligationChange:
    values = {
        "effective_date": date(2024, 7, 1),
        "reason": "Meerwerk",
        "identity": f"change-{next(_numbers)}",
        **fields,
    }
    new = ObligationChange(contract=contract, kind=kind, **values)
    change(
        [new],
        act(None, new.reason, new.effective_date),
        region=contract.region,
        answered=EVERYTHING,
    )
    contract.refresh_from_db()
    return new


def make_placement(
    contract: Contract, block: str = "PW_GT2Y", hours: str = "36", **fields: Any
) -> FulfilmentVersion:
    """A full-time year of 2024, worth the amount of its block; `fields` are those of the
    version.
    """
    values = {
        "candidate_ref": "Kandidaat 17",
        "start_date": date(2024, 1, 1),
        "end_date": date(2024, 12, 31),
        "confirmed_until": min(date(2024, 12, 31), fields.get("on") or TODAY),
        "age_at_start": 44,
    }
    return make_fulfilment(
        [contract],
        BlockKind.PLACEMENT,
        block,
        [(date(2024, 1, 1), Decimal(hours))],
        **values | fields,
    )


def make_purchase(contract: Contract, amount: str = "10000.00", **fields: Any) -> FulfilmentVersion:
    values = {
        "supplier_name": "Sociale Drukkerij",
        "invoice_number": f"F-{next(_numbers)}",
        "amount": Decimal(amount),
        "paid_on": date(2024, 5, 15),
    }
    return make_fulfilment([contract], BlockKind.PURCHASE, "WSW_INVOICE", **values | fields)


def make_activity(contract: Contract, hours: str = "40", **fields: Any) -> FulfilmentVersion:
    values = {
        "description": "Gastlessen",
        "quantity": Decimal(hours),
        "activity_date": date(2024, 9, 10),
    }
    return make_fulfilment([contract], BlockKind.ACTIVITY, "MVO_HOUR", **values | fields)


def make_fulfilment(
    contracts: Sequence[Contract],
    kind: str,
    block: str,
    hours: Sequence[tuple[date, Decimal]] = (),
    *,
    state: str = FulfilmentState.ACCEPTED,
    external_id: str = "",
    entered_by: Any = None,
    reviewer: Any = None,
    why: str = "",
    on: date | None = None,
    proved: bool = True,
    **fields: Any,
) -> FulfilmentVersion:
    """A fulfilment divided evenly over contracts, brought to `state` on the day `on`, or today.

    What is accepted was proved, as what is handed in is where `proved` says so: the adviser saw
    what its block asks for.
    """
    first = contracts[0]
    fulfilment = Fulfilment(
        region=first.region,
        contractor=first.contractor,
        external_id=external_id or f"INV-{next(_numbers):04}",
        kind=kind,
    )
    share = Decimal(100) / len(contracts)
    allocations = [(c, c.table.blocks.get(code=block), share) for c in contracts]
    (version,) = life.draft(
        [Draft(fulfilment, Content(fields, hours, allocations))], act(entered_by, today=on)
    )
    if state == FulfilmentState.DRAFT:
        return version
    life.submit([version], act(entered_by, today=on), answered=EVERYTHING)
    if proved:
        prove(version, on)
    answer = act(reviewer, why or "Akkoord", today=on)
    if state == FulfilmentState.ACCEPTED:
        life.accept([version], answer, region=first.region)
    elif state == FulfilmentState.RETURNED:
        life.return_(version, answer)
    elif state == FulfilmentState.REJECTED:
        life.reject(version, answer)
    elif state == FulfilmentState.WITHDRAWN:
        life.withdraw(version, answer)
    return version


def prove(version: FulfilmentVersion, on: date | None = None) -> None:
    """The adviser saw all evidence that is asked."""
    valuing.fetch([version])
    for kind in proof.missing([version]).get(version.pk, []):
        evidence.see(version, kind, "Getoond", on or TODAY, act(today=on))


def make_hand_over_ahead(contract: Contract, **fields: Any) -> HandOverAhead:
    """From a day to come somebody else advises."""
    made = {"from_day": TODAY + timedelta(days=7), "reason": "Verlof", "at": moment(TODAY)}
    adviser = fields.pop("adviser", None) or make_user(Role.ADVISER, contract.region)
    made |= {"adviser": adviser, "by": adviser, **fields}
    return HandOverAhead.objects.create(contract=contract, **made)


def make_stand_in(region: Region, **fields: Any) -> StandIn:
    """One adviser of the region for another, today only."""
    away, by = (make_user(Role.ADVISER, region) for _ in range(2))
    days = {"first_day": TODAY, "last_day": TODAY}
    made: StandIn = StandIn.objects.create(
        **{"region": region, "absent": away, "by": by, **days, **fields}
    )
    return made


def make_sample(
    region: Region, size: int = 10, *, by: Any = None, on: date | None = None, seed: str = ""
) -> Sample:
    """Drawn from what was accepted in the quarter of `on`, or of today."""
    by = by or make_user(Role.ADVISER, region)
    return sampling.draw(
        region, sampling.quarter_of(on or TODAY).first, size, act(by, today=on), seed
    )


def make_user(
    role: str,
    region: Region | None = None,
    *,
    contractor: Contractor | None = None,
    partner: Partner | None = None,
    towns: Sequence[str] = (),
    email: str = "",
    name: str = "",
    active: bool = True,
) -> Any:
    """A person with one membership; a procurement officer is of the first municipality unless
    `towns` names others.
    """
    number = next(_numbers)
    user = get_user_model().objects.create_user(
        email or f"{role}-{number}@example.org",
        PASSWORD,
        name=name or f"Persoon {number}",
        is_active=active,
    )
    if region:
        join(user, role, region, contractor=contractor, partner=partner, towns=towns)
    return user


def make_partner(region: Region, name: str = "", **fields: Any) -> Partner:
    """A social firm that takes part."""
    at = moment(TODAY)
    values = {"kind": "social_firm", "state": "in", "made_at": at, "answered_at": at, **fields}
    return Partner.objects.create(region=region, name=name or f"Partner {next(_numbers)}", **values)


def make_need(partner: Partner, title: str = "Hulp bij de moestuin", **fields: Any) -> Need:
    """40 hours of help in the second half of 2025."""
    values = {
        "kind": "hours",
        "trade": "green",
        "hours": Decimal("40.00"),
        "first_day": TODAY,
        "until": date(2025, 12, 31),
        "made_at": moment(TODAY),
        **fields,
    }
    by = values.pop("made_by", None) or make_user(Role.PARTNER, partner.region, partner=partner)
    return Need.objects.create(
        region=partner.region, partner=partner, title=title, made_by=by, **values
    )


def make_place(contract: Contract, title: str = "Medewerker groen", **fields: Any) -> Place:
    """Work for 24 hours a week in the second half of 2025."""
    values = {
        "kind": "work",
        "trade": "green",
        "hours_per_week": Decimal("24.00"),
        "first_day": TODAY,
        "until": date(2025, 12, 31),
        "made_at": moment(TODAY),
        **fields,
    }
    by = values.pop("made_by", None) or make_user(
        Role.CONTRACTOR, contract.region, contractor=contract.contractor
    )
    place = Place.objects.create(
        region=contract.region, contractor=contract.contractor, title=title, made_by=by, **values
    )
    place.contracts.add(contract)
    return place


def make_match(contract: Contract, of: Place | Need, **fields: Any) -> Match:
    """As it was proposed: of a place a candidate, whom the contractor is asked to take."""
    is_place = isinstance(of, Place)
    kind = "placement" if is_place else "activity"
    values: dict[str, Any] = {
        "state": "answered" if is_place else "open",
        "first_day": of.first_day,
        "last_day": of.until,
        "block": contract.table.blocks.filter(kind=kind).first(),
        "proposed_at": moment(TODAY),
        "other_agreed_at": moment(TODAY) if is_place else None,
        **({"place": of, "hours_per_week": of.hours_per_week} if is_place else {}),
        **({} if is_place else {"need": of, "hours": of.hours, "amount": of.amount}),
        **fields,
    }
    by = values.pop("proposed_by", None) or make_user(Role.ACCOUNT_MANAGER, contract.region)
    return Match.objects.create(
        region=contract.region,
        contract=contract,
        contractor=contract.contractor,
        proposed_by=by,
        **values,
    )


def make_invitation(region: Region, role: str = Role.READER, **fields: Any) -> Invitation:
    at = timezone.now()
    values = {
        "email": f"invited-{next(_numbers)}@example.org",
        "expires_at": at + timedelta(days=7),
        **fields,
    }
    return Invitation.objects.create(region=region, role=role, invited_at=at, **values)


def join(
    user: Any,
    role: str,
    region: Region,
    *,
    contractor: Contractor | None = None,
    partner: Partner | None = None,
    towns: Sequence[str] = (),
) -> Membership:
    if role == Role.PARTNER and partner is None:
        partner = make_partner(region)
    membership = Membership.objects.create(
        user=user, role=role, region=region, contractor=contractor, partner=partner
    )
    if role == Role.PROCUREMENT_OFFICER:
        known = region.municipalities.order_by("code")
        membership.municipalities.set(known.filter(code__in=towns) if towns else known[:1])
    return membership

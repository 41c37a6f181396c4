"""A region with many of everything, made in a few acts: what a large register is to whatever goes
through it.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model

from contracts.models import (
    ActionPlan,
    ChangeProposal,
    ContactPerson,
    Contract,
    Contractor,
    FirmProposal,
    Invitation,
    Membership,
    ObligationChange,
    PlanState,
    PsoCertificate,
    Recognition,
    Region,
    SocialFirm,
)
from contracts.owed.door import award, change
from placements.claims.content import Content, Draft
from placements.life import door as life
from placements.models import Evidence, Fulfilment, FulfilmentState, FulfilmentVersion, UploadRow
from sroi.access import Role
from sroi.accounts.models import AuditEvent, AuditKind
from sroi.doors import EVERYTHING, Act
from sroi.periods import DAY, add_months
from tests import factories as make

AT, DAY_OF_ALL = make.moment(make.TODAY), make.TODAY
# On schedule, at risk, behind and overdue: from so many months ago until so many months ahead.
TERMS = ((1, 24), (36, 1), (12, 24), (24, -6))


def crowd(first: Contract, adviser: Any, many: int) -> None:
    """Beside the first contract `many` of its firm, with what goes with them; as many of firms that
    have one each.
    """
    region, firm = first.region, first.contractor
    others = Contractor.objects.bulk_create(
        Contractor(name=f"Firma {n}", name_folded=f"firma {n}", kvk=str(50_000_000 + n))
        for n in range(many)
    )
    contracts = _contracts(region, [firm] * many + others, adviser)
    _fulfilments(first, contracts[:many], adviser)
    make.make_sample(region, many, by=adviser, seed="vast")
    _about(contracts, adviser)
    _of_region(region, firm, others, adviser, many)


def _contracts(region: Region, contractors: list[Contractor], adviser: Any) -> list[Contract]:
    """Two thirds have an adviser; each was changed once."""
    new = []
    for n, contractor in enumerate(contractors):
        ago, ahead = TERMS[n % len(TERMS)]
        start, end = add_months(DAY_OF_ALL, -ago), add_months(DAY_OF_ALL, ahead)
        dates = {"award_date": add_months(start, -1), "start_date": start, "end_date": end}
        mine = adviser if n % 3 else None
        new.append(
            make.new_contract(
                region, contractor, {"GM0402": 60, "GM0406": 40}, adviser=mine, **dates
            )
        )
    award(new, Act.of(None, AT, "Gegund"), region=region)
    contracts = [one.contract for one in new]
    more = {
        "kind": "amendment",
        "effective_date": DAY_OF_ALL,
        "value_delta": Decimal(10_000),
        "reason": "Meerwerk",
    }
    changes = [
        ObligationChange(contract=contract, identity=f"meer-{contract.pk}", **more)
        for contract in contracts
    ]
    change(changes, Act.of(None, AT, "Meerwerk"), region=region)
    return contracts


def _fulfilments(first: Contract, contracts: list[Contract], adviser: Any) -> None:
    """Under each a placement that was accepted and runs, and an invoice that was asked back; as
    many invoices that were accepted under the first contract, and as many that wait.
    """
    since = DAY_OF_ALL - 90 * DAY
    work = {"start_date": since, "age_at_start": 30, "description": "Leerling"}
    hours = [(since, Decimal(24))]
    placed = [
        _draft(c, "placement", "PW_GT2Y", f"P-{c.pk}", work | {"candidate_ref": f"K-{c.pk}"}, hours)
        for c in contracts
    ]
    counted = [_invoice(first, f"F-{c.pk}") for c in contracts]
    versions = life.draft([*placed, *counted], make.act())
    life.submit(versions, make.act(), answered=EVERYTHING)
    life.accept(
        versions, make.act(adviser), region=first.region, without_evidence="Op de werkvloer gezien"
    )
    waits = [_invoice(first, f"G-{c.pk}") for c in contracts]
    asked_back = [_invoice(c, f"H-{c.pk}") for c in contracts]
    life.submit(life.draft([*waits, *asked_back], make.act()), make.act(), answered=EVERYTHING)
    answered = {"state": FulfilmentState.RETURNED, "answer": "Graag de factuur", "reviewed_at": AT}
    FulfilmentVersion.objects.filter(invoice_number__startswith="H-").update(**answered)
    Evidence.objects.bulk_create(
        Evidence(
            version=v,
            kind="paid_invoice",
            content_hash="1",
            seen_on=DAY_OF_ALL,
            seen_how="Gezien",
            added_at=AT,
        )
        for v in FulfilmentVersion.objects.filter(fulfilment__contractor=first.contractor_id)
    )


def _invoice(contract: Contract, number: str) -> Draft:
    bought = {
        "supplier_name": "Sociale Drukkerij",
        "amount": Decimal(90),
        "paid_on": DAY_OF_ALL - DAY,
    }
    return _draft(contract, "purchase", "WSW_INVOICE", number, bought | {"invoice_number": number})


def _draft(
    contract: Contract, kind: str, block: str, number: str, fields: dict[str, Any], hours: Any = ()
) -> Draft:
    fulfilment = Fulfilment(
        region=contract.region, contractor=contract.contractor, external_id=number, kind=kind
    )
    (found,) = [b for b in contract.table.blocks.all() if b.code == block]  # type: ignore[union-attr]
    return Draft(fulfilment, Content(dict(fields), hours, [(contract, found, Decimal(100))]))


def _about(contracts: list[Contract], adviser: Any) -> None:
    """Of each a plan and a proposal to answer, a contact person, and a certificate that lapses
    tomorrow.
    """
    plan = {"number": 1, "state": PlanState.SUBMITTED, "changed_at": AT, "submitted_at": AT}
    ActionPlan.objects.bulk_create(ActionPlan(contract=contract, **plan) for contract in contracts)
    more = {
        "kind": "amendment",
        "effective_date": DAY_OF_ALL,
        "value_delta": Decimal(1),
        "reason": "Meerwerk",
    }
    ChangeProposal.objects.bulk_create(
        ChangeProposal(contract=contract, proposed_by=adviser, proposed_at=AT, **more)
        for contract in contracts
    )
    ContactPerson.objects.bulk_create(
        ContactPerson(contract=contract, side="contractor", name="Robin") for contract in contracts
    )
    days = {"valid_from": DAY_OF_ALL - 300 * DAY, "valid_until": DAY_OF_ALL + DAY}
    PsoCertificate.objects.bulk_create(
        PsoCertificate(region=region, contractor=contractor, level="2", registered_at=AT, **days)
        for region, contractor in {(contract.region, contract.contractor) for contract in contracts}
    )


def _of_region(
    region: Region, firm: Contractor, others: list[Contractor], adviser: Any, many: int
) -> None:
    """Social firms and proposals for more; people of the firm, and one of each other; invitations
    and events.
    """
    firms = SocialFirm.objects.bulk_create(
        SocialFirm(
            name=f"Tuin {n}",
            name_folded=f"tuin {n}",
            search_text=f"tuin {n}",
            kvk=str(60_000_000 + n),
        )
        for n in range(many)
    )
    known = {"kind": "sw_company", "valid_from": DAY_OF_ALL - 400 * DAY}
    Recognition.objects.bulk_create(
        Recognition(firm=f, region=region, grounds="Nagezocht", is_public=True, **known)
        for f in firms
    )
    asked = {"region": region, "contractor": firm, "proposed_by": adviser, "proposed_at": AT}
    FirmProposal.objects.bulk_create(
        FirmProposal(name=f"Bos {n}", kvk=str(70_000_000 + n), **asked, **known)
        for n in range(many)
    )
    user = get_user_model()
    people = user.objects.bulk_create(
        user(email=f"{n}@example.org", name=f"Persoon uit {n}", is_active=n >= many)
        for n in range(2 * many)
    )
    member = {"role": Role.CONTRACTOR, "region": region}
    Membership.objects.bulk_create(
        Membership(user=person, contractor=theirs, **member)
        for person, theirs in zip(people, [firm] * many + others, strict=True)
    )
    until = {"invited_at": AT, "expires_at": AT + timedelta(days=7)}
    Invitation.objects.bulk_create(
        Invitation(email=f"gast-{n}@example.org", contractor=firm, **member, **until)
        for n in range(many)
    )
    AuditEvent.objects.bulk_create(
        AuditEvent(user=person, kind=AuditKind.LOOKED) for person in people
    )


def rows_of_upload(pk: int, many: int) -> None:
    UploadRow.objects.bulk_create(
        UploadRow(upload_id=pk, number=10 + n, outcome="new", cells=["x"]) for n in range(many)
    )

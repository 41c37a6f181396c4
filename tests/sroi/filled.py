"""A region with a bit of everything, beside another one that shares something with it."""

from decimal import Decimal

from django.core.files.base import ContentFile

from contracts.models import Contract, ContractNote, Contractor, Region
from contracts.people.membership import access_of
from placements.evidence import door as evidence
from placements.linking import door as linking
from placements.models import Evidence
from reporting.adoption import door as adoption
from sroi.access import Role
from sroi.files.storage import EvidenceStorage
from tests import factories as make

ELSEWHERE = "VAN-EEN-ANDERE-REGIO"
OF_BOTH = "Bouwbedrijf van beide"


def filled_region() -> Region:
    """With ledgers, history, people, evidence, a dossier, a final report; beside another region
    that shares a contractor and a firm with it.
    """
    here, there = make.make_region(), make.make_region("elders", ELSEWHERE, {"GM0344": "Utrecht"})
    contractor = make.make_contractor(OF_BOTH)
    fill(here, contractor, "hier")
    fill(there, contractor, ELSEWHERE)
    one, another = (
        make.make_purchase(
            Contract.objects.filter(region=each).earliest("pk"),
            invoice_number="F-ALLEBEI",
            state=state,
        ).fulfilment
        for each, state in ((here, "accepted"), (there, "draft"))
    )
    firm = make.make_user(Role.CONTRACTOR, here, contractor=contractor)
    make.join(firm, Role.CONTRACTOR, there, contractor=contractor)
    linking.link(one, another, access_of(firm), make.act(firm))
    make.make_firm(here, "Drukkerij", "12345678")
    make.make_firm(there, "Drukkerij", "12345678", grounds=ELSEWHERE)
    make.make_firm(there, ELSEWHERE)
    adviser = make.make_user(Role.ADVISER, here, name="Adviseur hier", email="hier@example.org")
    stranger = make.make_user(Role.ADVISER, there, name="Vreemde", email="elders@example.org")
    # Someone without a role here wrote something down here.
    ContractNote.objects.filter(contract__region=here).update(by=stranger)
    adoption.propose(here, 2024, make.act(adviser))
    adoption.finalise(here, 2024, make.act(adviser))
    return here


def fill(region: Region, contractor: Contractor, word: str) -> None:
    contract = make.make_contract(region, contractor, title=f"Wegen {word}")
    version = make.make_placement(contract, candidate_ref=f"Kandidaat {word}")
    kept = Evidence(
        version=version,
        kind="activity_report",
        media_type="image/webp",
        pages=1,
        content_hash="0" * 64,
        added_at=make.moment(make.TODAY),
    )
    kept.file.save("", ContentFile(f"beeld {word}".encode()), save=False)
    kept.save()
    EvidenceStorage().save(
        evidence.page_name(str(kept.file.name), 1), ContentFile(f"bladzijde {word}".encode())
    )
    make.make_activity(contract, description=f"Gastles {word}")
    make.make_change(contract, value_delta=Decimal(50000))
    make.make_certificate(contract)
    make.make_document(contract, f"Verslag {word}")
    make.make_note(contract, f"Gebeld {word}")
    make.make_person(contract, name=f"Robin {word}")
    make.make_plan(contract)
    make.make_statement(contract)
    make.make_sample(region)
    make.make_story(region, 2023, title=word)
    make.make_invitation(region, email=f"gevraagd-{word}@example.org")
    make.make_contract_draft(contract, make.make_user(Role.ADVISER, region, name=word))
    make.make_firm_proposal(region, contractor, f"Zorgtuin {word}")
    contract.title = f"Wegen – “{word}”\r\nen een regel"
    contract.save()

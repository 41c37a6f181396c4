"""Erasing what is about a person when its time is over; figures and ledger lines remain. Source:
DOMAIN.md section 8.

- accepted, submitted or superseded: `retention_months` after all its contracts were settled, or,
  for a contract that never was, 24 months after its last counted day;
- rejected and withdrawn: `retention_rejected_months` after that answer; drafts and what was asked
  back: `retention_draft_months` after the last change.

What is erased is listed by number (`sroi.accounts.ending.erasures`), here and wherever something is
erased at once; so a backup that is put back is erased again.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from contracts.desk import door as desk
from contracts.dossier import door as dossier
from contracts.models import (
    BlockKind,
    ContactPerson,
    Contract,
    ContractDocument,
    ContractNote,
    FirmPerson,
    Policy,
)
from contracts.partners import door as partners
from contracts.people import returned
from contracts.people.ending import door as people
from contracts.programs import door as programs
from placements.claims.persons import keep_who_is_the_same
from placements.evidence import door as evidence_door
from placements.evidence.door import page_name
from placements.matching import door as matching
from placements.models import (
    ABOUT_A_PERSON,
    Allocation,
    EventKind,
    Evidence,
    FulfilmentEvent,
    FulfilmentState,
    FulfilmentVersion,
    KeptEdition,
)
from placements.retention.asked import Person, held, stays_because
from placements.reviewing import door as reviewing
from placements.uploads.door import erase_expired
from sroi.accounts.audit import note
from sroi.accounts.ending import erasing
from sroi.accounts.ending.erasures import list_erased, listed
from sroi.accounts.models import AuditKind, User
from sroi.database.batches import AT_ONCE
from sroi.doors import Act, Refused
from sroi.files.storage import evidence_storage
from sroi.periods import add_months

NEVER_SETTLED_MONTHS = 24
REFUSED = (FulfilmentState.REJECTED, FulfilmentState.WITHDRAWN)
UNFINISHED = (FulfilmentState.DRAFT, FulfilmentState.RETURNED)


@dataclass(frozen=True)
class Due:
    """A version of a fulfilment whose time is over, since when, and by which rule."""

    version: FulfilmentVersion
    since: date
    rule: str


def about_a_person() -> QuerySet[FulfilmentVersion]:
    """Versions that still hold something about a person."""
    evidence = Evidence.objects.filter(kind__in=ABOUT_A_PERSON, erased_at=None).values("version")
    earlier = KeptEdition.objects.filter(version__fulfilment__kind=BlockKind.PLACEMENT)
    of_a_person = ~Q(description="") | ~Q(facts={})
    placements = Q(fulfilment__kind=BlockKind.PLACEMENT) & of_a_person
    return FulfilmentVersion.objects.filter(
        ~Q(candidate_ref="")
        | Q(age_at_start__isnull=False)
        | Q(entitled_until__isnull=False)
        | placements
        | Q(pk__in=evidence)
        | Q(pk__in=earlier.values("version"))
    )


def due(today: date) -> Iterator[Due]:
    """What is to be erased on `today`."""
    allocations = Allocation.objects.select_related("contract__policy")
    versions = (
        about_a_person()
        .select_related("fulfilment")
        .prefetch_related(Prefetch("allocations", allocations))
    )
    policies: dict[int, Policy | None] = {}
    for version in versions.order_by("pk").iterator(chunk_size=AT_ONCE):
        region = version.fulfilment.region_id
        if region not in policies:
            policies[region] = Policy.objects.filter(region=region).on(today)
        policy = policies[region]
        if policy is None:
            # The region begins later: no term holds yet.
            continue
        since, rule = over_on(version, policy)
        if since and since <= today:
            yield Due(version, since, rule)


def over_on(version: FulfilmentVersion, policy: Policy) -> tuple[date | None, str]:
    """The day from which the personal data of a version are erased, and the rule that says so."""
    changed = localdate(version.changed_at)
    if version.state in REFUSED:
        return add_months(changed, policy.retention_rejected_months), "refused"
    if version.state in UNFINISHED:
        return add_months(changed, policy.retention_draft_months), "unfinished"
    days = [contract_over_on(a.contract) for a in version.allocations.all()]
    return max(days, default=None), "contract"


def contracts_over(today: date, since: date = date.min) -> list[int]:
    """The contracts of which nobody is to be called any more, over from `since` on."""
    named = (
        Contract.objects.filter(contact_persons__isnull=False).select_related("policy").distinct()
    )
    return [contract.pk for contract in named if since <= contract_over_on(contract) <= today]


def contract_over_on(contract: Contract) -> date:
    if contract.settled_on:
        return add_months(contract.settled_on, contract.policy.retention_months)
    return add_months(contract.last_counted_day, NEVER_SETTLED_MONTHS)


def erase(found: Iterable[Due], *, at: datetime) -> int:
    """Erase and list; what was erased before stays listed once."""
    rules = {item.version.pk: item.rule for item in found}
    if not rules:
        return 0
    with transaction.atomic():
        erase_again(rules, at=at)
        list_erased(FulfilmentVersion, rules)
    return len(rules)


def erase_again(numbers: Iterable[int], *, at: datetime) -> None:
    """Erase reference, age, entitlement, description and answers of a placement, evidence about the
    person, and what was kept of earlier editions, of these versions.
    """
    keys = list(numbers)
    with transaction.atomic():
        keep_who_is_the_same(keys)
        versions = FulfilmentVersion.objects.filter(pk__in=keys)
        versions.update(candidate_ref="", age_at_start=None, entitled_until=None)
        placements = versions.filter(fulfilment__kind=BlockKind.PLACEMENT)
        placements.update(description="", facts={})
        KeptEdition.objects.filter(
            version__in=keys, version__fulfilment__kind=BlockKind.PLACEMENT
        ).delete()
        evidence = Evidence.objects.filter(
            version__in=keys, kind__in=ABOUT_A_PERSON, erased_at=None
        )
        files = [(e.file.storage, each) for e in evidence if e.file for each in files_of(e)]
        if files:
            evidence_storage().guard()
        evidence.update(
            file="", original_name="", pages=0, seen_how="", content_hash="", erased_at=at
        )
    for storage, name in files:
        storage.delete(name)


def files_of(evidence: Evidence) -> list[str]:
    """The file as it was sent, and the pictures of its pages."""
    name = evidence.file.name or ""
    return [name, *(page_name(name, page + 1) for page in range(evidence.pages))]


def erase_on_request(person: Person, act: Act) -> int:
    """What of one person can go now goes, and the history of each fulfilment says that it did; how
    many versions there were.
    """
    with transaction.atomic():
        rows = list(held(person).select_for_update(of=("self",)))
        goes = [version for version in rows if not stays_because(version)]
        if not goes:
            raise Refused(_("Nothing of this person can be erased now."))
        erase([Due(version, act.today, "asked") for version in goes], at=act.at)
        last = {version.fulfilment_id: version.number for version in goes}
        FulfilmentEvent.objects.bulk_create(
            FulfilmentEvent(
                fulfilment_id=fulfilment,
                version_number=number,
                kind=EventKind.EDITED,
                at=act.at,
                by=act.by,
                why=_("What was kept of the person was erased because they asked"),
            )
            for fulfilment, number in last.items()
        )
        note(AuditKind.ERASED, user=act.by)
    return len(goes)


# What is erased at once by somebody is erased again by the room that owns it.
AGAIN: Mapping[str, Callable[[Collection[int], datetime], None]] = {
    FulfilmentVersion._meta.label_lower: lambda numbers, at: erase_again(numbers, at=at),
    Evidence._meta.label_lower: evidence_door.erase_again,
    ContractDocument._meta.label_lower: dossier.remove_documents_again,
    ContractNote._meta.label_lower: dossier.remove_notes_again,
    ContactPerson._meta.label_lower: dossier.remove_persons_again,
    FirmPerson._meta.label_lower: dossier.remove_firm_persons_again,
    User._meta.label_lower: lambda numbers, at: erase_users_again(numbers),
}


def erase_on_time(*, at: datetime, since: date = date.min) -> list[Due]:
    """What was erased before and came back with a backup; then what became due from `since` on, and
    what is kept for days only.
    """
    today = localdate(at)
    for subject, numbers in listed().items():
        AGAIN[subject](numbers, at)
    dossier.forget_persons(contracts_over(today, since))
    matching.forget_candidates(today)
    erase_expired(at)
    found = [item for item in due(today) if item.since >= since]
    if erase(found, at=at):
        note(AuditKind.ERASED)
    return found


def erase_users_on_time(*, at: datetime) -> None:
    """Roles of who stays away, accounts without a role, invitations that nobody took, old sessions
    and rows of the log, also of what programs read.
    """
    today = localdate(at)
    programs.forget_reads(today)
    returned.forget(at)
    people.forget_invitations(today)
    partners.forget_who_asked(today)
    erasing.forget_sessions(at)
    erasing.forget_log(at)
    people.end_roles_of_who_stays_away(at)
    over = people.accounts_over(today)
    _forget_users(over)
    erasing.erase_accounts(over, "no role")


def erase_users_again(numbers: Collection[int]) -> None:
    _forget_users(numbers)
    erasing.erase_accounts_again(numbers)


def _forget_users(numbers: Collection[int]) -> None:
    reviewing.forget_desks(numbers)
    desk.forget_people(numbers)
    people.forget_accounts(numbers)


def by_rule(found: Iterable[Due]) -> dict[str, int]:
    return dict(sorted(Counter(item.rule for item in found).items()))

"""The register of social firms, and its one door: propose, recognise, decline, describe, end, take back, publish.

A region recognises a firm from a day on, by a kind of recognition; on a day of payment within that time its invoices
can count. Which blocks a recognition opens is said by the valuation table (`recognitions` of a block); a block that
names none is open with any. Firms are shared by all regions, as contractors are; recognitions are of one region.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from contracts.models import (
    BuildingBlock,
    Contractor,
    FirmProposal,
    ProposalState,
    Recognition,
    RecognitionKind,
    Region,
    SocialFirm,
)
from contracts.models.organisation import folded
from sroi.access import STAFF, Access, Role, visible
from sroi.doors import Refused
from sroi.history.keeping import WHY

FOUND = 8
SHORTEST_SEARCH = 2


@dataclass(frozen=True)
class Facts:
    """What is told of a firm."""

    name: str
    place: str = ""
    offers: str = ""
    website: str = ""


@dataclass(frozen=True)
class RecognisedAs:
    """By what a firm is recognised, from when until when, and how that was established."""

    kind: str
    valid_from: date
    valid_until: date | None = None
    is_public: bool = False
    grounds: str = ""


# --- who may --------------------------------------------------------------------------------------------------------


def may_propose(access: Access) -> bool:
    return access.has(Role.CONTRACTOR)


def may_recognise(access: Access, region_id: int | None = None) -> bool:
    return access.has(Role.ADVISER, region_id=region_id)


def may_describe(access: Access, firm: SocialFirm) -> bool:
    """An adviser of a region that recognises it, or did."""
    mine = access.regions_of(Role.ADVISER)
    return firm.recognitions.filter(region__in=mine).exists()


def may_see_register(access: Access) -> bool:
    """Every recognition, also those that are over or not public, with their history."""
    return access.has(*STAFF)


# --- what is recognised ---------------------------------------------------------------------------------------------


def holding(day: date) -> Q:
    """The recognitions that hold on a day."""
    return Q(revoked_at=None, valid_from__lte=day) & (Q(valid_until=None) | Q(valid_until__gte=day))


class Recognitions:
    """The recognitions in some regions of firms with these KvK numbers or names, looked up at once."""

    def __init__(self, regions: Collection[int], kvks: Iterable[str], names: Iterable[str]) -> None:
        self._by_kvk: dict[tuple[int, str], list[Recognition]] = defaultdict(list)
        self._by_name: dict[tuple[int, str], list[Recognition]] = defaultdict(list)
        known = set(filter(None, kvks))
        called = {folded(name)[:200] for name in names if name}
        if not known and not called:
            return
        rows = Recognition.objects.filter(
            Q(firm__kvk__in=known) | Q(firm__name_folded__in=called), region__in=regions, revoked_at=None
        )
        for recognition in rows.select_related("firm"):
            self._by_kvk[recognition.region_id, recognition.firm.kvk].append(recognition)
            self._by_name[recognition.region_id, recognition.firm.name_folded].append(recognition)

    def of(self, region: int, kvk: str, name: str) -> list[Recognition]:
        """Those of a supplier, by its KvK number; by its name only where no number was given."""
        if kvk:
            return self._by_kvk[region, kvk]
        return self._by_name[region, folded(name)[:200]] if name else []

    def kinds_on(self, region: int, kvk: str, name: str, day: date) -> set[str]:
        return {r.kind for r in self.of(region, kvk, name) if r.holds_on(day)}


def is_open(block: BuildingBlock, kinds: Collection[str]) -> bool:
    """Whether a block counts for a firm with these recognitions; where the table names none, every firm's invoice."""
    return not block.recognitions or bool(set(block.recognitions) & set(kinds))


def kinds_in_words(kinds: Iterable[str]) -> str:
    return ", ".join(str(RecognitionKind(kind).label) for kind in RecognitionKind.values if kind in set(kinds))


def find_firms(regions: Collection[int], text: str, day: date) -> list[SocialFirm]:
    """The firms that these regions recognise on a day, by part of the name or the beginning of the KvK number."""
    text = text.strip()
    if len(text) < SHORTEST_SEARCH:
        return []
    now = Recognition.objects.filter(holding(day), region__in=regions)
    found = SocialFirm.objects.filter(
        Q(name_folded__contains=folded(text)) | Q(kvk__startswith=text), pk__in=now.values("firm")
    )
    return list(
        found.prefetch_related(Prefetch("recognitions", now, to_attr="holding_now")).order_by("name_folded")[:FOUND]
    )


def public_recognitions(today: date) -> QuerySet[Any]:
    """What everyone may know: recognitions that hold and that an adviser marked public."""
    rows: QuerySet[Any] = Recognition.objects.filter(holding(today), is_public=True)
    return rows.select_related("region").order_by("kind", "region__title_nl")


def public_firms(today: date) -> QuerySet[Any]:
    """The directory: firms with a recognition that everyone may know."""
    shown = public_recognitions(today)
    rows: QuerySet[Any] = SocialFirm.objects.filter(pk__in=shown.order_by().values("firm"))
    return rows.prefetch_related(Prefetch("recognitions", shown, to_attr="shown")).order_by("name_folded", "pk")


def public_regions(today: date) -> list[Region]:
    rows = Region.objects.filter(pk__in=public_recognitions(today).order_by().values("region"))
    return list(rows)


# --- proposing ------------------------------------------------------------------------------------------------------


def parties(access: Access) -> list[tuple[Region, Contractor]]:
    """For whom this person may propose: their contractor in each of its regions."""
    grants = access.grants_for([Role.CONTRACTOR])
    regions = {region.pk: region for region in visible(Region, access)}
    contractors = {c.pk: c for c in Contractor.objects.filter(pk__in={g.contractor_id for g in grants})}
    found = {(g.region_id, g.contractor_id) for g in grants}
    return [(regions[r], contractors[c]) for r, c in sorted(found) if r in regions and c in contractors]


def propose(proposal: FirmProposal, *, by: Any, at: datetime) -> FirmProposal:
    """Ask an adviser to recognise a firm; while one waits, the same contractor proposes it no second time."""
    proposal.proposed_by, proposal.proposed_at = by, at
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("You proposed this firm already; the adviser has not answered yet.")) from None
    return proposal


def decline(proposal: FirmProposal, *, by: Any, at: datetime, why: str) -> None:
    if not why.strip():
        raise Refused(_("Write why not, so that the contractor knows."))
    _answer(proposal, ProposalState.DECLINED, by, at, why)


def _answer(proposal: FirmProposal, state: str, by: Any, at: datetime, why: str) -> None:
    """Answer where there is no answer yet; of two people at once one succeeds."""
    waiting = FirmProposal.objects.filter(pk=proposal.pk, state=ProposalState.OPEN)
    if not waiting.update(state=state, answered_by=by, answered_at=at, answer=why[:1000]):
        raise Refused(_("Someone answered this proposal already."))


# --- recognising ----------------------------------------------------------------------------------------------------


def recognise(
    region: Region,
    kvk: str,
    facts: Facts,
    terms: RecognisedAs,
    *,
    by: Any,
    at: datetime,
    proposal: FirmProposal | None = None,
) -> Recognition:
    """Recognise a firm, known or new; with `proposal` that is the answer to it."""
    _refuse_impossible(terms)
    with transaction.atomic():
        if proposal:
            _answer(proposal, ProposalState.ACCEPTED, by, at, "")
        recognition = Recognition(firm=_firm(kvk, facts, by, at), region=region, **_as_fields(terms))
        if _overlapping(recognition).exists():
            raise Refused(_("This firm has this recognition in this time already."))
        _keep(recognition, by, at, terms.grounds)
    return recognition


def _firm(kvk: str, facts: Facts, by: Any, at: datetime) -> SocialFirm:
    """The firm with this number, told of as `facts` say; whoever recognises it at the same moment waits here."""
    firm = SocialFirm.objects.select_for_update().filter(kvk=kvk).first()
    if firm is None:
        firm = SocialFirm(kvk=kvk, **_as_fields(facts))
        try:
            with transaction.atomic():
                _keep(firm, by, at, "")
        except IntegrityError:
            raise Refused(_("Someone added this firm at the same moment. Look at it again.")) from None
    elif facts != facts_of(firm):
        _tell(firm, facts, by, at)
    return firm


def _refuse_impossible(terms: RecognisedAs) -> None:
    if terms.valid_until and terms.valid_until < terms.valid_from:
        raise Refused(_("The last day of the recognition lies before its first."))
    if not terms.grounds.strip():
        raise Refused(_("Write how this was established."))


def _overlapping(new: Recognition) -> QuerySet[Any]:
    """Recognitions of the same firm, kind and region on a day on which the new one holds."""
    same = Recognition.objects.filter(region=new.region, firm=new.firm, kind=new.kind, revoked_at=None)
    begun = same.filter(valid_from__lte=new.valid_until) if new.valid_until else same
    return begun.filter(Q(valid_until=None) | Q(valid_until__gte=new.valid_from))


def facts_of(firm: SocialFirm | FirmProposal) -> Facts:
    return Facts(**{field.name: getattr(firm, field.name) for field in fields(Facts)})


def describe(firm: SocialFirm, facts: Facts, *, by: Any, at: datetime) -> None:
    """Tell other facts of a firm; what they were stays in its history."""
    with transaction.atomic():
        _tell(SocialFirm.objects.select_for_update().get(pk=firm.pk), facts, by, at)


def _tell(firm: SocialFirm, facts: Facts, by: Any, at: datetime) -> None:
    for name, value in _as_fields(facts).items():
        setattr(firm, name, value)
    _keep(firm, by, at, "")


def end(recognition: Recognition, last: date, *, by: Any, at: datetime, why: str) -> None:
    """It holds no longer than `last`: a certificate was withdrawn, or ran out."""
    with transaction.atomic():
        now = _locked(recognition)
        if last < now.valid_from:
            raise Refused(_("Then it never held. Was it a mistake? Then take it back as a whole."))
        now.valid_until = last
        _keep(now, by, at, why)


def take_back(recognition: Recognition, *, by: Any, at: datetime, why: str) -> None:
    """It was a mistake: it never counted."""
    with transaction.atomic():
        now = _locked(recognition)
        now.revoked_at, now.is_public = at, False
        _keep(now, by, at, why)


def publish(recognition: Recognition, is_public: bool, *, by: Any, at: datetime) -> None:
    with transaction.atomic():
        now = _locked(recognition)
        now.is_public = is_public
        _keep(now, by, at, _("Shown in the public directory") if is_public else _("Taken out of the public directory"))


def _locked(recognition: Recognition) -> Recognition:
    now: Recognition = Recognition.objects.select_for_update().get(pk=recognition.pk)
    if now.revoked_at:
        raise Refused(_("This recognition was taken back already."))
    return now


def _keep(row: SocialFirm | Recognition, by: Any, at: datetime, why: str) -> None:
    row._history_user, row._history_date, row._change_reason = by, at, why[:WHY]  # type: ignore[union-attr]
    row.save()


def _as_fields(given: Facts | RecognisedAs) -> dict[str, Any]:
    return {field.name: getattr(given, field.name) for field in fields(given)}

"""Importing fulfilments: every faulty cell named, then all or nothing through the door.

`accepted` is taken only by the command line, for history that was decided elsewhere: those rows
count as accepted by the import, skip four eyes and evidence, and an `accepted_value` keeps what was
decided then. The same file again changes nothing; a row may move on (draft → submitted → accepted),
and mends what was not reviewed yet. Format: DOMAIN.md section 10.
"""

from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contracts.facts.rules import firm_before
from contracts.imports.outcome import Bring, Outcome, importer
from contracts.models import (
    BlockKind,
    BuildingBlock,
    Contract,
    ContractState,
    Policy,
    Region,
    ValuationTable,
)
from contracts.models.organisation import folded
from contracts.social_firms.recognition import Recognitions
from placements.claims import proof, requirements
from placements.claims.content import FROM_THE_FIRST_DAY, Content, Draft
from placements.claims.people import residence_called, residences
from placements.imports.columns import COLUMNS, STATUSES
from placements.life import door as life
from placements.life import handing_in
from placements.models import Fulfilment, FulfilmentState, FulfilmentVersion, Moment
from placements.outcomes.door import GONE, does_not_count, may_not_be_told, tell_all
from placements.outcomes.words import OUTCOME_COLUMNS
from placements.rights import OPEN_TO_EDIT
from sroi.doors import Act
from sroi.exchange import Parsed, PerReference, Row
from sroi.money import ZERO
from sroi.templatetags.formats import long_date

COPIED = (
    *(
        "description",
        "candidate_ref",
        "start_date",
        "end_date",
        "age_at_start",
        "permanent_contract",
        "entitled_until",
        "origin",
        "residence",
    ),
    *(
        "supplier_name",
        "supplier_kvk",
        "invoice_number",
        "amount",
        "paid_on",
        "quantity",
        "activity_date",
    ),
    *("policy_field", "performed_by"),
)


# What is said of it when it changes; the rest is about a person.
TOLD = ("description", "supplier_name", "invoice_number", "amount", "paid_on", "quantity")
# By which it is known on whose days it was.
BEGINS = ("start_date", "activity_date", "paid_on")


@dataclass
class Planned:
    """A row that is to be recorded or to move on."""

    row: Row
    draft: Draft
    known: Fulfilment | None = None
    # Of a known one: whether the row says something else than what was recorded, and whether it
    # brings it further; what became of the person is told beside that.
    mends: bool = False
    moves: bool = True
    outcomes: Mapping[str, str] = field(default_factory=dict)


class FulfilmentIntake:
    """Checks the rows of a fulfilments file against the contracts of the region, all read at once.

    With `contracts` only those can be named: another one is as missing as one that never was. That
    is how a browser imports, and there it ends at submitted.
    """

    def __init__(
        self, region: Region, parsed: Parsed, today: date, contracts: QuerySet[Any] | None = None
    ) -> None:
        self.region, self.parsed, self.today = region, parsed, today
        self.may_accept = contracts is None
        references = {name for row in parsed.every for name in row["contracts"] or ()}
        named = Contract.objects.filter(region=region, reference__in=references)
        rows = named.select_related("contractor")
        if contracts is not None:
            rows = rows.filter(pk__in=contracts.order_by().values("pk"))
        self.contracts = {c.reference: c for c in rows}
        # By contract that was taken over the firm that had it before.
        self.before: dict[int, Any] = {}
        policies = Policy.objects.in_bulk({c.policy_id for c in self.contracts.values()})
        for contract in self.contracts.values():
            contract.policy = policies[contract.policy_id]
        tables = ValuationTable.objects.filter(pk__in={c.table_id for c in self.contracts.values()})
        self.blocks: dict[int | None, dict[str, BuildingBlock]] = defaultdict(dict)
        self.facts: dict[int | None, list[str]] = defaultdict(list)
        for table in tables.prefetch_related("blocks"):
            self.blocks[table.pk] = {block.code: block for block in table.blocks.all()}
            self.facts[table.pk] = [fact["code"] for fact in table.facts]
        self.register = Recognitions(
            [region.pk],
            {r["supplier_kvk"] for r in parsed.rows},
            {r["supplier_name"] for r in parsed.rows},
        )
        self.residences = residences(region.pk)
        known = Fulfilment.objects.filter(
            region=region, external_id__in={r["external_id"] for r in parsed.rows}
        )
        self.known = {
            (f.contractor_id, f.external_id): f
            for f in known.select_related("latest").prefetch_related(
                "latest__terms", "latest__allocations__block", "outcomes"
            )
        }

    def run(self, outcome: Outcome) -> list[Planned]:
        self._look_up_the_faulty()
        planned = []
        seen: set[tuple[int, str]] = set()
        for row in self.parsed.rows:
            if key := self._as_it_is(row):
                seen.add(key)
                outcome.unchanged.append(row.number)
                continue
            contracts = self._contracts(row)
            if not contracts:
                continue
            self._by_code(row, contracts)
            self._check(row, contracts)
            firm = self._firm(row, contracts)
            key = (firm, row["external_id"])
            if key in seen:
                self._fault(row, "external_id", _("This number stands in the file twice."))
            seen.add(key)
            known = self.known.get(key)
            elsewhere = row["status"] == FulfilmentState.ACCEPTED
            content = self._content(row, contracts, known)
            self._check_claim(row, content)
            one = Planned(row, Draft(self._fulfilment(row, firm), content, elsewhere), known)
            one.outcomes = self._outcomes(row, known)
            named = [block for _contract, block, _part in content.allocations]
            extra = self.blocks[contracts[0].table_id]
            lives = row["residence"]
            outcome.tell(
                row,
                client_names={lives: self.residences[lives]} if lives in self.residences else {},
                contractor=self._name_of(firm, contracts),
                block_titles=[*dict.fromkeys(block.label for block in named)],
                bonus_titles=[extra[code].label for code in row["bonuses"] if code in extra],
            )
            if known is None:
                planned.append(one)
                outcome.new.append(row.number)
                continue
            one.moves = self._moves_on(one, known)
            if one.moves or one.outcomes:
                planned.append(one)
                outcome.changed.append(row.number)
                outcome.tell(row, changes=_changes(one))
            else:
                outcome.unchanged.append(row.number)
        return planned

    def _look_up_the_faulty(self) -> None:
        for row in self.parsed.faulty:
            contracts = self._contracts(row) if row["contracts"] else []
            if "kind" in row.values:
                self._check_people(row)
            if contracts and {"kind", "block"} <= row.values.keys():
                self._by_code(row, contracts)
                self._blocks_of(row, contracts)
                self._check_bonuses(row, contracts)
                self._check_facts(row, contracts)

    def _as_it_is(self, row: Row) -> tuple[int, str] | None:
        """The fulfilment of which a row says what it is now, in whatever state: nothing is asked
        of that.
        """
        contracts = [self.contracts.get(reference) for reference in row["contracts"]]
        named = [contract for contract in contracts if contract]
        if len(named) < len(contracts):
            return None
        before = self._before_it_was_taken_over(row, named)
        firm = before[1].contractor_id if before else named[0].contractor_id
        known = self.known.get((firm, row["external_id"]))
        if known is None or known.latest is None or known.kind != row["kind"]:
            return None
        told = {one.moment: one.outcome for one in known.outcomes.all()}
        tells = any(
            row[column] not in ("", told.get(moment)) for moment, column in OUTCOME_COLUMNS.items()
        )
        if tells or ("status" in self.parsed.positions and row["status"] != known.latest.state):
            return None
        self._by_code(row, named)
        content = self._content(row, named, known)
        content.fields["residence"] = (
            residence_called(content.fields["residence"], self.residences)
            or content.fields["residence"]
        )
        is_same = _same(known.latest, content, ignore_confirmed=row["confirmed_until"] is None)
        return (firm, row["external_id"]) if is_same else None

    def _outcomes(self, row: Row, known: Fulfilment | None) -> dict[str, str]:
        """What the row tells became of the person, and is not known yet."""
        told = {moment: row[column] for moment, column in OUTCOME_COLUMNS.items() if row[column]}
        if told and known and known.latest and known.latest.state in GONE:
            self._fault(row, "external_id", does_not_count())
        for moment in told:
            if why := may_not_be_told(row["kind"], row["end_date"], moment, self.today):
                self._fault(row, OUTCOME_COLUMNS[moment], why)
        before = {one.moment: one.outcome for one in known.outcomes.all()} if known else {}
        return {moment: became for moment, became in told.items() if before.get(moment) != became}

    def _by_code(self, row: Row, contracts: list[Contract]) -> None:
        """The block of each contract and the bonuses by their codes, however they were named."""
        named: PerReference = row["block"]
        row.values["block"] = PerReference(
            by_reference={
                c.reference: self._code(c, word, row["kind"])
                for c in contracts
                if (word := named.of(c.reference))
            }
        )
        bonuses = (self._code(contracts[0], word, BlockKind.BONUS) for word in row["bonuses"])
        row.values["bonuses"] = [*dict.fromkeys(bonuses)]

    def _code(self, contract: Contract, word: str, kind: str) -> str:
        """The code of the one block of this kind that is called so, in any of our languages; else
        the word as it is.
        """
        blocks = self.blocks[contract.table_id]
        called = {
            block.code
            for block in blocks.values()
            if block.kind == kind
            and _said(word) in map(_said, (block.code, block.label_nl, block.label_en))
        }
        return word if word in blocks or len(called) != 1 else called.pop()

    def _fault(self, row: Row, column: str, reason: str) -> None:
        self.parsed.refuse(row, column, reason)

    def _contracts(self, row: Row) -> list[Contract]:
        found: list[Contract] = []
        for reference in row["contracts"]:
            contract = self.contracts.get(reference)
            if contract is None:
                reason = _("There is no contract %(ref)s in this region.") % {"ref": reference}
            elif contract.state in (
                ContractState.DRAFT,
                ContractState.CANCELLED,
                ContractState.SETTLED,
            ):
                reason = _(
                    "Contract %(ref)s takes no fulfilments: it is a draft, cancelled or settled."
                )
                reason %= {"ref": reference}
            elif contract.table_id is None:
                reason = _("No valuation table is pinned to contract %(ref)s.") % {"ref": reference}
            elif found and contract.contractor_id != found[0].contractor_id:
                reason = _("Contract %(ref)s is of another contractor than the first one.") % {
                    "ref": reference
                }
            else:
                found.append(contract)
                continue
            self._fault(row, "contracts", reason)
            return []
        return found

    def _blocks_of(self, row: Row, contracts: list[Contract]) -> list[BuildingBlock]:
        """The block under each contract; a fault where the table has none of that code and kind."""
        codes: PerReference = row["block"]
        found = []
        for contract in contracts:
            code = codes.of(contract.reference)
            block = self.blocks[contract.table_id].get(code or "")
            if not code:
                self._fault(
                    row,
                    "block",
                    _("There is no block for contract %(ref)s.") % {"ref": contract.reference},
                )
            elif block is None or block.kind != row["kind"]:
                fitting = [
                    b.code for b in self.blocks[contract.table_id].values() if b.kind == row["kind"]
                ]
                self._fault(
                    row,
                    "block",
                    _(
                        "The table of contract %(ref)s has no such block for a %(kind)s. It has:"
                        " %(codes)s."
                    )
                    % {
                        "ref": contract.reference,
                        "kind": row["kind"],
                        "codes": ", ".join(fitting) or "–",
                    },
                )
            else:
                found.append(block)
        return found

    def _check(self, row: Row, contracts: list[Contract]) -> None:
        self._blocks_of(row, contracts)
        if row["hours_per_week"] is not None and row["hours_terms"]:
            self._fault(row, "hours_terms", _("Fill in one of both: the hours, or those in time."))
        self._check_bonuses(row, contracts)
        self._check_facts(row, contracts)
        self._check_people(row)
        self._check_decision(row)

    def _check_people(self, row: Row) -> None:
        """Where the person lives by its code; both choices go with a placement."""
        if row["kind"] != BlockKind.PLACEMENT:
            for column in ("origin", "residence"):
                if row[column]:
                    self._fault(row, column, _("This is asked of a placement only."))
            return
        if not row["residence"]:
            return
        code = residence_called(row["residence"], self.residences)
        if code is None:
            places = ", ".join([*self.residences.values()])
            self._fault(row, "residence", _("Choose one of: %(options)s.") % {"options": places})
        row.values["residence"] = code or ""

    def _check_bonuses(self, row: Row, contracts: list[Contract]) -> None:
        known = {
            code
            for c in contracts
            for code, b in self.blocks[c.table_id].items()
            if b.kind == BlockKind.BONUS
        }
        why = _("There is no bonus %(code)s. There are: %(codes)s.")
        self._check_codes(row, "bonuses", known, why)

    def _check_facts(self, row: Row, contracts: list[Contract]) -> None:
        known = {code for c in contracts for code in self.facts[c.table_id]}
        why = _("There is no question %(code)s. There are: %(codes)s.")
        self._check_codes(row, "facts", known, why)

    def _check_codes(self, row: Row, column: str, known: set[str], why: str) -> None:
        options = ", ".join(sorted(known)) or "–"
        for code in row[column]:
            if code not in known:
                self._fault(row, column, why % {"code": code, "codes": options})

    def _check_claim(self, row: Row, content: Content) -> None:
        """What the form and the door ask as well, by the status that the row is to get."""
        kind, status = row["kind"], row["status"]
        found = [
            *requirements.wrong(content, self.today),
            *requirements.too_early(row["start_date"], row["confirmed_until"]),
        ]
        if status == FulfilmentState.SUBMITTED:
            found += requirements.lacking(kind, content)
            found += requirements.closed(kind, self.region.pk, content, self.register, self.today)
        elif status == FulfilmentState.ACCEPTED:
            blocks = [block for _contract, block, _percent in content.allocations]
            excused = requirements.excused_in_history(blocks, row["accepted_value"] is not None)
            found += requirements.lacking(kind, content, excused)
            known = {objection.field for objection in found}
            later = requirements.not_yet(kind, content.fields, self.today)
            found += [objection for objection in later if objection.field not in known]
        for objection in found:
            self._fault(row, *objection)

    def _check_decision(self, row: Row) -> None:
        if row["status"] == FulfilmentState.ACCEPTED and not self.may_accept:
            self._fault(
                row,
                "status",
                _(
                    "Here an import ends at submitted: an adviser accepts. Choose draft or"
                    " submitted."
                ),
            )
        if row["status"] not in STATUSES:
            words = ", ".join(str(state.label) for state in STATUSES[:-1])
            reason = _("An import does not make it so. Choose one of: %(options)s.")
            self._fault(row, "status", reason % {"options": words})
        decided = row["accepted_value"]
        if decided is None:
            return
        if row["status"] != FulfilmentState.ACCEPTED:
            self._fault(row, "accepted_value", _("A decided value goes with status accepted only."))
        if not row["accepted_reason"]:
            self._fault(row, "accepted_reason", _("A decided value needs its reason."))

    def _firm(self, row: Row, contracts: list[Contract]) -> int:
        """Whose it is. What began before another took a contract over is of the firm before; that
        one begins nothing new any more, so only history and what is known of it is taken.
        """
        taken_over = self._before_it_was_taken_over(row, contracts)
        if taken_over is None:
            return contracts[0].contractor_id
        contract, before = taken_over
        known = (before.contractor_id, row["external_id"]) in self.known
        if not (known or self.may_accept):
            reason = _(
                "This began before %(name)s took over contract %(ref)s on %(day)s, so it is"
                " of %(before)s. Nothing new is recorded for that firm."
            ) % {
                "name": contract.contractor.name,
                "ref": contract.reference,
                "day": long_date(contract.contractor_since),
                "before": before.contractor.name,
            }
            self._fault(row, "contracts", reason)
        found: int = before.contractor_id
        return found

    def _name_of(self, firm: int, contracts: list[Contract]) -> str:
        """The firm: that of the contracts, or the one that had one of them before."""
        before = (found.contractor for c in contracts if (found := self.before.get(c.pk)))
        firms = (*(c.contractor for c in contracts), *before)
        return next(str(one) for one in firms if one.pk == firm)

    def _before_it_was_taken_over(
        self, row: Row, contracts: list[Contract]
    ) -> tuple[Contract, Any] | None:
        """The contract that another firm had when this began, and that firm."""
        begun = next((day for name in BEGINS if (day := row[name])), None)
        for contract in contracts:
            since = contract.contractor_since
            if begun is None or since is None or begun >= since:
                continue
            if before := self._before(contract):
                return contract, before
        return None

    def _before(self, contract: Contract) -> Any:
        if contract.pk not in self.before:
            self.before[contract.pk] = firm_before(contract)
        return self.before[contract.pk]

    def _fulfilment(self, row: Row, firm: int) -> Fulfilment:
        return Fulfilment(
            region=self.region,
            contractor_id=firm,
            external_id=row["external_id"],
            kind=row["kind"],
        )

    def _content(
        self, row: Row, contracts: list[Contract], known: Fulfilment | None = None
    ) -> Content:
        """What the row says. Of what is known a column that the file lacks stays as it is."""
        fields = {name: row[name] for name in COPIED}
        fields["bonuses"] = list(row["bonuses"])
        fields["facts"] = dict(row["facts"])
        fields["decided_value"] = row["accepted_value"]
        fields["decided_reason"] = (
            row["accepted_reason"] if row["accepted_value"] is not None else ""
        )
        if row["kind"] == BlockKind.PLACEMENT:
            fields["confirmed_until"] = row["confirmed_until"] or min(
                row["end_date"] or self.today, self.today
            )
        if version := known and known.latest:
            columns = {"decided_value": "accepted_value", "decided_reason": "accepted_value"}
            for name in fields:
                if columns.get(name, name) not in self.parsed.positions:
                    fields[name] = getattr(version, name)
        codes: PerReference = row["block"]
        allocations = [
            (contract, block, row["contracts"][contract.reference])
            for contract in contracts
            if (block := self.blocks[contract.table_id].get(codes.of(contract.reference) or ""))
        ]
        return Content(fields, self._hours(row, known), allocations)

    def _hours(self, row: Row, known: Fulfilment | None) -> list[tuple[date, Decimal]]:
        there = {"hours_per_week", "hours_terms"} & set(self.parsed.positions)
        if known and known.latest and not there:
            return [(t.first_day, t.hours_per_week) for t in known.latest.terms.all()]
        if row["hours_terms"]:
            return [*row["hours_terms"]]
        if row["hours_per_week"] is None:
            return []
        return [(row["start_date"] or FROM_THE_FIRST_DAY, row["hours_per_week"])]

    def _moves_on(self, one: Planned, known: Fulfilment) -> bool:
        """Whether a recorded fulfilment is mended or moves on by this row; a fault where it
        cannot.
        """
        version = known.latest
        assert version is not None
        same = _same(
            version, one.draft.content, ignore_confirmed=one.row["confirmed_until"] is None
        )
        one.mends = not same
        if version.state in (FulfilmentState.DRAFT, FulfilmentState.RETURNED):
            return not same or one.row["status"] != FulfilmentState.DRAFT
        if not same:
            self._fault(
                one.row,
                "external_id",
                _(
                    "This was handed in already with other contents. Change it at the fulfilment"
                    " itself."
                ),
            )
        return (
            version.state == FulfilmentState.SUBMITTED
            and one.row["status"] == FulfilmentState.ACCEPTED
        )


def _changes(planned: Planned) -> list[list[str]]:
    """What a row changes of what is known: the column, what stands there and what it becomes, in
    words; of what is about a person the column alone.
    """
    assert planned.known is not None
    version = planned.known.latest
    assert version is not None
    now = {name: getattr(version, name) for name in planned.draft.content.fields}
    found = [
        [name, _in_words(before), _in_words(after)] if name in TOLD else [name, "", ""]
        for name, before in now.items()
        if (before or None) != ((after := planned.draft.content.fields[name]) or None)
    ]
    if sorted((t.first_day, t.hours_per_week) for t in version.terms.all()) != sorted(
        planned.draft.content.hours
    ):
        found.append(["hours_per_week", "", ""])
    status, states = planned.row["status"], FulfilmentState
    if planned.moves and status not in (FulfilmentState.DRAFT, version.state):
        found.append(["status", str(states(version.state).label), str(states(status).label)])
    found += [[OUTCOME_COLUMNS[Moment(moment)], "", ""] for moment in planned.outcomes]
    return found


def _in_words(value: Any) -> str:
    return long_date(value) if isinstance(value, date) else "" if value is None else str(value)


def _said(title: str) -> str:
    """A title as it is compared. Its signs stay: `Bijstand < 2 jaar` is not `Bijstand > 2 jaar`."""
    return " ".join(folded(title).split())


def _same(version: FulfilmentVersion, content: Content, *, ignore_confirmed: bool) -> bool:
    fields = {
        k: v for k, v in content.fields.items() if not (ignore_confirmed and k == "confirmed_until")
    }
    if version.permanent_contract is False and fields["permanent_contract"] is None:
        # An empty cell was kept as no before “not answered” was known.
        del fields["permanent_contract"]
    return (
        all(getattr(version, name) == value for name, value in fields.items())
        and sorted((t.first_day, t.hours_per_week) for t in version.terms.all())
        == sorted(content.hours)
        and {(a.contract_id, a.block.code, a.percent) for a in version.allocations.all()}
        == {(contract.pk, block.code, part) for contract, block, part in content.allocations}
    )


@importer(COLUMNS)
def import_fulfilments(
    region: Region,
    parsed: Parsed,
    outcome: Outcome,
    act: Act,
    contracts: QuerySet[Any] | None = None,
) -> Bring:
    """Record the fulfilments of a file, hand in and accept as their status says, all or none."""
    planned = FulfilmentIntake(region, parsed, act.today, contracts).run(outcome)
    faulty = {fault.row for fault in outcome.faults}
    _ask(parsed, [p for p in planned if p.row.number not in faulty], outcome)
    why = replace(act, why=_("Import of fulfilments"))
    outcome.before = partial(life.complete, [p.draft for p in _handed_in(planned)], why)
    return lambda answered: _record(region, planned, why, answered)


def _ask(parsed: Parsed, planned: list[Planned], outcome: Outcome) -> None:
    """What it is worth as far as it is complete; of what is to be handed in what is doubted, and
    what evidence it lacks.
    """
    states = FulfilmentState
    moving = [p for p in planned if p.moves and p.row["status"] != states.ACCEPTED]
    handed_in = [p for p in moving if p.row["status"] == states.SUBMITTED]
    whole = [p for p in moving if not any(requirements.lacking(p.row["kind"], p.draft.content))]
    life.work_out([p.draft for p in whole])
    for p in whole:
        outcome.tell(p.row, claimed=str(sum(p.draft.content.worth, ZERO)))
    known = proof.there({p.known.pk: p.draft.content.fields for p in handed_in if p.known})
    for p in handed_in:
        outcome.doubt(parsed, p.row, handing_in.doubts_of(p.draft))
        blocks = [block for _contract, block, _percent in p.draft.content.allocations]
        there = known[p.known.pk] if p.known else ()
        if lacking := [code for code in proof.asked(blocks) if code not in there]:
            parsed.warn(p.row, "status", proof.still_missing(lacking), "lacks_evidence")


def _handed_in(planned: list[Planned]) -> list[Planned]:
    """Of what is new, what does not stay a draft."""
    drafts = FulfilmentState.DRAFT
    return [p for p in planned if p.known is None and p.row["status"] != drafts]


def _record(region: Region, planned: list[Planned], act: Act, answered: Container[str]) -> None:
    fresh = [p for p in planned if p.known is None]
    moving = [p for p in planned if p.known is not None and p.moves]
    handed_in = _handed_in(planned)
    life.draft([p.draft for p in fresh if p.row["status"] == FulfilmentState.DRAFT], act)
    new = life.hand_in([p.draft for p in handed_in], act, answered)
    versions = list(zip((p.row["status"] for p in handed_in), new, strict=True))
    moved = [(p.row["status"], _mended(p, p.known, act)) for p in moving if p.known]
    versions += [(status, version) for status, version in moved if status != FulfilmentState.DRAFT]
    for state in (FulfilmentState.SUBMITTED, FulfilmentState.ACCEPTED):
        waiting = [
            v for status, v in versions if status == state and v.state != FulfilmentState.SUBMITTED
        ]
        life.submit(
            waiting, act, decided_elsewhere=state == FulfilmentState.ACCEPTED, answered=answered
        )
    accepted = [v for status, v in versions if status == FulfilmentState.ACCEPTED]
    life.accept(accepted, act, region=region, decided_elsewhere=True)
    _tell_outcomes(planned, act)


def _tell_outcomes(planned: list[Planned], act: Act) -> None:
    """What the rows tell became of people, of the versions as they are now."""
    telling = [p for p in planned if p.outcomes]
    keys = [(p.known or p.draft.fulfilment).pk for p in telling]
    now = Fulfilment.objects.select_related("latest", "accepted").in_bulk(keys)
    told = zip(keys, telling, strict=True)
    tell_all([(now[key], *one) for key, p in told for one in p.outcomes.items()], act)


def _mended(planned: Planned, known: Fulfilment, act: Act) -> FulfilmentVersion:
    """The version of a known one, saying what the row says."""
    version = known.latest
    assert version is not None  # every fulfilment has a first version
    version.fulfilment = known
    if version.state not in OPEN_TO_EDIT:
        if planned.row["accepted_value"] is not None:
            raise life.Refused(_("A decided value can be given only for what is new."))
    elif planned.mends:
        life.edit(version, planned.draft.content, act)
    return version

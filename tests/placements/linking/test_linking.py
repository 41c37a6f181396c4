"""One effort that counts in several regions: linked by who works for the firm there, and together
never more than the whole.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import hypothesis
import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Contract
from contracts.people.membership import access_of
from placements.claims import whole
from placements.claims.content import Content, Draft, content_of
from placements.imports.door import import_fulfilments
from placements.ledger.verification import differences
from placements.life import door as life
from placements.linking import door as linking
from placements.linking.alike import alike, together
from placements.models import EventKind, Fulfilment, FulfilmentState, FulfilmentVersion
from sroi.access import Access, Role
from sroi.doors import EVERYTHING, DoneAlready, Refused
from sroi.exchange import read_rows
from tests import factories as make
from tests.factories import act

pytestmark = pytest.mark.django_db
D = Decimal


class Firm:
    """A contractor with a contract in each of some regions, and a person who works for it in
    all.
    """

    def __init__(self, *codes: str) -> None:
        self.contractor = make.make_contractor()
        self.regions = [make.make_region(code, f"Regio {code}") for code in codes]
        self.contracts = [make.make_contract(one, self.contractor) for one in self.regions]
        self.person = make.make_user(
            Role.CONTRACTOR, self.regions[0], contractor=self.contractor, name="Wil van de Firma"
        )
        for region in self.regions[1:]:
            make.join(self.person, Role.CONTRACTOR, region, contractor=self.contractor)

    @property
    def access(self) -> Access:
        return access_of(self.person)

    def purchase(self, at: int, share: str = "100", **fields: Any) -> Fulfilment:
        return purchase(self.contracts[at], D(share), **fields)

    def link(self, one: Fulfilment, other: Fulfilment) -> None:
        linking.link(one, other, self.access, act(self.person))


def purchase(contract: Contract, share: Decimal, **fields: Any) -> Fulfilment:
    """Of € 10.000, for this share; a draft, unless `state` says otherwise."""
    state = fields.pop("state", FulfilmentState.DRAFT)
    version = make.make_purchase(contract, state="draft", **fields)
    with_share(version, share)
    if state != FulfilmentState.DRAFT:
        submit(version.fulfilment)
    if state == FulfilmentState.ACCEPTED:
        accept(version.fulfilment)
    return fresh(version.fulfilment)


def with_share(version: FulfilmentVersion, share: Decimal) -> None:
    content = content_of(version)
    parts = [(contract, block, share) for contract, block, _percent in content.allocations]
    life.edit(version, Content(content.fields, content.hours, parts), act())


def fresh(fulfilment: Fulfilment) -> Fulfilment:
    rows = Fulfilment.objects.select_related("latest", "accepted", "region")
    found: Fulfilment = rows.get(pk=fulfilment.pk)
    return found


def latest(fulfilment: Fulfilment) -> FulfilmentVersion:
    found = FulfilmentVersion.objects.select_related("fulfilment__region")
    version: FulfilmentVersion = found.get(latest_of=fulfilment)
    return version


def submit(fulfilment: Fulfilment) -> None:
    life.submit([latest(fulfilment)], act(), answered=EVERYTHING)


def accept(fulfilment: Fulfilment) -> None:
    version = latest(fulfilment)
    make.prove(version)
    life.accept([version], act(), region=version.fulfilment.region)


def change_to(fulfilment: Fulfilment, share: str) -> FulfilmentVersion:
    """A change of what was accepted, as a draft."""
    accepted = fresh(fulfilment).accepted
    assert accepted is not None
    content = content_of(accepted)
    parts = [(contract, block, D(share)) for contract, block, _percent in content.allocations]
    return life.propose_change(
        fresh(fulfilment), Content(content.fields, content.hours, parts), act()
    )


def counting(fulfilment: Fulfilment) -> dict[int, Decimal]:
    effort = fresh(fulfilment).effort_id
    assert effort is not None
    return whole.counting([effort])[effort]


@pytest.fixture
def firm() -> Firm:
    return Firm("noord", "zuid", "oost")


# --- what counts ----------------------------------------------------------------------------------


class TestShares:
    def test_who_hands_in_first_comes_first_and_the_rest_is_what_is_left(self, firm: Firm) -> None:
        first, second, third = (firm.purchase(n, s) for n, s in enumerate(("60", "50", "40")))
        firm.link(first, second)
        firm.link(second, third)
        submit(first)
        with pytest.raises(Refused, match=r"telt 60% elders al mee.*hoogstens 40%") as refused:
            submit(second)
        for secret in ("noord", "zuid", first.external_id, firm.contracts[0].reference):
            assert secret not in str(refused.value)
        assert latest(second).state == FulfilmentState.DRAFT
        submit(third)
        assert counting(first) == {first.pk: D(60), third.pk: D(40)}

    def test_accepted_counts_as_handed_in_did(self, firm: Firm) -> None:
        first, second = firm.purchase(0, "60", state="accepted"), firm.purchase(1, "50")
        firm.link(first, second)
        with pytest.raises(Refused, match="hoogstens 40%"):
            submit(second)

    @pytest.mark.parametrize("end", ["reject", "withdraw", "return", "take_back"])
    def test_what_is_answered_otherwise_leaves_its_share_and_raises_no_other(
        self, firm: Firm, end: str
    ) -> None:
        first, second = firm.purchase(0, "60"), firm.purchase(1, "40")
        firm.link(first, second)
        submit(first)
        submit(second)
        doors: dict[str, Callable[[FulfilmentVersion, Any], None]] = {
            "reject": life.reject,
            "withdraw": life.withdraw,
            "return": life.return_,
            "take_back": life.take_back,
        }
        doors[end](latest(first), act(why="Daarom"))
        assert counting(second) == {second.pk: D(40)}
        third = firm.purchase(2, "60")
        firm.link(second, third)
        submit(third)
        assert counting(second) == {second.pk: D(40), third.pk: D(60)}

    def test_what_was_asked_back_comes_after_who_was_handed_in_meanwhile(self, firm: Firm) -> None:
        first, second = firm.purchase(0, "60"), firm.purchase(1, "60")
        firm.link(first, second)
        submit(first)
        life.return_(latest(first), act(why="Welke factuur?"))
        submit(second)
        with pytest.raises(Refused, match="hoogstens 40%"):
            submit(first)
        with_share(latest(first), D(40))
        submit(first)
        assert sorted(counting(first).values()) == [D(40), D(60)]

    def test_during_a_new_version_the_larger_of_the_two_counts(self, firm: Firm) -> None:
        first, second = firm.purchase(0, "60", state="accepted"), firm.purchase(1, "60")
        firm.link(first, second)
        smaller = change_to(first, "40")
        assert counting(first)[first.pk] == D(60)
        submit(first)
        assert counting(first)[first.pk] == D(60)
        with pytest.raises(Refused, match="hoogstens 40%"):
            submit(second)
        accept(first)
        assert smaller.pk == fresh(first).accepted_id
        assert counting(first)[first.pk] == D(40)
        submit(second)
        assert counting(first) == {first.pk: D(40), second.pk: D(60)}
        change_to(first, "41")
        with pytest.raises(Refused, match=r"telt 60% elders al mee.*41%.*hoogstens 40%"):
            submit(first)
        life.withdraw(latest(first), act())
        change_to(first, "40")
        submit(first)
        assert counting(first)[first.pk] == D(40)

    def test_a_rejected_claim_that_is_reviewed_again_needs_room_again(self, firm: Firm) -> None:
        first, second = firm.purchase(0, "60"), firm.purchase(1, "60")
        firm.link(first, second)
        submit(first)
        claimed = latest(first)
        life.reject(claimed, act(why="Nee"))
        submit(second)
        claimed.refresh_from_db()
        with pytest.raises(Refused, match=r"telt 60% elders al mee"):
            life.review_again(claimed, act())
        assert fresh(first).versions.count() == 1
        life.withdraw(latest(second), act())
        life.review_again(claimed, act())
        assert counting(first) == {first.pk: D(60)}

    def test_an_adviser_cannot_accept_for_a_larger_share_than_is_left(self, firm: Firm) -> None:
        first, second = firm.purchase(0, "60"), firm.purchase(1, "40")
        firm.link(first, second)
        submit(first)
        submit(second)
        version = latest(second)
        make.prove(version)
        content = content_of(version)
        parts = [(contract, block, D(41)) for contract, block, _percent in content.allocations]
        larger = Content(content.fields, content.hours, parts)
        with pytest.raises(Refused, match="hoogstens 40%"):
            life.accept_otherwise(version, larger, act(why="Meer"), region=firm.regions[1])
        assert latest(second).state == FulfilmentState.SUBMITTED

    def test_each_region_values_by_itself_for_its_share(self, firm: Firm) -> None:
        first, second = firm.purchase(0, "60"), firm.purchase(1, "40")
        firm.link(first, second)
        for one in (first, second):
            submit(one)
            accept(one)
        lines = [fresh(one).lines.values_list("amount", flat=True) for one in (first, second)]
        assert [sum(amounts) for amounts in lines] == [D("6000.00"), D("4000.00")]
        assert list(differences(firm.regions, make.TODAY)) == []

    def test_shares_over_several_contracts_of_a_region_add_up(self, firm: Firm) -> None:
        other = make.make_contract(firm.regions[0], firm.contractor)
        fields = {"supplier_name": "Druk", "invoice_number": "F-1", "amount": D(100)}
        fields["paid_on"] = date(2024, 5, 1)
        both = [firm.contracts[0], other]
        block = both[0].table.blocks.get(code="WSW_INVOICE")
        parts = [(contract, block, D("33.3333")) for contract in both]
        new = Fulfilment(
            region=firm.regions[0], contractor=firm.contractor, external_id="S-1", kind="purchase"
        )
        life.draft([Draft(new, Content(fields, [], parts))], act())
        second = firm.purchase(1, "33.34")
        firm.link(new, second)
        submit(new)
        # € 0,0034 percent too much, and what is proposed can be typed and fits.
        with pytest.raises(Refused, match="hoogstens 33,33%"):
            submit(second)
        with_share(latest(second), D("33.33"))
        submit(second)

    def test_of_many_it_is_said_which(self, firm: Firm) -> None:
        there, here, free = firm.purchase(1, state="submitted"), firm.purchase(0), firm.purchase(0)
        firm.link(there, here)
        with pytest.raises(Refused, match=f"^{here.external_id}: Hiervan telt 100% elders al mee"):
            life.submit([latest(free), latest(here)], act(), answered=EVERYTHING)
        assert latest(free).state == FulfilmentState.DRAFT

    def test_what_is_not_linked_is_not_held(self, firm: Firm) -> None:
        first, second = firm.purchase(0), firm.purchase(1)
        submit(first)
        submit(second)
        assert whole.elsewhere([fresh(first), fresh(second)]) == {}


# --- linking --------------------------------------------------------------------------------------


class TestLinking:
    def test_what_counts_twice_already_cannot_be_linked(self, firm: Firm) -> None:
        first, second = (firm.purchase(n, state="accepted") for n in (0, 1))
        with pytest.raises(Refused, match="100% elders al mee: er is niets over"):
            firm.link(first, second)
        assert fresh(first).effort_id is None
        assert not first.events.filter(kind=EventKind.LINKED).exists()

    def test_two_that_were_linked_with_others_become_one_and_are_held_together(
        self, firm: Firm
    ) -> None:
        one, two = firm.purchase(0, "30", state="submitted"), firm.purchase(1, "30")
        three, four = firm.purchase(1, "60", state="submitted"), firm.purchase(2, "20")
        firm.link(one, two)
        firm.link(three, four)
        firm.link(two, four)
        assert len({fresh(each).effort_id for each in (one, two, three, four)}) == 1
        with pytest.raises(Refused, match="hoogstens 10%"):
            submit(four)
        five = firm.purchase(2, "20", state="submitted")
        with pytest.raises(Refused, match="hoogstens 10%"):
            firm.link(five, one)

    def test_linked_is_linked_once(self, firm: Firm) -> None:
        first, second = firm.purchase(0), firm.purchase(1)
        firm.link(first, second)
        with pytest.raises(DoneAlready):
            firm.link(second, first)

    def test_only_who_works_for_the_firm_in_both_regions_links(self, firm: Firm) -> None:
        first, second = firm.purchase(0), firm.purchase(1)
        here_only = make.make_user(Role.CONTRACTOR, firm.regions[0], contractor=firm.contractor)
        adviser = make.make_user(Role.ADVISER, firm.regions[0])
        make.join(adviser, Role.ADVISER, firm.regions[1])
        for user in (here_only, adviser):
            with pytest.raises(Refused, match="eigen bedrijf"):
                linking.link(first, second, access_of(user), act(user))
        assert fresh(first).effort_id is None

    def test_of_another_firm_another_kind_the_same_region_or_what_ended_nothing_is_linked(
        self, firm: Firm
    ) -> None:
        first = firm.purchase(0)
        stranger = make.make_contractor("Een ander")
        make.join(firm.person, Role.CONTRACTOR, firm.regions[1], contractor=stranger)
        theirs = purchase(make.make_contract(firm.regions[1], stranger), D(100))
        activity = make.make_activity(firm.contracts[1], state="draft").fulfilment
        withdrawn = make.make_purchase(firm.contracts[1], state="withdrawn").fulfilment
        rejected = make.make_purchase(firm.contracts[1], state="rejected").fulfilment
        for other in (theirs, activity, firm.purchase(0), withdrawn, rejected):
            with pytest.raises(Refused):
                firm.link(first, other)
            with pytest.raises(Refused):
                firm.link(other, first)

    def test_a_link_is_undone_while_it_does_not_count(self, firm: Firm) -> None:
        first, second = firm.purchase(0, "60", state="submitted"), firm.purchase(1, "40")
        firm.link(first, second)
        with pytest.raises(Refused, match="Neem het eerst terug"):
            linking.unlink(first, firm.access, act(firm.person))
        linking.unlink(second, firm.access, act(firm.person))
        assert [fresh(one).effort_id for one in (first, second)] == [None, None]
        with pytest.raises(DoneAlready):
            linking.unlink(second, firm.access, act(firm.person))

    def test_of_three_two_stay_linked(self, firm: Firm) -> None:
        first, second, third = (firm.purchase(n, "50") for n in range(3))
        firm.link(first, second)
        firm.link(first, third)
        linking.unlink(second, firm.access, act(firm.person))
        assert fresh(second).effort_id is None
        assert fresh(first).effort_id == fresh(third).effort_id is not None

    def test_an_adviser_or_a_stranger_undoes_nothing(self, firm: Firm) -> None:
        first, second = firm.purchase(0), firm.purchase(1)
        firm.link(first, second)
        adviser = make.make_user(Role.ADVISER, firm.regions[0])
        with pytest.raises(Refused):
            linking.unlink(first, access_of(adviser), act(adviser))

    def test_each_region_reads_its_own_part_of_what_happened(self, firm: Firm) -> None:
        first, second = firm.purchase(0), firm.purchase(1)
        firm.link(first, second)
        here_only = make.make_user(Role.CONTRACTOR, firm.regions[0], contractor=firm.contractor)
        linking.unlink(first, access_of(here_only), act(here_only))
        told = {
            one.pk: list(
                one.events.filter(kind__in=(EventKind.LINKED, EventKind.UNLINKED))
                .order_by("pk")
                .values_list("kind", "by", "why")
            )
            for one in (first, second)
        }
        assert told[first.pk] == [
            ("linked", firm.person.pk, ""),
            ("unlinked", here_only.pk, ""),
        ]
        # Who is not known in the other region is not named there.
        assert told[second.pk] == [("linked", firm.person.pk, ""), ("unlinked", None, "")]


# --- from a file, and in the ledger ---------------------------------------------------------------


def test_a_file_passes_the_whole_no_more_than_a_page(firm: Firm) -> None:
    here = firm.purchase(0, "60", external_id="F-1")
    there = firm.purchase(1, "40", state="submitted")
    firm.link(here, there)
    version, contract = latest(here), firm.contracts[0]
    row = {
        "external_id": "F-1",
        "kind": "purchase",
        "contracts": f"{contract.reference}:61",
        "block": "WSW_INVOICE",
        "supplier_name": version.supplier_name,
        "invoice_number": version.invoice_number,
        "amount": "10000.00",
        "paid_on": "2024-05-15",
        "status": "submitted",
    }

    def brought_in(**other: str) -> None:
        given = row | other
        text = "\n".join((",".join(given), ",".join(given.values()))).encode()
        outcome = import_fulfilments(firm.regions[0], read_rows(text), act())
        assert not outcome.faults

    with pytest.raises(Refused, match="hoogstens 60%"):
        brought_in()
    assert latest(here).state == FulfilmentState.DRAFT
    assert latest(here).allocations.get().percent == D(60)
    with pytest.raises(Refused, match="hoogstens 60%"):
        brought_in(contracts=contract.reference)
    brought_in(contracts=f"{contract.reference}:60")
    assert counting(here) == {here.pk: D(60), there.pk: D(40)}


def test_that_the_whole_was_passed_would_be_found(firm: Firm) -> None:
    here, there = firm.purchase(0, "60", state="accepted"), firm.purchase(1, "40")
    firm.link(here, there)
    assert list(differences(firm.regions[:1], make.TODAY)) == []
    FulfilmentVersion.objects.filter(latest_of=there).update(state="submitted")
    latest(there).allocations.update(percent=D("40.5"))
    (found,) = differences(firm.regions[:1], make.TODAY)
    assert found == f"Invulling {here.external_id} telt met elders samen voor 100,5% mee."


# --- what looks the same --------------------------------------------------------------------------


class TestAlike:
    def found(self, firm: Firm, version: FulfilmentVersion) -> list[int]:
        return [other.fulfilment_id for other in alike(version, firm.access)]

    def test_the_same_invoice_of_the_same_supplier(self, firm: Firm) -> None:
        there = firm.purchase(1, invoice_number="A-7", supplier_name="Sociale  drukkerij")
        firm.purchase(1, invoice_number="A-7", supplier_name="Een ander")
        firm.purchase(0, invoice_number="A-7")
        here = firm.purchase(0, invoice_number="a-7")
        assert self.found(firm, latest(here)) == [there.pk]

    def test_the_same_person_on_overlapping_days(self, firm: Firm) -> None:
        there = make.make_placement(firm.contracts[1], state="draft", candidate_ref="K-1")
        days = {"start_date": date(2024, 12, 31), "end_date": date(2025, 3, 1)}
        days["confirmed_until"] = date(2025, 1, 1)
        here = make.make_placement(
            firm.contracts[0], state="draft", candidate_ref="k-1", age_at_start=50, **days
        )
        assert self.found(firm, here) == [there.fulfilment_id]
        apart = make.make_placement(
            firm.contracts[0],
            state="draft",
            candidate_ref="K-1",
            age_at_start=50,
            **days | {"start_date": date(2025, 1, 1)},
        )
        assert self.found(firm, apart) == []

    def test_a_person_of_another_reference_by_first_day_and_age(self, firm: Firm) -> None:
        there = make.make_placement(firm.contracts[1], state="draft", candidate_ref="Z-900")
        make.make_placement(
            firm.contracts[1], state="draft", candidate_ref="Z-901", age_at_start=30
        )
        here = make.make_placement(firm.contracts[0], state="draft", candidate_ref="K-1")
        assert self.found(firm, here) == [there.fulfilment_id]

    def test_the_same_activity(self, firm: Firm) -> None:
        there = make.make_activity(firm.contracts[1], state="draft")
        make.make_activity(firm.contracts[1], state="draft", activity_date=date(2024, 9, 11))
        here = make.make_activity(firm.contracts[0], state="draft", description="Les")
        assert self.found(firm, here) == [there.fulfilment_id]

    def test_not_what_was_linked_already_or_ended(self, firm: Firm) -> None:
        here, there = (firm.purchase(n, invoice_number="A-7") for n in (0, 1))
        make.make_purchase(firm.contracts[1], state="withdrawn", invoice_number="A-7")
        assert self.found(firm, latest(here)) == [there.pk]
        firm.link(here, there)
        assert self.found(firm, latest(here)) == []

    def test_nothing_of_a_region_in_which_one_does_not_work_for_the_firm(self, firm: Firm) -> None:
        here = firm.purchase(0, invoice_number="A-7")
        firm.purchase(1, invoice_number="A-7")
        one_region = make.make_user(Role.CONTRACTOR, firm.regions[0], contractor=firm.contractor)
        make.join(one_region, Role.ADVISER, firm.regions[1])
        adviser = make.make_user(Role.ADVISER, firm.regions[0])
        make.join(adviser, Role.ADVISER, firm.regions[1])
        for user in (one_region, adviser):
            assert alike(latest(here), access_of(user)) == []
            assert together(here, latest(here), access_of(user)) is None


# --- whatever is done -----------------------------------------------------------------------------


@hypothesis.settings(max_examples=20, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(
                (
                    *("submit",) * 5,
                    *("edit",) * 3,
                    *("accept", "reject", "return", "withdraw", "take_back", "change"),
                    *("again", "link", "unlink"),
                )
            ),
            st.integers(0, 3),
            st.sampled_from((10, 30, 50, 70, 100)),
        ),
        min_size=8,
        max_size=30,
    )
)
def test_whatever_is_done_what_is_linked_never_counts_for_more_than_the_whole(
    steps: list[tuple[str, int, int]],
) -> None:
    """In whatever order; asked of the stored rows, not of the rule."""
    with transaction.atomic():
        firm = Firm("noord", "zuid", "oost")
        made = [purchase(firm.contracts[n % 3], D(50)) for n in range(4)]
        firm.link(made[0], made[1])
        firm.link(made[1], made[2])
        for what, n, share in steps:
            one = fresh(made[n])
            with suppress(Refused), transaction.atomic():
                do(firm, what, one, made[(n + 1) % 4], D(share))
            for shares in by_effort().values():
                assert sum(shares.values()) <= 100
        transaction.set_rollback(True)


def do(firm: Firm, what: str, one: Fulfilment, other: Fulfilment, share: Decimal) -> None:
    version = latest(one)
    why = act(why="Daarom")
    if what == "edit":
        with_share(version, share)
    elif what == "submit":
        submit(one)
    elif what == "accept":
        accept(one)
    elif what == "reject":
        life.reject(version, why)
    elif what == "return":
        life.return_(version, why)
    elif what == "withdraw":
        life.withdraw(version, why)
    elif what == "take_back":
        life.take_back(version, why)
    elif what == "change":
        if one.accepted_id:
            change_to(one, str(share))
    elif what == "again":
        if version.state == FulfilmentState.REJECTED:
            life.review_again(version, why)
    elif what == "link":
        firm.link(one, other)
    elif what == "unlink":
        linking.unlink(one, firm.access, act(firm.person))


def by_effort() -> dict[int, dict[int, Decimal]]:
    """What counts of each effort, by the words of DOMAIN.md 5.6."""
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for f in Fulfilment.objects.exclude(effort=None).prefetch_related("versions__allocations"):
        shares = [D(0)]
        for version in f.versions.all():
            if version.state in ("submitted", "accepted"):
                shares.append(sum((a.percent for a in version.allocations.all()), D(0)))
        assert f.effort_id is not None
        found[f.effort_id][f.pk] = max(shares)
    return found

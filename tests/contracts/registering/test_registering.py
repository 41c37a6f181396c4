"""Registering a contract in the browser: the same rules as the import, said beside the field."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contracts.models import Contract, ContractDraft, Contractor, ContractState, Policy, Region
from contracts.registering import cpv
from contracts.registering import door as registering
from contracts.registering.forms import TermsForm
from sroi.access import Role
from sroi.doors import Overtaken, Refused
from tests import factories as make
from tests.factories import confirming, signed_in

pytestmark = pytest.mark.django_db

THRESHOLDS = {"threshold_services": "200000", "cap": "300000"}


@pytest.fixture
def region() -> Region:
    return make.make_region(
        **THRESHOLDS,
        reduced_rate="2.00",
        reduced_below_labour_share="30",
        supplies_min_labour_share="10",
    )


@pytest.fixture
def adviser(region: Region) -> Any:
    return make.make_user(Role.ADVISER, region)


def terms(region: Region, **other: Any) -> dict[str, str]:
    towns = list(region.municipalities.order_by("code"))
    return {
        "reference": "H-2026-1",
        "title": "Onderhoud groen",
        "procurement_type": "services",
        "value": "1.000.000",
        "award_date": "2026-03-01",
        "start_date": "2026-04-01",
        "end_date": "2027-03-31",
        "basis": "contract_value",
        f"share_{towns[0].pk}": "100",
        **other,
    }


def begin(
    client: Client, region: Region, kvk: str = "12345678", name: str = "Groen en Zo"
) -> ContractDraft:
    answer = client.post(reverse("contract-new"), {"region": region.pk, "kvk": kvk, "name": name})
    assert answer.status_code == 302, answer.content.decode()
    return ContractDraft.objects.latest("pk")


def fill_in(client: Client, draft: ContractDraft, **given: Any) -> Any:
    """Send the form as it is opened now, unless `given` says of which edition it is."""
    edition = ContractDraft.objects.get(pk=draft.pk).edition
    return client.post(reverse("contract-draft", args=[draft.pk]), {"edition": edition, **given})


def register(client: Client, region: Region, **other: Any) -> Contract:
    draft = begin(client, region)
    answer = fill_in(client, draft, **terms(region, **other))
    assert answer.status_code == 302, answer.context["form"].errors
    assert client.get(answer["Location"]).status_code == 200
    answer = make.confirm(client, reverse("contract-check", args=[draft.pk]))
    contract = Contract.objects.latest("pk")
    assert answer["Location"] == reverse("contract-detail", args=[contract.pk])
    return contract


def rules_of(region: Region) -> registering.RegionalRules:
    towns = list(region.municipalities.all())
    return registering.RegionalRules(region, towns, Contract.objects.all(), today=make.TODAY)


def obligation(contract: Contract) -> Decimal:
    return sum((line.obligation_delta for line in contract.obligation_lines.all()), Decimal(0))


def test_an_adviser_registers_a_contract(region: Region, adviser: Any) -> None:
    contract = register(signed_in(adviser), region)
    assert contract.state == ContractState.ACTIVE
    assert contract.contractor.kvk == "12345678"
    assert contract.adviser == adviser
    assert contract.table is not None
    assert obligation(contract) == Decimal("50000.00")
    assert contract.events.get().by == adviser
    assert not ContractDraft.objects.exists()


@pytest.mark.parametrize(
    ("given", "owed"),
    [
        ({"value": "800000"}, "40000.00"),
        ({"value": "600000", "end_date": "2026-09-30"}, "30000.00"),
        (
            {"value": "10000000", "rate": "2", "rate_reason": "market", "rate_reason_text": "Krap"},
            "200000.00",
        ),
        (
            {"value": "20000000", "rate": "2", "rate_reason": "market", "rate_reason_text": "Krap"},
            "300000.00",
        ),
        ({"value": "600000", "basis": "labour_cost", "labour_cost": "180000"}, "9000.00"),
        ({"value": "199.999,99"}, "0.00"),
        ({"value": "200.000"}, "10000.00"),
        ({"value": "1000000", "labour_cost": "299999"}, "20000.00"),
        ({"value": "1000000", "labour_cost": "300000"}, "50000.00"),
        ({"basis": "invoiced_turnover"}, "0.00"),
    ],
)
def test_the_obligation_is_that_of_the_rules(
    region: Region, adviser: Any, given: Any, owed: str
) -> None:
    assert obligation(register(signed_in(adviser), region, **given)) == Decimal(owed)


def test_the_panel_says_what_is_owed_and_why_and_keeps_what_was_typed(
    region: Region, adviser: Any
) -> None:
    client = signed_in(adviser)
    draft = begin(client, region)
    answer = client.post(reverse("contract-owed", args=[draft.pk]), {"reference": "H-9"})
    assert len(answer.context["missing"]) == 3
    answer = client.post(
        reverse("contract-owed", args=[draft.pk]), terms(region, edition=draft.edition)
    )
    page = answer.content.decode()
    assert "50.000" in page
    assert "200.000" in page  # the threshold
    assert "300.000" in page  # the cap
    draft.refresh_from_db()
    assert draft.filled_in["reference"] == "H-2026-1"
    assert "H-2026-1" in client.get(reverse("contract-draft", args=[draft.pk])).content.decode()


def test_what_arrives_late_does_not_undo_what_was_sent(region: Region, adviser: Any) -> None:
    client = signed_in(adviser)
    draft = begin(client, region)
    assert fill_in(client, draft, **terms(region)).status_code == 302
    client.post(
        reverse("contract-owed", args=[draft.pk]), terms(region, value="1", edition=draft.edition)
    )
    draft.refresh_from_db()
    assert draft.filled_in["value"] == "1.000.000"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reference": ""}, "reference"),
        ({"reference": "x" * 81}, "reference"),
        ({"value": "NaN"}, "value"),
        ({"value": "1e999"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": "12,500"}, "value"),
        ({"title": "BSN 123456782"}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"award_date": "2025-02-29"}, "award_date"),
        ({"award_date": "0001-01-01"}, "award_date"),
        ({"end_date": "2026-03-31"}, "end_date"),
        ({"procurement_type": "anders"}, "procurement_type"),
        ({"basis": "labour_cost"}, "labour_cost"),
        ({"labour_cost": "-5"}, "labour_cost"),
        ({"rate": "101"}, "rate"),
        ({"rate": "2"}, "rate_reason"),
        ({"rate": "2", "rate_reason": "market"}, "rate_reason_text"),
        ({"rate": "0", "rate_reason": "market"}, "rate_reason_text"),
        ({"parent_reference": "NIET-DAAR"}, "parent_reference"),
        ({"cpv": "123"}, "cpv"),
    ],
)
def test_a_fault_stands_beside_its_field_and_what_was_typed_stays(
    region: Region, adviser: Any, given: Any, field: str
) -> None:
    client = signed_in(adviser)
    draft = begin(client, region)
    answer = fill_in(client, draft, **terms(region, **given))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "Onderhoud groen" in answer.content.decode() or field == "title"
    draft.refresh_from_db()
    assert draft.filled_in["start_date"] == "2026-04-01"
    assert not Contract.objects.exists()


def test_a_call_off_is_not_awarded_before_its_framework(region: Region, adviser: Any) -> None:
    """The form says so beside the day, and the door whatever way it came in."""
    framework = make.make_contract(region, make.make_contractor(), reference="RAAM-1")
    before = framework.award_date - timedelta(days=1)
    client = signed_in(adviser)
    draft = begin(client, region)
    given = {"parent_reference": "RAAM-1", "award_date": before.isoformat()}
    answer = fill_in(client, draft, **terms(region, **given))
    assert "award_date" in answer.context["form"].errors
    with pytest.raises(Refused, match="gegund op"):
        make.make_contract(region, framework.contractor, parent=framework, award_date=before)
    made = make.make_contract(
        region, framework.contractor, parent=framework, award_date=framework.award_date
    )
    assert made.parent == framework


def test_shares_add_up_over_the_municipalities(region: Region, adviser: Any) -> None:
    client = signed_in(adviser)
    first, second = (f"share_{town.pk}" for town in region.municipalities.order_by("code"))
    draft = begin(client, region)
    answer = fill_in(client, draft, **terms(region, **{first: "60", second: "30"}))
    assert answer.status_code == 422
    assert first in answer.context["form"].errors
    contract = register(client, region, **{first: "60", second: "40"})
    assert sorted(line.obligation_delta for line in contract.obligation_lines.all()) == [
        20000,
        30000,
    ]


def test_a_reference_that_is_in_use_is_refused_also_when_it_was_taken_meanwhile(
    region: Region, adviser: Any
) -> None:
    client = signed_in(adviser)
    draft = begin(client, region)
    assert fill_in(client, draft, **terms(region)).status_code == 302
    shown = confirming(client.get(reverse("contract-check", args=[draft.pk])))
    register(client, region)
    answer = client.post(reverse("contract-check", args=[draft.pk]), shown)
    assert answer.status_code == 422
    assert "reference" in answer.context["form"].errors
    assert Contract.objects.count() == 1


def test_a_draft_is_registered_once(region: Region, adviser: Any) -> None:
    client = signed_in(adviser)
    draft = begin(client, region)
    fill_in(client, draft, **terms(region))
    page = reverse("contract-check", args=[draft.pk])
    shown = confirming(client.get(page))
    assert client.post(page, shown).status_code == 302
    assert client.post(page, shown).status_code == 404
    assert Contract.objects.count() == 1


def test_registered_is_what_was_shown_and_not_what_is_being_typed(
    region: Region, adviser: Any
) -> None:
    """In another window of the same person, who is still typing."""
    client = signed_in(adviser)
    draft = begin(client, region)
    fill_in(client, draft, **terms(region, value="1.500.000"))
    page = reverse("contract-check", args=[draft.pk])
    shown = confirming(client.get(page))
    edition = ContractDraft.objects.get().edition
    typing = terms(region, value="15") | {"edition": edition}
    assert client.post(reverse("contract-owed", args=[draft.pk]), typing).status_code == 200
    late = client.post(page, shown)
    assert (late.status_code, Contract.objects.count()) == (409, 0)
    assert "€\u00a015" in late.content.decode()
    assert "Er is niets gedaan" in late.content.decode()
    assert client.post(page, confirming(late)).status_code == 302
    assert Contract.objects.get().value == 15


def test_registered_is_what_was_shown_and_not_what_a_colleague_sent(
    region: Region, adviser: Any
) -> None:
    client, colleague = signed_in(adviser), signed_in(make.make_user(Role.ADVISER, region))
    draft = begin(client, region)
    fill_in(client, draft, **terms(region))
    page = reverse("contract-check", args=[draft.pk])
    shown = confirming(client.get(page))
    fill_in(colleague, draft, **terms(region, value="400.000"))
    assert (client.post(page, shown).status_code, Contract.objects.count()) == (409, 0)


def test_registered_is_what_it_was_shown_to_owe(region: Region, adviser: Any) -> None:
    """The terms stayed; what follows from them became something else."""
    client = signed_in(adviser)
    draft = begin(client, region)
    fill_in(client, draft, **terms(region))
    page = reverse("contract-check", args=[draft.pk])
    shown = confirming(client.get(page))
    Policy.objects.filter(region=region).update(cap=Decimal(30000))
    late = client.post(page, shown)
    assert (late.status_code, Contract.objects.count()) == (409, 0)
    assert client.post(page, confirming(late)).status_code == 302
    assert obligation(Contract.objects.get()) == 30000


def test_who_did_not_look_registers_nothing(region: Region, adviser: Any) -> None:
    client = signed_in(adviser)
    draft = begin(client, region)
    fill_in(client, draft, **terms(region))
    first = client.post(reverse("contract-check", args=[draft.pk]))
    assert (first.status_code, Contract.objects.count()) == (200, 0)
    assert "Er is niets gedaan" not in first.content.decode()


def test_the_door_compares_what_is_stored_once_nobody_can_change_it(
    region: Region, adviser: Any
) -> None:
    """A colleague who sends the form, or discards, between the look of a view and its door."""
    client = signed_in(adviser)
    draft = begin(client, region)
    fill_in(client, draft, **terms(region))
    read = ContractDraft.objects.get()
    rules = rules_of(region)
    form = TermsForm(read.filled_in, rules=rules)
    assert form.is_valid()
    shown = registering.starting_point(read, rules, form.given)
    fill_in(client, draft, **terms(region, value="400.000"))
    act = make.act(adviser)
    with pytest.raises(Overtaken):
        registering.register(read, rules, form.given, act, is_adviser=True, shown=shown)
    with pytest.raises(Overtaken):
        registering.keep(read, {"title": "Later"}, ["title"], at=timezone.now())
    with pytest.raises(Refused):
        registering.discard(read)
    assert ContractDraft.objects.get().filled_in["value"] == "400.000"


def test_a_call_off_makes_its_framework_owe_nothing(region: Region, adviser: Any) -> None:
    client = signed_in(adviser)
    framework = make.make_contract(region, make.make_contractor(), reference="RAAM-1")
    draft = begin(client, region)
    fill_in(client, draft, **terms(region, parent_reference="RAAM-1", lot="Perceel 2"))
    page, of_framework = reverse("contract-check", args=[draft.pk]), "Verplichting van RAAM-1 nu"
    assert dict(client.get(page).context["falls_away"])[of_framework] == "€\u00a050.000,00"
    unseen = client.post(page)
    assert (unseen.status_code, Contract.objects.count()) == (200, 1)
    make.make_change(framework, value_delta=Decimal(100000))
    overtaken = client.post(page, {"starting_point": unseen.context["starting_point"]})
    assert (overtaken.status_code, Contract.objects.count()) == (409, 1)
    assert dict(overtaken.context["falls_away"])[of_framework] == "€\u00a055.000,00"
    assert make.confirm(client, page).status_code == 302
    contract = Contract.objects.latest("pk")
    framework.refresh_from_db()
    assert contract.parent == framework
    assert contract.lot == "Perceel 2"
    assert framework.is_framework
    assert obligation(framework) == 0


def test_an_officer_registers_for_their_own_municipality_only(region: Region) -> None:
    officer = make.make_user(Role.PROCUREMENT_OFFICER, region)
    client = signed_in(officer)
    own, other = region.municipalities.order_by("code")
    draft = begin(client, region)
    page = client.get(reverse("contract-draft", args=[draft.pk])).content.decode()
    assert own.name in page
    assert other.name not in page
    answer = fill_in(
        client, draft, **terms(region, **{f"share_{own.pk}": "0", f"share_{other.pk}": "100"})
    )
    assert answer.status_code == 422
    contract = register(client, region)
    assert [share.municipality for share in contract.shares.all()] == [own]
    assert contract.adviser is None


def test_a_contractor_from_elsewhere_is_found_by_its_full_number_only(
    region: Region, adviser: Any
) -> None:
    elsewhere = make.make_contractor("Verre Vogels", "87654321")
    make.make_contract(make.make_region("utrecht", "Utrecht"), elsewhere)
    client = signed_in(adviser)
    for searched in ("verre", "8765432"):
        assert client.get(reverse("contract-new"), {"q": searched}).context["found"] == []
    assert client.get(reverse("contract-new"), {"q": "87654321"}).context["found"] == [elsewhere]
    by_id = client.post(
        reverse("contract-new"), {"region": region.pk, "q": "verre", "contractor": elsewhere.pk}
    )
    assert by_id.status_code == 422
    answer = client.post(
        reverse("contract-new"), {"region": region.pk, "q": "87654321", "contractor": elsewhere.pk}
    )
    assert answer.status_code == 302
    assert ContractDraft.objects.get().contractor == elsewhere


def test_a_known_number_finds_its_firm_and_keeps_its_name(region: Region, adviser: Any) -> None:
    known = make.make_contractor("De Linde", "11223344")
    assert begin(signed_in(adviser), region, "11223344", "Iets anders").contractor == known
    assert Contractor.objects.count() == 1


def test_a_draft_can_be_discarded_after_it_was_shown(region: Region, adviser: Any) -> None:
    client = signed_in(adviser)
    draft = begin(client, region)
    assert fill_in(client, draft, later="1", title="Half af").status_code == 302
    assert "Half af" in client.get(reverse("contract-new")).content.decode()
    page = reverse("contract-discard", args=[draft.pk])
    assert client.post(page).status_code == 200
    shown = dict(client.get(page).context["rows"])
    assert (shown["Titel"], shown["Begonnen door"]) == ("Half af", str(adviser))
    assert make.confirm(client, page).status_code == 302
    assert not ContractDraft.objects.exists()


def test_a_draft_is_seen_by_the_advisers_of_the_region_and_its_owner(
    region: Region, adviser: Any
) -> None:
    draft = begin(signed_in(adviser), region)
    officer = make.make_user(Role.PROCUREMENT_OFFICER, region)
    of_officer = make.make_contract_draft(
        make.make_contract(region, make.make_contractor()), officer
    )
    colleague = signed_in(make.make_user(Role.ADVISER, region))
    for page in (draft, of_officer):
        assert colleague.get(reverse("contract-draft", args=[page.pk])).status_code == 200
    theirs = signed_in(officer)
    assert theirs.get(reverse("contract-draft", args=[of_officer.pk])).status_code == 200
    assert theirs.get(reverse("contract-draft", args=[draft.pk])).status_code == 404
    elsewhere = signed_in(make.make_user(Role.ADVISER, make.make_region("elders", "Elders")))
    assert elsewhere.get(reverse("contract-draft", args=[draft.pk])).status_code == 404


def test_who_comes_second_to_a_draft_is_asked_and_loses_nothing(
    region: Region, adviser: Any
) -> None:
    first, second = signed_in(adviser), signed_in(make.make_user(Role.ADVISER, region))
    draft = begin(first, region)
    seen = second.get(reverse("contract-draft", args=[draft.pk])).context["draft"].edition
    fill_in(first, draft, later="1", title="Van de eerste", edition=draft.edition)
    answer = fill_in(second, draft, later="1", title="Van de tweede", edition=seen)
    assert answer.status_code == 409
    assert answer.context["form"]["title"].value() == "Van de tweede"
    draft.refresh_from_db()
    assert draft.filled_in["title"] == "Van de eerste"
    blind = {"later": "1", "title": "Zonder te zeggen waarvan"}
    assert second.post(reverse("contract-draft", args=[draft.pk]), blind).status_code == 409
    again = answer.context["draft"].edition
    assert (
        fill_in(second, draft, later="1", title="Van de tweede", edition=again).status_code == 302
    )
    draft.refresh_from_db()
    assert draft.filled_in["title"] == "Van de tweede"


@pytest.mark.parametrize("typed", ["Half af", "h-77", "De Linde", "linde H-77 half"])
def test_a_draft_is_found_by_search_and_in_the_list(
    region: Region, adviser: Any, typed: str
) -> None:
    client = signed_in(adviser)
    draft = begin(client, region, "11112222", "De Linde")
    fill_in(client, draft, later="1", title="Half af", reference="H-77")
    where = reverse("contract-draft", args=[draft.pk])
    for page, asked in (
        ("search", {"q": typed}),
        ("contract-list", {"status": "draft"}),
        ("contract-list", {"status": "draft", "q": typed}),
        ("start", {}),
    ):
        assert where in client.get(reverse(page), asked).content.decode(), page
    missing = client.get(reverse("contract-list"), {"status": "draft", "q": "iets anders"})
    assert where not in missing.content.decode()
    both = client.get(reverse("contract-list"), {"status": ["draft", "on_track"]}).content.decode()
    assert where in both
    assert 'class="sort"' in both
    assert (
        'class="sort"'
        not in client.get(reverse("contract-list"), {"status": "draft"}).content.decode()
    )
    officer = signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region))
    for page, asked in (("search", {"q": typed}), ("contract-list", {"status": "draft"})):
        assert where not in officer.get(reverse(page), asked).content.decode(), page


# --- what is seldom needed ------------------------------------------------------------------------


def test_a_cpv_code_is_found_by_word_and_told_by_name(region: Region, adviser: Any) -> None:
    client = signed_in(adviser)
    found = client.get(reverse("cpv-codes"), {"cpv": "reinigingsdiensten"}).content.decode()
    assert '<option value="90910000">Reinigingsdiensten' in found
    assert "90911" not in client.get(reverse("cpv-codes"), {"cpv": "4523"}).content.decode()
    draft = begin(client, region)
    answer = fill_in(client, draft, **terms(region, cpv="01000000"))
    assert "cpv" in answer.context["form"].errors
    contract = register(client, region, cpv="90911200", policy_field="economie", reference="H-2")
    page = client.get(reverse("contract-detail", args=[contract.pk])).content.decode()
    assert "90911200 (" in page
    assert contract.policy_field == "economie"


def test_facts_about_cpv_are_whole() -> None:
    levels = [len(code.rstrip("0")) for code in cpv.codes()]
    # Regulation 213/2008 has 45 divisions, 272 groups and 1002 classes; the division 30, say, ends
    # in a nought itself.
    assert len(levels) == 45 + 272 + 1002
    assert all(known.nl and known.en for known in cpv.codes().values())
    assert cpv.nearest("45233140").code == "45230000"
    assert [cpv.nearest(code) for code in ("", "01000000", "4523", "abcdefgh")] == [None] * 4


def test_a_firm_abroad_has_a_number_there(region: Region, adviser: Any) -> None:
    client = signed_in(adviser)
    new = {"region": region.pk, "name": "Bouw NV"}
    for given in (
        {},
        {"country": "BE"},
        {"register_number": "0123.456.789"},
        {"kvk": "12345678", "country": "BE"},
    ):
        assert client.post(reverse("contract-new"), new | given).status_code == 422, given
    abroad = {"country": "be", "register_number": "0123.456.789"}
    for number in ("1", "2"):
        assert client.post(reverse("contract-new"), new | abroad).status_code == 302
        draft = ContractDraft.objects.latest("edited_at")
        fill_in(client, draft, **terms(region, reference=f"B-{number}"))
        make.confirm(client, reverse("contract-check", args=[draft.pk]))
    firm = Contractor.objects.get(country="BE", register_number="0123.456.789")
    assert firm.contracts.count() == 2
    assert (
        "BE 0123.456.789"
        in client.get(reverse("contractor-detail", args=[firm.pk])).content.decode()
    )


def test_an_adviser_can_pin_another_table_and_hold_the_obligation(
    region: Region, adviser: Any
) -> None:
    other = make.make_table(region, "leiden-2023")
    contract = register(
        signed_in(adviser), region, valuation_table=other.code, fixed_obligation="on"
    )
    assert (contract.table, contract.follows_changes) == (other, False)
    make.make_change(contract, value_delta=Decimal(100000), effective_date=contract.award_date)
    assert obligation(contract) == 50000
    officer = signed_in(make.make_user(Role.PROCUREMENT_OFFICER, region))
    contract = register(officer, region, valuation_table=other.code, reference="H-3")
    assert contract.table != other

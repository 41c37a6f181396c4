"""Social firms: a recognition opens blocks from a day until a day, one door, and a directory of
what is public.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contracts.models import FirmProposal, ProposalState, Recognition, SocialFirm
from contracts.policy.loading import FaultyFile
from contracts.social_firms import door as firms
from contracts.social_firms.recognition import Facts, RecognisedAs
from contracts.valuation_tables.loading import load_table
from placements.models import FulfilmentState, FulfilmentVersion
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
PAID = date(2024, 5, 15)
KVK = "99000101"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture
def adviser(region: Any) -> Any:
    return make.make_user(Role.ADVISER, region)


def only_for(contract: Any, *kinds: str) -> None:
    """The block for purchases of the table asks these recognitions."""
    contract.table.blocks.filter(kind="purchase").update(recognitions=list(kinds))


def signals(client: Client, version: FulfilmentVersion) -> list[str]:
    shown = client.get(reverse("review", args=[version.fulfilment_id]))
    return [
        signal.sentence for signal in shown.context["signals"] if signal.kind == "not_recognised"
    ]


class TestTheDayOfPayment:
    @pytest.mark.parametrize(
        ("terms", "is_recognised"),
        [
            ({}, True),
            ({"valid_from": PAID, "valid_until": PAID}, True),
            ({"valid_from": date(2024, 5, 16)}, False),
            ({"valid_until": date(2024, 5, 14)}, False),
        ],
    )
    def test_counts_within_the_recognition(
        self, adviser: Any, region: Any, contract: Any, terms: dict[str, Any], is_recognised: bool
    ) -> None:
        make.make_firm(region, kvk=KVK, **terms)
        version = make.make_purchase(contract, supplier_kvk=KVK, state="submitted")
        assert (signals(signed_in(adviser), version) == []) is is_recognised

    def test_without_a_number_the_name_finds_the_firm(
        self, adviser: Any, region: Any, contract: Any
    ) -> None:
        make.make_firm(region, "Sociale Drukkerij É")
        same = make.make_purchase(contract, supplier_name="sociale drukkerij e", state="submitted")
        other_number = make.make_purchase(
            contract,
            supplier_name="Sociale Drukkerij É",
            supplier_kvk="99999999",
            state="submitted",
        )
        client = signed_in(adviser)
        assert signals(client, same) == []
        assert len(signals(client, other_number)) == 1

    def test_of_another_region_or_taken_back_is_none(
        self, adviser: Any, region: Any, contract: Any
    ) -> None:
        make.make_firm(make.make_region("utrecht", "Utrecht"), kvk=KVK)
        version = make.make_purchase(contract, supplier_kvk=KVK, state="submitted")
        client = signed_in(adviser)
        assert len(signals(client, version)) == 1
        here = make.make_firm(region, kvk=KVK)
        assert signals(client, version) == []
        firms.take_back(here, make.act(adviser, "Verkeerd nummer"))
        assert len(signals(client, version)) == 1

    def test_the_table_says_which_recognitions_open_a_block(
        self, adviser: Any, region: Any, contract: Any
    ) -> None:
        make.make_firm(region, kvk=KVK)
        version = make.make_purchase(contract, supplier_kvk=KVK, state="submitted")
        only_for(contract, "pso_30plus")
        client = signed_in(adviser)
        (sentence,) = signals(client, version)
        assert "PSO 30+" in sentence
        make.make_firm(region, kvk=KVK, kind="pso_30plus")
        assert signals(client, version) == []

    def test_a_closed_block_cannot_be_handed_in(
        self, adviser: Any, region: Any, contract: Any
    ) -> None:
        only_for(contract, "pso_30plus")
        make.make_firm(region, kvk=KVK)
        with pytest.raises(Refused, match="PSO 30\\+"):
            make.make_purchase(contract, supplier_kvk=KVK, state="submitted")
        make.make_firm(region, kvk=KVK, kind="pso_30plus")
        assert make.make_purchase(contract, supplier_kvk=KVK, state="submitted").submitted_at

    def test_a_signal_keeps_it_out_of_accepting_together(
        self, adviser: Any, region: Any, contract: Any
    ) -> None:
        contract.table.blocks.update(evidence=[])
        make.make_firm(region, kvk=KVK)
        fine = make.make_purchase(contract, supplier_kvk=KVK, state="submitted")
        make.make_purchase(contract, supplier_kvk="99000999", state="submitted")
        shown = signed_in(adviser).get(reverse("review-queue") + "?together")
        assert [one.version.pk for one in shown.context["fine"]] == [fine.pk]


class TestRecording:
    def draft(self, contract: Any) -> FulfilmentVersion:
        return make.make_purchase(contract, state="draft", supplier_name="", invoice_number="")

    def typed(self, version: FulfilmentVersion, **fields: Any) -> dict[str, Any]:
        version.refresh_from_db()
        return {
            "edition": version.edition,
            "supplier_name": "drukk",
            "invoice_number": "F-1",
            "amount": "10",
            "paid_on": "2024-05-15",
            **fields,
        }

    def test_found_and_chosen_without_javascript(
        self, person: Any, region: Any, contract: Any
    ) -> None:
        firm = make.make_firm(region, kvk=KVK).firm
        make.make_firm(make.make_region("utrecht", "Utrecht"), "Drukkerij Elders")
        client, version = signed_in(person), self.draft(contract)
        url = reverse("fulfilment-details", args=[version.fulfilment_id])
        found = client.post(url, self.typed(version, find="1"))
        assert [f.name for f in found.context["firms"]] == ["Sociale Drukkerij"]
        assert 'value="F-1"' in found.content.decode()
        chosen = client.post(url, self.typed(version, firm=firm.pk)).content.decode()
        assert f'value="{KVK}"' in chosen
        version.refresh_from_db()
        assert version.supplier_kvk == ""  # chosen is not yet saved
        client.post(url, self.typed(version, supplier_name="Sociale Drukkerij", supplier_kvk=KVK))
        version.refresh_from_db()
        assert version.supplier_kvk == KVK

    def test_suggestions_and_the_chosen_one_as_fragments(
        self, person: Any, region: Any, contract: Any
    ) -> None:
        firm = make.make_firm(region, kvk=KVK).firm
        client, version = signed_in(person), self.draft(contract)
        url = reverse("fulfilment-firms", args=[version.fulfilment_id])
        assert "Sociale Drukkerij" in client.post(url, self.typed(version)).content.decode()
        assert (
            "Sociale Drukkerij"
            in client.post(url, self.typed(version, supplier_name="99000")).content.decode()
        )
        assert (
            "Sociale Drukkerij"
            not in client.post(url, self.typed(version, supplier_name="d")).content.decode()
        )
        part = client.post(url, self.typed(version, firm=firm.pk)).content.decode()
        assert KVK in part
        assert "<html" not in part
        for nonsense in ("", "\0", "x" * 3000, "9" * 30, "<b>"):
            client.post(url, self.typed(version, supplier_name=nonsense, firm=nonsense))

    def test_a_closed_block_is_said_and_not_submitted(
        self, person: Any, region: Any, contract: Any
    ) -> None:
        only_for(contract, "pso_30plus")
        make.make_firm(region, kvk=KVK)
        version = make.make_purchase(contract, state="draft", supplier_kvk=KVK)
        client, check = signed_in(person), reverse("fulfilment-check", args=[version.fulfilment_id])
        sent = {"edition": version.edition, "only_here": "on"}
        assert client.get(check).context["closed_blocks"]
        assert client.post(check, sent).status_code == 422
        make.make_firm(region, kvk=KVK, kind="pso_30plus", valid_from=PAID, valid_until=PAID)
        client.post(check, sent)
        version.refresh_from_db()
        assert version.state == FulfilmentState.SUBMITTED

    def test_where_the_table_says_nothing_every_firm_will_do(
        self, person: Any, contract: Any
    ) -> None:
        version = make.make_purchase(contract, state="draft")
        signed_in(person).post(
            reverse("fulfilment-check", args=[version.fulfilment_id]),
            {"edition": version.edition, "only_here": "on"},
        )
        version.refresh_from_db()
        assert version.state == FulfilmentState.SUBMITTED

    def test_proposing_keeps_what_was_filled_in(self, person: Any, contract: Any) -> None:
        client, version = signed_in(person), self.draft(contract)
        details = reverse("fulfilment-details", args=[version.fulfilment_id])
        answer = client.post(
            details, self.typed(version, supplier_name="Nieuw", supplier_kvk=KVK, propose="1")
        )
        version.refresh_from_db()
        assert version.supplier_name == "Nieuw"
        form = client.get(answer["Location"]).context["form"]
        assert (form["name"].value(), form["kvk"].value()) == ("Nieuw", KVK)
        sent = {
            "name": "Nieuw",
            "kvk": KVK,
            "kind": "pso_30plus",
            "party": form["party"].value(),
            "next": details,
        }
        assert client.post(answer["Location"], sent)["Location"] == details


class TestTheDoor:
    def terms(self, **fields: Any) -> RecognisedAs:
        return RecognisedAs(
            **{"kind": "sw_company", "valid_from": PAID, "grounds": "Nagezocht", **fields}
        )

    def recognise(self, region: Any, **fields: Any) -> Recognition:
        return firms.recognise(
            region,
            KVK,
            Facts("Firma"),
            self.terms(**fields),
            make.act(),
        )

    def test_the_firm_is_shared_and_the_recognition_is_not(self, region: Any) -> None:
        here, there = self.recognise(region), self.recognise(make.make_region("utrecht", "Utrecht"))
        assert here.firm == there.firm
        assert SocialFirm.objects.count() == 1

    def test_not_twice_at_the_same_time(self, region: Any) -> None:
        first = self.recognise(region, valid_until=date(2024, 12, 31))
        for fields in ({}, {"valid_from": date(2024, 12, 31)}, {"valid_from": date(2020, 1, 1)}):
            with pytest.raises(Refused):
                self.recognise(region, **fields)
        self.recognise(region, valid_from=date(2025, 1, 1))
        self.recognise(region, kind="pso_30plus")
        firms.take_back(first, make.act(None, "Fout"))
        self.recognise(region, valid_until=date(2024, 12, 31))

    @pytest.mark.parametrize("fields", [{"valid_until": date(2024, 5, 14)}, {"grounds": " "}])
    def test_what_cannot_be_is_refused(self, region: Any, fields: dict[str, Any]) -> None:
        with pytest.raises(Refused):
            self.recognise(region, **fields)
        assert not SocialFirm.objects.exists()

    def test_an_end_keeps_what_was_paid_before(self, region: Any) -> None:
        made = self.recognise(region)
        firms.end(
            made,
            date(2024, 6, 30),
            make.act(None, "Certificaat ingetrokken"),
        )
        made.refresh_from_db()
        assert made.holds_on(date(2024, 6, 30))
        assert not made.holds_on(date(2024, 7, 1))
        with pytest.raises(Refused):
            firms.end(made, date(2024, 5, 14), make.act(None, "Nooit"))
        assert list(
            made.history.order_by("history_id").values_list("history_change_reason", flat=True)
        ) == [
            "Nagezocht",
            "Certificaat ingetrokken",
        ]

    def test_a_proposal_is_answered_once(self, region: Any, linde: Any, adviser: Any) -> None:
        proposal = make.make_firm_proposal(region, linde)
        with pytest.raises(Refused):
            make.make_firm_proposal(region, linde, kvk=proposal.kvk)
        firms.decline(
            proposal,
            make.act(adviser, "Staat niet in het register"),
        )
        for act in (
            lambda: firms.decline(proposal, make.act(adviser, "Nog eens")),
            lambda: firms.recognise(
                region,
                proposal.kvk,
                Facts("Firma"),
                self.terms(),
                make.act(adviser),
                proposal=proposal,
            ),
        ):
            with pytest.raises(Refused):
                act()
        assert not Recognition.objects.exists()

    def test_a_table_names_known_recognitions_of_purchases_only(self, region: Any) -> None:
        block = {"code": "X", "label": "X", "kind": "purchase", "unit": "invoice"}
        table = {"code": "t", "title": "T", "full_time_hours": "36"}
        made, _new = load_table(
            region, table | {"blocks": [block | {"recognitions": ["sw_company", "pso_30plus"]}]}
        )
        assert made.blocks.get().recognitions == ["sw_company", "pso_30plus"]
        for fault in (
            {"recognitions": ["wsw"]},
            {"kind": "activity", "unit": "cost", "recognitions": ["sw_company"]},
        ):
            with pytest.raises(FaultyFile):
                load_table(region, table | {"code": "u", "blocks": [block | fault]})


class TestPages:
    def told(self, **fields: Any) -> dict[str, Any]:
        return {
            "kvk": KVK,
            "name": "Firma",
            "kind": "sw_company",
            "valid_from": "2024-01-01",
            "grounds": "Nagezocht",
            **fields,
        }

    def test_an_adviser_recognises_and_shows_to_everyone(self, adviser: Any, region: Any) -> None:
        client, url = signed_in(adviser), reverse("social-firm-new")
        for fault in (
            {"kvk": "1234567"},
            {"kind": ""},
            {"website": "javascript:alert(1)"},
            {"name": "Jan 111222333"},
        ):
            answer = client.post(url, self.told(region=region.pk, **fault))
            assert (answer.status_code, list(answer.context["form"].errors)) == (422, list(fault))
        client.post(url, self.told(region=region.pk, website="www.example.org", offers="Catering"))
        made = Recognition.objects.get()
        assert (made.firm.website, made.is_public) == ("https://www.example.org", False)
        assert "Firma" not in Client().get(reverse("social-firm-list")).content.decode()
        client.post(reverse("recognition", args=[made.pk]), {"act": "publish"})
        page = Client().get(reverse("social-firm-list"), {"q": "CATERING"}).content.decode()
        assert "Firma" in page
        assert 'rel="nofollow noopener noreferrer"' in page
        assert (
            "Firma"
            not in Client().get(reverse("social-firm-list"), {"q": "drukwerk"}).content.decode()
        )
        history = client.get(reverse("social-firm-detail", args=[made.firm_id])).context["events"]
        assert [event.by for event in history] == [adviser] * 3

    def test_a_region_that_is_not_ones_own_is_a_fault_at_its_field(self, adviser: Any) -> None:
        other = make.make_region("utrecht", "Utrecht")
        answer = signed_in(adviser).post(reverse("social-firm-new"), self.told(region=other.pk))
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["region"])
        assert "Nagezocht" in answer.content.decode()
        assert not Recognition.objects.exists()

    def test_a_firm_that_is_known_keeps_its_number(self, adviser: Any, region: Any) -> None:
        known = make.make_firm(region, "Zorgtuin").firm
        page = f"{reverse('social-firm-new')}?firm={known.pk}"
        assert known.kvk in signed_in(adviser).get(page).content.decode()
        told = self.told(region=region.pk, kvk="90004469", kind="pso_30plus")
        assert signed_in(adviser).post(page, told).status_code == 302
        assert {r.firm for r in Recognition.objects.all()} == {known}

    def test_the_directory_shows_only_what_holds_and_is_public(self, region: Any) -> None:
        make.make_firm(region, "Verlopen", is_public=True, valid_until=date(2025, 6, 30))
        make.make_firm(region, "Besloten")
        make.make_firm(region, "Openbaar", is_public=True, valid_until=make.TODAY)
        make.make_firm(
            make.make_region("utrecht", "Utrecht"), "Elders", is_public=True, kind="pso_30plus"
        )

        def shown(**asked: str) -> list[str]:
            rows = Client().get(reverse("social-firm-list"), asked).context["table"].paginated_rows
            return [row.record.name for row in rows]

        assert shown() == ["Elders", "Openbaar"]
        assert shown(region="utrecht") == ["Elders"]
        assert shown(kind="sw_company") == ["Openbaar"]
        assert shown(kind="sw_company", region="utrecht") == []

    def test_a_contractor_proposes_and_reads_the_answer(
        self, person: Any, adviser: Any, region: Any
    ) -> None:
        client, url = signed_in(person), reverse("social-firm-propose")
        party = client.get(url).context["form"]["party"].value()
        client.post(url, {"party": party, "kvk": KVK, "name": "Zorgtuin", "kind": "code_register"})
        proposal = FirmProposal.objects.get()
        page = reverse("social-firm-proposal", args=[proposal.pk])
        work_list = signed_in(adviser).get(reverse("start")).content.decode()
        assert page in work_list
        assert signed_in(adviser).post(page, {"decline": "1", "why": " "}).status_code == 422
        signed_in(adviser).post(page, {"decline": "1", "why": "Staat niet in het register"})
        assert "Staat niet in het register" in client.get(url).content.decode()
        client.post(url, {"party": party, "kvk": KVK, "name": "Zorgtuin", "kind": "pso_30plus"})
        again = FirmProposal.objects.latest("pk")
        page = reverse("social-firm-proposal", args=[again.pk])
        signed_in(adviser).post(page, self.told(name="Zorgtuin De Bongerd", kind="pso_30plus"))
        again.refresh_from_db()
        assert (again.state, again.answered_by) == (ProposalState.ACCEPTED, adviser)
        assert Recognition.objects.get().firm.name == "Zorgtuin De Bongerd"

    def test_nobody_proposes_for_another_contractor(self, person: Any, region: Any) -> None:
        other = make.make_contractor("Ander")
        sent = {
            "party": f"{region.pk}-{other.pk}",
            "kvk": KVK,
            "name": "Zorgtuin",
            "kind": "code_register",
        }
        assert signed_in(person).post(reverse("social-firm-propose"), sent).status_code == 422

    def test_one_of_another_site_is_no_way_back(self, person: Any, region: Any, linde: Any) -> None:
        sent = {
            "party": f"{region.pk}-{linde.pk}",
            "kvk": KVK,
            "name": "Tuin",
            "kind": "code_register",
        }
        url = reverse("social-firm-propose")
        answer = signed_in(person).post(url, sent | {"next": "https://elders.example/"})
        assert answer["Location"] == url

    def test_an_adviser_elsewhere_does_not_describe_it(self, region: Any, adviser: Any) -> None:
        firm = make.make_firm(region, kvk=KVK).firm
        far = make.make_region("utrecht", "Utrecht")
        other = make.make_user(Role.ADVISER, far)
        url = reverse("social-firm-detail", args=[firm.pk])
        assert signed_in(other).post(url, {"name": "Gekaapt"}).status_code == 404
        admin = make.make_user(Role.REGION_ADMIN, region)
        assert signed_in(admin).get(url).status_code == 200
        assert signed_in(admin).post(url, {"name": "Gekaapt"}).status_code == 404
        signed_in(adviser).post(url, {"name": "Drukkerij Nieuw"})
        firm.refresh_from_db()
        assert firm.name == "Drukkerij Nieuw"

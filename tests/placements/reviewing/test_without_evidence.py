"""Nothing is accepted without the evidence that its block asks for, unless it is said why: at the
door, on the page and with many at once; the reason is kept, and the contractor reads it.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from placements.claims import proof, valuing
from placements.claims.content import content_of
from placements.evidence import door as evidence
from placements.imports.door import import_fulfilments
from placements.ledger.verification import differences
from placements.life import door as life
from placements.models import Evidence, Fulfilment, FulfilmentState, FulfilmentVersion
from sroi.access import Role
from sroi.doors import Refused
from tests import factories as make
from tests.factories import signed_in
from tests.placements.claims.test_doubts import row

pytestmark = pytest.mark.django_db
D = Decimal
WHY = "Op de werkvloer gezien"


@pytest.fixture
def adviser(region: Any) -> Any:
    return make.make_user(Role.ADVISER, region)


@pytest.fixture
def client(adviser: Any) -> Client:
    return signed_in(adviser)


@pytest.fixture
def version(contract: Any) -> FulfilmentVersion:
    return make.make_activity(contract, state="submitted", proved=False)


def state(version: FulfilmentVersion) -> str:
    version.refresh_from_db()
    return version.state


def answered(client: Client, version: FulfilmentVersion, answer: str, **fields: Any) -> Any:
    seen = {"version": version.pk, "edition": version.edition}
    page = reverse("review", args=[version.fulfilment_id])
    return client.post(page, {"answer": answer, **seen, **fields})


class TestTheDoor:
    def test_it_is_refused_without_a_reason(self, version: FulfilmentVersion, region: Any) -> None:
        for reason in ("", "  "):
            with pytest.raises(Refused, match="verslag of foto"):
                life.accept([version], make.act(), region=region, without_evidence=reason)
        assert state(version) == FulfilmentState.SUBMITTED

    def test_one_of_many_keeps_all_from_being_accepted(
        self, version: FulfilmentVersion, contract: Any, region: Any
    ) -> None:
        proved = make.make_activity(contract, state="submitted")
        with pytest.raises(Refused, match=version.fulfilment.external_id):
            life.accept([proved, version], make.act(), region=region)
        assert state(proved) == FulfilmentState.SUBMITTED

    def test_the_reason_is_kept_with_those_that_lack_some_only(
        self, version: FulfilmentVersion, contract: Any, region: Any
    ) -> None:
        proved = make.make_activity(contract, state="submitted")
        life.accept([proved, version], make.act(), region=region, without_evidence=WHY)
        for one in (proved, version):
            one.refresh_from_db()
        assert (proved.without_evidence, version.without_evidence) == ("", WHY)
        told = version.fulfilment.events.last().why
        assert "verslag of foto" in told
        assert WHY in told
        assert proved.fulfilment.events.last().why == ""

    def test_what_was_erased_is_missing(self, contract: Any, region: Any) -> None:
        proved = make.make_activity(contract, state="submitted")
        evidence.erase(Evidence.objects.get(), make.act())
        with pytest.raises(Refused):
            life.accept([proved], make.act(), region=region)

    def test_another_block_asks_its_own_evidence(self, contract: Any, region: Any) -> None:
        version = make.make_placement(contract, state="submitted")
        content = content_of(version)
        (_contract, _block, percent) = content.allocations[0]
        content.allocations = [(contract, contract.table.blocks.get(code="BBL"), percent)]
        why = make.act(why="Is een leerling")
        with pytest.raises(Refused, match="stage"):
            life.accept_otherwise(version, content, why, region=region)
        made = life.accept_otherwise(version, content, why, region=region, without_evidence=WHY)
        made.refresh_from_db()
        assert made.without_evidence == WHY

    def test_valued_anew_it_keeps_its_reason(self, version: FulfilmentVersion, region: Any) -> None:
        life.accept([version], make.act(), region=region, without_evidence=WHY)
        life.revalue([version], make.act(why="Andere tabel"), region=region)
        accepted = Fulfilment.objects.get().accepted
        assert (accepted.number, accepted.without_evidence) == (2, WHY)
        assert not list(differences([region], make.TODAY))

    def test_a_change_is_proved_by_what_was_there(self, contract: Any, region: Any) -> None:
        accepted = make.make_placement(contract)
        content = content_of(accepted)
        content.fields |= {"end_date": date(2024, 6, 30), "confirmed_until": None}
        change = life.propose_change(accepted.fulfilment, content, make.act())
        life.submit([change], make.act())
        life.accept([change], make.act(), region=region)
        assert state(change) == FulfilmentState.ACCEPTED

    @pytest.mark.parametrize("way", ["returned", "taken back", "changed"])
    def test_what_was_shown_of_another_candidate_proves_nothing_of_this_one(
        self, contract: Any, region: Any, client: Client, way: str
    ) -> None:
        made = make.make_placement(
            contract, state={"returned": "returned", "changed": "accepted"}.get(way, "submitted")
        )
        if way == "taken back":
            life.take_back(made, make.act())
        content = content_of(made)
        content.fields |= {"candidate_ref": "Kandidaat 18", "age_at_start": 29}
        made.fulfilment.refresh_from_db()
        if way == "changed":
            made = life.propose_change(made.fulfilment, content, make.act())
        else:
            life.edit(made, content, make.act())
        life.submit([made], make.act(), answered=make.EVERYTHING)
        with pytest.raises(Refused, match="Er ontbreekt nog bewijs"):
            life.accept([made], make.act(), region=region)
        page = client.get(reverse("review", args=[made.fulfilment_id])).content.decode()
        assert "getoond voor een andere kandidaat" in page
        # Seen once more, for this one.
        later = make.act(today=make.TODAY + timedelta(days=1))
        for kind in Evidence.objects.values_list("kind", flat=True).distinct():
            evidence.see(made, kind, "Getoond", make.TODAY, later)
        life.accept([made], make.act(), region=region)
        assert state(made) == FulfilmentState.ACCEPTED

    def test_another_invoice_is_proved_anew_and_a_name_written_better_is_not(
        self, contract: Any, region: Any
    ) -> None:
        for said, proved in (
            ({"invoice_number": "F-999999"}, False),
            ({"supplier_name": "Andere Drukkerij"}, False),
            ({"supplier_name": "Sociale Drukkerij B.V.", "supplier_kvk": "12345678"}, True),
            ({"amount": D("9000.00")}, True),
        ):
            made = make.make_purchase(contract, state="returned", supplier_kvk="12345678")
            if "Andere" in said.get("supplier_name", ""):
                said = {**said, "supplier_kvk": "87654321"}
            content = content_of(made)
            content.fields |= said
            life.edit(made, content, make.act())
            life.submit([made], make.act(), answered=make.EVERYTHING)
            valuing.fetch([made])
            assert (not proof.missing([made])) is proved, said

    def test_where_the_person_was_erased_there_is_nothing_to_tell_apart(
        self, contract: Any
    ) -> None:
        made = make.make_placement(contract, state="submitted")
        FulfilmentVersion.objects.filter(pk=made.pk).update(candidate_ref="")
        made.refresh_from_db()
        valuing.fetch([made])
        assert not proof.missing([made])

    def test_history_that_was_decided_elsewhere_needs_none_and_counts_as_none(
        self, region: Any, linde: Any
    ) -> None:
        make.make_contract(region, linde, reference="C-1")
        import_fulfilments(region, row(status="accepted"), make.act())
        accepted = Fulfilment.objects.get().accepted
        assert accepted.without_evidence == ""


class TestThePage:
    def test_one_click_is_not_enough(self, client: Client, version: FulfilmentVersion) -> None:
        page = client.get(reverse("review", args=[version.fulfilment_id])).content.decode()
        assert "Goedkeuren zonder bewijs" in page
        answer = answered(client, version, "accept")
        assert (answer.status_code, state(version)) == (422, FulfilmentState.SUBMITTED)
        assert answer.context["answered"] == "accept"

    def test_with_its_reason_it_is_accepted_and_the_contractor_reads_it(
        self, client: Client, version: FulfilmentVersion, region: Any, linde: Any
    ) -> None:
        answered(client, version, "accept", why=WHY)
        assert state(version) == FulfilmentState.ACCEPTED
        contractor = signed_in(make.make_user(Role.CONTRACTOR, region, contractor=linde))
        page = contractor.get(reverse("fulfilment-detail", args=[version.fulfilment_id]))
        text = page.content.decode()
        assert "Goedgekeurd zonder bewijs, omdat" in text
        assert text.count(WHY) >= 2  # on top, and in the history

    def test_once_it_was_seen_one_click_is(
        self, client: Client, version: FulfilmentVersion
    ) -> None:
        make.prove(version)
        answered(client, version, "accept")
        version.refresh_from_db()
        assert (version.state, version.without_evidence) == (FulfilmentState.ACCEPTED, "")

    def test_otherwise_it_asks_a_reason_of_its_own(
        self, client: Client, version: FulfilmentVersion, contract: Any
    ) -> None:
        data = {
            "description": "Gastlessen",
            "activity_date": "2024-09-10",
            "quantity": "30",
            f"block_{contract.pk}": version.allocations.get().block_id,
            "why": "Dertig uur",
        }
        answer = answered(client, version, "otherwise", **data)
        assert answer.status_code == 422
        assert answer.context["adjust"].errors.keys() == {"without_evidence"}
        answered(client, version, "otherwise", **data, without_evidence=WHY)
        assert Fulfilment.objects.get().accepted.without_evidence == WHY

    def test_it_is_never_among_many_at_once(
        self, client: Client, version: FulfilmentVersion
    ) -> None:
        queue = reverse("review-queue")
        assert client.get(f"{queue}?together").context["fine"] == []
        client.post(queue, {"version": [f"{version.pk}.{version.edition}"]})
        assert state(version) == FulfilmentState.SUBMITTED


def test_the_contractor_is_told_before_submitting(region: Any, contract: Any, linde: Any) -> None:
    contractor = signed_in(make.make_user(Role.CONTRACTOR, region, contractor=linde))
    bought = make.make_purchase(contract, state="draft")
    placed = make.make_placement(contract, state="draft")
    for version, name in ((bought, "to_add"), (placed, "to_show")):
        page = contractor.get(reverse("fulfilment-check", args=[version.fulfilment_id]))
        assert page.context[name]
        assert page.context[name].capitalize() in page.content.decode()
    make.prove(bought)
    page = contractor.get(reverse("fulfilment-check", args=[bought.fulfilment_id]))
    assert (page.context["to_add"], page.context["to_show"]) == ("", "")

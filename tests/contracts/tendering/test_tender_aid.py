"""Help with a tender: the rules of the policy one by one, what it comes to, and papers that say the
same.
"""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from contracts.models import ContractDraft, Region
from contracts.tendering.aid import Tender, advise, ways, workplaces_between
from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db

D = Decimal
RULES = {
    "threshold_services": "200000",
    "reduced_rate": "2.00",
    "reduced_below_labour_share": "30",
    "supplies_min_labour_share": "10",
    "cap": "300000",
}
ASKED = {"procurement_type": "services", "value": "800.000", "months": "12", "region": "gooi"}


@pytest.fixture
def region() -> Region:
    return make.make_region(**RULES)


def client_of(role: str, region: Region) -> Client:
    client = Client()
    client.force_login(make.make_user(role, region))
    return client


@pytest.mark.parametrize(
    ("kind", "value", "share", "rate", "amount"),
    [
        ("services", "199999.99", None, "0", "0"),
        ("services", "200000", None, "5", "10000"),
        ("services", "800000", None, "5", "40000"),
        ("services", "800000", "30", "5", "40000"),
        ("services", "800000", "29.99", "2", "16000"),
        ("services", "20000000", "10", "2", "300000"),
        ("works", "100", None, "5", "5"),
        ("supplies", "800000", "9.99", "0", "0"),
        ("supplies", "800000", "10", "2", "16000"),
    ],
)
def test_the_rules_of_the_policy(
    region: Region, kind: str, value: str, share: Any, rate: str, amount: str
) -> None:
    tender = Tender(kind, D(value), 6, None if share is None else D(share))
    advice = advise(tender, region.policies.get())
    assert (advice.expected, advice.rate, advice.amount) == (D(rate), D(rate), D(amount))
    assert advice.is_capped == (amount == "300000")


def test_what_an_amount_could_look_like(region: Region) -> None:
    blocks = region.tables_in_force.get().table.blocks.all()
    found = {way.block.code: way.number for way in ways(D("40000"), 6, blocks)}
    # € 40.000 a year in half a year: two workplaces; € 10.000 a year: eight; € 100 an hour: 400
    # hours.
    assert (found["PW_GT2Y"], found["WW_LT1Y"], found["MVO_HOUR"], found["WSW_INVOICE"]) == (
        2,
        8,
        400,
        40000,
    )
    assert workplaces_between(ways(D("40000"), 6, blocks))[0] <= 2
    assert ways(D(0), 6, blocks) == []


def test_page_and_papers_say_the_same(region: Region) -> None:
    client = client_of(Role.PROCUREMENT_OFFICER, region)
    asked = {
        **ASKED,
        "title": "Schoonmaak <raadhuis>",
        "rate": "2",
        "rate_reason": "market",
        "rate_reason_text": "Schaars",
    }
    page = client.get(reverse("tender-aid"), asked)
    text = page.content.decode()
    assert page.context["aid"].advice.amount == 16000
    assert "&lt;raadhuis&gt;" in text
    client.post(reverse("set_language"), {"language": "en"})
    for paper, words in (
        ("afweging", "lager dan de 5%"),
        ("bestektekst", "zet 2% van de opdrachtsom"),
    ):
        answer = client.get(reverse("tender-paper"), {**asked, "paper": paper})
        assert answer["Content-Disposition"].startswith("attachment")
        word = " ".join(p.text for p in Document(io.BytesIO(answer.content)).paragraphs).replace(
            "\xa0", " "
        )
        assert words in word
        assert "€ 16.000" in word
        assert ("Schaars" in word) == (paper == "afweging")
    dossier = client.get(reverse("tender-paper"), {**asked, "paper": "dossier"})
    assert 'filename="social-return-dossier.docx"' in dossier["Content-Disposition"]
    both = Document(io.BytesIO(dossier.content)).paragraphs
    # Both papers, each a part with its sections below it.
    parts = [p.text for p in both if p.style and p.style.name == "Heading 1"]
    assert parts == ["Afweging social return", "Social return: voorwaarde voor de uitvoering"]
    word = " ".join(p.text for p in both).replace("\xa0", " ")
    assert "lager dan de 5%" in word
    assert "zet 2% van de opdrachtsom" in word
    for nothing in ({**asked, "paper": "x"}, {**asked, "value": "x", "paper": "afweging"}):
        assert client.get(reverse("tender-paper"), nothing).status_code == 404
    assert (
        client_of(Role.READER, region)
        .get(reverse("tender-paper"), {**asked, "paper": "afweging"})
        .status_code
        == 404
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("value", bad) for bad in ("", "NaN", "1e999", "-1", "x" * 1000, "\0")),
        *(("months", bad) for bad in ("", "0", "1,5", "999")),
        ("labour_share", "101"),
        ("cpv", "01000000"),
        ("rate", "-1"),
        ("rate_reason_text", "BSN 123456782"),
        ("region", "elders"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(region: Region, field: str, value: str) -> None:
    answer = client_of(Role.ADVISER, region).get(reverse("tender-aid"), {**ASKED, field: value})
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert answer.context["aid"] is None


def test_it_is_taken_along_to_a_new_contract(region: Region) -> None:
    client = client_of(Role.PROCUREMENT_OFFICER, region)
    page = client.get(reverse("tender-aid"), {**ASKED, "title": "Schoonmaak", "cpv": "90911200"})
    step = client.get(page.context["carried"])
    given = dict(step.context["carried"])
    client.post(
        reverse("contract-new"), {"region": region.pk, "kvk": "12345678", "name": "Fris", **given}
    )
    draft = ContractDraft.objects.get()
    form = client.get(reverse("contract-draft", args=[draft.pk])).context["form"]
    assert [form[name].value() for name in ("title", "value", "cpv")] == [
        "Schoonmaak",
        "800.000",
        "90911200",
    ]

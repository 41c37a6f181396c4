"""What pages tell of one effort in several regions: to who works for the firm in both where the
rest is, to everybody else a percentage and nothing more.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placements.life import door as life
from placements.models import Fulfilment, FulfilmentState
from sroi.access import Role
from tests import factories as make
from tests.factories import act, signed_in
from tests.placements.linking.test_linking import Firm, accept, fresh, latest, submit, with_share

pytestmark = pytest.mark.django_db
D = Decimal

# Whatever is of the other region: no page of somebody of this one may say it.
SECRET = "Zilverreiger"
# Which regions there are is no secret: the calculator lists them, and a policy can trust one. That
# something of theirs is the same as this is.
REGION = "Kwartelkoning"
ABOUT_FULFILMENTS = ("/invullingen/", "/beoordelen/", "/contracten/", "/opdrachtnemers/")


@pytest.fixture
def firm() -> Firm:
    firm = Firm("noord", "zuid")
    there = firm.regions[1]
    there.title_nl = there.title_en = f"Regio {REGION}"
    there.save()
    contract = firm.contracts[1]
    contract.reference, contract.title = f"{SECRET}-C", f"Wegen {SECRET}"
    contract.save()
    return firm


@pytest.fixture
def linked(firm: Firm) -> tuple[Fulfilment, Fulfilment]:
    """60% here, handed in; 40% there, accepted."""
    here = firm.purchase(0, "60", invoice_number="A-7")
    there = firm.purchase(1, "40", invoice_number="A-7", external_id=f"{SECRET}-1")
    firm.link(here, there)
    submit(there)
    accept(there)
    submit(here)
    return here, there


@pytest.fixture
def own(firm: Firm) -> Client:
    return signed_in(firm.person)


def page(name: str, fulfilment: Fulfilment) -> str:
    return reverse(name, args=[fulfilment.pk])


def text(client: Client, url: str, **given: Any) -> str:
    answer = client.get(url, given)
    assert answer.status_code == 200, url
    found = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return found.decode("utf-8", "replace").replace("\xa0", " ")


# --- the firm's own -------------------------------------------------------------------------------


def test_from_what_looks_the_same_to_its_part(firm: Firm, own: Client) -> None:
    there = firm.purchase(1, "100", invoice_number="A-7", external_id="T-1", state="submitted")
    here = firm.purchase(0, "100", invoice_number="A-7")
    check = text(own, page("fulfilment-check", here))
    assert "Dit lijkt op iets van u in een andere regio" in check
    assert page("fulfilment-link", here) in check
    where = page("fulfilment-link", here)
    offered = own.get(where)
    assert f"Regio {REGION} · T-1" in offered.content.decode()
    assert own.post(where, {}).status_code == 422
    assert own.post(where, {"other": "nonsense"}).status_code == 422
    done = own.post(where, {"other": there.pk})
    assert done.headers["Location"] == page("fulfilment-what", here)
    what = text(own, page("fulfilment-what", here))
    assert "Elders telt 100% mee. Hier kan hoogstens 0% meetellen." in what
    assert "er is niets over dat hier kan meetellen" in text(own, page("fulfilment-check", here))
    life.take_back(latest(there), act())
    with_share(latest(there), D(70))
    submit(there)
    version = latest(here)
    contract = firm.contracts[0]
    block = version.allocations.get().block_id
    given = {"contracts": contract.pk, "kind": "purchase", "edition": version.edition}
    given |= {f"block_{contract.table_id}": block, f"share_{contract.pk}": "30"}
    given["asked"] = f"purchase:{contract.pk}"
    assert own.post(page("fulfilment-what", here), given).status_code == 302
    assert latest(here).allocations.get().percent == D(30)
    checked = own.get(page("fulfilment-check", here))
    assert not checked.context["too_much"]
    sent = {"edition": latest(here).edition, "klopt": [d.key for d in checked.context["doubts"]]}
    sent |= {"only_here": "on"}
    own.post(page("fulfilment-check", here), sent)
    assert latest(here).state == FulfilmentState.SUBMITTED


def test_who_works_in_one_region_is_asked_no_part_and_offered_no_link(firm: Firm) -> None:
    here = firm.purchase(0, invoice_number="A-7")
    firm.purchase(1, invoice_number="A-7")
    one = signed_in(make.make_user(Role.CONTRACTOR, firm.regions[0], contractor=firm.contractor))
    assert "share_" not in text(one, page("fulfilment-what", here))
    assert "andere regio" not in text(one, page("fulfilment-check", here))
    assert one.get(page("fulfilment-link", here)).status_code == 404
    assert one.post(page("fulfilment-link", here), {"other": "1"}).status_code == 404


def test_who_works_in_several_regions_is_asked_the_part_of_one_contract_too(
    firm: Firm, own: Client
) -> None:
    contract = firm.contracts[0]
    given = {"contracts": contract.pk, "kind": "purchase"}
    shown = own.get(reverse("fulfilment-new"), given).context["form"]
    assert shown[f"share_{contract.pk}"].initial == D(100)
    block = contract.table.blocks.get(code="WSW_INVOICE")
    given |= {"asked": shown.key, f"block_{contract.table_id}": block.pk}
    answer = own.post(reverse("fulfilment-new"), given | {f"share_{contract.pk}": "25"})
    made = Fulfilment.objects.get()
    assert answer.headers["Location"] == page("fulfilment-details", made)
    assert latest(made).allocations.get().percent == D(25)


def test_the_firm_reads_where_the_rest_counts(linked: Any, own: Client) -> None:
    here, there = linked
    shown = text(own, page("fulfilment-detail", here))
    assert "Elders telt 40% mee. Hier telt 60% mee." in shown
    assert page("fulfilment-detail", there) in shown
    assert f"Regio {REGION}" in shown
    assert "Toch niet hetzelfde" not in shown
    refused = own.post(page("fulfilment-unlink", here), follow=True)
    assert "Neem het eerst terug" in refused.content.decode()
    life.take_back(latest(here), act())
    assert "Toch niet hetzelfde" in text(own, page("fulfilment-detail", here))
    own.post(page("fulfilment-unlink", here))
    assert fresh(here).effort_id is None


def test_a_copy_is_linked_with_nothing_and_of_the_whole(linked: Any, own: Client) -> None:
    here, _there = linked
    own.post(page("fulfilment-copy", here))
    made = Fulfilment.objects.latest("pk")
    assert made.effort_id is None
    assert latest(made).allocations.get().percent == D(100)


def test_what_counts_twice_is_refused_beside_the_choice(firm: Firm, own: Client) -> None:
    here, there = (firm.purchase(n, invoice_number="A-7", state="accepted") for n in (0, 1))
    answer = own.post(page("fulfilment-link", here), {"other": there.pk})
    assert answer.status_code == 422
    assert "er is niets over" in str(answer.context["form"].errors["other"])


def test_nothing_of_another_firm_can_be_chosen(firm: Firm, own: Client) -> None:
    stranger = make.make_contract(firm.regions[1], make.make_contractor("Een ander"))
    theirs = make.make_purchase(stranger, state="draft", invoice_number="A-7").fulfilment
    here = firm.purchase(0, invoice_number="A-7")
    assert own.post(page("fulfilment-link", here), {"other": theirs.pk}).status_code == 422
    assert own.post(page("fulfilment-link", theirs), {"other": here.pk}).status_code == 404
    assert fresh(here).effort_id is None


def test_more_of_it_asks_the_database_no_more(firm: Firm, own: Client) -> None:
    here = firm.purchase(0, "10", invoice_number="A-7")
    text(own, page("fulfilment-detail", here))
    counts = []
    for number in (1, 3, 10):
        while len(Fulfilment.objects.filter(region=firm.regions[1])) < number:
            other = firm.purchase(1, "5", invoice_number="A-7")
            firm.link(here, other)
            firm.purchase(1, invoice_number="A-7")
        for name in ("fulfilment-detail", "fulfilment-link", "fulfilment-check"):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                text(own, page(name, here))
            counts.append((name, len(asked)))
    assert len(set(counts)) == 3, counts


# --- everybody else -------------------------------------------------------------------------------


def test_an_adviser_reads_a_percentage_and_nothing_more(firm: Firm, linked: Any) -> None:
    here, _there = linked
    adviser = signed_in(make.make_user(Role.ADVISER, firm.regions[0]))
    review = adviser.get(page("review", here))
    (signal,) = [s for s in review.context["signals"] if s.kind == "elsewhere"]
    assert (signal.sentence, signal.fulfilment_id) == ("Elders telt 40% mee.", None)
    shown = text(adviser, page("fulfilment-detail", here))
    assert "Elders telt 40% mee. Hier telt 60% mee." in shown
    assert "Dit lijkt op" not in shown
    for name in ("fulfilment-link", "fulfilment-unlink"):
        assert adviser.post(page(name, here)).status_code == 404


def test_an_adviser_who_is_too_late_reads_a_percentage(firm: Firm) -> None:
    """What was rejected is reviewed again while its share went elsewhere."""
    here, there = firm.purchase(0, "60"), firm.purchase(1, "60")
    firm.link(here, there)
    submit(here)
    life.reject(latest(here), act(why="Nee"))
    said = make.make_disagreement(latest(here))
    submit(there)
    adviser = signed_in(make.make_user(Role.ADVISER, firm.regions[0]))
    url = reverse("disagreement", args=[said.pk])
    answer = adviser.post(url, {"outcome": "again", "why": "Toch"}, follow=True)
    told = answer.content.decode().replace("\xa0", " ")
    assert "Hiervan telt 60% elders al mee" in told
    assert SECRET not in told
    assert REGION not in told
    assert latest(here).state == FulfilmentState.REJECTED


ROLES = (Role.REGION_ADMIN, Role.ADVISER, Role.PROCUREMENT_OFFICER, Role.READER)


@pytest.mark.parametrize("role", [*ROLES, Role.CONTRACTOR])
def test_whoever_is_of_one_region_finds_nothing_of_the_other(
    firm: Firm, linked: Any, role: Role
) -> None:
    """On every page and in every file that can be reached from the start, and by searching."""
    contractor = firm.contractor if role == Role.CONTRACTOR else None
    client = signed_in(make.make_user(role, firm.regions[0], contractor=contractor))
    seen = dict(crawled(client))
    wrong = [
        url
        for url, found in seen.items()
        if SECRET in found or (REGION in found and url.startswith(ABOUT_FULFILMENTS))
    ]
    assert wrong == []
    if role in (Role.ADVISER, Role.REGION_ADMIN, Role.CONTRACTOR):
        assert page("fulfilment-detail", linked[0]) in seen
    assert page("fulfilment-detail", linked[1]) not in seen
    assert client.get(page("fulfilment-detail", linked[1])).status_code == 404
    nonsense = "Nergensvogel"
    searched = {q: text(client, reverse("search"), q=q) for q in (SECRET, nonsense, "A-7")}
    # What was typed stands in the answer, and nothing else of it.
    assert searched[SECRET].count(SECRET) == searched[nonsense].count(nonsense)
    assert SECRET not in searched["A-7"]


def crawled(client: Client) -> Iterator[tuple[str, str]]:
    """Whatever can be reached by links."""
    waiting, known = ["/"], {"/"}
    while waiting and len(known) < 400:
        url = waiting.pop(0)
        answer = client.get(url, follow=True)
        if answer.status_code != 200:
            continue
        found = b"".join(answer.streaming_content) if answer.streaming else answer.content
        shown = found.decode("utf-8", "replace")
        yield url, shown
        for link in re.findall(r'href="(/[^"#]*)', shown):
            path = link.replace("&amp;", "&")
            if path not in known and not path.startswith(("/static/", "/uitloggen")):
                known.add(path)
                waiting.append(path)

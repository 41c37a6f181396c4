"""The register as a desk: whose contracts, which columns, views with a name, and what is done with
contracts that are picked.
"""

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from contracts.models import Contract, ContractEvent, Happened, Invitation
from contracts.plans import door as planning
from sroi.access import Role
from sroi.accounts.ending.erasing import erase_accounts_again
from sroi.doors import Refused
from sroi.lists import choices
from sroi.lists.choices import View
from tests import factories as make
from tests.factories import signed_in

pytestmark = pytest.mark.django_db

LIST = "contract-list"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture
def world() -> SimpleNamespace:
    region = make.make_region()
    linde, wind = make.make_contractor("De Linde"), make.make_contractor("Zon & Wind")
    noor = make.make_user(Role.ADVISER, region, name="Noor")
    sem = make.make_user(Role.ADVISER, region, name="Sem")
    runs = {"award_date": date(2025, 1, 1), "start_date": date(2025, 1, 1)}
    return SimpleNamespace(
        region=region,
        linde=linde,
        noor=noor,
        sem=sem,
        admin=make.make_user(Role.REGION_ADMIN, region),
        officer=make.make_user(Role.PROCUREMENT_OFFICER, region),
        firm=make.make_user(Role.CONTRACTOR, region, contractor=linde),
        noors=make.make_contract(region, linde, reference="A-1", adviser=noor, **runs),
        sems=make.make_contract(region, wind, reference="B-1", adviser=sem, **runs),
        nobodys=make.make_contract(region, linde, reference="C-1", **runs),
    )


def shown(user: Any, query: str = "") -> list[str]:
    answer = signed_in(user).get(reverse(LIST) + query)
    assert answer.status_code == 200
    return [row.record.reference for row in answer.context["table"].paginated_rows]


def columns(user: Any, query: str = "") -> list[str]:
    table = signed_in(user).get(reverse(LIST) + query).context["table"]
    return [column.name for column in table.columns]


def choose(user: Any, query: str = "", **given: Any) -> Any:
    return signed_in(user).post(reverse(LIST) + query, given)


# --- whose ----------------------------------------------------------------------------------------


def test_an_adviser_sees_their_own_first_and_all_with_one_press(world: SimpleNamespace) -> None:
    assert shown(world.noor) == ["A-1"]
    assert shown(world.noor, "?sort=-reference") == ["A-1"]
    assert shown(world.noor, "?adviser=all") == ["A-1", "B-1", "C-1"]
    assert shown(world.noor, f"?adviser={world.sem.pk}") == ["B-1"]
    assert shown(world.admin) == ["A-1", "B-1", "C-1"]
    assert shown(world.officer) == ["A-1", "B-1", "C-1"]


def test_who_commissions_sees_what_asks_for_attention_first(world: SimpleNamespace) -> None:
    make.make_contract(
        world.region,
        world.linde,
        reference="Z-1",
        award_date=date(2024, 1, 1),
        start_date=date(2024, 1, 1),
        end_date=date(2025, 5, 31),
    )
    assert shown(world.officer)[0] == "Z-1"
    assert shown(world.officer, "?sort=reference")[0] == "A-1"
    assert shown(world.admin)[0] == "A-1"


def test_a_filter_in_the_address_is_about_all_contracts(world: SimpleNamespace) -> None:
    """What links from elsewhere name is what they show."""
    assert shown(world.noor, f"?contractor={world.linde.pk}") == ["A-1", "C-1"]


def test_whose_was_chosen_is_there_next_time(world: SimpleNamespace) -> None:
    answer = choose(world.noor, do="whose", value="none")
    assert answer.url == f"{reverse(LIST)}?adviser=none"
    assert shown(world.noor) == ["C-1"]
    assert shown(world.sem) == ["B-1"]
    choose(world.noor, do="whose", value="me")
    assert shown(world.noor) == ["A-1"]


def test_nobodys_contracts_are_shown_as_such(world: SimpleNamespace) -> None:
    page = signed_in(world.admin).get(reverse(LIST) + "?adviser=none&columns=title.adviser")
    (row,) = page.context["table"].paginated_rows
    assert row.record == world.nobodys
    assert "Geen adviseur" in row.get_cell("adviser")


def test_choosing_what_is_not_offered_changes_nothing(world: SimpleNamespace) -> None:
    for user, given in (
        (world.noor, {"do": "whose", "value": "everything"}),
        (world.officer, {"do": "whose", "value": "none"}),
        (world.noor, {"do": "nothing"}),
        (world.noor, {}),
    ):
        assert choose(user, **given).status_code == 302
        user.refresh_from_db()
        assert user.lists == {}


# --- columns --------------------------------------------------------------------------------------


def test_chosen_columns_stand_in_the_address_and_stay(world: SimpleNamespace) -> None:
    answer = choose(
        world.noor, "?adviser=all&page=2", do="columns", column=["title", "adviser", "planned", "x"]
    )
    asked = parse_qs(urlsplit(answer.url).query)
    assert asked == {"adviser": ["all"], "columns": ["title.planned.adviser"]}
    chosen = ["pick", "reference", "title", "planned", "adviser"]
    assert columns(world.noor) == chosen
    usual = columns(world.sem)
    assert set(usual) > {"contractor", "obligation", "status"}
    assert columns(world.sem, f"?{urlsplit(answer.url).query}") == chosen
    assert columns(world.sem) == usual


def test_an_address_goes_before_what_was_chosen(world: SimpleNamespace) -> None:
    choose(world.noor, do="columns", column=["title"])
    assert columns(world.noor, "?columns=value.rate") == ["pick", "reference", "value", "rate"]


def test_choosing_the_usual_columns_again_leaves_the_address_bare(world: SimpleNamespace) -> None:
    usual = [name for name in columns(world.noor) if name not in ("pick", "reference")]
    choose(world.noor, do="columns", column=["title"])
    assert choose(world.noor, "?adviser=me", do="columns", column=usual).url.endswith("?adviser=me")
    assert columns(world.noor)[2:] == usual


def test_no_more_columns_than_fit(world: SimpleNamespace) -> None:
    every = [name for name, _label, _shown in choosable(world.noor)]
    assert choose(world.noor, do="columns", column=every).status_code == 302
    world.noor.refresh_from_db()
    assert world.noor.lists == {}


def choosable(user: Any) -> list[Any]:
    found: list[Any] = signed_in(user).get(reverse(LIST)).context["choosable"]
    return found


def test_who_advises_is_a_column_of_the_staff_only(world: SimpleNamespace) -> None:
    for user, is_there in ((world.noor, True), (world.officer, False), (world.firm, False)):
        assert ("adviser" in [name for name, _label, _shown in choosable(user)]) == is_there
        text = signed_in(user).get(f"{reverse(LIST)}?columns=title.adviser").content.decode()
        assert ("Sem" in text) == is_there


def test_amounts_are_whole_euros_in_the_list_and_exact_in_the_file(world: SimpleNamespace) -> None:
    make.make_purchase(world.noors, "1234.56", paid_on=date(2025, 5, 1))
    (row,) = signed_in(world.noor).get(reverse(LIST)).context["table"].paginated_rows
    assert "€ 1.235" in str(row.get_cell("realised")).replace("\xa0", " ")
    file = signed_in(world.noor).get(reverse("contract-file", args=["csv"]))
    assert ";1234.56;" in file.getvalue().decode()


# --- views ----------------------------------------------------------------------------------------


def views(user: Any) -> list[tuple[str, str]]:
    found = signed_in(user).get(reverse(LIST)).context["views"]
    return [(view.name, view.query) for view, _is_current in found]


def test_a_view_has_a_name_and_an_address(world: SimpleNamespace) -> None:
    query = "status=behind&status=overdue&sort=-open&columns=title.open"
    choose(world.noor, f"?{query}&page=3", do="keep", name="Loopt achter")
    assert views(world.noor) == [("Loopt achter", query)]
    assert views(world.sem) == []
    page = signed_in(world.noor).get(f"{reverse(LIST)}?{query}")
    assert [is_current for _view, is_current in page.context["views"]] == [True]
    assert f'href="?{escape(query)}" aria-current="page"' in page.content.decode()


def test_a_view_is_renamed_and_removed(world: SimpleNamespace) -> None:
    choose(world.noor, "?sort=title", do="keep", name="Een")
    choose(world.noor, "?sort=open", do="keep", name="een")
    assert views(world.noor) == [("een", "sort=open&adviser=me")]
    choose(world.noor, do="rename", view="een", name=" Twee ")
    assert [name for name, _query in views(world.noor)] == ["Twee"]
    choose(world.noor, do="rename", view="Twee", name="  ")
    assert [name for name, _query in views(world.noor)] == ["Twee"]
    choose(world.noor, do="drop", view="Twee")
    assert views(world.noor) == []


def test_a_view_without_a_name_is_asked_for_one(world: SimpleNamespace) -> None:
    answer = choose(world.noor, "?sort=title", do="keep", name="")
    assert answer.status_code == 422
    assert answer.context["view_form"].errors["name"]
    assert views(world.noor) == []


def test_a_shared_view_is_of_the_advisers_of_that_region_only(world: SimpleNamespace) -> None:
    elsewhere = make.make_region("elders", "Elders")
    other = make.make_user(Role.ADVISER, elsewhere)
    both = make.make_user(Role.ADVISER, elsewhere)
    make.join(both, Role.ADVISER, world.region)
    choose(world.noor, "?sort=title", do="keep", name="Van ons", region=str(world.region.pk))
    choose(world.noor, "?sort=title", do="keep", name="Elders", region=str(elsewhere.pk))
    assert [name for name, _query in views(world.noor)] == ["Van ons"]
    assert [name for name, _query in views(world.sem)] == ["Van ons"]
    assert [name for name, _query in views(both)] == ["Van ons"]
    assert [name for name, _query in views(world.admin)] == ["Van ons"]
    for outsider in (other, world.officer, world.firm):
        assert views(outsider) == []
    choose(world.sem, do="drop", view="Van ons")
    assert [name for name, _query in views(world.noor)] == ["Van ons"]


def test_no_more_views_than_one_overlooks(world: SimpleNamespace) -> None:
    for number in range(choices.MOST_VIEWS):
        choices.keep(world.noor, LIST, View(f"Weergave {number}", "sort=title"))
    with pytest.raises(Refused, match="Verwijder er eerst een"):
        choices.keep(world.noor, LIST, View("Nog een", "sort=title"))
    choices.keep(world.noor, LIST, View("weergave 3", "sort=open"))
    with pytest.raises(Refused, match="te groot"):
        choices.keep(world.noor, LIST, View("Veel", "q=" + "x" * choices.LONGEST_QUERY))


def test_what_was_chosen_goes_with_the_account(world: SimpleNamespace) -> None:
    choose(world.noor, do="keep", name="Van mij")
    erase_accounts_again([world.noor.pk])
    world.noor.refresh_from_db()
    assert world.noor.lists == {}


# --- picked ---------------------------------------------------------------------------------------


def confirm(user: Any, url: str, **given: Any) -> Any:
    client = signed_in(user)
    page = client.get(url)
    assert page.status_code == 200
    return client.post(url, {"starting_point": page.context["starting_point"], **given})


def picked(name: str, *contracts: Contract, query: str = "") -> str:
    chosen = "&".join(f"pick={contract.pk}" for contract in contracts)
    return f"{reverse(name)}?{query}&{chosen}"


def said(rows: Any) -> dict[str, str]:
    return {contract.reference: words for contract, words in rows}


def test_picked_contracts_are_reminded_and_the_others_say_why_not(world: SimpleNamespace) -> None:
    planning.remind(world.nobodys, make.act(world.noor, "Plan"))
    url = picked("picked-remind", world.noors, world.sems, world.nobodys, query="sort=title")
    page = signed_in(world.noor).get(url).context
    assert list(said(page["can"])) == ["A-1"]
    assert "Plan van aanpak" in said(page["can"])["A-1"]
    why = said(page["cannot"])
    assert "vandaag al herinnerd" in why["C-1"]
    assert "nog niemand aanmelden" in why["B-1"]
    answer = confirm(world.noor, url)
    assert answer.url == f"{reverse(LIST)}?sort=title"
    events = ContractEvent.objects.filter(what=Happened.REMINDED)
    assert sorted(event.contract.reference for event in events) == ["A-1", "C-1"]
    event = events.get(contract=world.noors)
    assert (event.by, "Plan van aanpak" in event.why) == (world.noor, True)


def test_what_changed_since_it_was_shown_is_shown_again(world: SimpleNamespace) -> None:
    url, client = picked("picked-remind", world.noors, world.nobodys), signed_in(world.noor)
    start = client.get(url).context["starting_point"]
    planning.remind(world.nobodys, make.act(world.sem, "Plan"))
    answer = client.post(url, {"starting_point": start})
    assert answer.status_code == 409
    assert ContractEvent.objects.filter(what=Happened.REMINDED).count() == 1


def test_all_that_the_filters_leave_are_picked_at_once(world: SimpleNamespace) -> None:
    url = f"{reverse('picked-remind')}?adviser=all&contractor={world.linde.pk}&all=1"
    assert set(said(signed_in(world.noor).get(url).context["can"])) == {"A-1", "C-1"}
    mine = f"{reverse('picked-remind')}?adviser=me&all=1"
    assert set(said(signed_in(world.noor).get(mine).context["can"])) == {"A-1"}


def test_nothing_picked_leads_back_to_the_list(world: SimpleNamespace) -> None:
    for name in ("picked-remind", "picked-invite", "picked-hand-over"):
        for url in (picked(name, query="adviser=all"), picked(name) + "pick=x&pick=999999999999"):
            answer = signed_in(world.noor).get(url)
            assert answer.status_code == 302
            assert urlsplit(answer.url).path == reverse(LIST)


def test_what_one_may_not_see_cannot_be_picked(world: SimpleNamespace) -> None:
    elsewhere = make.make_region("elders", "Elders")
    far = make.make_contract(elsewhere, world.linde, reference="Z-9")
    for name in ("picked-remind", "picked-invite"):
        page = signed_in(world.noor).get(picked(name, world.noors, far)).context
        assert "Z-9" not in said([*page["can"], *page["cannot"]])


def test_picked_contractors_are_invited_once_each(world: SimpleNamespace) -> None:
    more = make.make_contract(world.region, world.sems.contractor, reference="D-1")
    person = make.make_person(more, "contractor", "Robin")
    person.email = "robin@example.org"
    person.save()
    url = picked("picked-invite", world.noors, world.sems, more)
    page = signed_in(world.noor).get(url).context
    assert said(page["can"]) == {"B-1": "robin@example.org"}
    why = said(page["cannot"])
    assert "zich al iemand" in why["A-1"]
    assert "ander contract" in why["D-1"]
    confirm(world.noor, url)
    assert Invitation.objects.get().contractor == world.sems.contractor
    assert [one.to for one in mail.outbox] == [["robin@example.org"]]
    page = signed_in(world.noor).get(url).context
    assert "Al uitgenodigd: robin@example.org" in said(page["cannot"])["B-1"]
    assert page["can"] == []


def test_of_picked_contractors_every_running_contract_is_reminded_and_who_is_alone_invited(
    world: SimpleNamespace,
) -> None:
    firm = world.sems.contractor
    person = make.make_person(world.sems, "contractor", "Robin")
    person.email = "robin@example.org"
    person.save()
    for name in ("remind", "invite"):
        url = reverse(f"picked-contractors-{name}")
        empty = signed_in(world.noor).get(f"{url}?sort=name")
        assert empty.url == f"{reverse('contractor-list')}?sort=name"
        found = signed_in(world.noor).get(f"{url}?pick={firm.pk}").context
        assert {*said(found["can"]), *said(found["cannot"])} == {"B-1"}
        every = signed_in(world.noor).get(f"{url}?q={firm.name}&all=1").context
        assert said(every["can"]) == said(found["can"])
    assert said(found["can"]) == {"B-1": "robin@example.org"}
    url = f"{reverse('picked-contractors-remind')}?pick={world.linde.pk}"
    found = signed_in(world.noor).get(url).context
    assert "B-1" not in {*said(found["can"]), *said(found["cannot"])}
    assert confirm(world.noor, url).url == reverse("contractor-list")


def test_what_is_picked_is_what_the_file_of_each_list_holds(world: SimpleNamespace) -> None:
    client = signed_in(world.noor)
    firm = world.sems.contractor
    page = client.get(reverse("contractor-list")).content.decode()
    assert reverse("picked-contractors-remind") in page
    file = reverse("contractor-file", args=["csv"])
    rows = client.get(f"{file}?pick={firm.pk}").getvalue().decode()
    assert firm.name in rows
    assert world.linde.name not in rows
    assert world.linde.name in client.get(f"{file}?pick={firm.pk}&all=1").getvalue().decode()
    mine, other = (make.make_activity(world.noors) for _ in range(2))
    file = reverse("fulfilment-file", args=["csv"])
    rows = client.get(f"{file}?pick={mine.fulfilment_id}").getvalue().decode()
    assert mine.fulfilment.external_id in rows
    assert other.fulfilment.external_id not in rows
    assert (
        f'formaction="{reverse("fulfilment-file", args=["xlsx"])}"'
        in client.get(reverse("fulfilment-list")).content.decode()
    )
    theirs = signed_in(make.make_user(Role.CONTRACTOR, world.region, contractor=world.linde))
    assert 'name="pick"' not in theirs.get(reverse("fulfilment-list")).content.decode()


def test_without_an_address_nobody_is_invited(world: SimpleNamespace) -> None:
    page = signed_in(world.noor).get(picked("picked-invite", world.sems)).context
    assert "geen contactpersoon" in said(page["cannot"])["B-1"]


def test_picked_contracts_go_to_another_adviser(world: SimpleNamespace) -> None:
    url = picked("picked-hand-over", world.noors, world.sems, query="adviser=all")
    client = signed_in(world.noor)
    form = client.get(url).context["form"]
    assert {contract.reference for contract in form.initial["contracts"]} == {"A-1", "B-1"}
    given = {
        "contracts": [world.noors.pk, world.sems.pk],
        "adviser": world.sem.pk,
        "reason": "Verlof",
    }
    looked = client.post(url, given)
    start = looked.context["starting_point"]
    answer = client.post(url, {**given, "confirm": "1", "starting_point": start})
    assert answer.url == f"{reverse(LIST)}?adviser=all"
    assert set(Contract.objects.filter(adviser=world.sem)) == {world.noors, world.sems}


def test_what_is_over_is_left_out_of_a_hand_over_and_told(world: SimpleNamespace) -> None:
    Contract.objects.filter(pk=world.sems.pk).update(state="cancelled")
    page = signed_in(world.noor).get(picked("picked-hand-over", world.noors, world.sems)).context
    assert set(said(page["cannot"])) == {"B-1"}


def test_picked_contracts_are_exported(world: SimpleNamespace) -> None:
    url = reverse("contract-file", args=["csv"])
    asked = f"?adviser=all&pick={world.noors.pk}&pick={world.nobodys.pk}"
    rows = signed_in(world.noor).get(url + asked).getvalue().decode().splitlines()[1:]
    assert [row.split(";")[0] for row in rows] == ["A-1", "C-1"]
    rows = signed_in(world.noor).get(f"{url}{asked}&all=1").getvalue().decode().splitlines()[1:]
    assert len(rows) == 3


def test_of_two_reminders_at_the_same_moment_one_is_sent(world: SimpleNamespace) -> None:
    act = make.act(world.noor)
    assert planning.remind_all({world.noors.pk: "Plan"}, act) == 1
    assert planning.remind_all({world.noors.pk: "Plan"}, act) == 0
    events = ContractEvent.objects.filter(what=Happened.REMINDED)
    assert [event.contract for event in events] == [world.noors]


# --- the other lists ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "chosen", "fixed"),
    [
        ("fulfilment-list", ["value", "policy_field"], ["pick", "external_id"]),
        ("contractor-list", ["obligation"], ["pick", "name"]),
        ("social-firm-register", ["place"], ["pick", "name"]),
    ],
)
def test_every_register_has_columns_and_views(
    world: SimpleNamespace, name: str, chosen: list[str], fixed: list[str]
) -> None:
    make.make_purchase(world.noors, "1234.56")
    client, url = signed_in(world.noor), reverse(name)
    client.post(url, {"do": "columns", "column": chosen})
    shown = [column.name for column in client.get(url).context["table"].columns]
    assert shown == [*fixed, *chosen]
    client.post(f"{url}?sort={chosen[0]}", {"do": "keep", "name": "Van mij"})
    (view,) = [view for view, _is_current in client.get(url).context["views"]]
    assert f"sort={chosen[0]}" in view.query
    assert "columns=" in view.query
    assert client.get(f"{url}?{view.query}").status_code == 200
    assert views(world.noor) == []


def test_ones_own_reference_is_a_column_of_a_firm_only(world: SimpleNamespace) -> None:
    for user, is_there in ((world.firm, True), (world.noor, False)):
        page = signed_in(user).get(reverse("fulfilment-list"))
        names = [name for name, _label, _is_shown in page.context["choosable"]]
        assert ("own" in names) == is_there


@pytest.mark.parametrize("name", ["picked-remind", "picked-invite", "picked-hand-over"])
def test_what_is_shown_first_asks_as_little_for_many_as_for_one(
    world: SimpleNamespace, name: str
) -> None:
    client = signed_in(world.noor)
    client.get(reverse("search"))  # the session begins

    def asked(*contracts: Contract) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(picked(name, *contracts)).status_code == 200
        return len(queries)

    one = asked(world.noors)
    assert one <= 10
    more = [make.make_contract(world.region, world.linde, adviser=world.noor) for _ in range(20)]
    assert asked(world.noors, *more) == one

"""The shapes of a page: one object of those that are visible, a form that tries a door, and a
button that does.
"""

from typing import Any

import pytest
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import Client
from django.urls import path, reverse

from contracts.models import Contract, Region
from sroi.access import May, Role
from sroi.doors import Refused
from sroi.urls import urlpatterns as ours
from sroi.views import ButtonPage, ConfirmPage, FormPage, OfOne
from tests import factories as make
from tests.factories import signed_in

FULL = "De zaal is vol."


class Guests(forms.Form):
    name = forms.CharField(label="Naam")
    number = forms.IntegerField(label="Aantal")


class Door:
    """One act that is possible once."""

    places = 1

    @classmethod
    def enter(cls, number: int) -> None:
        if number > cls.places:
            raise Refused(FULL)
        cls.places -= number


class OfContract(OfOne):
    model = Contract
    contract: Contract

    def may(self) -> bool:
        return self.request.access.may(May.CHANGE)

    @property
    def back_url(self) -> str:
        return reverse("contract-detail", args=[self.contract.pk])


class Enter(OfContract, FormPage):
    heading, action, form_class, refused_at = "Aanmelden", "Meld aan", Guests, "number"

    def closed(self) -> HttpResponse | None:
        return None if Door.places else redirect(self.back_url)

    def do(self, form: Any) -> str:
        Door.enter(form.cleaned_data["number"])
        return f"{form.cleaned_data['name']} komt naar {self.contract.title}."


class EnterSomewhere(Enter):
    refused_at = "elsewhere"


class Press(OfContract, ButtonPage):
    def do(self) -> str:
        Door.enter(1)
        return "Er komt iemand."


class CloseDoor(OfContract, ConfirmPage):
    heading, question, action = "Zaal", "De zaal sluiten?", "Sluit"
    consequence = "Niemand kan er meer in."

    def goes(self) -> list[tuple[Any, Any]]:
        return [("Vrije plaatsen", Door.places), ("Leeg", "")]

    def do(self, form: Any) -> str:
        Door.enter(Door.places)
        return "Gesloten."


urlpatterns = [
    *ours,
    path("form/<int:pk>/", Enter.as_view(), name="form"),
    path("on-top/<int:pk>/", EnterSomewhere.as_view(), name="on-top"),
    path("button/<int:pk>/", Press.as_view(), name="button"),
    path("confirm/<int:pk>/", CloseDoor.as_view(), name="confirm"),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def _one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Door, "places", 1)


@pytest.fixture
def contract(region: Region) -> Contract:
    return make.make_contract(region, make.make_contractor(), title="Wegen")


@pytest.fixture
def adviser(region: Region) -> Client:
    return signed_in(make.make_user(Role.ADVISER, region))


def url(contract: Contract, name: str = "form") -> str:
    return reverse(name, args=[contract.pk])


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_what_was_typed_stays_with_the_fault_at_its_field(
    contract: Contract, adviser: Client
) -> None:
    answer = adviser.post(url(contract), {"name": "Sam de Wit", "number": "veel"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Sam de Wit"' in page
    assert 'value="veel"' in page
    assert list(answer.context["form"].errors) == ["number"]
    assert (answer.context["heading"], answer.context["action"]) == ("Aanmelden", "Meld aan")
    assert Door.places == 1


@pytest.mark.parametrize(("name", "field"), [("form", "number"), ("on-top", "__all__")])
def test_a_door_that_refuses_says_why_at_its_field_or_on_top(
    contract: Contract, adviser: Client, name: str, field: str
) -> None:
    answer = adviser.post(url(contract, name), {"name": "Sam de Wit", "number": "2"})
    assert answer.status_code == 422
    assert 'value="Sam de Wit"' in answer.content.decode()
    assert answer.context["form"].errors == {field: [FULL]}
    assert answer.content.decode().count(FULL) == (
        2 if field == "number" else 1
    )  # in the summary, and at the field


def test_what_was_done_is_said_where_one_goes(contract: Contract, adviser: Client) -> None:
    answer = adviser.post(url(contract), {"name": "Sam", "number": "1"}, follow=True)
    assert answer.redirect_chain == [(url(contract, "contract-detail"), 302)]
    assert said(answer) == ["Sam komt naar Wegen."]


def test_of_two_at_once_the_second_is_told_and_keeps_what_was_typed(
    contract: Contract, adviser: Client
) -> None:
    first, second = ({"name": name, "number": "1"} for name in ("Sam", "Robin"))
    assert adviser.get(url(contract)).status_code == 200
    assert adviser.post(url(contract), first).status_code == 302
    late = adviser.post(url(contract), second)
    assert (late.status_code, late.context["form"].errors) == (422, {"number": [FULL]})
    assert 'value="Robin"' in late.content.decode()
    # An empty form is not shown any more where there is nothing left to do.
    assert adviser.get(url(contract)).headers["Location"] == url(contract, "contract-detail")


def test_of_two_who_press_a_button_the_second_is_told(contract: Contract, adviser: Client) -> None:
    assert said(adviser.post(url(contract, "button"), follow=True)) == ["Er komt iemand."]
    late = adviser.post(url(contract, "button"), follow=True)
    assert (said(late), late.redirect_chain) == ([FULL], [(url(contract, "contract-detail"), 302)])
    # Who signed in anew, or loaded an answer again, is led to the page where the button stands.
    shown = adviser.get(url(contract, "button"), follow=True)
    assert (said(shown), shown.redirect_chain) == ([], [(url(contract, "contract-detail"), 302)])


def test_what_goes_is_shown_before_it_goes(contract: Contract, adviser: Client) -> None:
    shown = adviser.get(url(contract, "confirm"))
    assert shown.context["rows"] == [("Vrije plaatsen", 1)]
    page = shown.content.decode()
    assert page.index("Vrije plaatsen") < page.index("Niemand kan er meer in.")
    # A button elsewhere that leads here is asked first all the same.
    assert adviser.post(url(contract, "confirm")).status_code == 200
    assert Door.places == 1
    done = adviser.post(
        url(contract, "confirm"), {"starting_point": shown.context["starting_point"]}, follow=True
    )
    assert (said(done), Door.places) == (["Gesloten."], 0)


def test_what_changed_since_it_was_shown_does_not_go(contract: Contract, adviser: Client) -> None:
    mark = adviser.get(url(contract, "confirm")).context["starting_point"]
    Door.places = 3
    late = adviser.post(url(contract, "confirm"), {"starting_point": mark})
    assert (late.status_code, Door.places) == (409, 3)
    assert late.context["rows"] == [("Vrije plaatsen", 3)]
    assert "is intussen gewijzigd" in late.content.decode()
    again = adviser.post(
        url(contract, "confirm"), {"starting_point": late.context["starting_point"]}
    )
    assert (again.status_code, Door.places) == (302, 0)


def test_what_one_may_not_see_or_do_there_does_not_exist(
    contract: Contract, adviser: Client
) -> None:
    other = make.make_region("elders")
    foreign = make.make_contract(other, make.make_contractor("De Linde"))
    admin = signed_in(make.make_user(Role.REGION_ADMIN, contract.region))
    for name in ("form", "button"):
        assert adviser.post(url(foreign, name), {"name": "Sam", "number": "1"}).status_code == 404
        assert admin.post(url(contract, name), {"name": "Sam", "number": "1"}).status_code == 404
    assert adviser.get(reverse("form", args=[0])).status_code == 404
    assert Door.places == 1


def test_a_page_of_one_object_says_of_which_region_it_is(
    contract: Contract, adviser: Client
) -> None:
    asked = adviser.get(url(contract)).wsgi_request
    assert asked.region_title == contract.region.title  # type: ignore[attr-defined]

"""Firms that are picked in the register: renewed, shown and taken out together, and no others."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contracts.models import Recognition, Region
from contracts.social_firms import door as firms
from sroi.access import Role
from sroi.doors import Refused
from sroi.periods import add_months
from tests import factories as make
from tests.factories import act, confirming, signed_in

pytestmark = pytest.mark.django_db
LAST, LATER = add_months(make.TODAY, 2), add_months(make.TODAY, 14)
MONTH = timedelta(days=30)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@pytest.fixture
def adviser(region: Region) -> Client:
    return signed_in(make.make_user(Role.ADVISER, region))


def picking(name: str, *recognitions: Recognition, **more: str) -> str:
    asked = [f"pick={each.firm_id}" for each in recognitions]
    return f"{reverse(name)}?{'&'.join([*asked, *(f'{k}={v}' for k, v in more.items())])}"


def test_recognitions_are_renewed_together(region: Region, adviser: Client) -> None:
    one, two, other = (
        make.make_firm(region, name, valid_until=LAST) for name in ("Een", "Twee", "Drie")
    )
    endless = make.make_firm(region, "Altijd", valid_until=None)
    where = picking("social-firms-renew", one, two, endless)
    looked = adviser.get(where)
    assert [name for name, _words in looked.context["rows"]] == ["Een", "Twee"]
    given = {"last": LATER.isoformat(), "why": "Register van PSO"}
    assert adviser.post(where, given | confirming(looked)).status_code == 302
    until = dict(Recognition.objects.values_list("firm__name", "valid_until"))
    assert until == {"Een": LATER, "Twee": LATER, "Drie": LAST, "Altijd": None}
    other.refresh_from_db()
    told = Recognition.history.filter(id=one.pk).first()
    assert told.history_change_reason == "Register van PSO"


def test_what_was_changed_meanwhile_is_shown_anew(region: Region, adviser: Client) -> None:
    one = make.make_firm(region, "Een", valid_until=LAST)
    where = picking("social-firms-renew", one)
    looked = adviser.get(where)
    firms.end(one, LAST - MONTH, act(make.make_user(Role.ADVISER, region)))
    given = {"last": LATER.isoformat(), "why": "Register van PSO"}
    assert adviser.post(where, given | confirming(looked)).status_code == 409
    assert Recognition.objects.get().valid_until == LAST - MONTH


def test_it_is_renewed_to_a_later_day_and_with_a_reason(region: Region) -> None:
    one, by = make.make_firm(region, valid_until=LAST), make.make_user(Role.ADVISER, region)
    for last, why in ((LAST, "Register"), (LATER, " ")):
        with pytest.raises(Refused):
            firms.renew(one, last, act(by, why))
    after = make.make_firm(region, one.firm.name, kvk=one.firm.kvk, valid_from=LAST + MONTH)
    with pytest.raises(Refused, match="in deze tijd al"):
        firms.renew(one, LATER, act(by, "Register"))
    firms.take_back(after, act(by, "Dubbel"))
    firms.renew(one, LATER, act(by, "Register"))
    one.refresh_from_db()
    assert one.valid_until == LATER
    ended = make.make_firm(region, valid_until=make.TODAY - MONTH)
    with pytest.raises(Refused, match="opnieuw"):
        firms.renew(ended, LATER, act(by, "Register"))


def test_firms_are_shown_and_taken_out_together(region: Region, adviser: Client) -> None:
    one, two = (make.make_firm(region, name, is_public=False) for name in ("Een", "Twee"))
    over = make.make_firm(region, "Voorbij", valid_until=make.TODAY - MONTH, is_public=False)
    where = picking("social-firms-publish", one, two, over)
    adviser.post(where, confirming(adviser.get(where)))
    shown = {*Recognition.objects.filter(is_public=True).values_list("firm__name", flat=True)}
    assert shown == {"Een", "Twee"}
    where = picking("social-firms-hide", two)
    adviser.post(where, confirming(adviser.get(where)))
    assert [each.firm.name for each in Recognition.objects.filter(is_public=True)] == ["Een"]


def test_all_that_the_filters_leave_and_nothing_of_another_region(
    region: Region, adviser: Client
) -> None:
    elsewhere = make.make_region("utrecht", "Regio Utrecht")
    soon = make.make_firm(region, "Binnenkort", valid_until=LAST)
    make.make_firm(region, "Later", valid_until=LATER)
    theirs = make.make_firm(elsewhere, "Elders", valid_until=LAST)
    page = adviser.get(reverse("social-firm-register"), {"ending": "3"})
    assert [row.record.name for row in page.context["table"].rows] == ["Binnenkort"]
    looked = adviser.get(picking("social-firms-renew", all="1", ending="3"))
    assert [name for name, _words in looked.context["rows"]] == ["Binnenkort"]
    assert adviser.get(picking("social-firms-renew", theirs)).status_code == 302
    # A firm of both regions: only one's own recognition.
    shared = make.make_firm(elsewhere, "Binnenkort", kvk=soon.firm.kvk, valid_until=LAST)
    where = picking("social-firms-renew", soon)
    given: dict[str, Any] = {"last": LATER.isoformat(), "why": "Register"}
    adviser.post(where, given | confirming(adviser.get(where)))
    shared.refresh_from_db()
    assert shared.valid_until == LAST

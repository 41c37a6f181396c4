"""What people say of themselves: a name and a telephone, which stand where one looks for them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sroi.access import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_contractor_finds_name_telephone_and_address_of_the_adviser() -> None:
    region, firm = make.make_region(), make.make_contractor()
    noor = make.make_user(Role.ADVISER, region, name="Noor", email="noor@example.org")
    robin = make.make_user(Role.CONTRACTOR, region, contractor=firm)
    contract = make.make_contract(region, firm, adviser=noor)
    sent = client_of(noor).post(
        reverse("own-details"), {"name": "Noor Vis", "phone": "035 000 01 01"}
    )
    assert sent.status_code == 302
    page = client_of(robin).get(reverse("contract-detail", args=[contract.pk])).content.decode()
    assert "Noor Vis" in page
    assert '<a href="tel:035 000 01 01">035 000 01 01</a>' in page
    assert '<a href="mailto:noor@example.org">noor@example.org</a>' in page


def test_a_citizens_number_is_no_telephone_and_a_name_is_needed() -> None:
    noor = make.make_user(Role.ADVISER, make.make_region(), name="Noor")
    for given in ({"name": "Noor", "phone": "123456782"}, {"name": " ", "phone": ""}):
        answer = client_of(noor).post(reverse("own-details"), given)
        assert answer.status_code == 422
        assert answer.context["form"]["phone"].value() == given["phone"]
    noor.refresh_from_db()
    assert (noor.name, noor.phone) == ("Noor", "")

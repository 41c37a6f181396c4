"""Pages by cursor: everything once, whatever is written in between."""

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Contract, Region
from sroi.api.paging import Unreadable, _cursor, _number, size_of
from tests import factories as make
from tests.sroi.api.reading import read, reader, walk


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(make.moment(make.TODAY), tick=False):
        yield


@given(st.integers(min_value=1, max_value=10**18 - 1))
def test_a_cursor_says_where_and_fits_in_an_address(number: int) -> None:
    cursor = _cursor(number)
    assert _number(cursor) == number
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=40))
def test_a_cursor_of_somebody_else_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        _number(text)


@given(st.text(max_size=25))
def test_a_size_is_a_number_from_one_to_the_most(text: str) -> None:
    try:
        found = size_of(text)
    except Unreadable:
        return
    assert 1 <= found <= 1000


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 100])
def test_all_rows_come_once_whatever_the_size(region: Region, linde: Any, size: int) -> None:
    made = [contract.pk for contract in make.make_contracts(region, linde, 7)]
    assert [row["id"] for row in walk(reader(region), "contracts", size)] == made


@pytest.mark.django_db
def test_what_is_written_in_between_moves_nothing(region: Region, linde: Any) -> None:
    made = make.make_contracts(region, linde, 6)
    client = reader(region)
    first = read(client, "contracts?size=3")
    # One goes from a page that was given, one is renamed so that it would stand first, one comes.
    Contract.objects.filter(pk=made[0].pk).update(state="draft")
    Contract.objects.filter(pk=made[5].pk).update(reference="A-0", title="Aaa")
    new = make.make_contract(region, linde)
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    found = [row["id"] for page in (first, second, third) for row in page["items"]]
    assert found == [*(contract.pk for contract in made), new.pk]
    assert third["next"] is None


@pytest.mark.django_db
def test_lines_that_come_later_begin_where_the_last_page_ended(region: Region, linde: Any) -> None:
    contract = make.make_contract(region, linde)
    client = reader(region)
    known = read(client, "obligation-lines")
    assert (len(known["items"]), known["next"]) == (1, None)
    later = f"obligation-lines?cursor={known['cursor']}"
    assert read(client, later) == {"items": [], "cursor": known["cursor"], "next": None}
    make.make_change(contract, value_delta=Decimal("100000.00"))
    assert [row["obligation_delta"] for row in read(client, later)["items"]] == ["5000.00"]


@pytest.mark.django_db
def test_the_link_header_names_the_next_page(region: Region, linde: Any) -> None:
    make.make_contracts(region, linde, 2)
    answer = reader(region).get("/api/v1/contracts?size=1")
    assert answer["Link"] == f'<{answer.json()["next"]}>; rel="next"'
    assert answer.json()["next"].startswith("http://testserver/api/v1/contracts?")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked", ["size=0", "size=1001", "size=-1", "size=x", "cursor=x", "cursor=YWZ0ZXI6"]
)
def test_what_cannot_be_is_told(region: Region, asked: str) -> None:
    answer = reader(region).get(f"/api/v1/contracts?{asked}")
    assert (answer.status_code, answer.json()["status"]) == (400, 400)
    assert asked.partition("=")[0] in answer.json()["detail"].lower()

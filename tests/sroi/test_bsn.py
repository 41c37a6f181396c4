"""A BSN is refused in free text and file names, however it is written."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from sroi.bsn import contains_bsn, refuse_bsn

VALID = "111222333"


@pytest.mark.parametrize(
    "text",
    [
        "111222333",
        "BSN111222333",
        "bsn:111222333.",
        "loonstrook_111222333.pdf",
        "1112.22.333",
        "111.222.333",
        "111 222 333",
        "111-222-333",
        "111–222−333",
        "1112 22 333",
        "1 1 1-2.2 2 3 3 3",
        "111\u00a0222\u202f333",
        "1\u200b1\u200b1222333",
        "１１１２２２３３３",
        "١١١٢٢٢٣٣٣",
        "¹¹¹²²²³³³",
        "geboren 31-12-1980 111222333",
        "geboren 31-12-1980 1112.22.333",
        "kandidaat 7 111 222 333",
        "kandidaat 12 111222333",
        "111 222 333 45",
        "NL111222333",
        "123456789 en 111222333",
        "010000008",
    ],
)
def test_found(text):
    assert contains_bsn(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "111222334",  # fails the 11-test
        "000000000",
        "11222333",  # eight digits
        "1112223330",  # ten digits
        "0111222333",
        "NL111222333B01",
        "btw nl 1112.22.333.B01",
        "NL111222333 B 01",
        "NL91ABNA0417164300",
        "NL91 ABNA 0417 1643 00",
        "NO93 8601 1117 947",
        "111,222,333",
        "111  222  333",
        "111\n222\n333",
        "111/222/333",
        "06 12345678 en 035 6292111",
        "+31 6 12345678",
        "2024-0123 t/m 2024-0456",
    ],
)
def test_not_found(text):
    assert not contains_bsn(text)


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize(
    "pattern",
    [
        "31-12-2024 {}",
        "{} 31-12-2024",
        "2024-12-31 {}",
        "{}-2024-12-31 ",
        "€ 1.234.567,8{}",
        "€ 123.456.78{},00",
        "31-12-2024 12 {}",
        "+31 6 1234567{}",
        "+31-35-629211{}",
    ],
)
def test_dates_amounts_and_telephone_numbers_do_not_add_up_to_one(pattern, digit):
    assert not contains_bsn(pattern.format(digit))


def grouped(digits, separators):
    return digits[0] + "".join(
        separator + digit for separator, digit in zip(separators, digits[1:], strict=True)
    )


@given(
    st.integers(10_000_000, 999_999_999).map("{:09}".format),
    st.sampled_from(["", "Ref. ", "(", "id="]),
    st.sampled_from(["", ".", " is dat", ")"]),
)
def test_nine_digits_are_found_exactly_when_they_pass_the_test(digits, before, after):
    assert contains_bsn(before + digits + after) == bsn.is_valid(digits)


@given(st.lists(st.sampled_from(["", " ", ".", "-"]), min_size=8, max_size=8))
def test_separators_hide_nothing(separators):
    assert contains_bsn(f"x {grouped('123456782', separators)}")


@given(st.text())
def test_no_text_is_too_strange(text):
    assert contains_bsn(text) in (True, False)


def test_the_refusal_says_why_and_does_not_repeat_the_number():
    with pytest.raises(ValidationError) as refused:
        refuse_bsn(f"kandidaat {VALID}")
    (message,) = refused.value.messages
    assert "BSN" in message
    assert VALID not in message
    assert refused.value.code == "bsn"
    assert refuse_bsn("kandidaat 12") is None

"""A BSN is refused in free text and file names, however it is written."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from sroi.bsn import _EXEMPT, contains_bsn, refuse_bsn

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
        "111,222,333",
        "1112,22333",
        "111  222  333",
        "111   222333",
        "111\n222\n333",
        "111 222\n333",
        "11122\r\n2333",
        "111\u2028222\u2028333",
        "111/222/333",
        "111 / 222 / 333",
        "111/222-333",
        "111_222_333",
        "kandidaat_12_111_222_333.pdf",
        "111:222:333",
        "111 - 222 - 333",
        "1112 – 22333",
        "BSN: 111 222 333",
        "bsn 1112 nummer 22333",
        "BSN\n1112\nnummer\n22333",
        "burgerservicenummer 111, dan 222 en 333",
        "111222 bsn 333",
        "(111x222x333 is het BSN)",
        "bsn_11122_deel_2333.jpg",
        "geboren 31/12/1980, bsn 11 12 22 33 3",
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
        "1112223,33",
        "111,222,334",
        "111/222/3334",
        "€ 111,222,333.00",
        "101,112,223,33",
        "ruimtes 111, 222, 333",
        "dossier 2024/12345, 2024_12345 en 12345/2024",
        "tussen 5000 - 12500",
        "KvK 11122233, 3 personen",
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
        "31/12/2024 {}",
        "31/12/2024 - 1/1/202{}",
        "31-12-2024 12:30, {}",
        "12:30:59 - 13:45:5{}",
        "€ 1234567,8{}",
        "1.234,56\n2.345,6{}\n12,50",
        "€ 1,234,567.8{}",
        "06/1234567{}",
        "KvK 12345678, {}",
        "12345678, 2345678{}",
        "2024/1234{}",
        "2024_1234{}",
        "12,5 7,25 3,7{}",
        "bsn gezien op 31-12-2024 om 12:30, {} keer",
    ],
)
def test_dates_amounts_and_telephone_numbers_do_not_add_up_to_one(pattern, digit):
    assert not contains_bsn(pattern.format(digit))


def grouped(digits, separators):
    return digits[0] + "".join(
        separator + digit for separator, digit in zip(separators, digits[1:], strict=True)
    )


def completed(first: str) -> str:
    """With the ninth digit that passes the 11-test; empty where none does."""
    last = sum(int(digit) * weight for digit, weight in zip(first, range(9, 1, -1), strict=True))
    return f"{first}{last % 11}" if last % 11 < 10 else ""


VALID_ONES = (
    st.integers(1_000_000, 99_999_999).map("{:08}".format).map(completed).filter(bsn.is_valid)
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


@given(
    VALID_ONES,
    st.sampled_from(["/", ",", "_", ":", " - ", " – ", " / ", "  ", "   ", "\n", "\r\n", " \n "]),
    st.sampled_from([(3, 6), (4, 6)]),
    st.sampled_from(["", "x ", "kandidaat 7; "]),
)
def test_it_is_found_with_whatever_people_put_between_its_groups(number, separator, cuts, before):
    first, second = cuts
    groups = (number[:first], number[first:second], number[second:])
    assert contains_bsn(before + separator.join(groups))


@given(
    VALID_ONES,
    st.lists(
        st.sampled_from(["", " ", "/", ", ", " nummer ", "_", "; ", " en dan ", "\n"]),
        min_size=8,
        max_size=8,
    ),
    st.sampled_from(["bsn ", "BSN-nummer: ", "Burgerservicenummer\n", "sofinr. "]),
    st.booleans(),
)
def test_beside_its_name_no_words_hide_it(number, separators, name, name_first):
    written = grouped(number, separators)
    if contains_date_or_amount(written):
        return
    assert contains_bsn(name + written if name_first else f"{written} {name}")


def contains_date_or_amount(text):
    """What breaks a run anywhere: with arbitrary separators a number can happen to look like it."""
    return _EXEMPT.search(text) is not None


@given(st.integers(0, 10**11), st.sampled_from(["{}", "€ {}", "{} per jaar", "totaal\n{}\n{}"]))
def test_no_amount_as_people_here_write_it_is_taken_for_one(cents, words):
    euros = f"{cents // 100:,}".replace(",", ".")
    assert not contains_bsn(words.format(*[f"{euros},{cents % 100:02}"] * 2))
    assert not contains_bsn(words.format(*[f"{cents // 100},{cents % 100:02}"] * 2))


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.dates(date(1950, 1, 1)), st.times())
def test_no_dates_and_times_are_taken_for_one(first, last, moment):
    for form in ("%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"):
        text = f"{first:{form}} - {last.replace(year=2024, day=1):{form}} {moment:%H:%M}, 3 keer"
        assert not contains_bsn(text)


@pytest.mark.parametrize("text", ["1 " * 50_000, "1" * 100_000, "bsn " * 10_000, "1,1: " * 20_000])
def test_a_text_without_end_is_answered(text):
    """One that took the square of its length would hold up all tests."""
    assert not contains_bsn(text * 2)


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

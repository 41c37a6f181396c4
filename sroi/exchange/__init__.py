"""Exchange of data in CSV, XLSX and ODS: reading with every fault named per row, and writing.
Source: DOMAIN.md section 10.

`read_tables` gives the sheets of a file, `read_rows` the rows of one of our own; `parse` turns them
into values as columns declare them, `write_csv` and `write_xlsx` write. Meant to be used as `from
sroi import exchange` … `exchange.Column("value", exchange.amount)`.
"""

from sroi.exchange.columns import Column, Fault, Parsed, Row, parse
from sroi.exchange.layout import EXAMPLE_WORD
from sroi.exchange.reading import check_rows, kind_of, read_rows, read_tables
from sroi.exchange.several import (
    HUNDRED,
    PerReference,
    answers,
    code_list,
    hours_in_time,
    per_reference,
    share_in_words,
    shares,
)
from sroi.exchange.sheets import Cell, ExchangeError, Sheet, Table
from sroi.exchange.values import (
    HOURS_OF_A_WEEK,
    OneOf,
    Warned,
    amount,
    as_written,
    choice,
    choice_of,
    day,
    decimal_number,
    hours_per_week,
    in_thousands,
    kvk,
    percent,
    percent_in_words,
    plain,
    plain_kvk,
    quantity,
    signed_amount,
    text,
    whole_number,
    yes_no,
)
from sroi.exchange.writing import (
    XLSX,
    ExportTable,
    Percent,
    csv_chunks,
    csv_text,
    write_csv,
    write_xlsx,
)

__all__ = [
    "EXAMPLE_WORD",
    "HOURS_OF_A_WEEK",
    "HUNDRED",
    "XLSX",
    "Cell",
    "Column",
    "ExchangeError",
    "ExportTable",
    "Fault",
    "OneOf",
    "Parsed",
    "PerReference",
    "Percent",
    "Row",
    "Sheet",
    "Table",
    "Warned",
    "amount",
    "answers",
    "as_written",
    "check_rows",
    "choice",
    "choice_of",
    "code_list",
    "csv_chunks",
    "csv_text",
    "day",
    "decimal_number",
    "hours_in_time",
    "hours_per_week",
    "in_thousands",
    "kind_of",
    "kvk",
    "parse",
    "per_reference",
    "percent",
    "percent_in_words",
    "plain",
    "plain_kvk",
    "quantity",
    "read_rows",
    "read_tables",
    "share_in_words",
    "shares",
    "signed_amount",
    "text",
    "whole_number",
    "write_csv",
    "write_xlsx",
    "yes_no",
]

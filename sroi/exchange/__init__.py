"""Exchange of data in CSV and XLSX: reading with every fault named per row, and writing. Source:
DOMAIN.md section 10.

`read_rows` gives the cells of a file, `parse` turns them into values as columns declare them,
`write_csv` and `write_xlsx` write. Meant to be used as `from sroi import exchange` …
`exchange.Column("value", exchange.amount)`.
"""

from sroi.exchange.columns import Column, Fault, Parsed, Row, parse
from sroi.exchange.reading import read_rows
from sroi.exchange.several import PerReference, code_list, per_reference, shares
from sroi.exchange.sheets import Cell, ExchangeError, Sheet
from sroi.exchange.values import (
    HOURS_OF_A_WEEK,
    Warned,
    amount,
    as_written,
    choice,
    day,
    decimal_number,
    hours_per_week,
    kvk,
    percent,
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
    "HOURS_OF_A_WEEK",
    "XLSX",
    "Cell",
    "Column",
    "ExchangeError",
    "ExportTable",
    "Fault",
    "Parsed",
    "PerReference",
    "Percent",
    "Row",
    "Sheet",
    "Warned",
    "amount",
    "as_written",
    "choice",
    "code_list",
    "csv_chunks",
    "csv_text",
    "day",
    "decimal_number",
    "hours_per_week",
    "kvk",
    "parse",
    "per_reference",
    "percent",
    "quantity",
    "read_rows",
    "shares",
    "signed_amount",
    "text",
    "whole_number",
    "write_csv",
    "write_xlsx",
    "yes_no",
]

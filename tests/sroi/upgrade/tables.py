"""What a database says of its own tables, in a form in which two can be held side by side: however
they came to be, in one step or in forty, they are the same.
"""

import sqlite3
from collections import defaultdict

import psycopg

# Per table or index the parts of its definition, in order of the alphabet.
Tables = dict[str, list[str]]


def tables(url: str) -> Tables:
    """Of a database, by its URL; columns may stand in another order."""
    return _of_sqlite(url) if url.startswith("sqlite") else _of_postgresql(url)


def _of_sqlite(url: str) -> Tables:
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        return {name: _parts(sql) for name, sql in database.execute(query)}


def _parts(sql: str) -> list[str]:
    """What stands between the commas of the outermost brackets."""
    found, depth = [""], 0
    for letter in sql[sql.index("(") + 1 : sql.rindex(")")]:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return sorted(part.strip() for part in found)


def _of_postgresql(url: str) -> Tables:
    found: Tables = defaultdict(list)
    with psycopg.connect(url) as database:
        for query in (
            """SELECT table_name, concat_ws(' ', column_name, data_type, character_maximum_length,
                numeric_precision, numeric_scale, is_nullable, column_default, is_identity)
                FROM information_schema.columns WHERE table_schema = 'public'""",
            """SELECT conrelid::regclass::text,
                concat_ws(' ', conname, pg_get_constraintdef(oid), convalidated)
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
            "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        ):
            for table, said in database.execute(query):
                found[table].append(said)
    return {table: sorted(parts) for table, parts in found.items()}

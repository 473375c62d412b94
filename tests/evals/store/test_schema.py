from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from evals.store.schema import STORE_SCHEMA, TABLES, arrow_schema, as_markdown, create_statements

DOCS = Path(__file__).parents[3] / "docs" / "store.md"


def test_the_manual_gives_every_column_as_the_schema_has_it() -> None:
    _, tables = DOCS.read_text(encoding="utf-8").split("a test compares them -->\n\n")
    assert tables == as_markdown()


def test_the_tables_can_be_made_and_are_of_this_version() -> None:
    with duckdb.connect() as connection:
        for statement in create_statements():
            connection.execute(statement)
        made = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_name != 'store_schema'"
        ).fetchall()
        assert connection.execute("SELECT version FROM store_schema").fetchall() == [(STORE_SCHEMA,)]
    assert sorted(made) == sorted((table.name, column.name) for table in TABLES for column in table.columns)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_says_what_it_means_and_times_and_amounts_have_units(table) -> None:
    assert arrow_schema(table).names == [column.name for column in table.columns]
    assert len(set(arrow_schema(table).names)) == len(table.columns)
    for column in table.columns:
        assert column.meaning
        if column.name.endswith("_ns"):
            assert column.unit == "ns"
        if column.name.endswith("_s"):
            assert column.unit == "s"

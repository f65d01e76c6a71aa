"""The examples in the docs run, and say what the page says."""

import contextlib
import io
import json
import re
from datetime import UTC, datetime

import duckdb
import pytest

from tests.product import ROOT, Product


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    product = Product(tmp_path_factory.mktemp("docs"))
    product.run("demo", now=datetime(2026, 11, 22, 12, tzinfo=UTC))
    return product


def examples(language):
    text = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_python_example_tells_the_top_ten(site, monkeypatch):
    monkeypatch.chdir(site.folder)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(examples("python")[0], {})
    assert [line.split() for line in said.getvalue().splitlines()[1:4]] == [
        [country["iso_a3"], str(country["count"])] for country in site.summary()["countries"][:3]
    ]


def test_the_sql_examples_run(site, monkeypatch):
    monkeypatch.chdir(site.folder)
    top, watched = (duckdb.sql(query).fetchall() for query in examples("sql")[:2])
    assert top[0][0] == "FRA"
    assert sum(row[2] for row in watched) == site.choro()["FRA"]


def test_facts_parquet_adds_up_to_the_summary_and_holds_no_title_of_an_asset(site):
    path = site.folder / "site/data/facts.parquet"
    total = duckdb.sql(f"select sum(count)::bigint from '{path}' where dimension = 'total'").fetchone()[0]
    assert total == site.summary()["total"]
    over = duckdb.sql(
        f"""with sums as (select day, country, dimension, sum(count) n from '{path}' group by all)
        select * from sums s join sums t using (day, country)
        where t.dimension = 'total' and s.n > t.n"""
    ).fetchall()
    assert over == []
    dimensions = {row[0] for row in duckdb.sql(f"select distinct dimension from '{path}'").fetchall()}
    assert dimensions == {"total", "media", "device", "os", "browser"}


def test_every_data_file_that_is_linked_is_documented(site):
    text = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    names = {path.name for path in (site.folder / "site/data").iterdir()}
    assert {name for name in names if f"data/{name}" not in text} == set()
    assert json.loads((site.folder / "site/manifest.json").read_text())["demo"] is True

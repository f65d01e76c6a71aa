"""The examples in the docs run, and say what the page says; what the docs name exists."""

import contextlib
import io
import json
import re
import shlex

import duckdb
import pytest
import typer.main

from apivideo_geo.cli import app
from apivideo_geo.settings import Settings
from tests.product import ROOT
from tests.rehearsal.runner import read_workflow
from tools.settings_page import render_page


@pytest.fixture
def site(built_demo):
    return built_demo


def examples(language):
    text = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_python_example_prints_the_top_ten(site, monkeypatch):
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
    total = duckdb.sql(
        f"select sum(count)::bigint from '{path}' where metric = 'play' and dimension = 'total'"
    ).fetchone()[0]
    assert total == site.summary()["total"]
    over = duckdb.sql(
        f"""with sums as (
        select day, country, dimension, sum(count) n from '{path}' where metric = 'play' group by all)
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


PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "bench").glob("*.md")])


def code_of(page):
    """Every line of a block of commands, and every bit of code between words."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:sh|cron|yaml)\n(.*?)```", text, re.DOTALL)
    return [
        *"\n".join(blocks).splitlines(),
        *re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)),
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_option_and_verb_that_is_written_exists(page):
    commands = typer.main.get_command(app).commands
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in code_of(page):
        for said in re.findall(r"build\.py ([^|&;#)]+)", line):
            words = shlex.split(said.replace("[command] [options]", "build"))
            command = commands[words[0]] if words and not words[0].startswith("-") else commands["build"]
            options = {option for parameter in command.params for option in parameter.opts} | {"--help", "--version"}
            assert {word for word in words if word.startswith("-")} <= options, line
        for verbs in re.findall(r"(?:^|&& )make (?:-C \S+ )?((?:[a-z-]+ ?)+)", line):
            assert [verb for verb in verbs.split() if not re.search(rf"^{verb}:", makefile, re.MULTILINE)] == [], line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_to_a_page_of_this_project_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        assert file.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.*)", file.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in anchors, target


def test_the_reference_of_the_settings_is_up_to_date():
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == render_page(), "run `make docs`"


def test_settings_that_are_written_exist():
    for page in PAGES:
        for name in re.findall(r"^([a-z_]+) = ", "\n".join(code_blocks(page, "toml")), re.MULTILINE):
            assert name in Settings.model_fields, f"{page.name}: {name}"


def code_blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def test_the_owners_steps_name_what_the_workflow_has():
    steps = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Two minutes")[2].partition("\n## ")[0]
    workflow = read_workflow(ROOT / ".github/workflows/site.yml")
    assert f"Choose **{workflow['name']}**" in " ".join(steps.split())
    assert "workflow_dispatch" in workflow["on"]
    assert workflow["on"]["push"]["branches"] == ["**"]
    assert "github.event.repository.default_branch" in workflow["jobs"]["build"]["if"]
    text = (ROOT / ".github/workflows/site.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"secrets\.(\w+)", text)) == {"APIVIDEO_API_KEY"}
    assert "`APIVIDEO_API_KEY`" in steps
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    for field in workflow["on"]["workflow_dispatch"]["inputs"]:
        assert f"`{field}`" in text

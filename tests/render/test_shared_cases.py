"""One table of cases for what Python and the scripts of the pages both compute, so that they cannot drift apart."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import ibis
import pytest

from apivideo_geo.aggregate.compare import published_since
from apivideo_geo.aggregate.ratios import Ratios
from apivideo_geo.days import year_until
from apivideo_geo.facts import facts_table
from apivideo_geo.model import RATIOS, Comparison, Side, Summary
from apivideo_geo.render.context import Context
from apivideo_geo.render.map import notebook
from apivideo_geo.render.map.daily_curve import cut_days
from apivideo_geo.render.map.lines import make_levels, spread
from apivideo_geo.render.map.scale import make_scale
from apivideo_geo.render.map.script_data import DataFiles, client_data, render_metrics, render_spoken
from apivideo_geo.render.map.sparkline import render_days, spark_path
from apivideo_geo.render.pages.breakdowns import Line
from apivideo_geo.render.pages.index import make_rows
from apivideo_geo.render.pages.periods import MonthTable
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.sentences import counted
from apivideo_geo.render.text.translations import load_words, render_words
from apivideo_geo.render.theme.assets import load_own
from apivideo_geo.render.theme.theme import Theme
from tests.comparing import history
from tests.needs import lacking
from tests.render.samples import MADE, TEMPLATES, days, summary
from tests.summaries import summarise

CASES = json.loads(Path(__file__).with_name("shared_cases.json").read_text(encoding="utf-8"))
FIRST = date.fromisoformat(CASES["first_day"])
LOCALES = list(CASES["formats"])
SAMPLE = summary({"FRA": 12, "BEL": 3}, days(FIRST, [5, 10]))
SCRIPTS = (
    "words.js",
    "formats.js",
    "classes.js",
    "compare.js",
    "figures.js",
    "line.js",
    "lines.js",
    "periods.js",
    "breakdowns.js",
)


TITLE = ["A title", "a.html", ""]
UNPACK = """({ table, whole, title }) => {
  const { base, counts, others, withheld, more } = apivideoGeo.breakdowns.unpack(table, whole, [title]);
  return { base, counts, others, withheld, more };
}"""


@pytest.mark.parametrize("seed", range(4))
def test_the_scripts_read_the_same_counts_by_month_that_were_written(seed: int):
    """Values that begin late, end, jump and shrink; months that were not collected; suppressed and unknown counts."""
    random = Random(seed)
    months, values = random.randint(1, 40), random.randint(0, 12)
    size = [10 ** random.uniform(0, 5) for _ in range(values)]
    monthly = {
        f"v{number}": [int(random.random() ** 2 * size[number]) * (random.random() > 0.2) for _ in range(months)]
        for number in range(values)
    }
    sums = [sum(row[month] for row in monthly.values()) for month in range(months)]
    withheld = [random.randint(0, 9) for _ in range(months)]
    base = [
        a + b + random.randint(0, 99) if random.random() > 0.1 else None for a, b in zip(sums, withheld, strict=True)
    ]
    whole = [None if count is None and random.random() > 0.5 else (count or 0) + random.randint(0, 9) for count in base]
    parts = sorted(((value, sum(row)) for value, row in monthly.items()), key=lambda part: (-part[1], part[0]))
    written = MonthTable(tuple(parts), monthly, base, 3, withheld).data(whole, Line, {"v0": 0})
    (read,) = run_in_node([job("en", UNPACK, {"table": written, "whole": whole, "title": TITLE})])
    rows = [monthly[value] for value, _ in parts]
    assert read["base"] == base
    assert read["withheld"] == withheld
    assert [row for row in rows if row in read["counts"]] == read["counts"]
    assert read["counts"][:3] == rows[:3]
    shown = [sum(column) for column in zip(*read["counts"], read["others"] or [0] * months, strict=True)]
    assert shown == sums
    assert all(line in (TITLE, *([value] for value in monthly)) for line in read["more"])


def script_for(locale: str) -> str:
    """Return the page's scripts that compute, as they are in the repository, with the sentences of a locale."""
    start, *others = ((TEMPLATES / "assets" / name).read_text(encoding="utf-8") for name in ("start.js", *SCRIPTS))
    return "".join((start, render_words(load_words(locale)), render_spoken("play", Formats(locale)), *others))


def run_in_node(jobs: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the result of each job; see run_scripts.mjs."""
    node = shutil.which("node")
    if not node:
        lacking("No Node.js found: install Node.js 20 or newer to run the scripts of the pages.")
    runner = Path(__file__).with_name("run_scripts.mjs")
    done = subprocess.run([node, runner], input=json.dumps(jobs), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def job(locale: str, expression: str, argument: Any) -> Mapping[str, Any]:
    data = client_data(Context(SAMPLE, Theme("Acme Academy", locale=locale)), DataFiles())
    return {"script": script_for(locale), "data": data, "expression": expression, "argument": argument}


def day(index: int) -> date:
    return FIRST + timedelta(index)


@pytest.mark.parametrize("locale", LOCALES)
def test_python_writes_numbers_and_days_as_in_the_table(locale):
    formats = Formats(locale)
    writers = {
        "number": formats.number,
        "share": formats.share,
        "about": formats.about,
        "rate": formats.rate,
        "change": formats.change,
        "duration": formats.duration,
        "quantity": lambda count: formats.say_many(*counted("play"), count),
        "day": lambda index: formats.day(day(index)),
        "yearUntil": lambda index: (year_until(day(index)) - FIRST).days,
        "runs": lambda indexes: formats.days([day(index) for index in indexes]),
    }
    table = CASES["formats"][locale]
    assert table.keys() == writers.keys()
    assert {name: [[*values, writers[name](*values)] for *values, _ in cases] for name, cases in table.items()} == table


def test_scripts_write_numbers_and_days_as_in_the_table():
    expression = """table => Object.fromEntries(Object.entries(table).map(([name, cases]) =>
        [name, cases.map((values) => { const input = values.slice(0, -1);
          return [...input, apivideoGeo.formats[name](...input)]; })]))"""
    results = run_in_node([job(locale, expression, CASES["formats"][locale]) for locale in LOCALES])
    assert dict(zip(LOCALES, results, strict=True)) == CASES["formats"]


def test_python_cuts_classes_as_in_the_table():
    for case in CASES["scales"]:
        scale = make_scale(case["values"], case["method"], case["classes"], case["breaks"])
        classes = [scale.class_of(value) for value in case["values"]]
        assert list(scale.lows) == case["lows"], case
        assert scale.ranges(Formats("en")) == case["ranges"], case
        assert [-1 if found is None else found for found in classes] == case["class_of"], case


def test_scripts_cut_classes_as_in_the_table():
    expression = """cases => cases.map(({ values, method, classes, breaks }) => {
        const scale = apivideoGeo.makeScale(values, method, classes, breaks);
        return { values, method, classes, breaks, lows: scale.lows,
          ranges: apivideoGeo.ranges(scale, apivideoGeo.formats.number),
          class_of: values.map((value) => apivideoGeo.classOf(scale, value)) }; })"""
    assert run_in_node([job("en", expression, CASES["scales"])]) == [CASES["scales"]]


def test_python_shows_changes_and_sparklines_as_in_the_table():
    for now, before, new, text, tone in CASES["changes"]:
        side = Side(FIRST, FIRST, 1)
        what = replace(
            SAMPLE, by_country={"FRA": (before, now)}, comparison=Comparison(side, side, (((1,), (0,)),)),
            new=("FRA",) if new else (),
        )  # fmt: skip
        row = make_rows(Context(what, Theme("Acme Academy")))[0]
        assert (row.change, row.tone) == (text, tone), (now, before)
    for counts, totals, path in CASES["sparklines"]:
        assert spark_path(counts, totals) == path


def test_scripts_show_changes_and_sparklines_as_in_the_table():
    changes = """cases => cases.map(([now, before, fresh]) => {
        const view = { change: {}, metric: apivideoGeo.metrics.play };
        const { text, tone } = apivideoGeo.changeOf(view, { now, before, counted: before, fresh });
        return [now, before, fresh, text, tone]; })"""
    sparklines = """cases => cases.map(([counts, totals]) =>
        [counts, totals, apivideoGeo.sparkPath(counts, totals, 0, counts.length - 1)])"""
    jobs = [job("en", changes, CASES["changes"]), job("en", sparklines, CASES["sparklines"])]
    assert run_in_node(jobs) == [CASES["changes"], CASES["sparklines"]]


def test_python_and_scripts_place_lines_and_names_of_a_chart_as_in_the_table():
    assert [[top, make_levels(top)] for top, _ in CASES["levels"]] == CASES["levels"]
    assert [[*case, spread(*case)] for *case, _ in CASES["spread"]] == CASES["spread"]
    levels = "cases => cases.map(([top]) => [top, apivideoGeo.lines.levels(top)])"
    places = "cases => cases.map((each) => [...each.slice(0, 4), apivideoGeo.lines.spread(...each.slice(0, 4))])"
    jobs = [job("en", levels, CASES["levels"]), job("en", places, CASES["spread"])]
    assert run_in_node(jobs) == [CASES["levels"], CASES["spread"]]


def test_python_and_scripts_cut_days_into_the_points_of_a_curve_as_in_the_table():
    cases = [(start, end, step) for start, end, step, _ in CASES["cut_days"]]
    assert [[*case, [[*chunk] for chunk in cut_days(*case)]] for case in cases] == CASES["cut_days"]
    expression = "cases => cases.map((each) => [...each, apivideoGeo.line.cut(...each)])"
    assert run_in_node([job("en", expression, cases)]) == [CASES["cut_days"]]


@pytest.mark.parametrize("locale", LOCALES)
def test_python_and_scripts_divide_as_in_the_table(locale):
    jobs, found = [], []
    for name, before, now, *_ in CASES["ratios"]:
        what = two_days(name, before, now)
        ratios, formats = Ratios(what), Formats(locale)
        ratio = next(one for one in ratios.all if one.name == name)
        earlier, later = (ratios.country(ratio, "FRA", slice(place, place + 1)) for place in (0, 1))
        text = formats.say("too few") if later.value is None else formats.ratio(name, later.value)
        change = "–"
        if earlier.value is not None and later.value is not None:
            change = formats.ratio_change(name, later.value, earlier.value)
        interval = later.interval and [round(bound, 9) for bound in later.interval]
        found.append([name, before, now, interval, round(later.upper, 3), round(later.lower, 3), text, change])
        data = client_data(Context(what, Theme("Acme", locale=locale)), DataFiles(dict.fromkeys(what.metrics, "")))
        days_of = [json.loads(render_days(what.metrics[metric])[17:-3]) for metric in (ratio.upper, ratio.lower)]
        expression = f"""(files) => {{ const geo = apivideoGeo, metric = geo.metrics["{name}"];
            const [upper, lower] = files.map(geo.unpacked);
            const view = geo.viewOf(geo.ratios.addUp(metric, upper, lower), 1, 1), row = view.byCode.get("FRA");
            const rounded = (number, digits) => Number(number.toFixed(digits));
            const bounds = geo.ratios.interval(row, metric);
            return [bounds && bounds.map((bound) => rounded(bound, 9)), rounded(row.upper, 3), rounded(row.lower, 3),
                geo.formats.value(row.value, metric), geo.changeOf(view, row).text]; }}"""
        script = script_for(locale) + render_metrics(what, formats) + (TEMPLATES / "assets/ratios.js").read_text()
        jobs.append({"script": script, "data": data, "expression": expression, "argument": days_of})
    results = run_in_node(jobs)
    assert [[*case[:3], *result] for case, result in zip(CASES["ratios"], results, strict=True)] == found
    if locale == "en":
        assert found == CASES["ratios"]


def test_rates_above_1_of_late_events_do_not_widen_the_classes_of_the_others():
    what = two_days("completion", [3, 10], [3, 10])
    lower = {"total": [500], "open": [], "counts": {code: [100] for code in ("BEL", "DEU", "FRA", "ITA", "BRA")}}
    upper = {**lower, "counts": {"BEL": [31], "DEU": [42], "FRA": [38], "ITA": [47], "BRA": [190]}}
    script = script_for("en") + render_metrics(what, Formats("en")) + (TEMPLATES / "assets/ratios.js").read_text()
    data = client_data(Context(what, Theme("Acme")), DataFiles(dict.fromkeys(what.metrics, "")))
    expression = """([upper, lower]) => { const metric = apivideoGeo.metrics.completion;
        apivideoGeo.ratios.addUp(metric, upper, lower); return [metric.scale.lows, metric.scale.top]; }"""
    job = {"script": script, "data": data, "expression": expression, "argument": [upper, lower]}
    assert run_in_node([job]) == [[[0.3, 0.35, 0.4, 0.45], 1.9]]


def two_days(name: str, before: Sequence[int], now: Sequence[int]) -> Summary:
    """Return the Summary of two days on which France has the upper and the lower number of a ratio."""
    return both_of(name, *zip(before, now, strict=True))


def both_of(name: str, *counts: Sequence[int | None], open_last: bool = False) -> Summary:
    """Return the Summary of the upper and the lower numbers of a ratio in France, one for each day."""
    ratio = next(one for one in RATIOS if one.name == name and one.lower != "start")
    upper, lower = (
        replace(
            summary({"FRA": sum(filter(None, found))}, days(FIRST, found, open_last), metric=metric),
            by_country={"FRA": tuple(count or 0 for count in found)},
        )
        for metric, found in zip((ratio.upper, ratio.lower), counts, strict=True)
    )
    return replace(upper, others={lower.metric: lower})


def test_python_and_scripts_divide_with_and_without_the_day_that_is_not_over_as_in_the_table():
    jobs, found = [], []
    for name, uppers, lowers, *_ in CASES["partial"]:
        what, formats = both_of(name, uppers, lowers, open_last=True), Formats("en")
        ratios = Ratios(what)
        value = ratios.country(next(one for one in ratios.all if one.name == name), "FRA")
        found.append([name, uppers, lowers, value.upper, value.lower, formats.ratio(name, value.value or 0)])
        expression = f"""(files) => {{ const geo = apivideoGeo, metric = geo.metrics["{name}"];
            const history = geo.ratios.addUp(metric, ...files.map(geo.unpacked));
            const row = geo.wholeOf(history).byCode.get("FRA");
            return [row.upper, row.lower, geo.formats.value(row.value, metric)]; }}"""
        script = script_for("en") + render_metrics(what, formats) + (TEMPLATES / "assets/ratios.js").read_text()
        data = client_data(Context(what, Theme("Acme")), DataFiles(dict.fromkeys(what.metrics, "")))
        files = [json.loads(render_days(one)[17:-3]) for one in what.metrics.values()]
        jobs.append({"script": script, "data": data, "expression": expression, "argument": files})
    assert found == CASES["partial"]
    assert run_in_node(jobs) == [case[3:] for case in CASES["partial"]]


def test_python_and_the_scripts_give_no_change_to_a_video_published_on_a_compared_day_or_later():
    for published, before, expected in CASES["published_since"]:
        first = date.fromisoformat(before)
        comparison = Comparison(Side(first, first, 1), Side(first, first, 1))
        assert published_since(date.fromisoformat(published) if published else None, comparison) == expected
    expression = """cases => cases.map(([published, before]) => {
        const index = (day) => (day ? apivideoGeo.formats.indexOf(day) : NaN);
        const comparison = { before: { from: index(before) } };
        return [published, before, apivideoGeo.compare.publishedSince(index(published), comparison)]; })"""
    assert run_in_node([job("en", expression, CASES["published_since"])]) == [CASES["published_since"]]


def test_scripts_compare_histories_with_gaps_as_in_the_table():
    """``tests/aggregate/test_compare.py`` does the same for Python, and compares the table with plain Python."""
    expression = """({ cases }) => cases.map(({ counts, over, period, against }) => {
        const { formats, compare } = apivideoGeo, iso = formats.iso;
        const complete = new Float64Array(counts.length + 1);
        counts.forEach((count, day) => { complete[day + 1] = complete[day] + Number(count !== null && day < over); });
        const days = (value) => (Array.isArray(value) ? value.map(formats.indexOf) : value);
        const found = compare.of(complete, over - 1, days(period), days(against));
        const side = ({ from, to, collected, days }) => [iso(from), iso(to), collected, days];
        const result = { now: side(found.now), before: side(found.before), matched: found.matched, change: null };
        if (found.groups.length) {
          const { now, before, counted } = compare.change(found, counts);
          return { ...result, change: Number((now / before - 1).toFixed(9)), counted, nearest: null };
        }
        const near = compare.nearest(found);
        const text = (value) => (Array.isArray(value) ? value.map(iso) : value);
        return { ...result, nearest: near && [text(near.period), text(near.against)] }; })"""
    script = script_for("en")
    data = client_data(Context(SAMPLE, Theme("Acme Academy")), DataFiles())
    jobs = []
    for case in CASES["comparisons"]:
        every, counts, still_open = history(case)
        argument = {
            "counts": [counts.get(day, 5 if day in still_open else None) for day in every],
            "over": len(every) - len(still_open),
            "period": case["period"],
            "against": case["against"],
        }
        page = {**data, "first": case["first"], "last": str(every[-1])}
        jobs.append({"script": script, "data": page, "expression": expression, "argument": {"cases": [argument]}})
    found = [result for [result] in run_in_node(jobs)]
    for case, result in zip(CASES["comparisons"], found, strict=True):
        assert result == case["expected"], case["name"]


def test_a_share_is_in_the_class_that_its_figure_says():
    for count, total, percent in CASES["share_values"]:
        country = replace(SAMPLE.countries[0], count=count, share=count / total)
        assert notebook._value(country, "share", total) == percent
    expression = """cases => cases.map(([count, total]) =>
        [count, total, apivideoGeo.valueBy("share", { total })({ count })])"""
    assert run_in_node([job("en", expression, CASES["share_values"])]) == [CASES["share_values"]]


def test_a_country_with_too_few_plays_or_without_residents_has_no_rate():
    jobs = []
    for case in CASES["rates"]:
        what = rated(case["counts"], case["per_from"])
        assert {country.iso_a3: country.per_million for country in what.countries} == case["per"]
        data = client_data(Context(what, Theme("Acme")), DataFiles())
        expression = """() => Object.fromEntries(apivideoGeo.wholeView().rows.map(({ code, per }) =>
            [code, Number.isNaN(per) ? null : per]))"""
        jobs.append({"script": script_for("en"), "data": data, "expression": expression, "argument": None})
    assert run_in_node(jobs) == [case["per"] for case in CASES["rates"]]


def rated(counts, per_million_from, since=None, rows=None):
    """The Summary of ``counts``: alpha-3 → (count on the first day, people)."""
    rows = rows or [(FIRST, "play", code, "total", "", count) for code, (count, _) in counts.items()]
    return summarise(
        ibis.memtable(facts_table(rows)), {row[0]: False for row in rows}, metric="play", generated_at=MADE,
        since=since, per_million_from=per_million_from,
        population_of=lambda code: counts.get(code, (0, 0))[1],
    )  # fmt: skip


def test_a_country_seen_before_the_period_of_the_page_is_new_in_no_view_of_it():
    rows = [(day(index), "play", "FRA", "total", "", 5) for index in range(70)]
    rows += [(day(0), "play", "ESP", "total", "", 1), (day(65), "play", "ESP", "total", "", 3)]
    rows.append((day(66), "play", "ITA", "total", "", 3))
    what = rated({}, 100, since=day(5), rows=rows)
    assert what.new == ("ITA",)
    data = client_data(Context(what, Theme("Acme")), DataFiles({"play": "days.js"}))
    expression = """() => apivideoGeo.viewOf(apivideoGeo.addUp(apivideoGeo.unpacked(argument)), 60, 64).rows
        .filter((row) => row.fresh).map((row) => row.code)"""
    argument = json.loads(render_days(what).removeprefix("apivideoGeo.days(").removesuffix(");\n"))
    assert run_in_node(
        [{"script": script_for("en"), "data": data, "expression": expression, "argument": argument}]
    ) == [["ITA"]]


def test_published_scripts_are_valid_and_have_no_comments_with_types():
    scripts = {name: content.decode() for name, content in load_own([TEMPLATES]).items() if name.endswith(".js")}
    assert {"page.js", "embed.js", "city-map.js", "early.js", "head.js", "list.js", "copy.js"} <= scripts.keys()
    assert [name for name, script in scripts.items() if "/**" in script or "@param" in script] == []
    run_in_node(
        [
            {"script": "", "data": {}, "expression": "(script) => { new Function(script); }", "argument": script}
            for script in scripts.values()
        ]
    )

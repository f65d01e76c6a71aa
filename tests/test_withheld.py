"""An attack on a whole site: somebody keeps two builds of it and the public history, and adds and subtracts.

The audience is invented so that whatever must not be published is easy to find: names that are withheld everywhere, and
totals over everything (withheld counts included) that are numbers nobody else has.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.optimize import linprog

from apivideo_geo.days import days_between
from apivideo_geo.facts import FACTS, facts_table
from apivideo_geo.history.day_lines import HOURS, HoursLine
from apivideo_geo.history.history import Fetched, open_history
from apivideo_geo.model import Asset, Facts
from apivideo_geo.privacy import for_history, publishable_assets, withhold
from bench.withheld import find_lookalike
from tests.mounts import in_own_mounts
from tests.product import COMMAND, Product
from tests.render.test_search import index_of

LEAST = 5
FIRST, LAST = date(2026, 8, 1), date(2026, 10, 10)
MONTHS = (date(2026, 8, 1), date(2026, 9, 1))
DIMENSIONS = ("city", "referrer", "media")
SECRET = ("Hiddenburg", "quiet-neighbour.example", "viNobodyKnows")
"""Withheld wherever they are."""
TAGS = {"A": ("course",), "B": ("course",), "C": (), "NobodyKnows": ("course", "alone")}
ASSETS = [Asset(f"vi{name}", "video", f"Film {name}", True, tags, lifetime=40417) for name, tags in TAGS.items()]
COUNTS = {
    ("FRA", "city"): {"Paris": 1511, "Lyon": 40, "Nice": 3, "Hiddenburg": 1},
    ("BEL", "city"): {"Brussels": 33, "Ghent": 2},
    ("MCO", "city"): {"Monaco": 3},
    ("FRA", "referrer"): {"news.example": 1307, "blog.example": 12, "quiet-neighbour.example": 4},
    ("BEL", "referrer"): {"news.example": 2, "blog.example": 9, "forum.example": 20},
    ("FRA", "media"): {"viA": 1423, "viB": 61, "viC": 4, "viNobodyKnows": 2},
    ("BEL", "media"): {"viA": 4, "viB": 14, "viC": 7},
    ("MCO", "media"): {"viA": 1, "viC": 2},
}
"""(country, dimension) → value → count in each of the months; in the third, still running, one more of each."""
TOTALS = {"FRA": 1601, "BEL": 47, "MCO": 3}


def history_rows(counts=COUNTS, metric="play", totals=TOTALS):
    """The plays of a month spread over its days, so that hardly a day of a cell has ``LEAST``."""
    for month in (*MONTHS, date(2026, 10, 1)):
        running = month.month == 10
        cells = {
            **{(country, "total", ""): total for country, total in totals.items()},
            **{(*key, value): count for key, values in counts.items() for value, count in values.items()},
        }
        for (country, dimension, value), count in cells.items():
            days = days_between(month, min(LAST, (month + timedelta(31)).replace(day=1) - timedelta(1)))
            whole = (totals[country] if dimension == "total" else 1) if running else count
            for place, day in enumerate(days):
                share = whole * (place + 1) // len(days) - whole * place // len(days)
                if share:
                    yield day, metric, country, dimension, value, share


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """Two builds, a month apart, of one private history, with everything withheld that can be; and a public history."""
    product = Product(tmp_path_factory.mktemp("withheld"))
    save_history(product.folder / "history", COUNTS, private=True)
    save_history(product.folder / "public", COUNTS, private=False)
    render_both(product)
    return product


def render_both(product):
    """Build the site a month apart: the date on which a month was first published is on its page."""
    render(product, "before", "--until", "2026-09-09", now=datetime(2026, 9, 10, tzinfo=UTC))
    render(product, "now", "--until", "2026-10-10")


def save_history(folder, counts, *, private):
    facts = Facts(tuple(days_between(FIRST, LAST)), facts_table(history_rows(counts)))
    totals = Counter(dict.fromkeys(facts.days, 0))
    for day, _, _, dimension, _, count in history_rows(counts):
        totals[day] += count * (dimension == "total")
    hours = (HoursLine(day=day, metric="play", counts=(0,) * 20 + (n,) + (0,) * 3) for day, n in totals.items())
    with open_history(folder) as history:
        history.save_assets(publishable_assets(ASSETS, withhold_media=not private))
        HOURS.add(folder, hours)
        history.save(
            for_history(facts, private, withhold_media=True),
            Fetched("play", "data", "full", datetime(2026, 10, 11, 9, tzinfo=UTC)),
        )


def render(product, out, *flags, min_count=LEAST, now=datetime(2026, 10, 11, tzinfo=UTC), **more):
    settings = {
        "APIVIDEO_GEO_WITHHOLD_MEDIA": "true", "APIVIDEO_GEO_MIN_COUNT": str(min_count),
        "APIVIDEO_GEO_COLLECTIONS": "course; alone", "APIVIDEO_GEO_HOURS": "true", **more,
    }  # fmt: skip
    product.run("render", "--out", out, *flags, now=now, **settings)


def published(product, *folders):
    """Name → text of every file; of Parquet its values, of pictures nothing."""
    texts = {}
    for name, content in product.files(*folders).items():
        if name.endswith(".parquet"):
            texts[name] = "\n".join(str(row) for row in pq.read_table(io.BytesIO(content)).to_pylist())
        elif not name.endswith(".png"):
            texts[name] = content.decode()
    return texts


def cells_of(product, out):
    """(month, dimension, country) → value → count as published, and → how many are withheld."""
    shown, withheld = defaultdict(dict), {}
    for row in csv.DictReader(io.StringIO(published(product, out)[f"{out}/data/monthly.csv"])):
        key = (date.fromisoformat(row["month"]), row["dimension"], row["iso_a3"])
        if row["value"]:
            shown[key][row["value"]] = int(row["count"])
        else:
            withheld[key] = int(row["count"])
    return shown, withheld


def test_groups_show_nothing_but_the_sums_of_their_countries(tmp_path):
    """Whatever is watched, from whichever city: groups with the same counts are the same."""
    product, shown = Product(tmp_path), {}
    other = {key: dict.fromkeys(values, 1) for key, values in COUNTS.items()}
    for out, counts in (("one", COUNTS), ("two", other)):
        save_history(product.folder / out, counts, private=True)
        render(
            product, f"site-{out}", "--until", "2026-10-10", APIVIDEO_GEO_HISTORY=out, APIVIDEO_GEO_GROUPS="Rock=MCO"
        )
        files = published(product, f"site-{out}").items()
        texts = {name.partition("/")[2]: re.sub(r"\.[0-9a-f]{10}\.", ".", text) for name, text in files}
        shown[out] = {name: text for name, text in texts.items() if name.startswith(("group", "data/groups"))}
        shown[f"{out} by country"] = {name: text for name, text in texts.items() if name.startswith("country/")}
    assert shown["one by country"] != shown["two by country"]
    assert {"group/rock.html", "groups.html", "data/groups.csv"} <= set(shown["one"])
    assert shown["one"] == shown["two"]


def test_what_is_withheld_everywhere_is_named_nowhere(sites):
    for name, text in published(sites, "before", "now", "public").items():
        assert not any(secret in text for secret in SECRET[:2]), name
    # Every public video is in the list, but not that anybody watched this one.
    for row in csv.DictReader(io.StringIO(published(sites, "now")["now/data/videos.csv"])):
        assert row["media_id"] != "viNobodyKnows" or row["count"] == "0"


def test_weekly_counts_for_comparison_have_no_video_if_those_are_withheld(sites):
    weeks = [text for name, text in published(sites, "before", "now").items() if "/weeks." in name]
    assert len(weeks) == 2 and all('"country"' in text for text in weeks)
    every = [text for name, text in published(sites, "before", "now").items() if "/weeks" in name]
    assert not any('"video"' in text or '"collection"' in text or "viA" in text for text in every)
    for text in every:  # by country, and nothing by video
        found = json.loads(text.removeprefix("apivideoGeo.weeks(").removesuffix(");\n"))
        assert found["days"][1] is None and found["totals"][1] is None


def test_the_search_finds_the_published_cities_and_no_other(sites):
    files = sites.files("before", "now")
    for out in ("before", "now"):
        shown, _ = cells_of(sites, out)
        cities = {value for (_, dimension, _), values in shown.items() if dimension == "city" for value in values}
        found = index_of({"search.js": files[f"{out}/search.js"]})
        assert {name for _, name, *_ in found["City"]} == cities
        assert cities


def test_no_figure_is_a_total_with_what_is_withheld_in_it(sites):
    """The plays of a value over all countries, of one month or of all: numbers that nothing else here is."""
    forbidden = set()
    for dimension in DIMENSIONS:
        sums = defaultdict(int)
        for (_, name), values in COUNTS.items():
            if name == dimension:
                for value, count in values.items():
                    sums[value] += count
        shown, _ = cells_of(sites, "now")
        for value, count in sums.items():
            known = sum(shown[MONTHS[0], dimension, country].get(value, 0) for country in TOTALS)
            forbidden |= {n for n in (count, 2 * count, 2 * count + 1) if known != count and n > 1000}
    assert {1309, 2618, 2619} <= forbidden
    number = re.compile(r"(?<![\d.])(\d{1,3}(?:,\d{3})+|\d+)(?![\d.])")
    for name, text in published(sites, "before", "now", "public").items():
        others = re.compile(r'\bd="[^"]*"|"path":"[^"]*"|"(?:points|dots|dot)":\S*|\b[0-9a-f]{64}\b')
        figures = {int(found.replace(",", "")) for found in number.findall(others.sub("", text))}
        assert not forbidden & figures, (name, forbidden & figures)


def test_the_lifetime_plays_which_would_reveal_the_rest_are_not_published(sites):
    rows = csv.DictReader(io.StringIO(published(sites, "now")["now/data/videos.csv"]))
    assert {row["lifetime_plays"] for row in rows} == {""}
    for name, text in published(sites, "before", "now", "public").items():
        assert not any(n in text for n in ("40417", "40,417")), name
    assert "40417" in published(sites, "history")["history/assets.parquet"]


def test_no_day_of_a_withheld_dimension_leaves_and_a_public_history_has_none(sites):
    for name, content in sites.files("before", "now", "public").items():
        if name.endswith(".parquet") and "assets" not in name:
            assert set(pq.read_table(io.BytesIO(content), schema=FACTS)["dimension"].to_pylist()) == {"total"}, name
    private = [
        pq.read_table(io.BytesIO(c))["dimension"].to_pylist() for n, c in sites.files("history").items() if "2026-" in n
    ]
    assert {*DIMENSIONS} < {dimension for found in private for dimension in found}


def test_a_running_month_changes_no_figure_that_is_published_in_part(sites):
    before, _ = cells_of(sites, "before")
    now, withheld = cells_of(sites, "now")
    assert {month for month, _, _ in before} == {MONTHS[0]}
    assert {month for month, _, _ in now} == set(MONTHS)
    assert {key: values for key, values in now.items() if key[0] == MONTHS[0]} == before
    assert all(count >= LEAST for values in now.values() for count in values.values())
    assert sum(withheld.values()) > 0


def test_solving_all_that_is_published_pins_no_withheld_count(sites):
    """Bounds of every cell by linear programming, for somebody who knows every name that there is, from everywhere.

    What is published are equations: cells that are published, what is withheld of a group as a sum, the totals of the
    countries, and the plays of each video. A cell that can be anything up to ``LEAST``, or up to all that its group
    withholds, is not pinned.
    """
    shown, withheld = cells_of(sites, "now")
    names = {
        dimension: sorted({v for (_, d), values in COUNTS.items() if d == dimension for v in values})
        for dimension in DIMENSIONS
    }
    unknowns = [
        (month, dimension, country, value)
        for (month, dimension, country) in withheld
        for value in names[dimension]
        if value not in shown[month, dimension, country]
    ]
    place = {key: number for number, key in enumerate(unknowns)}
    rows, sums = [], []
    for key, whole in withheld.items():
        row = np.zeros(len(unknowns))
        for value in names[key[1]]:
            if (*key, value) in place:
                row[place[*key, value]] = 1
        rows.append(row)
        sums.append(whole)
    videos = csv.DictReader(io.StringIO(published(sites, "now")["now/data/videos.csv"]))
    for video in videos:
        expected = sum(values.get(video["media_id"], 0) for (_, d, _), values in shown.items() if d == "media")
        assert int(video["count"]) == expected, "the plays of a video reveal what its countries withhold"
    tagged = {f"vi{name}" for name, tags in TAGS.items() if "course" in tags}
    for row in csv.DictReader(io.StringIO(published(sites, "now")["now/data/collections.csv"])):
        cells = (values for (_, d, country), values in shown.items() if (d, country) == ("media", row["iso_a3"]))
        expected = sum(values.get(media_id, 0) for values in cells for media_id in tagged)
        assert (row["collection"], int(row["count"])) == ("course", expected), "a collection reveals withheld counts"
    pinned = []
    for key in unknowns:
        goal = np.zeros(len(unknowns))
        goal[place[key]] = 1
        low = linprog(goal, A_eq=np.array(rows), b_eq=sums, bounds=(0, None)).fun
        high = -linprog(-goal, A_eq=np.array(rows), b_eq=sums, bounds=(0, None)).fun
        if low > 0.5 or high < min(LEAST, withheld[key[:3]]) - 0.5:
            pinned.append((key, low, high))
    assert not pinned
    assert len(unknowns) > 20


@pytest.mark.parametrize("number", [1, LEAST - 1])
def test_an_account_with_other_withheld_counts_has_the_same_site_to_the_byte(sites, tmp_path, number):
    """So nothing on it, known or forgotten, can say which of the two accounts it is of."""
    others = {}
    for key, counts in COUNTS.items():
        shown = withhold({"": counts}, LEAST).shown.get("", {})
        small = [value for value, count in counts.items() if count < LEAST and count != number and shown]
        found = [
            find_lookalike(counts, shown, value, number, lambda guess, of=counts: same_cells(of, guess))
            for value in small
        ]
        assert all(found)
        others[key] = found[0] if found else counts
    assert sum(others[key] != COUNTS[key] for key in COUNTS) >= 3
    product = Product(tmp_path)
    save_history(tmp_path / "history", others, private=True)
    render_both(product)
    assert product.files("before", "now") == sites.files("before", "now")
    assert {"now/hours.html", "now/data/hours.csv"} <= product.files("now").keys()
    hours = f"history/{HOURS.name}"
    assert product.files("history")[hours] == sites.files("history")[hours]
    assert product.files("history") != sites.files("history")


def same_cells(counts, guess):
    return withhold({"": counts}, LEAST) == withhold({"": guess}, LEAST)


def test_later_builds_repeat_what_was_published_or_a_part_of_it(tmp_path):
    """A video that becomes private, another minimum, a day removed: each difference would be somebody's plays."""
    product = Product(tmp_path)
    save_history(tmp_path / "history", COUNTS, private=True)
    render(product, "first")
    first, withheld = cells_of(product, "first")
    key = (MONTHS[0], "media", "FRA")
    assert first[key] == {"viA": 1423, "viB": 61}
    assert withheld[key] == 6

    with open_history(tmp_path / "history") as history:
        history.save_assets([asset for asset in ASSETS if asset.media_id in ("viB", "viNobodyKnows")])
    render(product, "private")
    now, still = cells_of(product, "private")
    assert (now[key], still) == ({"unlisted": 1423, "viB": 61}, withheld)

    with open_history(tmp_path / "history") as history:
        history.save_assets(ASSETS)
    render(product, "higher", min_count=20)
    now, more = cells_of(product, "higher")
    assert all(values.items() <= first[key].items() for key, values in now.items())
    assert all(count >= 20 for values in now.values() for count in values.values())
    assert more[key] == 67
    render(product, "lower", min_count=3)
    assert cells_of(product, "lower") == (first, withheld)

    product.run("forget", "2026-08-20")
    render(product, "forgotten", now=datetime(2026, 12, 30, tzinfo=UTC))
    now, still = cells_of(product, "forgotten")
    assert {month for month, _, _ in now} == {MONTHS[1]}
    assert "2026-08 are not shown any more, because a day of them was removed" in product.said
    assert now == {key: values for key, values in first.items() if key[0] == MONTHS[1]}


def test_cities_of_a_further_metric_change_nothing_on_the_site(tmp_path):
    """They would bound the hidden counts of the first metric, and those theirs: a play to the end is a play."""
    sites, key = [], ("FRA", "city")
    for name, ends in (("some", {"Paris": 700, "Lyon": 16, "Endville": 9}), ("others", {"Paris": 725})):
        product = Product(tmp_path / name)
        save_history(product.folder / "history", COUNTS, private=True)
        days = tuple(days_between(FIRST, LAST))
        rows = facts_table(history_rows({key: ends}, "end", {"FRA": 725}))
        with open_history(product.folder / "history") as history:
            now = datetime(2026, 10, 11, 9, tzinfo=UTC)
            history.of("end").save(Facts(days, rows), Fetched("end", "counts", "full", now))
        render(product, "now")
        sites.append(product.files("now"))
    assert sites[0] == sites[1]
    assert "Cities are shown for one metric only: plays." in published(product, "now")["now/cities.html"]


def test_a_read_only_history_is_rendered_unless_it_has_to_record_a_month_that_is_shown_for_the_first_time(tmp_path):
    product = Product(tmp_path)
    save_history(tmp_path / "history", COUNTS, private=True)
    read_only = 'mount --bind history history && mount -o remount,bind,ro history && exec "$@"'
    settings = product.environment(
        now=datetime(2026, 10, 11, tzinfo=UTC), APIVIDEO_GEO_WITHHOLD_MEDIA="true", APIVIDEO_GEO_MIN_COUNT=str(LEAST)
    )
    command = [*COMMAND, "render", "--out", "read-only"]
    done = in_own_mounts(read_only, *command, env=settings, cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    assert "hidden small counts of 2026-08, 2026-09 for the first time, and the history has to record" in done.stderr
    assert "history/published.parquet: Read-only file system" in done.stderr
    assert not (tmp_path / "read-only").exists()

    render(product, "writable")
    done = in_own_mounts(read_only, *command, env=settings, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert cells_of(product, "read-only") == cells_of(product, "writable")

"""The pages of past months: what was published first stays, corrections are dated, and every figure adds up.

The figures are counted again here, in plain Python, from the rows that were put into the history.
"""

import csv
import io
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest

from apivideo_geo.aggregate.closed_months import compare_with_before
from apivideo_geo.errors import DataRefused, DiskFailed
from apivideo_geo.facts import facts_table
from apivideo_geo.history.closed_months import FILE, load_months, merge_months, save_months
from apivideo_geo.history.history import Fetched, open_history
from apivideo_geo.model import Asset, ClosedMonth, Correction, Facts
from apivideo_geo.render.text.formats import Formats
from tests.comparing import change_of
from tests.product import Product

FIRST, LAST = date(2026, 5, 20), date(2026, 10, 10)
MISSING = {date(2026, 7, day) for day in range(3, 9)} | {date(2026, 8, 14), date(2026, 8, 15)}
"""Six days of July, so that it cannot be compared; two of August, so that it can."""
ASSETS = [Asset("viFilm00", "video", "A film & more", True), Asset("viSecret0", "video", "Not for everybody", False)]
NOW = datetime(2026, 10, 11, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 12, 9, tzinfo=UTC)


def make_rows():
    """Yield (day, country, dimension, value, count): France grows, Germany falls, Peru is new in September."""
    day = FIRST
    while day <= LAST:
        number = (day - FIRST).days
        counts = {"FRA": 200 + number + 90 * (day == date(2026, 9, 20)), "DEU": 150 - number // 2, "---": day.day % 3}
        counts["PER"] = 4 if day >= date(2026, 9, 5) else 0
        for country, count in counts.items():
            if count and day not in MISSING:
                yield day, country, "total", "", count
        if day not in MISSING:
            yield day, "FRA", "media", "viFilm00", 30 + day.day
            yield day, "FRA", "media", "unlisted", 20
        day += timedelta(1)


def save(folder, rows, days=None):
    """Store the days of ``rows`` (by default all but the missing ones) in the history."""
    rows = list(rows)
    days = days or {row[0] for row in rows}
    table = facts_table((day, "play", *rest) for day, *rest in rows)
    with open_history(folder) as history:
        history.save_assets([asset for asset in ASSETS if asset.public])
        history.save(Facts(tuple(sorted(days)), table), Fetched("play", "data", "media", NOW))


def count(month, rows=None):
    """Return country → plays in ``month`` (2026-09)."""
    totals = Counter()
    for day, country, dimension, _, number in rows or make_rows():
        if dimension == "total" and f"{day:%Y-%m}" == month:
            totals[country] += number
    return totals


def changed(codes=("FRA", "DEU", "PER", "---")):
    """Return how much the average day of September is above that of August, weekdays compared with weekdays."""
    by_day = Counter()
    for day, country, dimension, _, number in make_rows():
        by_day[day] += number * (dimension == "total" and country in codes)
    months = (date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 8, 1), date(2026, 8, 31))
    return change_of(by_day, *months)["change"]


def read_csv(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def text(page):
    """Return the words of a page, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode())).replace("&amp;", "&")


def correct(folder):
    """Collect 20 September again, with 22 more plays in France."""
    day = date(2026, 9, 20)
    rows = [(*row[:4], row[4] + 22 * (row[1:3] == ("FRA", "total"))) for row in make_rows() if row[0] == day]
    save(folder / "history", rows)


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """A site of five months, of which the first began before the history."""
    product = Product(tmp_path_factory.mktemp("months"))
    save(product.folder / "history", make_rows())
    product.run("render", "--out", "first", now=NOW, APIVIDEO_GEO_SITE_URL="https://acme.example/map/")
    return product


@pytest.fixture(scope="module")
def corrected(product):
    """The same site a month later, after a day was corrected; built twice."""
    correct(product.folder)
    for out in ("second", "third"):
        product.run("render", "--out", out, now=LATER, APIVIDEO_GEO_SITE_URL="https://acme.example/map/")
    return product


def test_each_complete_month_has_a_page_whose_figures_add_up(product):
    files = product.files("first")
    months = sorted({name.split("/")[1] for name in files if re.match(r"first/\d{4}-\d\d/", name)})
    assert months == ["2026-06", "2026-07", "2026-08", "2026-09"]
    for month in months:
        expected = count(month)
        page = files[f"first/{month}/index.html"]
        assert f'id="count" value="{sum(expected.values())}"' in page.decode()
        choro = read_csv(files[f"first/{month}/choro.csv"])
        assert {row["ISO_A3"]: int(row["Count"]) for row in choro} == expected
        assert choro[-1]["ISO_A3"] == "---"
        rows = read_csv(files[f"first/{month}/countries.csv"])
        assert {row["iso_a3"]: int(row["count"]) for row in rows} == expected
        assert [row["rank"] for row in rows] == [*map(str, range(1, len(rows))), ""]


def test_a_month_says_how_many_of_its_days_are_missing_and_is_then_not_compared(product):
    files = product.files("first")
    july, august, september = (text(files[f"first/2026-0{month}/index.html"]) for month in (7, 8, 9))
    assert "Days collected 25 of 31" in july
    assert "6 days were never collected (3–8 Jul)" in july
    lacking = "1–31 Jul 2026 only 25 of 31 days were collected; at least 90% are needed."
    assert lacking in july
    assert lacking in august
    june = text(files["first/2026-06/index.html"])
    assert "There is no month before that it can be compared with." in june
    assert f"Per day, {round(100 * changed())}% more than in August 2026." in september
    days = "Collected: 30 of 30 days; the month before: 29 of 31 days."
    assert days in september
    changes = text(files["first/changes.html"])
    assert f"% more than in August 2026. {days}" in changes and lacking in changes
    months = text(files["first/months.html"])
    assert "25 of 31 days" in months
    assert "that of the month before. Weekdays are compared with the same weekdays." in months
    assert months.count(f"No comparison: of {lacking}") == 2, "the month itself and the one after it"


def test_movers_compare_the_averages_of_a_day(product):
    page = text(product.files("first")["first/2026-09/index.html"])
    september, august = count("2026-09"), count("2026-08")
    grew, fell = page.split("Grew most")[1].split("Fell most")
    for part, code, name in ((grew, "FRA", "France"), (grew, "PER", "Peru"), (fell, "DEU", "Germany")):
        average = september[code] / 30
        before = average / (1 + changed([code])) if august[code] else 0
        averages = f"{average:.1f} a day; the month before: {before:.1f} a day"
        assert re.search(rf"{name} [^;]*{re.escape(averages)}", part)


def test_a_month_closed_without_its_weekdays_is_compared_by_the_averages_of_all_days(product, tmp_path):
    months = [replace(one, weekdays={}) for one in load_months(product.folder / "history")]
    before, now = months[-2:]
    compared = compare_with_before(now, months)
    assert compared
    france = compared.of("FRA")
    ratio = (count("2026-09")["FRA"] / 30) / (count("2026-08")["FRA"] / 29)
    assert france.now / france.before == pytest.approx(ratio)
    assert compared.of().now / compared.of().before == pytest.approx((now.total / 30) / (before.total / 29))


def test_countries_and_videos_say_how_their_average_day_changed_and_which_days_had_counts(product):
    files = product.files("first")
    last = max(day for day, *_ in make_rows())
    now, before = (last - timedelta(29), last), (last - timedelta(59), last - timedelta(30))
    for path, key, text_of in (
        ("country/FRA.html", ("FRA", "total"), "30 days: {} on the 30 before"),
        ("video/viFilm00.html", ("FRA", "media"), "{} on the 30 days before"),
    ):
        counts = {row[0]: row[4] for row in make_rows() if row[1:3] == key and row[3] in ("", "viFilm00")}
        change = change_of(counts, now, before)["change"]
        words = text(files[f"first/{path}"])
        assert text_of.format(Formats("en").change(1 + change, 1)) in words
        assert "(28 of 30 days). Weekdays are compared with the same weekdays." in words


def test_records_and_new_countries_are_those_of_the_history_up_to_then(product):
    files = product.files("first")
    best = sum(row[4] for row in make_rows() if row[0] == date(2026, 9, 20) and row[2] == "total")
    assert f"Best day so far: {best} plays on 20 September 2026." in text(files["first/2026-09/index.html"])
    assert "First seen in this month: Peru." in text(files["first/2026-09/index.html"])
    june = text(files["first/2026-06/index.html"])
    assert "so far" not in june, "the history was only twelve days old"


def test_videos_are_listed_with_their_plays_of_the_month_and_never_one_that_is_not_public(product):
    page = text(product.files("first")["first/2026-09/index.html"])
    watched = sum(row[4] for row in make_rows() if row[3] == "viFilm00" and f"{row[0]:%Y-%m}" == "2026-09")
    assert f"A film & more {watched:,}" in page
    assert "Not for everybody" not in page
    product.run("render", "--out", "withheld", now=NOW, APIVIDEO_GEO_WITHHOLD_MEDIA="true")
    assert "What was watched" not in text(product.files("withheld")["withheld/2026-09/index.html"])


def test_a_later_correction_is_a_dated_line_and_what_was_published_first_stays_byte_for_byte(product, corrected):
    files = corrected.files("first", "second")
    total = sum(count("2026-09").values())
    page = text(files["second/2026-09/index.html"])
    assert f"Corrected on 12 November 2026: {total + 22:,} plays instead of {total:,}." in page
    assert f"{total:,} corrected: {total + 22:,}" in page
    assert "First published on 11 October 2026." in page
    for name in ("choro.csv", "countries.csv"):
        assert files[f"second/2026-09/{name}"] == files[f"first/2026-09/{name}"]
    now = {row["iso_a3"]: int(row["count"]) for row in read_csv(files["second/2026-09/countries-corrected.csv"])}
    assert now == count("2026-09") + Counter(FRA=22)
    assert "second/2026-08/countries-corrected.csv" not in files
    assert "September 2026 corrected" in text(files["second/months.html"])
    assert sum(int(row["Count"]) for row in read_csv(files["second/data/choro.csv"])) == (
        sum(number for _, _, dimension, _, number in make_rows() if dimension == "total") + 22
    )


def test_a_correction_is_told_once_and_not_again_by_the_next_build(corrected):
    page = corrected.files("third")["third/2026-09/index.html"]
    assert page == corrected.files("second")["second/2026-09/index.html"]
    assert page.count(b"Corrected on") == 1


def test_the_pages_lead_to_each_other_and_the_feed_and_the_sitemap_have_them(corrected):
    files = corrected.files("second")
    august = files["second/2026-08/index.html"].decode()
    assert 'href="../2026-07/index.html" rel="prev"' in august
    assert 'href="../2026-09/index.html" rel="next"' in august
    assert 'href="months.html"' in files["second/index.html"].decode()
    assert "https://acme.example/map/2026-08/</loc>" in files["second/sitemap.xml"].decode()
    assert 'rel="canonical" href="https://acme.example/map/2026-08/"' in august
    assert "First published on 11 October 2026. https://acme.example/map/2026-08/" in text(august.encode())
    feed = ElementTree.fromstring(files["second/feed.xml"])
    links = {link.get("href") for link in feed.iter("{http://www.w3.org/2005/Atom}link")}
    assert {f"https://acme.example/map/2026-0{month}/index.html" for month in (6, 7, 8, 9)} <= links
    titles = [title.text for title in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert sum("Sept 2026 was corrected" in title for title in titles) == 1


def test_a_month_with_a_day_that_the_next_run_can_still_collect_is_not_published_yet(tmp_path):
    product = Product(tmp_path)
    save(tmp_path / "history", (row for row in make_rows() if row[0] != date(2026, 9, 15)))
    product.run("render", "--out", "now", now=NOW)
    assert not any(name.startswith("now/2026-09/") for name in product.files("now"))
    product.run("render", "--out", "later", now=LATER)
    assert "Days collected 29 of 30" in text(product.files("later")["later/2026-09/index.html"])


def test_a_month_that_the_history_cannot_record_is_not_published(product, monkeypatch):
    def refuse(*_):
        raise DiskFailed("Cannot write history/months.jsonl: Read-only file system.")

    (product.folder / "history" / FILE).rename(product.folder / "recorded")
    monkeypatch.setattr("apivideo_geo.history.closed_months.save_bytes", refuse)
    done = product.run("render", "--out", "unrecorded", now=NOW, code=4)
    assert (
        "it shows the months 2026-06, 2026-07, 2026-08, 2026-09 or their corrections for the first time" in done.stderr
    )
    assert not (product.folder / "unrecorded").exists()
    (product.folder / "recorded").rename(product.folder / "history" / FILE)


def test_a_period_of_the_settings_shows_only_months_that_are_completely_in_it(product):
    product.run("render", "--out", "some", "--since", "2026-07-02", now=NOW)
    assert {name.split("/")[1] for name in product.files("some") if re.match(r"some/2026-", name)} == {
        "2026-08", "2026-09",
    }  # fmt: skip
    assert {one.month.month for one in load_months(product.folder / "history")} == {6, 7, 8, 9}, "none is forgotten"


def test_a_digest_says_the_same_as_the_page_in_markdown_and_in_html_and_stores_nothing(corrected):
    before = corrected.files("history")
    made = corrected.run("digest", now=LATER, APIVIDEO_GEO_SITE_URL="https://acme.example/map/")
    page, total = text(corrected.files("second")["second/2026-09/index.html"]), sum(count("2026-09").values())
    assert made.stdout.startswith("## September 2026: Watched in 3 countries, most of all in France\n")
    assert f"Corrected on 12 November 2026: {total + 22:,} plays instead of {total:,}." in made.stdout
    assert f"| 1 | France | {count('2026-09')['FRA']:,} |" in made.stdout
    assert made.stdout.endswith("Our audience: <https://acme.example/map/2026-09/>\n")
    for line in re.findall(r"^- (.+)$", made.stdout, re.MULTILINE):
        assert all(part in page for part in line.replace("\\", "").split(": ")), line

    corrected.run("digest", "--month", "2026-08", "--format", "html", "--out-file", "mail.html", now=LATER)
    mail = (corrected.folder / "mail.html").read_bytes()
    assert "A film & more: " in text(mail)
    assert "August 2026: Watched in 2 countries" in text(mail)
    assert not re.search(rb"<(script|img|link|style)|src=|http", mail)
    assert corrected.files("history") == before


def test_without_a_closed_month_the_digest_says_so_in_one_sentence(corrected, tmp_path):
    said = corrected.run("digest", "--month", "2026-10", now=NOW, code=2).stderr
    assert "'2026-10' is not a closed month; closed are: 2026-06, 2026-07, 2026-08, 2026-09." in said
    young = Product(tmp_path)
    for wrong in ("foo", "2026-13", "2026-9", "2026-09-01"):  # whether a month is closed or not, and without a history
        said = young.run("digest", "--month", wrong, now=NOW, code=2).stderr
        assert said == f"error: {wrong!r} is not a month; write YYYY-MM.\n"
    save(tmp_path / "history", (row for row in make_rows() if row[0] >= date(2026, 9, 2)))
    done = young.run("digest", now=NOW, code=2)
    assert done.stderr.count("\n") == 1
    assert "No month is closed yet" in done.stderr
    assert done.stdout == ""


JULY = ClosedMonth(date(2026, 7, 1), "play", date(2026, 8, 3), (1,) * 31, (1,) * 31, {"FRA": 31})
CHANGED = ClosedMonth(
    date(2026, 7, 1), "play", date(2026, 8, 3), (None, *(1,) * 30), (1,) * 31, {"FRA": 20, "---": 10}, ("FRA",), (4, 2),
    (Correction(date(2026, 9, 1), {"FRA": 32}),),
)  # fmt: skip
AUGUST = ClosedMonth(date(2026, 8, 1), "play", date(2026, 9, 3), (0,) * 31, (0,) * 31, {})


def test_what_was_published_first_is_read_again_as_it_was_stored(tmp_path):
    assert load_months(tmp_path) == ()
    save_months(tmp_path, [AUGUST, CHANGED])
    assert load_months(tmp_path) == (CHANGED, AUGUST)


@pytest.mark.parametrize(
    "change",
    [{"daily": [1]}, {"countries": {"FRA": 30}}, {"countries": {"QQQ": 31}}, {"month": "2026-07-02"}, {"more": 1}],
)
def test_a_damaged_line_is_refused_by_its_number(tmp_path, change):
    save_months(tmp_path, [JULY, AUGUST])
    first, second = (tmp_path / FILE).read_text().splitlines()
    (tmp_path / FILE).write_text(f"{second}\n{json.dumps({**json.loads(first), **change})}\n")
    with pytest.raises(DataRefused) as error:
        load_months(tmp_path)
    assert str(error.value) == (
        f"{tmp_path / FILE} is damaged in line 2. Restore the file from a backup or an earlier commit of the history's "
        "branch; or delete the line, and the month is published again as it is now."
    )


def test_of_two_runs_that_publish_the_same_month_the_one_on_the_branch_counts(tmp_path):
    base, ours, theirs = (tmp_path / name for name in ("base", "ours", "theirs"))
    save_months(ours, [JULY, AUGUST])
    save_months(theirs, [CHANGED])
    merge_months(base, ours, theirs, date.max)
    assert load_months(theirs) == (CHANGED, AUGUST)
    save_months(base, [JULY])
    save_months(ours, [CHANGED])
    save_months(theirs, [JULY, AUGUST])
    merge_months(base, ours, theirs, date.max)
    assert load_months(theirs) == (CHANGED, AUGUST), "a correction that only we know is taken"
    save_months(base, [CHANGED, AUGUST])
    save_months(ours, [CHANGED])
    merge_months(base, ours, theirs, AUGUST.published)
    assert load_months(theirs) == (CHANGED, AUGUST)
    merge_months(base, ours, theirs, AUGUST.published - timedelta(days=1))
    assert load_months(theirs) == (CHANGED,), "a month that a wrong clock published, and that we removed"

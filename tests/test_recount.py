"""An independent recount: plain Python over raw sessions, compared with what the files and pages of three sites say.

Nothing of the product is imported: it is run as a user runs it, and its pages are read as a reader does. The accounts
have the cases in which figures were right and sentences were not: a breakdown collected later than the totals, several
spellings of one device, months of unequal length, ties, rates of few plays, a period cut by ``--since``.
"""

from __future__ import annotations

import csv
import html
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest

from tests.browser import OpenPage
from tests.comparing import change_of
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.product import Product
from tests.render.browsing import DESKTOP, cells, chosen, live

LAST = date(2027, 3, 31)
NOW = datetime(2027, 4, 5, 6, tzinfo=UTC)
WORD = {"desktop": "Computer", "Computer": "Computer", "mobile": "Phone", "Smartphone": "Phone", "unknown": "Unknown"}
NAMES = {
    "FRA": "France", "DEU": "Germany", "ITA": "Italy", "ESP": "Spain", "VAT": "Vatican City", "ATA": "Antarctica",
    "BEL": "Belgium", "PRT": "Portugal",
}  # fmt: skip
MONTHS = {date(2027, 1, 1): "Jan 2027", date(2027, 2, 1): "Feb 2027", date(2027, 3, 1): "Mar 2027"}


class Play(NamedTuple):
    """One session."""

    day: date
    country: str
    video: str
    device: str


class Account(NamedTuple):
    """Sessions whose videos and devices were collected from ``detailed`` on; the site shows the days from ``since``."""

    plays: list[Play]
    first: date
    since: date
    detailed: date


def each_day(first: date) -> list[date]:
    return [first + timedelta(number) for number in range((LAST - first).days + 1)]


def constant(first: date) -> list[Play]:
    """20 plays a day, 8 of them in Germany: nothing grows or falls. Two videos tie in Belgium and Portugal."""
    plays = []
    for number, day in enumerate(each_day(first)):
        devices = ("desktop", "Computer", "mobile", "Smartphone", "unknown")
        plays += [Play(day, "DEU" if n < 8 else "FRA", "vi0", devices[(n + number) % 5]) for n in range(20)]
    plays += [Play(first + timedelta(40), code, "viTie", "desktop") for code in ("PRT", "BEL") for _ in range(3)]
    return plays


def moving(first: date) -> list[Play]:
    """Italy rises from 9 in February to 500 in March; Vatican City has 77, Antarctica 150; Spain was seen early."""
    plays = [Play(day, "FRA", "vi0", "desktop") for day in each_day(first) for _ in range(30)]
    plays += [Play(date(2027, 2, 1 + n), "ITA", "vi1", "mobile") for n in range(9)]
    plays += [Play(date(2027, 3, 1 + n % 31), "ITA", "vi1", "Smartphone") for n in range(500)]
    plays += [Play(date(2027, 3, 1 + n % 20), "VAT", "vi1", "desktop") for n in range(77)]
    plays += [Play(date(2027, 3, 1 + n % 20), "ATA", "vi1", "desktop") for n in range(150)]
    plays += [Play(first + timedelta(2), "ESP", "vi1", "desktop")]
    plays += [Play(date(2027, 3, 25), "ESP", "vi1", "desktop") for _ in range(4)]
    return [*plays, Play(date(2027, 3, 26), "PRT", "vi0", "desktop")]


FIRST = date(2026, 12, 1)
ACCOUNTS = {
    "constant": Account(constant(FIRST), FIRST, FIRST, FIRST),
    "detail raised later": Account(constant(FIRST), FIRST, FIRST, date(2027, 2, 10)),
    "cut by since": Account(moving(FIRST), FIRST, date(2027, 1, 1), FIRST),
}


def write_sessions(path, plays):
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sessionID", "assetID", "title", "loadedAt", "country", "deviceType", "osName", "clientName"])
        for number, play in enumerate(plays):
            time = f"{play.day}T{number % 24:02}:30:00Z"
            names = ("Microsoft Windows", "Chrome") if number % 2 else ("windows", "chrome")
            session = f"s{play.day}-{number}"
            rows.writerow([session, play.video, play.video.upper(), time, play.country, play.device, *names])


@pytest.fixture(scope="module", params=ACCOUNTS)
def built(request, tmp_path_factory):
    """The account, and the folder of its site."""
    account, product = ACCOUNTS[request.param], Product(tmp_path_factory.mktemp("recount"))
    early = [play for play in account.plays if play.day < account.detailed]
    late = [play for play in account.plays if play.day >= account.detailed]
    (product.folder / "apivideo-geo.toml").write_text("history_private = true\n")
    for name, plays, detail in (("early", early, "country"), ("late", late, "full")):
        if plays:
            write_sessions(product.folder / f"{name}.csv", plays)
            arguments = ("--sessions", f"{name}.csv", "--detail", detail, "--count-sessions-as", "play")
            product.run("collect", *arguments, now=NOW)
    product.run("render", "--since", str(account.since), now=NOW)
    return account, product.folder / "site"


def shown(account: Account) -> list[Play]:
    return [play for play in account.plays if play.day >= account.since]


def detailed(account: Account) -> list[Play]:
    return [play for play in shown(account) if play.day >= account.detailed]


def rows_of(site, name):
    with (site / "data" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def text(page: str) -> str:
    """The words of a page, one space between them."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page))).replace(" .", ".").strip()


def tables(page: str) -> list[list[list[str]]]:
    """The tables of a page: rows of the words of their cells."""
    return [
        [
            [text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
        ]
        for table in re.findall(r"<table[^>]*>(.*?)</table>", page, re.DOTALL)
    ]


def number(words: str) -> int:
    return int(words.replace(",", ""))


def percent(words: str) -> float:
    return 0.0 if words.startswith("<") else float(words.removesuffix("%"))


def test_files_have_the_counts_of_the_sessions(built):
    account, site = built
    plays = Counter(play.country for play in shown(account))
    by_day = Counter((str(play.day), play.country) for play in shown(account))
    assert {row["ISO_A3"]: int(row["Count"]) for row in rows_of(site, "choro.csv")} == plays
    timeseries = [row for row in rows_of(site, "timeseries.csv") if row["iso_a3"]]
    assert {(row["day"], row["iso_a3"]): int(row["count"]) for row in timeseries} == by_day
    for row in rows_of(site, "countries.csv"):
        count, people = plays[row["iso_a3"]], int(row["population"] or 0)
        assert float(row["share"]) == pytest.approx(count / sum(plays.values()), abs=1e-6)
        if people and count >= 100:
            assert float(row["per_million"]) == pytest.approx(count * 1e6 / people, abs=1e-3)
            assert 2020 <= int(row["population_year"]) <= NOW.year
        else:
            reason = "too_few" if people else "no_population"
            assert (row["per_million"], row["per_million_missing"]) == ("", reason)
    assert {row["iso_a3"] for row in rows_of(site, "countries.csv") if not row["population"]} <= {"ATA"}


def test_a_video_is_counted_on_the_days_on_which_videos_were_collected(tmp_path):
    """September was collected by country only; when videos were asked for, the API had forgotten it."""
    world = World.make(7, 3000, 6, 1, date(2026, 9, 1), date(2026, 10, 30), countries=10)
    product = Product(tmp_path)
    with StandIn(world) as api:
        for command, detail, night in (
            ("collect", "country", datetime(2026, 10, 1, tzinfo=UTC)), ("build", "media", world.end)
        ):  # fmt: skip
            api.now = night
            product.run(command, "--source", "data", "--detail", detail, api=api, now=night)
    october = [date(2026, 10, day) for day in range(1, 31)]
    assert product.choro() == world.truth()
    plays = world.truth_by_media(days=october)
    public = {asset.media_id for asset in world.assets if asset.public and asset.listed}
    rows = {row["media_id"]: row for row in rows_of(tmp_path / "site", "videos.csv")}
    assert {video: int(row["count"]) for video, row in rows.items() if video != "unlisted"} == {
        video: sum(plays.get(video, Counter()).values()) for video in public
    }
    assert {(row["from"], row["to"], row["days"]) for row in rows.values()} == {("2026-10-01", "2026-10-31", "31")}
    list_page = (tmp_path / "site/videos.html").read_text()
    assert number(tables(list_page)[0][-1][2]) == sum(world.truth(days=october).values())
    of = f"{sum(world.truth(days=october).values()):,} of {sum(world.truth().values()):,} plays"
    assert f"Collected only between 1 October and 31 October 2026: {of}." in text(list_page)
    pages = list((tmp_path / "site/video").glob("*.html"))
    assert {page.stem for page in pages} == {video for video in public if plays.get(video)}
    for page in pages:
        check_video(page.read_text(), plays[page.stem])


def check_video(page, plays):
    monthly, table = tables(page)
    assert [number(row[1]) for row in monthly[1:] if row[0].startswith("October 2026")] == [sum(plays.values())]
    assert {row[1] for row in monthly[1:] if row[0].startswith("September 2026")} <= {"–"}, "not collected is not 0"
    assert Counter(number(row[1]) for row in table[1:-1]) == Counter(plays.values())
    assert number(table[-1][1]) == sum(plays.values())
    top = re.search(r'data-figure="most".*?<b>(.*?)</b>', page, re.DOTALL)
    assert top
    assert table[1][0].endswith(html.unescape(top[1])), "the country with the most plays is the first of the table"
    assert f"most of all in {html.unescape(top[1])}" in text(page)
    assert "Counted between 1 October and 31 October 2026." in text(page)
    assert "30 days were not collected by video (1–30 Sept)" in text(page)


def test_pages_of_countries_have_the_counts_and_breakdowns_of_the_sessions(built):
    account, site = built
    plays = Counter(play.country for play in shown(account))
    ranked = sorted(plays.values(), reverse=True)
    for code, count in plays.items():
        page = (site / f"country/{code}.html").read_text()
        words = text(page)
        assert f"{NAMES[code]}: {count:,} play" in words
        assert f"Rank {ranked.index(count) + 1} of {len(plays)} countries" in words
        seen = min(play.day for play in account.plays if play.country == code)
        novelty = "Seen from the first day on, " if seen == account.first else "First seen on "
        assert f"{novelty}{seen.day} {seen:%B} {seen.year}." in words
        own = [play for play in detailed(account) if play.country == code]
        devices = next((table for table in tables(page) if table[1][0] in {*WORD.values()}), None)
        if own:
            check_breakdown(devices, Counter(WORD[play.device] for play in own), len(own))
        if len(own) != count and own:
            assert f"{len(own):,} of {count:,} plays." in words


def check_breakdown(table, expected, total):
    """Counts as in the sessions, that add up to the total, and shares that add up to 100.0%."""
    lines, foot = table[1:-1], table[-1]
    assert {line[0]: number(line[1]) for line in lines} == expected
    assert number(foot[1]) == total == sum(expected.values())
    if total:
        assert sum(percent(line[3]) for line in lines) == pytest.approx(100)
        assert all(abs(percent(line[3]) - 100 * number(line[1]) / total) < 0.1 for line in lines)


def test_the_front_page_says_what_the_sessions_say(built):
    account, site = built
    page = (site / "index.html").read_text()
    plays = Counter(play.country for play in shown(account))
    total = sum(plays.values())
    countries, *panels = tables(page)
    assert [(row[1].split(" ", 1)[-1], number(row[2])) for row in countries[1:-1]] == [
        (NAMES[code], count) for code, count in sorted(plays.items(), key=lambda item: (-item[1], item[0]))
    ]
    assert number(countries[-1][2]) == total
    dense = re.search(r'data-figure="dense".*?<b>(.*?)</b>', page, re.DOTALL)
    assert dense
    assert dense[1] in {NAMES[code] for code, count in plays.items() if count >= 100 and code != "ATA"}
    devices = Counter(WORD[play.device] for play in detailed(account))
    panel = next(table for table in panels if table[1][0] in devices)
    assert [row[0] for row in panel[1:]] == [name for name, _ in sorted(devices.items(), key=lambda pair: -pair[1])]
    assert sum(percent(row[2]) for row in panel[1:]) == pytest.approx(100)
    recent = {play.country for play in account.plays if play.day > LAST - timedelta(30)}
    new = recent - {play.country for play in account.plays if play.day <= LAST - timedelta(30)}
    found = re.search(r"First seen in the last 30 days: ([^.]*)\.", text(page))
    assert {*re.split(", | and ", found[1])} if found else set() == {NAMES[code] for code in new}
    assert "Spain" not in (found[1] if found else "")


def test_changes_are_those_of_the_whole_history_a_day_on_average(built):
    account, site = built
    words = text((site / "changes.html").read_text())
    for quantity, day in re.findall(r"Best day so far: ([\d,]+) plays on (\d+ \w+ \d{4})", words):
        by_day = Counter(play.day for play in account.plays)
        when = next(each for each in by_day if f"{each.day} {each:%B} {each.year}" == day)
        assert by_day[when] == number(quantity)
        assert max(count for each, count in by_day.items() if each < when) < number(quantity)
    for country, day in re.findall(r"([A-Z][\w ]*?) was seen for the first time on (\d+ \w+ \d{4})", words):
        code = next(code for code, name in NAMES.items() if country.endswith(name))
        seen = min(play.day for play in account.plays if play.country == code)
        assert f"{seen.day} {seen:%B} {seen.year}" == day
    for month, name in MONTHS.items():
        check_month(month, name, account, words)


def check_month(month, name, account, words):
    before = (month - timedelta(1)).replace(day=1)
    lengths = [((start + timedelta(31)).replace(day=1) - start).days for start in (month, before)]
    if before < account.since:
        line = f"{name}: {sum(play.day.replace(day=1) == month for play in account.plays):,} plays."
        assert (line in words) is (month >= account.since)
        assert f"{line} Daily average" not in words
        return
    sums = [Counter(p.country for p in account.plays if p.day.replace(day=1) == start) for start in (month, before)]
    days = [
        [start + timedelta(day) for day in range(length)]
        for start, length in zip((month, before), lengths, strict=True)
    ]
    by_day = {(day, code): 0 for month_days in days for day in month_days for code in NAMES}
    by_day |= Counter((p.day, p.country) for p in account.plays if p.day in {*days[0], *days[1]})
    rates = [{code: counts[code] / lengths[0] for code in NAMES} for counts in sums]
    for code in NAMES:  # each weekday of the month before, as often as this month has it
        by_weekday = [Counter() for _ in days]
        for place, month_days in enumerate(days):
            for day in month_days:
                by_weekday[place][day.weekday()] += 1
        rates[1][code] = (
            sum(by_day[day, code] * by_weekday[0][day.weekday()] / by_weekday[1][day.weekday()] for day in days[1])
            / lengths[0]
        )
    now, then = (sum(rate.values()) for rate in rates)
    change = round(100 * (now - then) / then)
    words_of = {1: f"{change}% more than", -1: f"{-change}% fewer than", 0: "about as many as"}
    compared = words_of[(change > 0) - (change < 0)]
    assert f"{name}: {sum(sums[0].values()):,} plays. Per day, {compared} in " in words
    moved = {code: rates[0][code] - rates[1][code] for code in NAMES}
    for word, code in (("grew", max(moved, key=moved.get)), ("fell", min(moved, key=moved.get))):
        found = re.search(rf"(\w+) {word} most in {name}: .*?, ([\d.]+) a day; the month before: ([\d.]+) a day", words)
        if found:
            assert found.groups() == (NAMES[code].split()[-1], f"{rates[0][code]:.1f}", f"{rates[1][code]:.1f}")
        else:
            assert abs(moved[code]) * lengths[0] < 10


def test_a_reader_sees_the_figures_of_each_period(built, open_page: OpenPage):
    account, site = built
    opened = open_page((site / "index.html").as_uri() + "?period=30d", reduced_motion="reduce", **DESKTOP)
    page = live(opened.page)
    for period, days in (("30d", 30), ("7d", 7)):
        chosen(page, "period", period)
        inside = Counter(p.country for p in account.plays if p.day > LAST - timedelta(days))
        earlier = Counter(
            p.country for p in account.plays if LAST - timedelta(2 * days) < p.day <= LAST - timedelta(days)
        )
        table = cells(page)
        assert {code: number(row[2]) for code, row in table.items()} == inside
        assert number(page.locator("[data-figure=total] b").inner_text()) == sum(inside.values())
        for code, row in table.items():
            first = min(play.day for play in account.plays if play.country == code)
            assert (row[5] == "new") is (first > LAST - timedelta(days)), "new in the history, not in the period"
            if earlier[code] >= 10:
                by_day = Counter(play.day for play in account.plays if play.country == code)
                counts = {LAST - timedelta(back): by_day[LAST - timedelta(back)] for back in range(2 * days)}
                starts = LAST - timedelta(days - 1), LAST - timedelta(2 * days - 1)
                change = change_of(counts, (starts[0], LAST), (starts[1], starts[0] - timedelta(1)))["change"]
                assert row[5].lstrip("+−") == f"{abs(round(100 * change)):,}%"
            assert (row[4] == "–") is (inside[code] < 100 or code == "ATA")
        words = f"({days} of {days} days). Weekdays are compared with the same weekdays."
        assert words in page.locator("th.change").get_attribute("title")
        assert f"{sum(inside.values()):,} plays" in page.locator("svg.world").get_attribute("aria-label")
    check_measures(page, account, Counter(p.country for p in account.plays if p.day > LAST - timedelta(7)))
    assert opened.problems == []


def check_measures(page, account, inside):
    """The legend of shares counts the countries that it says; countries without a rate are last."""
    chosen(page, "measure", "share")
    shares = [100 * count / sum(inside.values()) for count in inside.values()]
    entries = page.evaluate("[...document.querySelectorAll('#legend li')].map(item => item.innerText)")
    for entry in entries:
        match = re.match(r"([\d.]+)%(?:–([\d.]+)%| and more)\D*(\d+) countr", entry.replace("\n", " "))
        if match:
            low, high = float(match[1]), float(match[2] or 101)
            assert int(match[3]) == sum(low <= share < high for share in shares), entry
    page.click("th[data-sort='per-million'] button")
    rates = [row[4] for row in cells(page).values()]
    assert rates == [rate for rate in rates if rate != "–"] + [rate for rate in rates if rate == "–"]

"""Ten questions of an owner, each answered on a phone in at most four taps; the answers are sums over facts.parquet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser import OpenPage, serve
from tests.product import Product
from tests.render.browsing import PHONE

MOST_TAPS = 4


class Phone:
    """A page on a phone that counts its taps; choosing from a list takes two."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0
        page.evaluate("dispatchEvent(new Event('pointermove'))")

    def tap(self, selector: str) -> None:
        self.taps += 1
        self.page.locator(selector).first.tap()

    def choose(self, selector: str, value: str) -> None:
        self.taps += 2
        self.page.locator(selector).tap()
        self.page.select_option(selector, value)

    def shows(self, selector: str, text: str) -> bool:
        """Wait until the element has the text; return whether that took few taps."""
        expect(self.page.locator(selector).first).to_contain_text(text)
        return self.taps <= MOST_TAPS


class Truth:
    """Sums over the published facts, without any code of the product."""

    def __init__(self, site: Path) -> None:
        self.facts = pd.read_parquet(site / "data/facts.parquet").assign(
            day=lambda rows: pd.to_datetime(rows["day"]).dt.date
        )
        self.site, self.last = site, max(self.facts["day"])  # the last day is not over

    def rows(
        self,
        metric: str = "play",
        countries: Collection[str] = (),
        first: date = date.min,
        last: date = date.max,
        dimension: str = "total",
    ) -> pd.DataFrame:
        some = self.facts[(self.facts["metric"] == metric) & (self.facts["dimension"] == dimension)]
        some = some[some["day"].between(first, last)]
        return some[some["country"].isin(countries)] if countries else some

    def members(self, group: str) -> list[str]:
        groups = pd.read_csv(self.site / "data/groups.csv", index_col="group")
        return list(groups.loc[group, "members"].split())

    def count(
        self, metric: str = "play", countries: Collection[str] = (), first: date = date.min, last: date = date.max
    ) -> int:
        return int(self.rows(metric, countries, first, last)["count"].sum())

    def by_weekday(self, countries: Collection[str], first: date, last: date) -> list[float]:
        days = self.rows(countries=countries, first=first, last=last).groupby("day")["count"].sum()
        return [float(days[[day.weekday() == weekday for day in days.index]].mean()) for weekday in range(7)]


@pytest.fixture(scope="module")
def truth(built_demo: Product) -> Truth:
    return Truth(built_demo.folder / "site")


@pytest.fixture(scope="module")
def url(built_demo: Product):
    with serve(built_demo.folder / "site") as address:
        yield address


@pytest.fixture
def phone(url: str, open_page: OpenPage) -> Phone:
    return Phone(open_page(f"{url}/index.html", **PHONE).page)


def signed(change: float) -> str:
    return f"{change:+.0%}".replace("-", "−")


def test_what_does_france_watch_in_october(phone: Phone, truth: Truth) -> None:
    phone.tap("#countries tr[data-c=FRA] a")
    phone.page.wait_for_url("**/country/FRA.html*")
    phone.choose("#month", "2026-10")
    watched = truth.rows(countries=["FRA"], first=date(2026, 10, 1), last=date(2026, 10, 31), dimension="media")
    most = watched[watched["value"] != "unlisted"].groupby("value")["count"].sum().max()
    total = truth.count(countries=["FRA"], first=date(2026, 10, 1), last=date(2026, 10, 31))
    assert phone.shows("h1", f"France: {total:,} plays")
    assert phone.shows("section[aria-labelledby=watched-title] tbody tr", f"{most:,}")


def test_is_europe_growing(phone: Phone, truth: Truth) -> None:
    phone.choose("#group", "europe")
    europe = truth.members("europe")
    end = truth.last - timedelta(1)
    now = truth.by_weekday(europe, end - timedelta(29), end)
    before = truth.by_weekday(europe, end - timedelta(59), end - timedelta(30))
    times = [sum((end - timedelta(number)).weekday() == weekday for number in range(30)) for weekday in range(7)]
    change = sum(a * n for a, n in zip(now, times, strict=True)) / sum(
        b * n for b, n in zip(before, times, strict=True)
    )
    assert phone.shows("[data-figure=total]", f"{truth.count(countries=europe):,}")
    assert phone.shows("[data-figure=total]", signed(change - 1))


def test_is_it_more_than_a_year_before(phone: Phone, truth: Truth) -> None:
    phone.tap("[data-period='12m']")
    phone.choose("#against", "year")
    end = truth.last - timedelta(1)
    sides = [
        (end.replace(year=end.year - years - 1) + timedelta(1), end.replace(year=end.year - years)) for years in (0, 1)
    ]
    now, before = (truth.rows(first=first, last=last).groupby("day")["count"].sum().mean() for first, last in sides)
    assert phone.shows("[data-figure=total]", signed(now / before - 1))


def test_how_many_in_africa(phone: Phone, truth: Truth) -> None:
    phone.choose("#group", "africa")
    assert phone.shows("[data-figure=total]", f"{truth.count(countries=truth.members('africa')):,}")


def test_how_many_viewers_a_day_in_germany(phone: Phone, truth: Truth) -> None:
    phone.choose("#metric", "viewer")
    phone.tap("[data-period='30d']")
    end = truth.last - timedelta(1)
    viewers = truth.count("viewer", ["DEU"], end - timedelta(29), end) / 30
    assert phone.shows("#countries tr[data-c=DEU]", f"{viewers:.1f}")


def test_do_people_in_brazil_stay_to_the_end(phone: Phone, truth: Truth) -> None:
    phone.choose("#metric", "completion")
    rate = truth.count("end", ["BRA"]) / truth.count("play", ["BRA"])
    assert phone.shows("#countries tr[data-c=BRA]", f"{rate:.1%}")


def test_france_or_germany(phone: Phone, truth: Truth) -> None:
    phone.tap("#countries tr[data-c=FRA] a")
    phone.tap("a[href*='compare.html?compare=FRA']")
    phone.tap("main input")
    phone.page.keyboard.type("germ")
    phone.tap("main [role=option]")
    assert phone.shows("main table", f"{truth.count(countries=['FRA']):,}")
    assert phone.shows("main table", f"{truth.count(countries=['DEU']):,}")


def test_how_was_october(phone: Phone, truth: Truth) -> None:
    phone.tap("#search")
    expect(phone.page.locator("dialog input")).to_be_focused()
    phone.page.keyboard.type("october 2026")
    phone.tap("dialog [role=option]")
    count = truth.count(first=date(2026, 10, 1), last=date(2026, 10, 31))
    assert phone.shows("h1", "October 2026")
    assert phone.shows("main", f"{count:,}")


def test_when_in_the_week_are_we_watched_most(phone: Phone, truth: Truth) -> None:
    phone.tap("a[href='hours.html']")
    hours = pd.read_csv(truth.site / "data/hours.csv")
    best = hours.loc[(hours["count"] / hours["hours"]).idxmax()]
    day = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")[best["weekday"] - 1]
    assert phone.shows("h1", f"{day} at {best['hour']}:00")
    closed = truth.count(last=truth.last - timedelta(1))
    assert hours["count"].sum() == closed, "the hours of all days that are over are their plays"


def test_how_is_the_course_watched(phone: Phone, truth: Truth) -> None:
    phone.tap("nav a[href='videos.html']")
    phone.tap("a[href='collection/course.html']")
    rows = pd.read_csv(truth.site / "data/collections.csv")
    course = rows[rows["collection"] == "course"]
    assert phone.shows(".lead", f"{course['count'].sum():,} plays")
    assert 0 < course["count"].sum() < truth.count()

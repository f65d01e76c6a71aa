"""The invented audience: the same everywhere, adding up, and looking like a real account."""

from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.compute as pc
import pycountry
import pytest

from apivideo_geo.effects import Effects
from apivideo_geo.facts import FACTS
from apivideo_geo.model import DETAIL_DIMENSIONS, FACT_COLUMNS, UNKNOWN, UNLISTED
from apivideo_geo.settings import Settings
from apivideo_geo.sources.demo import DemoSource, demo_assets, demo_days, demo_facts

TODAY = date(2026, 11, 23)
DAYS = demo_days(TODAY)
TODAYS = (date(2021, 3, 2), date(2025, 1, 15), TODAY, date(2028, 2, 29), date(2031, 8, 5))
SEPTEMBER = tuple(date(2026, 9, day) for day in range(1, 31))


def at(day, hour=23):
    return datetime(day.year, day.month, day.day, hour, 59, 59, tzinfo=UTC)


NOW = at(TODAY)


@pytest.fixture(scope="module")
def two_years():
    return demo_facts(DAYS, "full", NOW)


@pytest.fixture(scope="module")
def rows(two_years):
    return two_years.table.to_pandas()


@pytest.fixture(scope="module")
def totals(rows):
    return rows[rows.dimension == "total"]


@pytest.fixture(scope="module")
def daily(totals):
    """Plays by day, as a dict."""
    return totals.groupby("day")["count"].sum().to_dict()


def mean_of(daily, wanted):
    counts = [count for day, count in daily.items() if wanted(day)]
    return sum(counts) / len(counts)


def as_bytes(table):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


# The same everywhere


def test_the_same_days_give_the_same_bytes_twice(two_years):
    again = demo_facts(DAYS, "full", NOW)
    assert as_bytes(again.table) == as_bytes(two_years.table)
    assert again.unmapped == two_years.unmapped
    assert again.refused == two_years.refused


def test_a_day_is_the_same_alone_and_among_others(two_years):
    for day in (DAYS[0], date(2025, 9, 23), date(2026, 4, 1), DAYS[-1]):
        alone = demo_facts([day], "full", NOW).table
        assert alone.equals(two_years.table.filter(pc.equal(two_years.table["day"], day)))


def test_days_are_answered_in_order_and_once_however_they_are_asked():
    asked = [SEPTEMBER[5], SEPTEMBER[2], SEPTEMBER[5]]
    facts = demo_facts(asked, "full", NOW)
    assert facts.days == (SEPTEMBER[2], SEPTEMBER[5])
    assert facts.table.equals(demo_facts([SEPTEMBER[2], SEPTEMBER[5]], "full", NOW).table)


# Contract


@pytest.mark.parametrize("detail", DETAIL_DIMENSIONS)
def test_each_detail_has_its_dimensions_and_the_same_totals(detail, two_years):
    facts = demo_facts(DAYS, detail, NOW)
    assert facts.days == DAYS
    assert facts.table.schema.equals(FACTS)
    assert set(facts.table["dimension"].unique().to_pylist()) == set(DETAIL_DIMENSIONS[detail])
    expected = two_years.table.filter(pc.is_in(two_years.table["dimension"], pa.array(DETAIL_DIMENSIONS[detail])))
    assert facts.table.equals(expected)
    assert facts.unmapped == two_years.unmapped


def test_rows_are_sorted_unique_positive_plays(two_years):
    table = two_years.table
    assert table.equals(table.sort_by([(column, "ascending") for column in FACT_COLUMNS]))
    assert table.group_by(list(FACT_COLUMNS[:-1])).aggregate([]).num_rows == table.num_rows
    assert pc.min(table["count"]).as_py() >= 1
    assert table["metric"].unique().to_pylist() == ["play"]
    assert all(column.null_count == 0 for column in table.columns)


def test_values_are_empty_for_totals_and_only_there(rows):
    assert set(rows[rows.dimension == "total"].value) == {""}
    assert "" not in set(rows[rows.dimension != "total"].value)


def test_no_days_give_an_empty_table_of_the_same_columns():
    facts = demo_facts([], "full", NOW)
    assert facts.days == ()
    assert facts.table.schema.equals(FACTS)
    assert facts.table.num_rows == 0
    assert facts.refused == ()
    assert facts.unmapped == {}


@pytest.mark.parametrize("dimension", ["media", "device", "os", "browser"])
def test_a_whole_dimension_adds_up_to_the_total_of_each_country_and_day(dimension, rows, totals):
    parts = rows[rows.dimension == dimension].groupby(["day", "country"])["count"].sum()
    assert parts.equals(totals.groupby(["day", "country"])["count"].sum())


@pytest.mark.parametrize("dimension", ["referrer", "city"])
def test_a_dimension_with_absent_values_adds_up_to_less_never_to_more(dimension, rows, totals):
    whole = totals.groupby(["day", "country"])["count"].sum()
    parts = rows[rows.dimension == dimension].groupby(["day", "country"])["count"].sum()
    assert (parts <= whole.reindex(parts.index)).all()
    assert 0.4 * whole.sum() < parts.sum() < 0.9 * whole.sum()


def test_the_table_stays_small(two_years):
    assert two_years.table.num_rows <= 900 * len(DAYS)


# The calendar


@pytest.mark.parametrize(
    "today, first",
    [
        (TODAY, date(2024, 11, 24)),
        (date(2021, 3, 2), date(2019, 3, 3)),
        (date(2028, 2, 29), date(2026, 3, 1)),
        (date(2027, 2, 28), date(2025, 3, 1)),
    ],
)
def test_two_years_end_today_with_one_outage_and_two_single_days_missing(today, first):
    days = demo_days(today)
    assert (days[0], days[-1]) == (first, today)
    assert list(days) == sorted(set(days))
    missing = {first + timedelta(days=n) for n in range((today - first).days)} - set(days)
    alone = {day for day in missing if not {day - timedelta(days=1), day + timedelta(days=1)} & missing}
    assert (len(missing), len(alone)) == (6, 2)
    outage = missing - alone
    assert max(outage) - min(outage) == timedelta(days=3)


def test_today_is_there_even_where_an_outage_will_have_been():
    days = demo_days(date(2026, 8, 5))
    assert days[-2:] == (date(2026, 8, 2), date(2026, 8, 5))
    assert demo_days(date(2026, 8, 7))[-2:] == (date(2026, 8, 2), date(2026, 8, 7))


def test_a_later_today_keeps_the_same_earlier_days():
    later = demo_days(TODAY + timedelta(days=45))
    assert [day for day in DAYS if day >= later[0]] == [day for day in later if day <= TODAY]


def test_tomorrow_keeps_the_facts_of_the_days_it_shares():
    tomorrow = demo_days(TODAY + timedelta(days=1))
    shared = [day for day in tomorrow if day < TODAY][-20:]
    facts = demo_facts(tomorrow, "country", NOW + timedelta(days=1)).table
    same = facts.filter(pc.is_in(facts["day"], pa.array(shared)))
    assert same.equals(demo_facts(shared, "country", NOW).table)


def test_next_week_the_same_plays_are_seven_days_later():
    week = timedelta(days=7)
    before = demo_facts(SEPTEMBER, "full", NOW).table
    after = demo_facts([day + week for day in SEPTEMBER], "full", NOW + week).table
    assert after.drop(["day"]).equals(before.drop(["day"]))
    assert [day - week for day in after["day"].to_pylist()] == before["day"].to_pylist()


# The open day


def test_an_open_day_counts_the_part_of_it_that_is_over():
    now = datetime(2026, 9, 24, 6, 0, tzinfo=UTC)
    full = demo_facts(SEPTEMBER, "full", at(date(2026, 9, 27))).table.to_pandas()
    cut = demo_facts(SEPTEMBER, "full", now)
    seen = cut.table.to_pandas()
    assert cut.days == SEPTEMBER
    before = [frame[frame.day < now.date()] for frame in (full, seen)]
    assert before[0].equals(before[1])
    day = [frame[(frame.day == now.date()) & (frame.dimension == "total")]["count"].sum() for frame in (full, seen)]
    assert 0.2 * day[0] < day[1] < 0.3 * day[0]
    assert seen[seen.day > now.date()].empty


def test_an_open_day_only_grows_until_it_is_over():
    def seen(hour):
        now = datetime(2026, 9, 24, hour, tzinfo=UTC)
        table = demo_facts([now.date()], "full", now).table
        return {tuple(row.values())[:-1]: row["count"] for row in table.to_pylist()}

    morning, evening = seen(8), seen(20)
    assert set(morning) < set(evening)
    assert all(count <= evening[key] for key, count in morning.items())
    assert seen(0) == {}


def test_an_open_day_is_the_utc_day_of_an_aware_time():
    paris = datetime(2026, 9, 25, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    cut = demo_facts(SEPTEMBER, "country", paris)
    assert cut.table.equals(demo_facts(SEPTEMBER, "country", paris.astimezone(UTC)).table)
    assert pc.max(cut.table["day"]).as_py() == date(2026, 9, 24)


# As a source


def source_at(now, **settings):
    return DemoSource(Settings(**settings), Effects(epoch=int(now.timestamp())))


def test_the_source_has_two_years_up_to_now_without_the_days_that_were_never_collected():
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    source = source_at(now)
    first, last = source.window([])
    assert (first, last) == (DAYS[0], TODAY)
    wanted = {first + timedelta(days=n): "country" for n in range((last - first).days + 1)}
    [(detail, facts)] = source.fetch_days(wanted)
    assert detail == "country"
    assert facts.days == DAYS
    assert facts.table.equals(demo_facts(DAYS, "country", now).table)
    assert source.metric == "play"
    assert source.fetch_assets({}) == demo_assets(now)


def test_each_asset_has_at_least_as_many_plays_in_its_life_as_day_by_day():
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    facts = demo_facts(DAYS, "media", now, show_unlisted=True).table.to_pandas()
    daily = facts[facts.dimension == "media"].groupby("value")["count"].sum()
    lifetimes = {asset.media_id: asset.lifetime for asset in source_at(now).fetch_assets({})}
    assert set(daily.index) == set(lifetimes)
    assert all(lifetimes[media_id] >= count for media_id, count in daily.items())
    assert sum(lifetimes.values()) > daily.sum()
    later = source_at(now + timedelta(days=1)).fetch_assets({})
    assert all(asset.lifetime >= lifetimes[asset.media_id] for asset in later)


def test_the_source_keeps_to_since_and_until_and_answers_each_detail_asked():
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    source = source_at(now, since=date(2026, 8, 1), until=date(2026, 8, 7))
    assert source.window([]) == (date(2026, 8, 1), date(2026, 8, 7))
    wanted = {date(2026, 8, 1): "full", date(2026, 8, 2): "country", date(2026, 8, 4): "country"}
    parts = {detail: facts.days for detail, facts in source.fetch_days(wanted)}
    assert parts == {"full": (date(2026, 8, 1),), "country": (date(2026, 8, 2),)}
    assert list(source.fetch_days({date(2026, 8, 4): "full"})) == []


# It looks like an account


def test_the_audience_grows(daily):
    assert 90 <= mean_of(daily, lambda day: day < DAYS[90]) <= 250
    assert mean_of(daily, lambda day: day >= DAYS[-90]) > 2 * mean_of(daily, lambda day: day < DAYS[90])
    assert min(daily.values()) >= 50
    assert max(daily.values()) <= 1500


def test_weekends_are_quieter_than_weekdays(daily):
    assert mean_of(daily, lambda day: day.weekday() >= 5) < 0.8 * mean_of(daily, lambda day: day.weekday() < 5)


@pytest.mark.parametrize("quiet, around", [("07-20", "06-01"), ("12-24", "12-01")])
def test_summer_and_christmas_are_quiet(quiet, around, daily):
    def fortnight(start):
        first = date.fromisoformat(f"2025-{start}")
        return mean_of(daily, lambda day: first <= day < first + timedelta(days=14))

    assert fortnight(quiet) < 0.85 * fortnight(around)


def test_a_live_stream_makes_a_week_of_spike(daily, rows):
    keynote = next(asset for asset in demo_assets(NOW) if asset.title == "Live: the autumn keynote")
    assert keynote.type == "live-stream"
    assert max(daily, key=daily.get) == date(2026, 9, 21)
    usual = mean_of(daily, lambda day: date(2026, 9, 7) <= day <= date(2026, 9, 11))
    assert daily[date(2026, 9, 21)] > 1.7 * usual
    assert daily[date(2026, 9, 25)] > 1.2 * usual
    assert mean_of(daily, lambda day: date(2026, 10, 5) <= day <= date(2026, 10, 9)) < 1.2 * usual
    plays = rows[(rows.day == date(2026, 9, 21)) & (rows.dimension == "media")].groupby("value")["count"].sum()
    assert plays.idxmax() == keynote.media_id


@pytest.mark.parametrize("today", TODAYS)
def test_some_130_countries_are_reached_and_one_or_two_only_just(today):
    days = demo_days(today)
    table = demo_facts(days, "country", at(today)).table
    first = {
        row["country"]: row["day_min"] for row in table.group_by("country").aggregate([("day", "min")]).to_pylist()
    }
    assert 120 <= len(set(first) - {UNKNOWN}) <= 140
    new = [code for code, day in first.items() if day > today - timedelta(days=42)]
    assert 1 <= len(new) <= 2


def test_every_country_is_a_code_of_iso_3166_or_kosovo_or_unknown(totals):
    known = {country.alpha_3 for country in pycountry.countries} | {"XKX", UNKNOWN}
    assert set(totals.country) <= known


def test_small_territories_are_there(totals):
    assert {"SGP", "MLT", "REU", "GUF", "LIE", "MUS", "XKX", "FRO", "AND"} <= set(totals.country)


def test_the_audience_is_that_of_a_french_company(totals):
    plays = totals[totals.country != UNKNOWN].groupby("country")["count"].sum().sort_values(ascending=False)
    assert plays.index[0] == "FRA"
    assert 0.2 < plays["FRA"] / plays.sum() < 0.4
    assert {"USA", "DEU", "GBR", "BRA", "IND", "JPN", "MAR", "CIV", "SEN", "DZA", "TUN"} <= set(plays.index[:20])


def test_a_little_is_unknown_and_its_odd_spellings_are_reported(two_years, totals):
    unknown = totals[totals.country == UNKNOWN]["count"].sum()
    assert 0.005 <= unknown / totals["count"].sum() <= 0.01
    assert "ZZ" in two_years.unmapped
    assert "" not in two_years.unmapped
    assert 0 < sum(two_years.unmapped.values()) < unknown


def test_a_few_refused_rows_belong_to_days_that_were_asked(two_years):
    assert 1 <= len(two_years.refused) <= 20
    assert {refused.day for refused in two_years.refused} <= set(DAYS)
    assert all(refused.reason and refused.count == 1 for refused in two_years.refused)


# The catalogue


def test_forty_assets_of_both_types_some_of_them_private():
    assets = demo_assets(NOW)
    assert len(assets) == 40
    assert len({asset.media_id for asset in assets}) == 40
    assert len({asset.title for asset in assets}) == 40
    assert {asset.type for asset in assets} == {"video", "live-stream"}
    assert all(asset.media_id.startswith("li" if asset.type == "live-stream" else "vi") for asset in assets)
    assert all(len(asset.media_id) == 24 and asset.media_id.isalnum() for asset in assets)
    assert 3 <= sum(not asset.public for asset in assets) <= 6
    assert all(asset.tags and datetime.fromisoformat(asset.published_at).tzinfo for asset in assets)


def test_assets_are_published_over_the_two_years():
    published = [datetime.fromisoformat(asset.published_at).date() for asset in demo_assets(NOW)]
    assert sum(day >= DAYS[0] for day in published) >= 20
    assert max(published) <= TODAY


def test_nothing_private_is_in_the_table(rows):
    private = [asset for asset in demo_assets(NOW) if not asset.public]
    text = "\n".join(rows.value.unique())
    assert not [asset for asset in private if asset.media_id in text or asset.title in text]
    public = {asset.media_id for asset in demo_assets(NOW) if asset.public}
    assert set(rows[rows.dimension == "media"].value) == public | {UNLISTED}


def test_no_asset_is_played_before_it_was_published(rows):
    first = rows[rows.dimension == "media"].groupby("value").day.min()
    for asset in demo_assets(NOW):
        if asset.public:
            assert first[asset.media_id].isoformat() >= asset.published_at[:10]


def test_a_course_is_watched_most_in_its_first_weeks(rows):
    launched = next(asset for asset in demo_assets(NOW) if asset.title == "Live streaming from a small room")
    plays = rows[rows.value == launched.media_id].groupby("day")["count"].sum()
    start = date(2026, 5, 12)
    assert (
        plays[plays.index < start + timedelta(days=7)].mean()
        > 2 * plays[plays.index > start + timedelta(days=60)].mean()
    )


@pytest.mark.parametrize(
    "title, most, countries",
    [
        ("Untertitel, die man gerne liest", "DEU", {"DEU", "AUT", "CHE", "LIE", "LUX"}),
        ("Câmera na mão: filme com o seu celular", "BRA", {"BRA", "PRT"}),
        ("スマホで撮る商品動画", "JPN", {"JPN", "TWN", "KOR"}),
    ],
)
def test_each_asset_has_its_own_countries(title, most, countries, rows):
    asset = next(asset for asset in demo_assets(NOW) if asset.title == title)
    plays = rows[rows.value == asset.media_id].groupby("country")["count"].sum()
    assert plays.idxmax() == most
    assert plays.reindex(sorted(countries)).sum() > 0.6 * plays.sum()


def test_referrers_are_hosts_of_an_invented_web(rows):
    hosts = set(rows[rows.dimension == "referrer"].value)
    assert len(hosts) >= 8
    assert all(host.endswith(".example") and "/" not in host for host in hosts)


def test_only_the_larger_countries_have_cities(rows):
    cities = rows[rows.dimension == "city"]
    assert cities.country.nunique() == 25
    assert cities[cities.country == "FRA"].groupby("value")["count"].sum().idxmax() == "Paris"
    assert cities.groupby("value").country.nunique().max() == 1


def test_os_and_browser_fit_the_device(rows):
    plays = rows.groupby(["dimension", "value"])["count"].sum()
    phones_and_tablets = plays["device"]["phone"] + plays["device"]["tablet"] + plays["device"]["tv"]
    assert plays["os"]["android"] + plays["os"]["ios"] == phones_and_tablets
    assert set(plays["device"].index) == {"computer", "phone", "tablet", "tv", "unknown"}

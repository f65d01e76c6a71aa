"""The server's clock decides which days are over, unless this machine's clock is more than a day from it."""

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest

from apivideo_geo.effects import Effects
from apivideo_geo.history.history import load_history
from tests.collect.test_believed import FIRST, NIGHT, YESTERDAY, Behind, truth
from tests.fakes.proxy import FaultyProxy
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.faults import DATES, Fault, Step, dated
from tests.history.branch.runs import at_night
from tests.product import Product

SINCE = YESTERDAY - timedelta(days=3)
TODAY = NIGHT.date()
EVERY = Step("every request", lambda method, target: True)
CLOCK = Step("the request for the clock", lambda method, target: target.endswith("/videos?currentPage=1&pageSize=1"))
IN_2035 = "Fri, 15 Jun 2035 12:00:00 GMT"


@pytest.fixture(scope="module")
def world():
    return World.make(4, 6000, 4, 1, FIRST, FIRST + timedelta(days=59), countries=30)


@pytest.fixture
def api(world):
    with StandIn(world, now=NIGHT) as api:
        yield api


def collect(product, api, local, **options):
    return product.run("collect", "--source", "data", "--since", SINCE, api=api, now=local, **options)


def entries(product):
    return load_history(product.folder / "history").entries


@pytest.mark.parametrize("ahead", [timedelta(hours=14), timedelta(days=2), timedelta(days=365), timedelta(days=-40)])
def test_a_clock_that_is_wrong_closes_no_day_and_is_reported(tmp_path, api, world, ahead):
    product = Product(tmp_path)
    output = collect(product, api, NIGHT + ahead).stdout
    side = "ahead of" if ahead > timedelta() else "behind"
    assert f"Warning: SOURCE_DATE_EPOCH is {abs(ahead)} {side} the clock of 127.0.0.1" in output
    assert max(entries(product)) == TODAY
    assert {day for day, entry in entries(product).items() if entry.open} == {TODAY}
    api.now = NIGHT + timedelta(days=1)
    output = collect(product, api, api.now).stdout
    assert "clock" not in output
    assert entries(product)[TODAY].count == truth(world, TODAY)


def test_clocks_that_differ_by_less_than_ten_minutes_agree(tmp_path, api):
    output = collect(Product(tmp_path), api, NIGHT + timedelta(minutes=9)).stdout
    assert "clock" not in output


def test_a_clock_that_is_minutes_ahead_does_not_close_the_day_before_its_end(tmp_path, api):
    product, almost = (
        Product(tmp_path),
        datetime.combine(TODAY, datetime.min.time(), NIGHT.tzinfo) - timedelta(minutes=5),
    )
    api.now = almost
    collect(product, api, almost + timedelta(minutes=8))
    assert entries(product)[YESTERDAY].open


@pytest.fixture
def machine(monkeypatch):
    """Set this machine's clock, for runs without SOURCE_DATE_EPOCH."""

    def set_clock(local):
        monkeypatch.setattr(Effects, "now", lambda self: local if self.epoch is None else fixed(self))

    fixed = Effects.now
    return set_clock


@pytest.mark.parametrize("fault", [fault for fault in DATES if fault.codes == (4,)], ids=lambda fault: fault.name)
def test_a_server_with_no_possible_time_changes_neither_history_nor_site(tmp_path, api, fault):
    product = Product(tmp_path)
    product.run("build", "--source", "data", "--since", SINCE, api=api, now=NIGHT)
    before = product.files("history", "site")
    api.now = NIGHT + timedelta(days=1)
    with FaultyProxy(api.url, fault, EVERY) as proxy:
        behind = Behind(proxy.url, api.api_key)
        done = product.run("build", "--source", "data", "--since", SINCE, api=behind, now=api.now, code=4)
    readable = fault.name in ("Date in 1970", "Date in 2150", "Date in 9999")
    assert f"127.0.0.1 {'says that it is' if readable else 'does not report what time it is'}" in done.stderr
    assert product.files("history", "site") == before
    collect(product, api, api.now)
    assert max(entries(product)) == TODAY + timedelta(days=1)


@pytest.mark.parametrize("wrong", [timedelta(days=3000), timedelta(days=2), timedelta(days=-2), timedelta(days=-2000)])
@pytest.mark.parametrize("side", ["server", "machine"])
def test_clocks_that_differ_by_more_than_a_day_change_neither_history_nor_site(tmp_path, api, machine, side, wrong):
    product = Product(tmp_path)
    product.run("build", "--source", "data", "--since", SINCE, api=api, now=NIGHT)
    before = product.files("history", "site")
    server, local = (NIGHT + wrong, NIGHT) if side == "server" else (NIGHT, NIGHT + wrong)
    api.now = server
    machine(local)
    done = product.run("build", "--source", "data", "--since", SINCE, api=api, code=4)
    assert f"127.0.0.1 says that it is {server:%Y-%m-%d %H:%M} UTC" in done.stderr
    assert f"this machine's clock says {local:%Y-%m-%d %H:%M} UTC" in done.stderr
    assert "If this machine's clock is wrong, set it." in done.stderr
    assert product.files("history", "site") == before


def test_clocks_that_differ_by_less_than_a_day_are_a_warning(tmp_path, api, machine):
    machine(NIGHT + timedelta(hours=23))
    output = collect(Product(tmp_path), api, None).stdout
    assert "Warning: This machine's clock is 23:00:00 ahead of the clock of 127.0.0.1" in output


@pytest.mark.parametrize("dates", [["{server}", "{wrong}"], ["{server}", "nonsense"]], ids=["2035", "nonsense"])
def test_of_two_dates_in_an_answer_the_first_counts(tmp_path, api, machine, dates):
    machine(NIGHT)
    product, server = Product(tmp_path), format_datetime(NIGHT, usegmt=True)
    sent = [text.format(server=server, wrong=IN_2035) for text in dates]
    with FaultyProxy(api.url, Fault("two dates", "sends two dates", dated(*sent)), EVERY) as proxy:
        collect(product, Behind(proxy.url, api.api_key), None)
        assert max(entries(product)) == TODAY
        proxy.fault = Fault("two dates", "sends two dates", dated(*reversed(sent)))
        before = product.files("history")
        collect(product, Behind(proxy.url, api.api_key), None, code=4)
    assert product.files("history") == before


def test_a_clock_of_the_server_that_jumps_during_a_run_makes_no_days(tmp_path, api, machine, world):
    machine(NIGHT)
    product, later = Product(tmp_path), next(fault for fault in DATES if fault.name == "another Date later")
    others = Step("all others", lambda method, target: not CLOCK.matches(method, target))
    with FaultyProxy(api.url, later, others) as proxy:
        collect(product, Behind(proxy.url, api.api_key), None)
        assert proxy.hits
    assert max(entries(product)) == TODAY
    assert entries(product)[YESTERDAY].count == truth(world)


def make_future(product, api, days):
    """Collect with a server whose clock is ahead, as a wrong clock of this machine did before."""
    api.now = NIGHT + timedelta(days=days)
    collect(product, api, api.now, APIVIDEO_GEO_SOURCE="data")
    api.now = NIGHT


@pytest.mark.parametrize("days", [2, 40])
def test_days_in_the_future_are_set_aside_named_and_collected_in_their_time(tmp_path, api, world, days):
    product = Product(tmp_path)
    make_future(product, api, days)
    future = {day for day in entries(product) if day > TODAY}
    assert max(future) == TODAY + timedelta(days=days)
    output = collect(product, api, NIGHT).stdout
    assert "the history had days in the future" in output
    aside = sorted(tmp_path.glob("history/**/*.future"))
    assert aside
    assert str(aside[0].relative_to(tmp_path)) in output
    assert max(entries(product)) == TODAY
    assert entries(product)[YESTERDAY].count == truth(world)
    output = collect(product, api, NIGHT + timedelta(hours=1)).stdout
    assert "the history had days" not in output
    api.now = at_night(TODAY + timedelta(days=3))
    collect(product, api, api.now)
    assert entries(product)[TODAY + timedelta(days=1)].count == truth(world, TODAY + timedelta(days=1))


def test_a_day_that_a_wrong_clock_closed_too_early_is_collected_again(tmp_path, api, world):
    product = Product(tmp_path)
    collect(product, api, NIGHT)
    ledger = tmp_path / "history/ledger.jsonl"
    close_early(tmp_path / "history", TODAY)
    assert not entries(product)[TODAY].open
    collect(product, api, NIGHT + timedelta(hours=7))
    assert entries(product)[TODAY].open
    api.now = NIGHT + timedelta(days=1)
    collect(product, api, api.now)
    assert entries(product)[TODAY].count == truth(world, TODAY)
    assert ledger.is_file()


def close_early(folder, day):
    """Store an open day as if it were over, as a clock that is two days ahead did."""
    from dataclasses import replace

    from apivideo_geo.history.history import open_history

    with open_history(folder) as history:
        line = replace(history.entries[day], open=False, last=NIGHT + timedelta(days=2))
        history.put({day: history.rows_of(day)}, {day: line}, NIGHT)
        history.save_ledger()


def test_a_run_by_date_of_a_source_without_a_server_keeps_this_machines_clock(tmp_path):
    product = Product(tmp_path)
    (tmp_path / "s.csv").write_text("sessionID,loadedAt,country\na,2026-11-08T10:00:00Z,France\n")
    product.run("collect", "--sessions", "s.csv", now=NIGHT)
    assert list(entries(product)) == [date(2026, 11, 8)]


def test_session_files_with_days_in_the_future_only_say_so_with_both_dates(tmp_path):
    product = Product(tmp_path)
    (tmp_path / "s.csv").write_text("sessionID,loadedAt,country\na,2027-01-08T10:00:00Z,France\n")
    done = product.run("build", "--sessions", "s.csv", now=NIGHT, code=5)
    assert "s.csv: every session in it is in the future, the first on 2027-01-08; today is 2026-11-11" in done.stderr
    assert not entries(product)


@pytest.mark.parametrize("source", ["sessions", "counts"])
def test_files_with_some_days_in_the_future_name_one_and_today(tmp_path, source):
    product = Product(tmp_path)
    header, rows = ("sessionID,loadedAt,country", "{n},{day}T10:00:00Z,France")
    if source == "counts":
        header, rows = "day,country,count", "{day},France,{n}"
    days = ("2026-11-08", "2026-11-09", "2027-01-08")
    lines = [rows.format(n=n, day=day) for n, day in enumerate(days, 1)]
    (tmp_path / "f.csv").write_text("\n".join([header, *lines, ""]))
    done = product.run("build", f"--{source}", "f.csv", now=NIGHT, code=5)
    assert "in the future: 1); for example 2027-01-08" in done.stderr
    assert "today is 2026-11-11 (UTC): correct the days in the files, or set this machine's clock" in done.stderr


def test_a_site_is_not_built_from_days_in_the_future_by_this_machines_clock(tmp_path, machine):
    product = Product(tmp_path)
    (tmp_path / "s.csv").write_text("sessionID,loadedAt,country\na,2026-11-08T10:00:00Z,France\n")
    (tmp_path / "typo.csv").write_text("sessionID,loadedAt,country\na,2035-11-08T10:00:00Z,France\n")
    machine(datetime(2040, 1, 1, tzinfo=UTC))
    product.run("collect", "--sessions", "typo.csv")
    machine(NIGHT)
    for command in (["build", "--sessions", "s.csv"], ["render"]):
        done = product.run(*command, code=5)
        assert "has days in the future: 1 day (2035-11-08); today is 2026-11-11 (UTC)" in done.stderr
        assert "remove them with forget" in done.stderr
    product.run("forget", "2035-11-08")
    product.run("render")
    machine(datetime(2020, 1, 1, tzinfo=UTC))
    before = product.files("site", "history")
    assert "If this machine's clock is wrong, set it." in product.run("render", code=5).stderr
    assert product.files("site", "history") == before


def test_a_demo_of_a_wrong_clock_is_replaced_by_that_of_today(tmp_path, machine):
    product = Product(tmp_path)
    machine(datetime(2030, 1, 1, tzinfo=UTC))
    product.run("demo", "--since", "2029-12-30")
    machine(NIGHT)
    assert "the history had days in the future" in product.run("demo", "--since", "2026-11-09").stdout
    assert product.summary()["period"]["to"] == "2026-11-11"


@pytest.mark.parametrize("year", [1970, 2017, 2101, 9999])
@pytest.mark.parametrize("command", [["demo"], ["collect", "--sessions", "s.csv"]], ids=lambda command: command[0])
def test_a_clock_in_a_year_that_cannot_be_stores_nothing(tmp_path, machine, command, year):
    product = Product(tmp_path)
    (tmp_path / "s.csv").write_text("sessionID,loadedAt,country\na,2016-11-08T10:00:00Z,France\n")
    machine(datetime(year, 1, 1, tzinfo=UTC))
    assert f"says that it is {year}-01-01 00:00 UTC" in product.run(*command, code=2).stderr
    assert not list(tmp_path.rglob("*.parquet"))


def test_source_date_epoch_in_a_year_that_cannot_be_is_named(tmp_path):
    done = Product(tmp_path).run("demo", code=2, SOURCE_DATE_EPOCH="0")
    assert "SOURCE_DATE_EPOCH says that it is 1970-01-01 00:00 UTC" in done.stderr

"""The public Python API gives the figures of the site, from a history, a site, session files and the demo."""

import re
import shutil
import threading
from datetime import UTC, date, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest

import apivideo_geo
from apivideo_geo.formulas import escape_formula
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.product import ROOT, Product

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SESSIONS = """sessionID,assetID,title,assetType,loadedAt,country,city,deviceType
a,vi1,=1+1,video,2026-10-01T10:00:00Z,Namibia,Windhoek,phone
b,vi1,=1+1,video,2026-10-01T11:00:00Z,France,Paris,desktop
c,vi2,Two,video,2026-10-03T23:30:00Z,France,Paris,phone
d,,,,2026-10-03T23:59:00Z,Atlantis,,phone
"""


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """A history and a site at full detail, and a second site of ten days."""
    product = Product(tmp_path_factory.mktemp("account"))
    world = World.make(6, 4000, 8, 2, date(2026, 10, 1), date(2026, 10, 30), countries=15)
    with StandIn(world) as api:
        product.run("--detail", "full", api=api, now=world.end)
        product.run("render", "--since", "2026-10-05", "--until", "2026-10-14", "--out", "part", api=api, now=world.end)
    return product


@pytest.fixture(scope="module")
def audience(account):
    return apivideo_geo.open(account.folder / "history")


@pytest.fixture
def sessions(tmp_path):
    path = tmp_path / "sessions.csv"
    path.write_text(SESSIONS)
    return path


def as_csv(frame):
    """The frame as the site writes it: the apostrophe before a title like =1+1 is only in the file."""
    if "title" in frame:
        frame = frame.assign(title=frame["title"].map(escape_formula, na_action="ignore"))
    return frame.to_csv(index=False, date_format="%Y-%m-%d").encode()


def test_choro_written_as_csv_has_the_bytes_of_the_published_file(account, audience):
    published = (account.folder / "site/data/choro.csv").read_bytes()
    assert audience.choro().to_csv(index=False).encode() == published
    assert apivideo_geo.open(account.folder / "site").choro().to_csv(index=False).encode() == published


@pytest.mark.parametrize("name", ["countries", "groups", "timeseries", "videos"])
def test_every_frame_is_the_published_table(account, audience, name):
    published = (account.folder / f"site/data/{name}.csv").read_bytes()
    assert as_csv(getattr(audience, name)()) == published
    assert as_csv(getattr(apivideo_geo.open(account.folder / "site"), name)()) == published


def test_a_period_gives_the_figures_of_a_site_built_for_that_period(account, audience):
    part = audience.countries(since="2026-10-05", until=date(2026, 10, 14))
    assert as_csv(part) == (account.folder / "part/data/countries.csv").read_bytes()
    assert audience.daily(since="2026-10-05", until="2026-10-14")["count"].sum() == account.summary("part")["total"]


def test_totals_equal_the_summary_for_every_kind_of_place(account, audience, sessions):
    total = account.summary()["total"]
    site = apivideo_geo.open(account.folder / "site")
    for one in (audience, site):
        assert one.choro()["Count"].sum() == one.daily()["count"].sum() == total
        assert one.breakdown("media")["count"].sum() == total
    assert apivideo_geo.open(sessions).choro()["Count"].sum() == 4


def test_a_country_and_a_video_narrow_every_frame(audience):
    video = audience.videos()["media_id"][0]
    assert audience.countries(media=video)["count"].sum() == audience.videos()["count"][0]
    assert list(audience.countries(country="FRA")["iso_a3"]) == ["FRA"]
    assert audience.daily(country="FRA")["count"].sum() == audience.countries(country="FRA")["count"][0]
    both = audience.daily(country="FRA", media=video)["count"].sum()
    watched = audience.videos(country="FRA").set_index("media_id")["count"]
    assert both == watched[video]
    assert audience.breakdown("device", country="FRA")["count"].sum() <= watched.sum()
    assert set(audience.facts(media=video)["dimension"].to_pylist()) == {"media"}


def test_types_are_nullable_and_namibia_is_not_a_missing_value(sessions):
    audience = apivideo_geo.open(sessions)
    countries, daily = audience.countries(), audience.daily()
    assert countries.loc[countries["iso_a3"] == "NAM", "iso_a2"].item() == "NA"
    assert {str(kind) for kind in countries.dtypes} == {"string", "Int64", "Float64", "datetime64[s]"}
    assert str(daily["count"].dtype) == "Int64"
    assert daily["count"].tolist() == [2, 0, 2]
    assert audience.choro().iloc[-1].tolist() == ["---", 1]


def test_a_day_that_was_never_collected_has_no_count(tmp_path, account):
    product = Product(tmp_path)
    world = World.make(6, 400, 3, 1, date(2026, 10, 1), date(2026, 10, 6), countries=5)
    with StandIn(world) as api:
        for day in ("2026-10-01", "2026-10-04"):
            product.run("collect", "--since", day, "--until", day, api=api, now=world.end)
    daily = apivideo_geo.open(tmp_path / "history").daily()
    assert daily["count"].isna().tolist() == [False, True, True, False]
    assert daily["state"].tolist() == ["closed", "missing", "missing", "closed"]


def test_session_files_show_their_own_titles_devices_and_cities(sessions):
    audience = apivideo_geo.open([sessions], min_count=1)
    assert audience.videos()["title"].tolist()[:2] == ["=1+1", "Two"]
    assert audience.breakdown("device")["count"].tolist() == [3, 1]
    cities = audience.cities()
    assert cities["count"].dtype == "Int64"


def test_ibis_answers_sql(audience):
    rows = audience.ibis().alias("facts").sql("select sum(count) as n from facts where dimension = 'total'")
    assert int(rows.to_pandas()["n"][0]) == audience.choro()["Count"].sum()


def test_two_audiences_can_be_open_at_the_same_time(audience, sessions):
    other = apivideo_geo.open(sessions)
    before = audience.choro()
    assert other.choro()["Count"].sum() == 4
    assert audience.choro().equals(before)


def test_a_published_site_is_read_by_its_address(account):
    handler = partial(QuietHandler, directory=str(account.folder / "site"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        audience = apivideo_geo.open(f"{address}/index.html?period=30d")
        assert audience.choro().to_csv(index=False).encode() == (account.folder / "site/data/choro.csv").read_bytes()
        with pytest.raises(apivideo_geo.ApivideoGeoError, match=r"is not an apivideo-geo site: there is no data/"):
            apivideo_geo.open(f"{address}/country/")
    finally:
        server.shutdown()
        server.server_close()
    with pytest.raises(apivideo_geo.ApivideoGeoError, match="cannot be reached"):
        apivideo_geo.open(address)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda a: a.choro(since="soon"), "'soon' is not a day"),
        (lambda a: a.choro(country="France"), "'France' is not a country code"),
        (lambda a: a.choro(since="2031-01-01"), "No day was collected since 2031-01-01"),
        (lambda a: a.breakdown("colour"), "There is no breakdown 'colour'"),
        (lambda a: a.cities(media="vi1"), "not stored by video"),
        (lambda a: a.map(palette="pink"), "There is no palette 'pink'"),
        (lambda a: a.map(measure="change"), "There is no measure 'change'"),
        (lambda a: a.map(classes="6"), "classes must be a number from 3 to 9, not '6'"),
        (lambda a: a.choro(media=7), "media= must be a text, not 7"),
        (lambda a: a.videos(media="vi-nobody"), "No video or live stream 'vi-nobody'"),
        (lambda a: a.daily(media="vi-nobody"), "No video or live stream 'vi-nobody'"),
        (lambda a: a.picture(palette="pink"), "There is no palette 'pink'"),
        (lambda a: a.picture(theme="sepia"), "There is no theme 'sepia'"),
    ],
)
def test_a_wrong_question_is_answered_with_one_clear_sentence(audience, ask, words):
    with pytest.raises(apivideo_geo.ApivideoGeoError, match=words):
        ask(audience)


@pytest.mark.parametrize("place", ["nowhere", "empty", "notes.txt"])
def test_a_wrong_place_is_answered_with_one_clear_sentence(tmp_path, place, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(apivideo_geo.ApivideoGeoError, match=place):
        apivideo_geo.open(place)


@pytest.mark.parametrize("place", [None, "", [], 3])
def test_a_place_of_another_type_is_answered_with_one_clear_sentence(place):
    with pytest.raises(apivideo_geo.ApivideoGeoError, match="is not a place; give a history folder"):
        apivideo_geo.open(place)


@pytest.mark.parametrize(
    "path", ["manifest.json", "data/facts.parquet", "data/timeseries.csv", "data/videos.csv", "data/monthly.csv"]
)
def test_a_host_that_answers_a_missing_file_with_its_front_page_is_not_taken_for_a_site(account, tmp_path, path):
    site = shutil.copytree(account.folder / "site", tmp_path / "site")
    (site / path).write_bytes((site / "index.html").read_bytes())
    with pytest.raises(apivideo_geo.ApivideoGeoError, match="the files are not those of an apivideo-geo site"):
        apivideo_geo.open(site)


def test_a_password_or_signature_in_an_address_is_not_in_the_message():
    with pytest.raises(apivideo_geo.ApivideoGeoError, match=r"http://127\.0\.0\.1:9/map/data/") as caught:
        apivideo_geo.open("http://me:pa55word@127.0.0.1:9/map/?signature=5ecret")
    assert "pa55word" not in str(caught.value)
    assert "5ecret" not in str(caught.value)


def test_a_published_demo_is_still_called_a_demo(built_demo):
    site = apivideo_geo.open(built_demo.folder / "site")
    assert site.demo
    assert "invented audience" in site.picture()


def test_every_example_of_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    names = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(block, names)
    assert "no-such-folder does not exist" in capsys.readouterr().out
    assert (tmp_path / "map.html").stat().st_size > 300_000
    assert isinstance(names["both"], pd.DataFrame)


def test_the_public_names_are_few_and_documented():
    assert apivideo_geo.__all__ == ["ApivideoGeoError", "Audience", "demo", "open", "to_map"]
    page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    for name in ("choro", "countries", "daily", "timeseries", "videos", "cities", "breakdown", "facts", "ibis", "map"):
        assert getattr(apivideo_geo.Audience, name).__doc__
        assert f"`{name}(" in page or f".{name}(" in page


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Print nothing."""


def test_a_day_on_which_videos_were_not_collected_is_missing_for_a_video_and_in_no_share(tmp_path):
    early, late = tmp_path / "early.csv", tmp_path / "late.csv"
    early.write_text(SESSIONS)
    late.write_text(SESSIONS.replace("2026-10", "2026-11").replace("\na,", "\ne,").replace("\nb,", "\nf,"))
    product = Product(tmp_path)
    product.run("collect", "--sessions", early, "--detail", "country", now=NOW)
    product.run("collect", "--sessions", late, "--detail", "full", now=NOW)
    audience = apivideo_geo.open(tmp_path / "history")
    daily = audience.daily(media="unlisted")
    counts = dict(zip(daily["day"].dt.strftime("%m-%d"), daily["count"], strict=True))
    assert "10-01" not in counts, "the frame begins with the first day that is known"
    assert counts["10-03"] is pd.NA
    assert counts["10-02"] == 0, "nobody watched: a zero that is known"
    assert counts["11-01"] == 2
    devices = audience.breakdown("device").set_index("value")
    assert devices.loc["computer", "count"] == 1
    assert devices["share"].sum() == pytest.approx(1)

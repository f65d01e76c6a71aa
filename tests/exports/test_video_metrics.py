"""Further metrics by video: on the page of a video, in its preview picture, in a file; never those of a private one."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from apivideo_geo.facts import facts_table
from apivideo_geo.history.history import Fetched, load_history, open_history
from apivideo_geo.model import Asset, Facts
from apivideo_geo.open_place import open_history as open_audience
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.cards import make_cards
from apivideo_geo.render.theme.theme import Theme
from apivideo_geo.settings import Settings
from tests.product import Product

NOW = datetime(2026, 11, 10, tzinfo=UTC)
DAYS = [date(2026, 11, day) for day in range(1, 5)]
SHOWN, PRIVATE = "viSHOWN", "viPRIVATE"
BY_DAY = {
    # The impressions of the third day were collected by country only.
    "play": {SHOWN: [30, 40, 50, 60], PRIVATE: [7, 7, 7, 7]},
    "impression": {SHOWN: [100, 80, 0, 120], PRIVATE: [9, 9, 0, 9]},
    "viewer": {SHOWN: [20, 30, 30, 40], PRIVATE: [5, 5, 5, 5]},
}


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    made = Product(tmp_path_factory.mktemp("videos"))
    for metric, videos in BY_DAY.items():
        rows = []
        for index, day in enumerate(DAYS):
            by_video = {media_id: counts[index] for media_id, counts in videos.items() if counts[index]}
            rows += [(day, metric, "FRA", "media", media_id, count) for media_id, count in by_video.items()]
            rows.append((day, metric, "FRA", "total", "", sum(by_video.values()) or 444))
        with open_history(made.folder / "history") as history:
            history.save_assets([Asset(SHOWN, "video", "A film", True)])
            facts = Facts(tuple(DAYS), facts_table(rows))
            history.of(metric).save(facts, Fetched(metric, "data", "media", NOW))
    made.run("render", now=NOW, APIVIDEO_GEO_SITE_URL="https://acme.example/")
    return made


def details(folder: Path, **options):
    audience = open_audience(load_history(folder), Settings.model_construct(**options), NOW)
    summary = audience.summary()
    return summary, audience.details(summary)


def test_the_page_of_a_video_has_the_figures_of_all_metrics(product):
    page = (product.folder / f"site/video/{SHOWN}.html").read_text()
    lines = re.findall(
        r'<tr data-line="[^"]*"><th scope="row">([^<]+?) ?(?:<span>[^<]*</span>)?</th><td class="num">([^<]+)</td>',
        page,
    )
    figures = dict(lines)
    assert figures["Impressions"] == "300"
    assert figures["Viewers a day"] == "30.0"
    # Not 180 ÷ 300: on the third day only the plays are known by video.
    assert figures["Play rate"] == f"{100 * 130 / 300:.1f}%"
    assert "From impressions to plays to the end" in page


def test_the_file_has_each_metric_of_each_public_video(product):
    with (product.folder / "site/data/video_metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["media_id"], row["metric"], row["count"], row["mean_per_day"], row["days"]) for row in rows] == [
        (SHOWN, "impression", "300", "", "3"),
        (SHOWN, "viewer", "", "30.0", "4"),
    ]
    assert "video_metrics.csv" in (product.folder / "site/data.html").read_text()


def test_a_preview_picture_has_the_ratios_and_other_metrics(product):
    cards = make_cards(Context(*_swapped(details(product.folder / "history"))))
    assert cards["country/FRA.html"].more.startswith("Play rate: ")
    assert cards[f"video/{SHOWN}.html"].more == "Play rate: 43.3% · Plays per viewer: 1.50 · Impressions: 300"


def _swapped(made):
    summary, found = made
    return summary, Theme("Acme", site_url="https://acme.example/"), found


def test_no_other_metric_of_a_private_video_leaves_and_none_of_any_where_videos_are_withheld(product):
    for name, content in product.files("site").items():
        assert PRIVATE.encode() not in content, name
    _, found = details(product.folder / "history", withhold_media=True)
    assert found.by_media == {}

"""Notes, publications and collections in whole builds: what is marked, named and added up, and what must not be."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from hashlib import sha256
from xml.etree import ElementTree

import pytest

from apivideo_geo.days import days_between
from apivideo_geo.facts import facts_table
from apivideo_geo.history.history import Fetched, open_history
from apivideo_geo.model import UNLISTED, Asset, Facts
from tests.product import Product

FIRST, LAST = date(2026, 7, 1), date(2026, 10, 10)
NOW = datetime(2026, 10, 11, 9, tzinfo=UTC)
HOSTILE = '</script><b onclick="x()">Festival & "more"'
NOTES = f"2026-09-20={HOSTILE}; 2026-09-20=Second note; 2025-01-01=Too early; 2026-07-05=Start"
TAGS = "course; lumière; Course; nowhere"
PEAKS = {
    date(2026, 9, 20): ("viA", 400), date(2026, 9, 26): ("viB", 800), date(2026, 10, 2): (UNLISTED, 1600),
}  # fmt: skip
"""Each is a record, and mostly of one video; the second has no note, the third is of videos that are not public."""


def asset(name, tags=(), published="", public=True):
    return Asset(f"vi{name}", "video", f"Film {name}", public, tags, published)


ASSETS = (
    asset("A", ("course", "secret-tag"), "2026-08-20T10:00:00+00:00"),
    asset("B", ("course", "lumière"), "2026-08-20T23:30:00-02:00"),
    asset("C", (), "2026-08-21T05:00:00+00:00"),
    asset("D", ("Course",), "2026-08-22T05:00:00+00:00"),
)


def rows():
    """Every day 10 plays of A and 10 of B in France, 2 of D in Peru, and 5 of videos that are not public in France."""
    for day in days_between(FIRST, LAST):
        counts = {"viA": 10, "viB": 10, "viD": 2, UNLISTED: 5}
        if day in PEAKS:
            counts[PEAKS[day][0]] += PEAKS[day][1]
        for media_id, count in counts.items():
            yield day, "play", "PER" if media_id == "viD" else "FRA", "media", media_id, count
        yield day, "play", "FRA", "total", "", sum(counts.values()) - counts["viD"]
        yield day, "play", "PER", "total", "", counts["viD"]


def save(product, assets):
    with open_history(product.folder / "history") as history:
        history.save_assets(assets)
        days = tuple(days_between(FIRST, LAST))
        history.save(Facts(days, facts_table(rows())), Fetched("play", "data", "full", NOW))


def render(product, out, **more):
    settings = {"APIVIDEO_GEO_NOTES": NOTES, "APIVIDEO_GEO_COLLECTIONS": TAGS, **more}
    return product.run("render", "--out", out, now=NOW, **settings)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A site with everything, and ``later`` the same after Film A became private."""
    product = Product(tmp_path_factory.mktemp("notes"))
    save(product, ASSETS)
    product.done = render(product, "site")
    with open_history(product.folder / "history") as history:
        history.save_assets(ASSETS[1:])
    render(product, "later")
    return product


def read(product, name):
    return (product.folder / name).read_text(encoding="utf-8")


def entries(product, site="site"):
    """Id without its beginning → title, of the entries of the feed."""
    name = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring(read(product, f"{site}/feed.xml"))
    return {
        one.findtext(f"{name}id").split(":", 2)[2].lstrip(":"): one.findtext(f"{name}title")
        for one in feed.iter(f"{name}entry")
    }


def places(page, kind):
    """Indexes of the days that have a mark of ``kind``, as they are drawn."""
    path = re.search(rf'<path class="{kind}" d="M(\d+) 6h0((?:m\d+ 0h0)*)"[^>]*/>', page)
    found = [int(path[1])] if path else []
    for step in re.findall(r"m(\d+)", path[2] if path else ""):
        found.append(found[-1] + int(step))
    return [days_between(FIRST, LAST)[index] for index in found]


def test_notes_and_publications_are_marked_on_the_curves_of_all_pages_that_they_belong_to(built):
    noted = [date(2026, 7, 5), date(2026, 9, 20)]
    published = [date(2026, 8, 20), date(2026, 8, 21), date(2026, 8, 22)]  # 23:30 at -02:00 is the next UTC day
    for name in ("index.html", "country/FRA.html"):
        page = read(built, f"site/{name}")
        assert (places(page, "noted"), places(page, "published")) == (noted, published)
    videos = [path.read_text(encoding="utf-8") for path in (built.folder / "site/video").iterdir()]
    video = next(page for page in videos if '<h1 class="titled">Film B</h1>' in page)
    assert (places(video, "noted"), places(video, "published")) == (noted, published[1:2])
    course = read(built, "site/collection/course.html")
    assert places(course, "published") == published[:2]
    month = read(built, "site/2026-08/index.html")
    assert "Published: Film A" in month
    assert "Second note" not in month


def test_each_mark_is_text_under_the_curve_and_in_its_text_alternative(built):
    assert "Marked and listed below: 3 notes, 4 publications." in read(built, "site/country/FRA.html")
    page = read(built, "site/collection/course.html")
    listed = re.findall(r'<li class="(\w+)"><time datetime="([\d-]+)">[^<]*</time> <a href="([^"]*)">([^<]*)</a>', page)
    assert [one[1] for one in listed] == sorted((one[1] for one in listed), reverse=True)
    assert [one[1::2] for one in listed if one[0] == "published"] == [
        ("2026-08-21", "Published: Film B"), ("2026-08-20", "Published: Film A"),
    ]  # fmt: skip
    assert ("note", "2026-09-20", "../index.html?period=2026-09-20..2026-09-20", "Note: Second note") in listed
    everything = next(text.decode() for name, text in built.files("site").items() if "assets/events." in name)
    rows = json.loads(everything.partition("=")[2].rstrip(";\n"))
    assert ["2026-08-21", "21 August 2026", "2 videos published", "videos.html", "published"] in rows
    assert len(rows) == 6


def test_a_note_is_text_wherever_it_is_shown(built):
    for name, content in built.files("site").items():
        if name.endswith((".html", ".xml")):
            assert "<b onclick" not in content.decode(), name
    assert f"Note: {HOSTILE}" in entries(built).values()


def test_ids_in_the_feed_are_those_of_the_note_itself_and_stay(built):
    found = {one: title for one, title in entries(built).items() if one.startswith("note/")}
    assert sorted(found.values()) == sorted([f"Note: {HOSTILE}", "Note: Second note", "Note: Start"])
    render(built, "fewer", APIVIDEO_GEO_NOTES="2026-09-20=Second note")
    assert {one for one in entries(built, "fewer") if one.startswith("note/")} < set(found)
    assert all(re.fullmatch(r"note/2026-\d\d-\d\d/[0-9a-f]{8}", one) for one in found)


def test_a_record_names_its_note_or_the_public_video_that_made_most_of_it(built):
    found = entries(built)
    assert found["best-day/2026-09-20"].endswith(" Note: Second note")
    assert found["best-day/2026-09-26"].endswith(" of them: Film B.")
    assert found["best-day/2026-10-02"].endswith("plays on 2 October 2026.")
    assert "unlisted" not in str(found)


def test_a_month_and_the_country_that_grew_most_name_the_public_video_that_made_most_of_the_rise(built):
    render(built, "few", APIVIDEO_GEO_NOTES="2026-10-05=Later")
    found = entries(built, "few")
    assert found["month/2026-09"].endswith(" The video that made most of the rise: Film B.")
    assert found["up/2026-09"].startswith("France grew most")
    assert found["up/2026-09"].endswith(" The video that made most of the rise: Film B.")
    noted = entries(built, "later")  # with a note in September
    assert "most of the rise" not in noted["month/2026-09"] + noted["up/2026-09"]


def test_a_collection_is_the_sum_over_its_public_videos(built):
    table = list(csv.DictReader(io.StringIO(read(built, "site/data/collections.csv"))))
    media = [row for row in rows() if row[3] == "media"]
    expected = {
        (tag, country): str(sum(row[5] for row in media if row[4] in ids and row[2] == country))
        for tag, country, ids in (
            ("course", "FRA", ("viA", "viB")), ("lumière", "FRA", ("viB",)), ("Course", "PER", ("viD",)),
        )
    }  # fmt: skip
    assert {(row["collection"], row["iso_a3"]): row["count"] for row in table} == expected
    page = read(built, "site/collection/course.html")
    assert f'<data id="count" value="{expected["course", "FRA"]}">' in page
    assert re.findall(r"<th scope=\"row\"><a href=\"[^\"]*\">(Film \w)</a>", page) == ["Film B", "Film A"]
    assert "must not be added up" in page
    videos = read(built, "site/videos.html")
    assert re.findall(r'data-in="([^"]*)"', videos) == [
        "course lumiere",
        "course",
        f"course-{sha256(b'Course').hexdigest()[:8]}",
    ]
    assert not any("secret-tag" in text.decode(errors="ignore") for text in built.files("site").values())


def test_what_is_not_public_is_neither_marked_nor_in_a_collection_even_if_it_is_shown(built):
    with open_history(built.folder / "history") as history:
        hidden = asset("Hidden", ("course",), "2026-08-25T10:00:00+00:00", public=False)
        history.save_assets([*ASSETS[1:], hidden], unlisted=True)
    render(built, "shown", APIVIDEO_GEO_SHOW_UNLISTED="true", APIVIDEO_GEO_HISTORY_PRIVATE="true")
    assert "Film Hidden" in read(built, "shown/videos.html")
    assert "Film Hidden" not in read(built, "shown/collection/course.html") + read(built, "shown/feed.xml")
    assert date(2026, 8, 25) not in places(read(built, "shown/index.html"), "published")


def test_a_note_outside_the_period_and_a_tag_that_no_video_has_are_warnings(built):
    said = built.done.stdout + built.done.stderr
    warning = "are not shown, because they are not in the period of the site"
    assert f"the notes of 1 day (2025-01-01) {warning}" in said
    settings = {"APIVIDEO_GEO_SINCE": "2026-09-01", "APIVIDEO_GEO_NOTES": "2026-09-20=In; 2026-07-05=Before"}
    assert f"the notes of 1 day (2026-07-05) {warning}" in render(built, "since", **settings).stdout
    assert "Before" not in read(built, "since/changes.html")
    tags = "'Course', 'course', 'lumière', 'secret-tag'"
    assert f"no public video has the tag 'nowhere', so it has no collection; public videos have {tags}" in said


def test_a_tag_that_is_nearly_that_of_a_public_video_is_a_warning_with_the_right_one(built):
    for wrong, right in (("course-1", "course"), ("LUMIÈRE", "lumière")):
        said = render(built, "near", APIVIDEO_GEO_COLLECTIONS=wrong).stdout
        assert f"no public video has the tag {wrong!r}" in said
        assert f"did you mean {right!r}? Capital letters matter" in said.replace("'Course'", "'course'")


def test_a_video_that_becomes_private_leaves_the_collection_the_curves_and_the_records(built):
    table = csv.DictReader(io.StringIO(read(built, "later/data/collections.csv")))
    sums = {(row["collection"], row["iso_a3"]): row["count"] for row in table}
    assert sums["course", "FRA"] == sums["lumière", "FRA"]
    for name, content in built.files("later").items():
        assert b"Film A" not in content, name
        assert b"viA" not in content or name.endswith((".png", ".parquet")), name
    assert places(read(built, "later/index.html"), "published")[0] == date(2026, 8, 21)


def test_with_withheld_videos_no_record_names_one_and_a_collection_adds_up_what_is_published(built):
    render(built, "withheld", APIVIDEO_GEO_WITHHOLD_MEDIA="true", APIVIDEO_GEO_HISTORY_PRIVATE="true")
    assert not any("of them:" in title for title in entries(built, "withheld").values())
    shown = [row for row in csv.DictReader(io.StringIO(read(built, "withheld/data/monthly.csv"))) if row["value"]]
    sums = csv.DictReader(io.StringIO(read(built, "withheld/data/collections.csv")))
    found = {(row["collection"], row["iso_a3"]): int(row["count"]) for row in sums}
    assert found["lumière", "FRA"] == sum(
        int(row["count"]) for row in shown if (row["dimension"], row["iso_a3"], row["value"]) == ("media", "FRA", "viB")
    )
    assert not re.search(r'class="curve"', read(built, "withheld/collection/lumiere.html"))

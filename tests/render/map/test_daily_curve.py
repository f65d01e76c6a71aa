from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date

from apivideo_geo.render.map.daily_curve import HEIGHT, Frame, render_timeline
from apivideo_geo.render.text.formats import Formats
from tests.render.samples import days

EN = Formats("en")


def paths(counts, kind, open_last=False):
    root = ET.fromstring(render_timeline(days(date(2026, 8, 1), counts, open_last), EN, "Plays a day"))
    return [element.get("d", "") for element in root.iter("path") if element.get("class") == kind]


def texts(daily, formats=EN):
    root = ET.fromstring(render_timeline(daily, formats, "Plays a day"))
    return {element.text: element.get("x") for element in root.iter("text")}


def test_a_day_not_collected_is_a_gap_not_a_zero():
    assert len(paths([4, 4, None, None, 4], "known")) == 2
    assert paths([4, 4, None, None, 4], "gap") == [f"M2 0h2V{HEIGHT}h-2z"]
    assert len(paths([4, 4, 0, 0, 4], "known")) == 1
    assert paths([4, 4, 0, 0, 4], "gap") == []


def test_the_open_day_stands_apart():
    assert paths([4, 2], "open", open_last=True) == [f"M1 {HEIGHT}L1 500L1.5 500 2 500V{HEIGHT}z"]
    assert len(paths([4, 2], "known", open_last=True)) == 1
    assert paths([4, 2], "open") == []


def test_the_best_day_reaches_the_top_and_zero_the_ground():
    (curve,) = paths([10, 0, 5], "known")
    assert re.findall(r"[\d.]+ \d+", curve) == [f"0 {HEIGHT}", "0 0", "0.5 0", f"1.5 {HEIGHT}", "2.5 500", "3 500"]


def test_a_single_day_between_gaps_can_be_seen():
    (curve,) = paths([None, 5, None], "known")
    assert "1 0" in curve
    assert "2 0" in curve


def test_lines_stand_at_round_counts():
    assert [text for text in texts(days(date(2026, 8, 1), [1524])) if text[0].isdigit() and "Aug" not in text] == [
        "500",
        "1,000",
        "1,500",
    ]


def test_months_stand_at_their_true_place():
    found = texts(days(date(2026, 5, 26), [1] * 180))
    assert [text for text in found if text != "1"] == [
        "26 May",
        "July",
        "August",
        "September",
        "October",
        "21 Nov",
    ]
    assert found["July"] == f"{100 * 36 / 180:.2f}%"
    assert found["October"] == f"{100 * 128 / 180:.2f}%"


def test_a_month_too_near_the_last_date_stays_unnamed():
    found = texts(days(date(2026, 5, 26), [1] * 165))
    assert "October" in found
    assert "November" not in found


def test_years_of_days_keep_few_labels_with_their_year():
    found = [text for text in texts(days(date(2024, 1, 1), [1] * 1000)) if "20" in text]
    assert found[0] == "Jan 2024"
    assert len(found) <= 8


def test_without_days_there_is_no_curve_and_days_without_counts_are_flat():
    assert render_timeline((), EN, "") == ""
    (curve,) = paths([0, 0], "known")
    assert curve == f"M0 {HEIGHT}L0 {HEIGHT}L0.5 {HEIGHT} 1.5 {HEIGHT} 2 {HEIGHT}V{HEIGHT}z"
    assert len(paths([None, None], "gap")) == 1


def test_a_curve_by_the_week_shows_means_and_ends_at_gaps():
    daily = days(date(2026, 1, 1), [7, 7, 7, 7, 7, 7, 14, None, 2, 4])
    drawn = Frame(daily, EN, step=7).render([day.count or 0 for day in daily], "words")
    paths = re.findall(r'<path class="(known|gap)" d="(.*?)"', drawn)
    assert [kind for kind, _ in paths] == ["known", "gap", "known"]
    assert paths[0][1] == "M0 1000L0 0L3.5 0 7 0V1000z"
    assert paths[2][1] == "M8 1000L8 625L9 625 10 625V1000z"


def test_a_curve_by_the_week_does_not_end_in_the_mean_of_a_weekend():
    week = [10, 10, 10, 10, 10, 3, 3]
    daily = days(date(2026, 8, 31), [*week * 9, 10, 10, *week[:5], 3, 3])  # 72 days, the last two are a weekend
    drawn = Frame(daily, EN, step=7).render([day.count or 0 for day in daily], "words")
    (curve,) = re.findall(r'<path class="known" d="(.*?)"', drawn)
    heights = [int(height) for height in re.findall(r"[\d.]+ (\d+)", curve)[3:]]
    assert set(heights[2:]) == {heights[2]}

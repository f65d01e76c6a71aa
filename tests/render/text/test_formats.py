from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from apivideo_geo.errors import UsageError
from apivideo_geo.render.text.formats import Formats

EN = Formats("en")
START = date(2026, 8, 3)


def run(*offsets):
    return [START + timedelta(offset) for offset in offsets]


def test_figures_follow_the_locale():
    assert (EN.number(93904), EN.number(0.3), EN.share(0.711)) == ("93,904", "0.3", "71.1%")
    assert Formats("de").number(93904) == "93.904"
    assert Formats("de").share(0.711) == "71,1\u00a0%"
    assert Formats("es").day(START) == "3 de agosto de 2026"
    assert Formats("es-MX").number(93904.5) == "93,904.5"
    assert Formats("de-CH").number(93904) == "93’904"


def test_a_locale_without_translations_has_english_numbers_and_dates_in_its_english_sentences():
    for locale in ("pt-BR", "ja", "ar"):
        formats = Formats(locale)
        assert (formats.number(93904.5), formats.share(0.711)) == ("93,904.5", "71.1%")
        assert formats.day(START) == "3 August 2026"
        assert formats.listed(["France", "Peru"]) == "France and Peru"
        assert (formats.lang, formats.spoken) == (locale, "en")
    assert (Formats("ar").dir, Formats("ja").dir) == ("rtl", "ltr")
    assert (Formats("es-MX").lang, Formats("es-MX").spoken) == ("es-MX", "")


def test_a_spanish_list_has_e_before_the_sound_of_i():
    spanish = Formats("es-MX")
    assert spanish.listed(["Francia", "Irán"]) == "Francia e Irán"
    assert spanish.listed(["Italia", "Yemen", "Honduras"]) == "Italia, Yemen y Honduras"


def test_a_share_that_is_not_nothing_never_reads_as_nothing():
    assert EN.share(0.0001) == "< 0.1%"
    assert EN.share(0) == "0.0%"


def test_a_rate_keeps_the_digits_that_matter():
    assert [EN.rate(rate) for rate in (1204.4, 33.44, 0.3, 0.0412, 0)] == ["1,204", "33.4", "0.3", "0.04", "0.0"]


def test_dates_are_world_english_unless_asked_otherwise():
    assert EN.day(START) == "3 August 2026"
    assert Formats("en_US").day(START) == "August 3, 2026"
    assert EN.moment(datetime(2026, 11, 22, 4, 12, tzinfo=UTC)) == "22 November 2026, 04:12 UTC"


def test_in_french_the_first_of_a_month_is_its_first():
    french = Formats("fr")
    first = date(2026, 8, 1)
    assert [french.day(first), french.short_day(first), french.day_of_year(first)] == [
        "1er août 2026",
        "1er août",
        "1er août",
    ]
    assert french.day(date(2026, 8, 11)) == "11 août 2026"
    assert french.days([first]) == "1er août"


def test_days_are_joined_to_ranges_and_the_rest_is_counted():
    assert EN.days(run(0, 1, 2, 3)) == "3–6 Aug"
    assert EN.days(run(0, 5)) == "3 Aug, 8 Aug"
    assert EN.days(run(0, 2, 4, 6, 7, 20)) == "3 Aug, 5 Aug, 7 Aug and 3 more"
    assert EN.days(run(0, 200)) == "3 Aug 2026, 19 Feb 2027"
    assert EN.days([]) == ""


@pytest.mark.parametrize("parts", [(1, 1, 1), (2, 1), (1, 1, 1, 1, 1, 1, 1), (3333, 3333, 3334), (1, 1999), (7, 0, 3)])
def test_the_shares_of_a_breakdown_add_up_to_a_hundred_and_none_is_off_by_a_tenth(parts):
    total = sum(parts)
    shares = EN.shares(parts, total)
    numbers = [0.0 if share.startswith("<") else float(share.removesuffix("%")) for share in shares]
    assert sum(numbers) == pytest.approx(100)
    assert all(abs(number - 100 * part / total) < 0.1 for number, part in zip(numbers, parts, strict=True))
    assert [part for part, share in zip(parts, shares, strict=True) if part and share == "0.0%"] == []


def test_months_are_named_as_the_files_have_them():
    months = [date(2026, 8, 1), date(2026, 9, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
    assert EN.months(months) == "Aug\u2009–\u2009Sept 2026, Nov 2026\u2009–\u2009Jan 2027"
    assert EN.months(months[:1]) == "Aug 2026"


def test_right_to_left_scripts_are_known():
    assert (Formats("ar").lang, EN.lang) == ("ar", "en")
    assert Formats("pt_BR").lang == "pt-BR"


def test_an_unknown_locale_is_refused_in_a_sentence():
    with pytest.raises(UsageError, match='no locale "klingon"'):
        Formats("klingon")


def test_a_time_has_at_most_two_units():
    times = (0, 42.4, 59.6, 65, 3599.7, 12_000, 3600, 359_999, 12_345_678)
    assert [EN.duration(seconds) for seconds in times] == [
        "0 s", "42 s", "1 min", "1 min 5 s", "1 h", "3 h 20 min", "1 h", "100 h", "3,429 h",
    ]  # fmt: skip
    assert Formats("fr").duration(12_000) == "3\u00a0h 20\u00a0min"


def test_a_ratio_is_a_percentage_a_time_or_a_number():
    assert [EN.ratio("play-rate", value) for value in (0, 0.71132, 1.032)] == ["0.0%", "71.1%", "103.2%"]
    assert EN.ratio("plays-per-viewer", 1.254) == "1.25"
    assert EN.ratio("time-per-play", 93.2) == "1 min 33 s"
    assert Formats("fr").ratio("completion", 0.5) == "50,0\u00a0%"


def test_the_change_of_a_rate_is_in_points():
    assert EN.ratio_change("play-rate", 0.50, 0.47) == "+3.0 points"
    assert EN.ratio_change("completion", 0.10, 0.47) == "−37.0 points"
    assert EN.ratio_change("play-rate", 0.5, 0.5001) == "0.0 points"
    assert EN.ratio_change("time-per-play", 40, 52) == "−12 s"
    assert EN.ratio_change("plays-per-viewer", 1.30, 1.25) == "+0.05"

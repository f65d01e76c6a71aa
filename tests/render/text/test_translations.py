"""The sentences of the site: all in the catalogue, all translated, none outside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from apivideo_geo.geo.countries import name_of
from apivideo_geo.model import METRICS, Comparison, Details, Side, Summary
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.scale import METHODS
from apivideo_geo.render.site import render_site
from apivideo_geo.render.text import translations
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage, wait_until
from tests.render import test_browser_metrics as others
from tests.render import test_browser_side_by_side as side_by_side
from tests.render.browsing import DESKTOP, build, chosen, live
from tests.render.samples import TEMPLATES, days, detailed, empty, small, summary, watched, with_months, write
from tools.messages import FOLDER, as_text, find_messages, load, untranslated, updated

LANGUAGES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
_VALUE = re.compile(r"%\(\w+\)s")
_PIECE = re.compile(r"(%\(\w+\)s|<[^>]+>)")

# The catalogues


def forms(message: Message) -> tuple[tuple[str, str], ...]:
    """Each translation with the sentence it is of."""
    if isinstance(message.id, str):
        return ((message.id, message.string),)
    return tuple((message.id[1], text) for text in message.string)


def test_german_spanish_and_french_are_there():
    assert {"de", "es", "fr"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_sentence_and_no_other(language):
    assert (FOLDER / language / "LC_MESSAGES/messages.po").read_bytes() == as_text(updated(language)), "make messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language):
    catalogue = load(language)
    assert [message.id for message in untranslated(catalogue)] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert not catalogue.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_values_and_tags_of_its_sentence(language):
    for message in load(language):
        for source, text in forms(message) if message.id else ():
            wanted, got = set(_PIECE.findall(source)), set(_PIECE.findall(text))
            spared = set() if isinstance(message.id, str) else {"%(count)s"}  # "one" may be a word
            assert wanted - spared <= got <= wanted | spared
            assert "%" not in _VALUE.sub("", text)


def test_french_has_its_spaces():
    for message in load("fr"):
        for _, text in forms(message) if message.id else ():
            assert not re.search(r"(?<![\u00a0\u202f])[;:!?»](?=\s|$|<)|«(?!\u00a0)|'", text), text


@pytest.mark.parametrize(("language", "marks"), [("de", "„“"), ("es", "«»")])
def test_german_and_spanish_have_their_quotation_marks_and_no_space_before_a_colon(language, marks):
    for message in load(language):
        for _, text in forms(message) if message.id else ():
            quotes = re.sub(r"[^\"„“”«»‘’']", "", re.sub(r"<[^>]+>", "", text))
            assert quotes == marks * (len(quotes) // 2), text
            assert not re.search(r"\s[;:!?.,]", text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_ends_with_a_short_month_and_so_with_two_full_stops(language):
    for message in load(language):
        assert not any("%(days)s." in text for _, text in forms(message) if message.id), message.id


def test_a_spanish_question_has_both_its_marks():
    for message in load("es"):
        for _, text in forms(message) if message.id else ():
            assert (text.count("¿"), text.count("¡")) == (text.count("?"), text.count("!")), text


ALSO_FRENCH = {"Kosovo", "Somaliland", "Tokelau", "Rang", "Total", "Zoom"}
"""Words that French shares with German or Spanish."""


@pytest.mark.parametrize("language", ["de", "es"])
def test_no_sentence_in_german_or_spanish_is_french(language):
    french = {message.id: message.string for message in load("fr")}
    same = {text for message in load(language) if message.id and (text := message.string) == french[message.id]}
    assert {str(text) for text in same if re.search(r"[^\W\d_]{4,}", _VALUE.sub("", str(text)))} <= ALSO_FRENCH


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_no_line_breaks_between_a_count_and_its_noun(language):
    plays = load(language)["%(count)s play"].string
    assert all(text.startswith("%(count)s\u00a0") for text in plays)


@pytest.mark.parametrize(
    ("locale", "counts"),
    [
        ("de", ["0\u00a0Wiedergaben", "1\u00a0Wiedergabe", "2\u00a0Wiedergaben", "93.904\u00a0Wiedergaben"]),
        ("es", ["0\u00a0reproducciones", "1\u00a0reproducción", "2\u00a0reproducciones", "93.904\u00a0reproducciones"]),
    ],
)
def test_german_and_spanish_have_a_plural_of_nothing(locale, counts):
    pair = ("%(count)s play", "%(count)s plays")
    assert [Formats(locale).say_many(*pair, count) for count in (0, 1, 2, 93904)] == counts


def test_a_count_has_its_plural_and_a_form_for_each_category_of_the_script():
    french = Formats("fr")
    pair = ("%(count)s play", "%(count)s plays")
    assert [french.say_many(*pair, count) for count in (0, 1, 2)] == [
        "0\u00a0lecture",
        "1\u00a0lecture",
        "2\u00a0lectures",
    ]
    assert translations.plural_forms(french.words, *pair) == {
        "many": "%(count)s\u00a0lectures",
        "one": "%(count)s\u00a0lecture",
        "other": "%(count)s\u00a0lectures",
    }
    assert translations.plural_forms(Formats("en").words, *pair) == {"one": pair[0], "other": pair[1]}


def test_names_that_run_the_other_way_are_kept_apart_in_a_sentence():
    said = Formats("ar").say("Watched in %(country)s", country="فرنسا")
    assert said == "Watched in \u2068فرنسا\u2069"
    assert Formats("fr").say("Watched in %(country)s", country="France").endswith("France")


# No sentence outside the catalogue: the site in Russian names and dates, every sentence in brackets

DATA = (
    *("Acme Academy", "UTC", "CSV", "JSON", "ISO_A3, Count", "pandas", "DuckDB", "D3", "apivideo-geo"),
    *("api.video", "Natural Earth", "GeoNames", "CIA World Factbook", "CC BY 4.0", "Unicode CLDR", "Leaflet", "folium"),
    *("Chrome", "plays-per-viewer", 'detail = "media"', *(f"System {number}" for number in range(9))),
)
"""What is no sentence: names and the title."""
SAID = ("aria-label", "aria-valuetext", "title", "alt", "placeholder", "content", "data-late", "data-old")
"""Attributes that are read."""


def bracketed(text: str) -> str:
    """The sentence with each of its own pieces in brackets, and its values outside."""
    return "".join(piece if not piece or _PIECE.fullmatch(piece) else f"⟦{piece}⟧" for piece in _PIECE.split(text))


def uncatalogued(text: str) -> str:
    """What of a text is neither in brackets nor data nor without a Latin letter."""
    rest = re.sub(r"⟦[^⟧]*⟧", " ", text)
    if not re.search(r"[A-Za-z]", rest):
        return ""
    for name in DATA:
        rest = rest.replace(name, " ")
    rest = re.sub(r"\([A-Z]{3}\)|\b[\w.]+\.(csv|html|json|parquet|svg|xml)\b", " ", rest)
    return " ".join(rest.split()) if re.search(r"[A-Za-z]", rest) else ""


CODE = ("script", "style", "pre", "code", "textarea", "id", "updated", "published")
"""Elements with what is written for a program, in pages and the feed."""


class Texts(HTMLParser):
    """Every text and every attribute of a page that is read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._silent = self._silent or (tag if tag in CODE else "")
        machine = tag == "meta" and dict(attrs).get("name") not in ("description",)
        self.texts += [value for name, value in attrs if name in SAID and value and not machine]

    def handle_endtag(self, tag):
        self._silent = "" if tag == self._silent else self._silent

    def handle_data(self, data):
        if not self._silent:
            self.texts.append(data)


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory) -> Iterator[str]:
    """The locale whose catalogue has every sentence in brackets."""
    folder = tmp_path_factory.mktemp("locale")
    catalogue = Catalog(locale="ru", fuzzy=False)
    for message in find_messages():
        if message.id:
            forms_ = bracketed(message.id) if isinstance(message.id, str) else tuple(map(bracketed, message.id))
            if isinstance(forms_, tuple):
                forms_ = (forms_[0], *[forms_[1]] * (catalogue.num_plurals - 1))
            catalogue.add(message.id, forms_, message.locations)
    (folder / "ru/LC_MESSAGES").mkdir(parents=True)
    (folder / "ru/LC_MESSAGES/messages.po").write_bytes(as_text(catalogue))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(translations, "FOLDER", folder)
        translations.load_words.cache_clear()
        yield "ru"
    translations.load_words.cache_clear()


def russian(what: Summary) -> Summary:
    named = tuple(replace(country, name=name_of(country.iso_a3, "ru")) for country in what.countries)
    return replace(what, countries=named)


def themes(locale: str) -> Iterator[tuple[Summary, Theme]]:
    """Sites that together say everything a page can say without a script."""
    theme = Theme("Acme Academy", locale=locale)
    week = days(date(2026, 11, 1), [1, 0, None, 4], open_last=True)
    yield watched(), theme
    parts = {"device": (("computer", 58), ("tv", 2), ("", 4)), "os": tuple((f"System {each}", 9) for each in range(9))}
    yield summary({"FRA": 500}, week, 4, per_million={"FRA": 7.0}, breakdowns=parts), theme
    yield empty(), theme
    yield summary({}, week), theme
    yield summary({}, week, unknown=5), theme
    yield summary({"FRA": 5}, week[:1], demo=True), theme
    side = Side(date(2026, 11, 15), date(2026, 11, 15), 1)
    yield replace(small(), comparison=Comparison(side, side, (((1,), (0,)),)), new=("SGP",)), theme
    for metric, method in zip(METRICS, cycle(METHODS), strict=False):
        breaks = (5,) if method == "custom" else ()
        yield summary({"FRA": 5, "BEL": 1}, week, metric=metric), replace(theme, method=method, breaks=breaks)


def check(site: Mapping[str, bytes]) -> None:
    for path, content in site.items():
        if path.endswith((".html", ".svg", ".xml")) and not path.startswith(("assets/", "notebook.")):
            texts = Texts(content.decode().replace("<wbr>", "")).texts
            assert [left for left in map(uncatalogued, texts) if left] == [], path


def test_no_page_shows_a_sentence_outside_the_catalogue(pseudo):
    for what, theme in themes(pseudo):
        check(render_site(Context(russian(what), theme), TEMPLATES))


def test_no_page_of_a_country_video_or_city_says_anything_beside_it(pseudo, monkeypatch):
    what, details = detailed()
    what = russian(what)
    days_of = {"impression": 6, "end": 2, "viewer": 7, "watch-time": 7, "session": 7}
    what = replace(what, ratio_from=15, others={name: other(what, name, days) for name, days in days_of.items()})
    monkeypatch.setitem(globals(), "DATA", (*DATA, *names_in(details), "time-per-play"))
    check(render_site(Context(what, Theme("Acme Academy", locale=pseudo), details), TEMPLATES))


def test_no_page_of_a_month_shows_a_sentence_outside_the_catalogue(pseudo, monkeypatch):
    monkeypatch.setitem(globals(), "DATA", (*DATA, "countries-corrected.csv"))
    what, details = with_months()
    site = render_site(Context(russian(what), Theme("Acme Academy", locale=pseudo), details), TEMPLATES)
    months = {path: content for path, content in site.items() if path.startswith(("2026-", "months.", "feed."))}
    assert len(months) == 7
    check(months)


def names_in(details: Details) -> list[str]:
    """Titles, places and sites: they are data."""
    titles = [one.asset.title for one in details.assets if one.asset.title]
    return [*titles, *(city.name for city in details.cities), "a.example"]


def other(what: Summary, metric: str, days: int) -> Summary:
    """The figures of ``what`` as those of another metric, collected on its last ``days`` days."""
    daily = tuple(
        day if number >= len(what.daily) - days else replace(day, count=None) for number, day in enumerate(what.daily)
    )
    return replace(what, metric=metric, daily=daily)


LISTEN = """(attributes) => {
  const note = (text) => { if (text) heard.add(text); };
  window.heard = new Set();
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return note(node.textContent);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches("script, pre, textarea")) return;
    for (const name of attributes) note(node.getAttribute(name));
    node.childNodes.forEach(read);
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") note(change.target.getAttribute(change.attributeName));
      else if (change.type === "characterData") read(change.target);
      else change.addedNodes.forEach(read);
    }
  }).observe(document.body, {subtree: true, childList: true, characterData: true, attributeFilter: attributes});
  read(document.body);
}"""
"""Notes every text that is there and that comes."""


def test_no_script_shows_a_sentence_outside_the_catalogue(open_page: OpenPage, pseudo, tmp_path, monkeypatch):
    several = replace(russian(watched()), others={metric: others.other(metric) for metric in others.METRICS})
    several = replace(several, breakdowns={"device": (("phone", 1),)})
    site = build(several, tmp_path, Theme("Acme Academy", locale=pseudo))
    opened = open_page(site.as_uri(), reduced_motion="reduce", **DESKTOP)
    page = opened.page
    page.evaluate(LISTEN, list(SAID))
    live(page)
    use_everything(page)
    use_every_metric(page)
    what, details = detailed()
    monkeypatch.setitem(globals(), "DATA", (*DATA, *names_in(details), side_by_side.HTML, "a.", "example"))
    heard = [*page.evaluate("[...heard]"), *hear_pages(open_page, pseudo, tmp_path / "pages", what, details)]
    heard += hear_comparison(open_page, pseudo, tmp_path / "compared")
    assert [left for left in map(uncatalogued, heard) if left] == []
    said = [
        message.id for message in find_messages() if any(translations.SCRIPTS in path for path, _ in message.locations)
    ]
    unheard = {message for message in said if not any(speaks(line, message) for line in heard)}
    assert (sorted(map(str, unheard - UNHEARD)), UNHEARD - unheard) == ([], set())
    assert opened.problems == []


def hear_comparison(open_page: OpenPage, locale: str, folder: Path) -> list[str]:
    """What the pages say that show countries and videos side by side, and small maps of videos."""
    what, details, _ = side_by_side.make_account()
    named = [replace(one, asset=replace(one.asset, title=f"Фильм {one.rank}")) for one in details.assets]
    files = render_site(
        Context(russian(what), Theme("Acme Academy", locale=locale), replace(details, assets=tuple(named))), TEMPLATES
    )
    page = open_page((write(files, folder) / "compare.html").as_uri(), **DESKTOP).page
    page.wait_for_selector("html.live")
    page.evaluate(LISTEN, list(SAID))
    side_by_side.use_everything(page)
    heard = list(page.evaluate("[...heard]"))
    maps = open_page((folder / "small-maps.html").as_uri(), **DESKTOP).page
    maps.wait_for_selector("html.live")
    maps.evaluate(LISTEN, list(SAID))
    maps.click("#choosing summary")
    maps.click("#chosen button >> nth=0")
    return heard + list(maps.evaluate("[...heard]"))


def hear_pages(open_page: OpenPage, locale: str, folder: Path, what: Summary, details: Details) -> list[str]:
    """What the pages of a country, of a video and of a group show of several periods."""
    days_of = {"impression": 6, "end": 2, "viewer": 7}
    what = replace(russian(what), others={name: other(what, name, days) for name, days in days_of.items()})
    first = build(what, folder, Theme("Acme Academy", locale=locale), details).parent
    heard = []
    for page in ("country/FRA.html", "country/PER.html", "video/viFilm00.html", "group/europe.html"):
        for period in ("2026-11", "2026-11-16..2026-11-17", "2026-11-17..2026-11-17", "2026-11-18..2026-11-18"):
            opened = open_page(f"{(first / page).as_uri()}?period={period}", **DESKTOP)
            opened.page.wait_for_selector("html.live")
            opened.page.evaluate(LISTEN, list(SAID))
            heard += opened.page.evaluate("[...heard]")
            assert opened.problems == []
            opened.page.close()
    return heard


UNHEARD = {
    "%(plays)s by day",
    "%(share)s each",
    "%(share)s each came from %(countries)s.",
    ("%(count)s country has the most, %(share)s.", "%(count)s countries have the most, %(share)s each."),
    "Sessions of unknown length are not in it.",
    ("%(count)s session of unknown length is not in it.", "%(count)s sessions of unknown length are not in it."),
    "The figures could not be loaded.",
    "published on %(day)s",
    "data by api.video",
    "demo data: an invented audience",
    "%(seconds)s s",
    "%(minutes)s min",
    "%(minutes)s min %(seconds)s s",
    "%(hours)s h",
    "%(hours)s h %(minutes)s min",
    "The picture could not be made.",
    "The browser did not allow copying.",
    "Not copied",
    "The figures of the days could not be loaded.",
    "The cities could not be loaded.",
    "not published",
    "What was counted %(when)s is not published: figures of videos are published by complete months.",
    "All figures of this period are by month: they cover %(months)s.",
    "Stop",
    "Whole weeks: %(days)s",
    "%(quantity)s, from countries not known.",
    "Above 100 percent, because some events arrive late.",
    "No complete month in this period.",
    "Not collected in this period.",
    "Known for %(base)s of %(total)s: this was not collected on every day.",
    "Others",
    "each point is the mean of 7 days, counted back from the last one; days left over belong to the first point",
    "the last one is not collected yet",
    "Also here",
    "No %(plays)s yet",
    "No %(plays)s in this period",
    "%(quantity)s in all.",
    "%(place)s: %(quantity)s from unknown countries.",
    "Demo data",
    ("%(count)s day was never collected", "%(count)s days were never collected"),
    "Left out of the classes: %(country)s",
    "Circles: cities, complete months only",
    "under %(quantity)s all of the smallest size",
    "The publisher left out what happened %(when)s.",
    ("Left out: %(count)s day", "Left out: %(count)s days"),
    ("%(count)s day was left out by the publisher", "%(count)s days were left out by the publisher"),
    (
        "%(count)s of them was left out by the publisher (%(days)s)",
        "%(count)s of them were left out by the publisher (%(days)s)",
    ),
    "data by api.video, outlines by Natural Earth",
    "demo data: an invented audience; outlines by Natural Earth",
    "The picture is in the clipboard.",
    "This browser does not let the page copy a picture. Save it as PNG instead.",
    "Show all %(number)s",
    "Show the first %(number)s",
    ("%(days)s and %(count)s more", "%(days)s and %(count)s more"),
}
"""What is said only if something fails or moves, in a picture, or of other data; the catalogue has it all the same."""


def speaks(line: str, message: str | tuple[str, str]) -> bool:
    """Is a line the sentence, in one of its forms?"""
    return any(
        all(piece in line for piece in _PIECE.split(bracketed(form)) if piece and not _VALUE.fullmatch(piece))
        for form in ((message,) if isinstance(message, str) else message)
    )


def use_everything(page) -> None:
    """Reaches for every control once."""
    for measure in ("share", "per-million", "change", "count"):
        chosen(page, "measure", measure)
    page.click("#leader")
    for period in ("7d", "90d"):
        chosen(page, "period", period)
    chosen(page, "measure", "change")
    for continent in ("europe", "oceania", ""):
        page.select_option("#group", continent)
        wait_until(page, f"location.search.includes('group={continent}') === {str(bool(continent)).lower()}")
    page.click("[data-period=custom]")
    for first, last in (
        ("2026-06-01", "2026-06-10"),
        ("2026-07-31", "2026-08-03"),
        ("2026-07-20", "2026-08-20"),
        ("2026-09-02", "2026-09-02"),
        ("2026-11-01", "2026-11-22"),
    ):
        page.fill("#to", last)
        page.fill("#from", first)
        page.keyboard.press("Tab")
        wait_until(page, f"location.search.includes('{first}..{last}')")
    page.fill("#from", "2026-11-30")
    page.keyboard.press("Tab")
    for period in ("30d", "all"):
        chosen(page, "period", period)
        for first, last in (("2026-08-10", "2026-08-20"), ("2026-08-10", "2026-09-20")):
            page.select_option("#against", "own")
            page.fill("#own-from", first)
            page.fill("#own-to", last)
            page.keyboard.press("Tab")
            wait_until(page, f"location.search.includes('against={first}..{last}')")
        page.select_option("#against", "")
    chosen(page, "measure", "per-million")
    page.click("#play")
    page.focus("#map_world")
    for key in ("Home", " "):
        page.keyboard.press(key)
    page.click("#card .close")
    chosen(page, "measure", "count")
    page.click("#zeros")
    page.fill("#find", "zzz")
    page.fill("#find", "")
    page.click("#copy")
    wait_until(page, "document.getElementById('said').textContent.includes('CSV')")


def use_every_metric(page) -> None:
    """Shows each metric and ratio, its change, a continent of it, and the figures of a country."""
    page.click("[data-period=all]")
    for name in (*others.METRICS, "play-rate", "completion", "plays-per-viewer"):
        others.choose(page, name)
        chosen(page, "measure", "change")
        page.hover("#BRA")
        chosen(page, "measure", "count")
        page.hover("#GRL")
        page.select_option("#group", "europe")
        wait_until(page, "location.search.includes('group=europe')")
        page.select_option("#group", "")
        wait_until(page, "!location.search.includes('group=')")

"""The palettes, looked at with every kind of eye."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import pytest

from apivideo_geo.errors import UsageError
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.palettes import CHANGE, DEFAULT, PALETTES, render_palette, spread
from apivideo_geo.render.map.scale import MAX_CLASSES
from apivideo_geo.render.site import render_site
from apivideo_geo.render.theme.theme import Theme
from tests.browser import OpenPage
from tests.render.colour import JUST_NOTICEABLE, VISION, contrast, distance, lab
from tests.render.samples import TEMPLATES, small, write

THEMES = ("light", "dark")
NUMBERS = range(3, MAX_CLASSES + 1)


def tokens(theme: str) -> dict[str, str]:
    """The colours of the site's own style sheet."""
    style = (TEMPLATES / "assets/site.css").read_text(encoding="utf-8")
    block = {"light": r":root \{(.*?)\n\}", "dark": r':root\[data-theme="dark"\] \{(.*?)\n\}'}[theme]
    found = re.search(block, style, re.DOTALL)
    assert found
    own_colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", found[1]))
    return {
        name: "#" + "".join(c * 2 for c in value[1:]) if len(value) == 4 else value
        for name, value in own_colours.items()
    }


@pytest.fixture(params=PALETTES)
def name(request):
    return request.param


@pytest.fixture(params=THEMES)
def theme(request):
    return request.param


def colours(name, theme, classes):
    return spread(getattr(PALETTES[name], theme), classes)


def test_there_is_a_choice_and_the_default_is_in_it():
    assert len(PALETTES) >= 5
    assert DEFAULT in PALETTES


@pytest.mark.parametrize("classes", NUMBERS)
@pytest.mark.parametrize("vision", VISION)
def test_more_is_darker_on_a_light_page_and_lighter_on_a_dark_one(name, theme, classes, vision):
    light = [lab(colour, vision)[0] for colour in colours(name, theme, classes)]
    assert len(light) == classes
    assert light == sorted(light, reverse=theme == "light")


@pytest.mark.parametrize(("classes", "least"), [(6, 3.5 * JUST_NOTICEABLE), (MAX_CLASSES, 2 * JUST_NOTICEABLE)])
@pytest.mark.parametrize("vision", VISION)
def test_neighbouring_classes_look_different_to_every_eye(name, theme, classes, least, vision):
    steps = [distance(low, high, vision) for low, high in pairwise(colours(name, theme, classes))]
    assert min(steps) >= least


@pytest.mark.parametrize("vision", VISION)
def test_the_weakest_class_is_not_zero_and_not_the_sea(name, theme, vision):
    own_colours = tokens(theme)
    weakest = colours(name, theme, MAX_CLASSES)[0]
    assert distance(weakest, own_colours["zero"], vision) >= JUST_NOTICEABLE
    assert distance(weakest, own_colours["sea"], vision) >= 2 * JUST_NOTICEABLE
    assert distance(own_colours["zero"], own_colours["sea"], vision) >= JUST_NOTICEABLE


@pytest.mark.parametrize("vision", VISION)
def test_the_hatching_of_the_unknown_is_seen_as_hatching(theme, vision):
    own_colours = tokens(theme)
    assert distance(own_colours["hatch"], own_colours["zero"], vision) >= 6 * JUST_NOTICEABLE


@pytest.mark.parametrize("vision", VISION)
def test_borders_stand_out_from_every_class(name, theme, vision):
    edge = tokens(theme)["edge"]
    assert min(distance(edge, colour, vision) for colour in colours(name, theme, 6)) >= 2 * JUST_NOTICEABLE


def test_text_on_the_page_keeps_its_contrast(name, theme):
    style = render_palette(name)
    own_colours = tokens(theme)
    assert not set(re.findall(r"--(ink|mute|bg|soft|accent|up|down|warn)\b", style))
    for ink in ("ink", "mute", "accent", "up", "down", "warn"):
        assert contrast(own_colours[ink], own_colours["bg"]) >= 4.5, ink


def test_curve_and_bars_stand_out_from_the_page(name, theme):
    block = {"light": r"\n:root \{(.*?)\}", "dark": r'\n:root\[data-theme="dark"\] \{(.*?)\}'}[theme]
    curve = re.search(r"--curve: (#\w{6})", re.search(block, render_palette(name))[1])[1]
    assert contrast(curve, tokens(theme)["bg"]) >= 3


@pytest.mark.parametrize("vision", VISION)
def test_less_and_more_and_the_same_look_different_to_every_eye(theme, vision):
    five = getattr(CHANGE, theme)
    assert min(distance(one, other, vision) for one, other in combinations(five, 2)) >= 3.5 * JUST_NOTICEABLE
    assert distance(five[2], tokens(theme)["zero"], vision) >= 2 * JUST_NOTICEABLE


def test_a_stronger_change_stands_out_more(theme):
    much_less, less, same, more, much_more = (lab(colour)[0] for colour in getattr(CHANGE, theme))
    page = lab(tokens(theme)["sea"])[0]
    ways = [[abs(light - page) for light in way] for way in ((same, less, much_less), (same, more, much_more))]
    assert all(way == sorted(way) for way in ways)


def test_the_style_sheet_names_every_class_of_every_number_in_both_themes(name):
    style = render_palette(name)
    for root in (":root", ':root:not([data-theme="light"])', ':root[data-theme="dark"]'):
        theme = "light" if root == ":root" else "dark"
        for classes in range(1, MAX_CLASSES + 1):
            rule = re.search(rf"^{re.escape(root)} \.k{classes} {{ (.*) }}$", style, re.MULTILINE)
            assert rule
            assert tuple(re.findall(r"#\w{6}", rule[1])) == colours(name, theme, classes)
    assert style.count("{") == style.count("}")


def test_the_six_colours_are_used_as_they_are_for_six_classes(name, theme):
    assert colours(name, theme, 6) == getattr(PALETTES[name], theme)


def test_the_default_is_what_the_style_sheet_has_by_itself(theme):
    own_colours = tokens(theme)
    assert tuple(own_colours[f"c{number}"] for number in range(6)) == getattr(PALETTES[DEFAULT], theme)


def test_an_unknown_palette_is_reported_with_the_choice():
    with pytest.raises(UsageError, match='no palette "rainbow": choose one of blue, green'):
        render_palette("rainbow")


def test_the_page_shows_the_palette_the_owner_chose_in_both_themes(open_page: OpenPage, tmp_path, name):
    site = write(render_site(Context(small(), Theme("Acme", palette=name)), TEMPLATES), tmp_path)
    page = open_page((site / "index.html").as_uri(), java_script_enabled=False).page
    for scheme in THEMES:
        page.emulate_media(color_scheme=scheme)
        fills = page.evaluate("['SGP-dot', 'BEL', 'FRA'].map(id => getComputedStyle(document.getElementById(id)))"
                              ".map((style, n) => n ? style.fill : style.stroke)")  # fmt: skip
        wanted = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours(name, scheme, 3)]
        assert [[int(part) for part in re.findall(r"\d+", fill)] for fill in fills] == wanted, scheme

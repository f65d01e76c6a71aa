"""The legend of a map: one entry for each colour that the map uses. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from apivideo_geo.geo.countries import all_countries
from apivideo_geo.model import IN_SECONDS, Summary
from apivideo_geo.render.map.scale import Scale
from apivideo_geo.render.text.formats import Formats


@dataclass(frozen=True)
class Swatch:
    """One entry of the legend; ``kind`` is the CSS class of its colour or pattern."""

    kind: str
    label: str
    note: str


def make_legend(summary: Summary, scale: Scale, formats: Formats) -> tuple[Swatch, ...]:
    """Return the colours that the world map uses: classes in ascending order, then zero, with the number of countries.

    Before any day was collected, "No data" takes the place of zero.
    """
    rest = _countries(len(all_countries()) - len(summary.countries), formats)
    last = Swatch("zero", "0", rest) if summary.has_data else Swatch("blank", formats.say("No data"), rest)
    number = formats.duration if summary.metric in IN_SECONDS else None
    return (*class_swatches((country.count for country in summary.countries), scale, formats, number), last)


def class_swatches(
    counts: Iterable[float], scale: Scale, formats: Formats, number: Callable[[float], str] | None = None
) -> Iterator[Swatch]:
    """Yield an entry for each class of ``scale``, with the number of ``counts`` in it; ``number`` writes a limit."""
    classes = [scale.class_of(count) for count in counts]
    for index, label in enumerate(scale.ranges(formats, number)):
        yield Swatch(f"c{index}", label, _countries(classes.count(index), formats))


def _countries(count: int, formats: Formats) -> str:
    return formats.say_many("%(count)s country", "%(count)s countries", count) if count else formats.say("none")

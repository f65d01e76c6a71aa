"""What every page is made of, passed as one argument."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from apivideo_geo.aggregate.compare import compare
from apivideo_geo.aggregate.groups import GroupCount, count_groups
from apivideo_geo.aggregate.ratios import Ratios
from apivideo_geo.days import day_of
from apivideo_geo.geo.groups import Group, all_groups
from apivideo_geo.geo.places import population
from apivideo_geo.model import Comparison, Details, Note, Summary
from apivideo_geo.render.addresses import video_pages
from apivideo_geo.render.map.scale import Scale
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import Formats
from apivideo_geo.render.text.value_names import asset_title
from apivideo_geo.render.theme.theme import Theme


@dataclass(frozen=True)
class Context:
    """The figures, the owner's choices, and what follows from both for every page."""

    summary: Summary
    theme: Theme
    details: Details = field(default_factory=Details)

    @cached_property
    def formats(self) -> Formats:
        """The formats and sentences of the site's locale. Raises UsageError for an unknown locale."""
        return Formats(self.theme.locale)

    @cached_property
    def ratios(self) -> Ratios:
        """The ratios of the collected metrics."""
        return Ratios(self.summary)

    @cached_property
    def scale(self) -> Scale:
        """The classes of the world map."""
        return self.theme.scale_of([country.count for country in self.summary.countries])

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups of countries, in the language of the sentences: continents, EU, the owner's own, subregions."""
        return all_groups(self.theme.groups, str(self.formats.locale))

    @cached_property
    def group_counts(self) -> tuple[GroupCount, ...]:
        """The figures of each of ``groups``."""
        return count_groups(self.summary, self.groups, population)

    @cached_property
    def video_pages(self) -> Mapping[str, str]:
        """Media id → path of its page."""
        return video_pages(self.details.assets, self.theme.video_pages)

    @cached_property
    def by_media(self) -> Context | None:
        """All metrics by video, with media ids in place of countries; None if only the first was collected by video."""
        if not self.details.by_media:
            return None
        counts = {one.asset.media_id: tuple(one.daily) for one in self.details.assets if one.daily}
        daily = self.summary.daily_by("media")
        summary = replace(self.summary, daily=daily, by_country=counts, countries=(), others=self.details.by_media)
        return Context(summary, self.theme, self.details)

    @cached_property
    def media_comparison(self) -> Comparison | None:
        """The comparison of the last 30 days that were collected by video; see ``Summary.comparison``."""
        return compare(self.summary.daily_by("media"))

    @cached_property
    def watched(self) -> int:
        """The number of videos and live streams with plays."""
        return sum(detail.count > 0 for detail in self.details.assets)

    @property
    def hides(self) -> bool:
        """Whether small counts of some breakdowns are hidden."""
        return max(self.details.min_counts.values(), default=1) > 1

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """The notes of the owner and the publications of public assets in the period of the Summary, oldest first."""
        published = (
            Note(day, asset_title(one.asset, self.formats), one.asset.media_id)
            for one in self.details.assets
            if one.asset.public and (day := day_of(one.asset.published_at))
        )
        days = self.summary.daily
        notes = [note for note in (*self.details.notes, *published) if days and days[0].day <= note.day <= days[-1].day]
        return tuple(sorted(notes, key=lambda note: (note.day, bool(note.media_id), note.text, note.media_id)))

    @cached_property
    def notes_of(self) -> Mapping[str, list[int]]:
        """Media id, or "" for those of the owner → the indexes of its ``notes``."""
        found = defaultdict[str, list[int]](list)
        for index, note in enumerate(self.notes):
            found[note.media_id].append(index)
        return found

    @cached_property
    def live_streams(self) -> frozenset[str]:
        """The media ids of the live streams."""
        return frozenset(one.asset.media_id for one in self.details.assets if one.asset.type == "live-stream")

    @property
    def period(self) -> str:
        """The period as the end of a sentence: "between 25 May and 21 November 2026"; empty if no day was collected."""
        return sentences.period(self.summary, self.formats)

    def quantity(self, count: float) -> str:
        """Return a count with its noun: "1 play", "93,904 plays"."""
        return sentences.quantity(count, self.summary, self.formats)

"""Notes of the owner and publications: marks on a curve, and the same as text. No I/O."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from markupsafe import Markup

from apivideo_geo.days import day_start
from apivideo_geo.model import DayCount, NewsItem, Note
from apivideo_geo.render.context import Context
from apivideo_geo.render.map.daily_curve import render_marks
from apivideo_geo.render.text.formats import Formats

LISTED = 40
"""Maximum number of entries that are listed under a curve, the newest; "What changed" has all."""


@dataclass(frozen=True)
class Event:
    """A note, or all publications of one UTC day. ``link`` is the address of the details, from the root of the site.

    ``id`` is unique and never changes; ``kind`` is "note" or "published".
    """

    id: str
    kind: str
    day: date
    sentence: str
    link: str

    @property
    def machine(self) -> str:
        """The day as an ISO date."""
        return self.day.isoformat()


@dataclass(frozen=True)
class Marks:
    """What a template needs to list the events of a curve; ``picture`` is drawn over the curve.

    ``notes`` and ``published`` are their numbers in words, "" if there are none; ``events`` are (event, its day in
    words), newest first; ``more``: these are not all.
    """

    picture: str = ""
    notes: str = ""
    published: str = ""
    events: tuple[tuple[Event, str], ...] = ()
    more: bool = False

    @property
    def own(self) -> list[tuple[Event, str]]:
        """The notes alone."""
        return [(event, day) for event, day in self.events if event.kind == "note"]

    @property
    def words(self) -> str:
        """What is marked, as a part of the curve's text alternative."""
        return ", ".join(filter(None, (self.notes, self.published)))


def on_map(first: date, last: date | None = None) -> str:
    """Return the address of the map of those days."""
    return f"index.html?period={first}..{last or first}"


def make_events(notes: Sequence[Note], context: Context) -> tuple[Event, ...]:
    """Return ``notes``, which are in the order of :attr:`Context.notes`, with the publications of a day as one."""
    return tuple(
        event
        for (day, published), group in groupby(notes, key=lambda note: (note.day, bool(note.media_id)))
        for event in (_published(day, list(group), context) if published else _notes(day, group, context))
    )


def _notes(day: date, notes: Iterator[Note], context: Context) -> Iterator[Event]:
    for text in dict.fromkeys(note.text for note in notes):
        # The text is part of the id, so that adding or removing another note of the day changes nothing.
        own = hashlib.sha256(text.encode()).hexdigest()[:8]
        yield Event(f"note/{day}/{own}", "note", day, context.formats.say("Note: %(text)s", text=text), on_map(day))


def _published(day: date, notes: Sequence[Note], context: Context) -> Iterator[Event]:
    say, say_many = context.formats.say, context.formats.say_many
    link = "videos.html"
    if len(notes) == 1:
        text, link = say("Published: %(title)s", title=notes[0].text), context.video_pages.get(notes[0].media_id, link)
    elif any(note.media_id in context.live_streams for note in notes):
        text = say_many(
            "%(count)s video or live stream published", "%(count)s videos and live streams published", len(notes)
        )
    else:
        text = say_many("%(count)s video published", "%(count)s videos published", len(notes))
    yield Event(f"published/{day}", "published", day, text, link)


def make_marks(
    notes: Sequence[Note], daily: Sequence[DayCount], context: Context, shown: tuple[float, float] | None = None
) -> Marks:
    """Return the marks of a curve of the consecutive days ``daily``.

    ``shown``: where the curve begins, in days after the middle of the first day, and how many days wide it is; by
    default it shows all of ``daily``.
    """
    if not daily:
        return Marks()
    first, last = daily[0].day, daily[-1].day
    inside = [note for note in notes if first <= note.day <= last]
    own, events = [note for note in inside if not note.media_id], make_events(inside, context)
    if not events:
        return Marks()
    places: dict[bool, Counter[int]] = {False: Counter(), True: Counter()}
    for note in inside:
        places[bool(note.media_id)][(note.day - first).days] += 1
    published, formats = len(inside) - len(own), context.formats
    return Marks(
        Markup(render_marks(first, shown or (-0.5, len(daily)), places[False], places[True])),  # noqa: S704 - only numbers
        formats.say_many("%(count)s note", "%(count)s notes", len(own)) if own else "",
        formats.say_many("%(count)s publication", "%(count)s publications", published) if published else "",
        tuple((event, formats.day(event.day)) for event in sorted(events, key=lambda event: event.day)[::-1][:LISTED]),
        len(events) > LISTED,
    )


def with_marks(alternative: str, marks: Marks, formats: Formats) -> str:
    """Return the text alternative of a curve, which says what is marked on it."""
    if not marks.events:
        return alternative
    marked = formats.say("Marked and listed below: %(events)s.", events=marks.words)
    return f"{alternative.removesuffix('.')}. {marked}"


def render_events(context: Context) -> str:
    """Return a script: all notes and publications, newest first, for the lists of pages that mark all of them."""
    rows = [
        (event.machine, context.formats.day(event.day), event.sentence, event.link, event.kind)
        for event in sorted(make_events(context.notes, context), key=lambda event: event.day)[::-1]
    ]
    return f"window.apivideoGeoEvents={json.dumps(rows, ensure_ascii=False, separators=(',', ':'))};\n"


def note_items(context: Context) -> Iterator[NewsItem]:
    """Yield the notes and publications as entries of "What changed"."""
    for event in make_events(context.notes, context):
        at = day_start(event.day) + timedelta(seconds=1)  # its day may not be over yet
        yield NewsItem(event.id, at, event.sentence, event.link)

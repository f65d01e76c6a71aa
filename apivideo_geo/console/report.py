"""The report of a run: what was collected and built, warnings, and the time each step took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from apivideo_geo.aggregate.value_spellings import unknown_spellings
from apivideo_geo.days import list_days
from apivideo_geo.effects import Effects
from apivideo_geo.errors import DataRefused
from apivideo_geo.model import Checked, DoubtfulDay, Facts, Shrunk, Summary
from apivideo_geo.plain_text import counted

SPELLINGS_SHOWN = 20
"""Maximum number of unmapped spellings that are listed, most frequent first; the rest are only counted."""
DOUBTS_SHOWN = 10
"""Maximum number of days in doubt whose counts are listed, the newest."""
FILES_SHOWN = 5
"""Maximum number of files set aside that are named."""


@dataclass
class Report:
    """Collects the results of a run while it goes on; ``lines`` returns the report at the end."""

    source: str = ""
    requests: int = 0
    days: list[date] = field(default_factory=list)
    metrics: tuple[str, ...] = ()
    """The metrics that were requested."""
    rows: int = 0
    read: int = 0
    """Rows that were read from files: those counted and those of ``refused``."""
    refused: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    """A message for each day that was stored before it ended, and whose later, lower total was rejected."""
    checked: Checked | None = None
    doubtful: dict[str, Sequence[DoubtfulDay]] = field(default_factory=dict)
    """Metric → days whose rows do not add up to the API's own count, in the whole history."""
    summary: Summary | None = None
    pages: int = 0
    size: int = 0
    """Bytes of the site."""
    place: str = ""
    """Folder of the site."""
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, facts: Facts) -> None:
        """Add the days and rows that a source delivered."""
        self.days += facts.days
        self.rows += facts.table.num_rows
        for one in facts.refused:
            self.refused[one.reason] += one.count
        self.unmapped.update(facts.unmapped)
        self.read += facts.read or 0
        self.warnings += facts.warnings

    def note_shrunk(self, shrunk: Sequence[Shrunk], label: str = "") -> None:
        """Add a warning for each day whose new total was lower than the stored one, and was not stored.

        ``label``: what to put before the day.
        """
        for one in shrunk:
            if one.doubt != "no":
                why = (
                    "the API's new answers contradict each other or have invalid rows"
                    if one.doubt == "refused"
                    else f"the countries in the API's new answer add up to {one.reported:,}, which is not what it "
                    "counts itself"
                )
                self.warnings.append(f"{label}{one.day}: {why}. Kept the {one.stored:,} that are stored")
                continue
            by = "" if one.dimension == "total" else f" by {one.dimension}"
            new = f"{'these files have' if self._is_from_files else 'the API now reports'} {one.reported:,}{by}"
            both = "To count both, give all files of a day in one run. " if self.source == "files" else ""
            message = (
                f"{label}{one.day}: {new}, but {one.stored:,} are stored. Kept {one.stored:,}. {both}To store the new "
                "value, run with --accept-shrink"
            )
            (self.warnings if one.complete else self.unfinished).append(message)

    def note_lower(self, days: Mapping[date, tuple[int, int]], label: str = "") -> None:
        """Add a warning for each of ``days`` (count while it was not over, final count) whose second count is lower.

        ``label``: what to put before the day.
        """
        origin = "the files" if self._is_from_files else "the API"
        self.warnings += [
            f"{label}{day}: {origin} reported {before:,} while the day was not over, and {after:,} now that it is. "
            f"Stored {after:,}"
            for day, (before, after) in days.items()
            if after < before
        ]

    def note_replaced(self, days: Collection[date]) -> None:
        """Add a warning that names the ``days`` of which session files replaced other counts, if there are any."""
        if days:
            self.warnings.append(
                f"session files of an earlier run gave other counts for {list_days(days)}; those of this run replaced "
                "them. To count the sessions of both, give all files of a day in one run: --sessions 'old/*'"
            )

    @property
    def _is_from_files(self) -> bool:
        return self.source in ("files", "counts")

    def note_set_aside(self, files: Sequence[Path]) -> None:
        """Add a warning that names the ``files`` to which days in the future were moved, if there are any."""
        if files:
            names = ", ".join(str(path) for path in files[:FILES_SHOWN])
            more = f" and {len(files) - FILES_SHOWN} more" if len(files) > FILES_SHOWN else ""
            self.warnings.append(
                "the history had days in the future, which a run with a wrong clock had stored; they were set aside as "
                f"{names}{more}, and can be deleted"
            )

    def doubts(self) -> list[str]:
        """Return for each metric a line for the days in doubt, and one for those settled with a difference."""
        return [
            f"{name}{of}: {list_days([day.day for day in days])}: {_listing_doubts(days)}; {what}"
            for metric, doubtful in self.doubtful.items()
            for of in ["" if metric == self.metrics[0] else f" ({metric})"]
            for name, settled, what in (
                ("In doubt", False, "the next runs ask again, as long as the API has them"),
                ("Settled with a difference", True, "the API gave the same two counts three nights running"),
            )
            if (days := [day for day in doubtful if day.settled == settled])
        ]

    def check_whole(self) -> None:
        """Raise :class:`DataRefused` if a day stays incomplete because its new, lower total was rejected."""
        if self.unfinished:
            more = f" (and {counted(len(self.unfinished) - 1, 'more day')})" if len(self.unfinished) > 1 else ""
            raise DataRefused(f"{self.unfinished[0]}{more}.")

    @contextmanager
    def step(self, name: str, effects: Effects) -> Iterator[None]:
        """Measure the seconds that the block takes, as the step ``name``."""
        started = effects.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + effects.monotonic() - started

    def collected(self) -> str:
        """Return what the source delivered: days, metrics, rows and requests."""
        rows, requests = (
            f"{number:,} {one}{'' if number == 1 else 's'}"
            for number, one in ((self.rows, "row"), (self.requests, "request"))
        )
        metrics = f" of {', '.join(self.metrics)}" if len(self.metrics) > 1 else ""
        return f"{list_days(self.days)}{metrics}, {rows} stored, {requests}"

    def lines(self) -> list[str]:
        """Return the report, one fact per line."""
        lines = []
        if self.source:
            lines.append(f"Collected from {self.source}: {self.collected()}")
            if self.read:
                lost = sum(self.refused.values())
                lines.append(f"Rows read: {self.read:,} = {self.read - lost:,} counted + {lost:,} rejected")
            lines += _listing("Rejected rows", self.refused)
            lines += _listing("Countries not recognised, counted as unknown", self.unmapped)
        if self.summary:
            s = self.summary
            total = counted(s.total, f"{'demo ' if s.demo else ''}{s.metric}")
            reached = counted(len(s.countries), "country", "countries")
            parts = f"{s.mapped:,} on the map, {s.unknown:,} from unknown countries"
            lines.append(f"Total: {total} in {reached}: {parts}")
            lines += _listing(
                "Devices, systems and browsers not recognised, shown as they are", unknown_spellings(s.breakdowns)
            )
            if s.days.never_collected:
                lines.append(f"Never collected: {list_days(s.days.never_collected)}")
            if s.days.left_out:
                lines.append(f"Left out, as the settings say: {list_days(s.days.left_out)}")
        if self.checked and self.checked.reported == self.checked.stored:
            c = self.checked
            when = f"on {c.last}" if c.first == c.last else f"from {c.first} to {c.last}"
            lines.append(f"Checked: the API reports {c.reported:,} {when} too")
        lines += self.doubts()
        if self.place:
            lines.append(f"Site: {counted(self.pages, 'file')}, {self.size / 1000:,.0f} kB, in {self.place}")
        lines += [f"Warning: {warning}" for warning in self.warnings]
        steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.seconds.items())
        return [*lines, f"Time: {steps}"] if steps else lines


def _listing_doubts(days: Sequence[DoubtfulDay]) -> str:
    """Return the two counts of the newest days."""
    shown = [
        f"{day.day} {day.stored:,} by country"
        + (f", {day.reported:,} counted by the API" if day.reported is not None else "")
        + (", with rows that cannot be right" if day.doubt == "refused" else "")
        + (", not compared yet" if day.doubt == "uncompared" else "")
        for day in days[-DOUBTS_SHOWN:]
    ]
    return "; ".join(shown)


def _listing(title: str, counts: Mapping[str, int]) -> list[str]:
    """Return one line with the values and their counts, highest first; none if there are no counts."""
    if not counts:
        return []
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{name!r} {count:,}" for name, count in ordered[:SPELLINGS_SHOWN])
    more = f" and {len(ordered) - SPELLINGS_SHOWN} more" if len(ordered) > SPELLINGS_SHOWN else ""
    return [f"{title}: {shown}{more}"]

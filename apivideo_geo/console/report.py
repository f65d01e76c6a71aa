"""What a run did, and the few lines that tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from apivideo_geo.days import list_days
from apivideo_geo.effects import Effects
from apivideo_geo.errors import DataRefused
from apivideo_geo.model import Checked, Facts, Shrunk, Summary

SPELLINGS_SHOWN = 20
"""How many unmapped spellings the report names, most first; the rest are counted."""


@dataclass
class Report:
    """Filled while the run goes; ``lines`` at the end."""

    source: str = ""
    requests: int = 0
    days: list[date] = field(default_factory=list)
    kept_days: list[date] = field(default_factory=list)
    """Those of ``days`` whose answer was kept."""
    rows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    """Days seen only while they were open, whose later answer was refused."""
    checked: Checked | None = None
    summary: Summary | None = None
    pages: int = 0
    size: int = 0
    """Bytes of the site."""
    place: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, facts: Facts) -> None:
        """Count a part that came in."""
        self.days += facts.days
        self.rows += facts.table.num_rows
        for one in facts.refused:
            self.refused[one.reason] += one.count
        self.unmapped.update(facts.unmapped)

    def note_shrunk(self, days: Iterable[date], shrunk: Sequence[Shrunk]) -> None:
        """Of the answers for ``days``, those that were refused because they are smaller than what is held."""
        refused = {one.day for one in shrunk}
        self.kept_days += [day for day in days if day not in refused]
        for one in shrunk:
            what = "the answer" if one.dimension == "total" else f"the answer by {one.dimension}"
            message = (
                f"{one.day}: {what} ({one.answered:,}) is smaller than what is held ({one.held:,}) and was refused"
            )
            if one.held_whole:
                self.warnings.append(f"{message}; if the smaller count is right, run with --accept-shrink")
            else:
                self.unfinished.append(message)

    def note_checked(self, checked: Checked | None) -> None:
        """The API's own count of what was collected, where it was asked; a difference is a warning."""
        self.checked = checked
        if checked and checked.told != checked.held:
            self.warnings.append(
                f"from {checked.first} to {checked.last} the API itself counts {checked.told:,}, by country it told "
                f"{checked.held:,}; plays that arrive late, or rows refused above, make such a difference"
            )

    def check_whole(self) -> None:
        """Raise :class:`DataRefused` where a day stays unfinished because its answer was refused."""
        if self.unfinished:
            more = f" (and {len(self.unfinished) - 1} more days)" if len(self.unfinished) > 1 else ""
            raise DataRefused(f"{self.unfinished[0]}{more}; if the smaller count is right, run with --accept-shrink.")

    @contextmanager
    def step(self, name: str, effects: Effects) -> Iterator[None]:
        """Time a step of the run."""
        started = effects.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + effects.monotonic() - started

    def came(self) -> str:
        """What came in from the source."""
        rows, requests = (
            f"{number:,} {one}{'' if number == 1 else 's'}"
            for number, one in ((self.rows, "row"), (self.requests, "request"))
        )
        return f"{list_days(self.days)}, {rows} kept, {requests}"

    def lines(self) -> list[str]:
        """The report, a fact a line."""
        lines = []
        if self.source:
            lines.append(f"Collected from {self.source}: {self.came()}")
            lines += _listing("Refused", self.refused)
            lines += _listing("Countries not recognised, counted as unknown", self.unmapped)
        if self.summary:
            s = self.summary
            counted = f"{s.total:,} {'invented ' if s.demo else ''}{s.metric}{'' if s.total == 1 else 's'}"
            reached = f"{len(s.countries)} {'country' if len(s.countries) == 1 else 'countries'}"
            parts = f"{s.mapped:,} on the map, {s.unknown:,} from unknown countries"
            lines.append(f"Total: {counted} in {reached}: {parts}")
            if self.checked and self.checked.told == self.checked.held:
                c = self.checked
                when = f"on {c.last}" if c.first == c.last else f"from {c.first} to {c.last}"
                lines.append(f"Checked: the API itself counts {c.told:,} {when} too")
            if s.days.missing:
                lines.append(f"Never collected: {list_days(s.days.missing)}")
        if self.place:
            lines.append(f"Site: {self.pages} files, {self.size / 1000:,.0f} kB, in {self.place}")
        lines += [f"Warning: {warning}" for warning in self.warnings]
        steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.seconds.items())
        return [*lines, f"Time: {steps}"] if steps else lines


def _listing(title: str, counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{name!r} {count:,}" for name, count in ordered[:SPELLINGS_SHOWN])
    more = f" and {len(ordered) - SPELLINGS_SHOWN} more" if len(ordered) > SPELLINGS_SHOWN else ""
    return [f"{title}: {shown}{more}"]

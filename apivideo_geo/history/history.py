"""The history on disk: one Parquet file per day, past months in one file each, and the ledger.

    history/2026/11/2026-11-22.parquet    a day
    history/2026/2026-10.parquet          a past month, all its days in one file
    history/assets.parquet                the videos and live streams whose titles may be published
    history/published.parquet             breakdowns of past months as they were first published
    history/months.jsonl                  past months that have a page, as they were first published
    history/ledger.jsonl                  one line per day: source, count, times
    history/hours.jsonl                   counts of each hour, of all countries together, if they are collected
    history/peaks.jsonl                   most viewers at once of live streams, by day, if they are collected
    history/account.json                  what the API reported about the account
    history/metrics/impression/…          days, months and ledger of a further metric, in the same form
    history/….damaged, history/….future   files that were set aside: damaged, or of days in the future

Only this package knows these paths. Every file is written under another name, synced and renamed, so a crash leaves no
half-written file. The Parquet files contain no times: equal facts give equal bytes. The times are in the ledger, which
is rebuilt from the files if it is lost.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.days import ONE_DAY, day_end, list_days
from apivideo_geo.durable import alone, check_folder, remove_leftovers, save_bytes
from apivideo_geo.errors import DataRefused, SourceFailed
from apivideo_geo.facts import FACTS, KEYS, Overfull, find_overfull, sort_facts
from apivideo_geo.history import doubt
from apivideo_geo.history.account import parse_account, render_account
from apivideo_geo.history.closed_months import drop_future_months
from apivideo_geo.history.day_lines import HOURS, PEAKS, hide_unlisted_peaks
from apivideo_geo.history.files import (
    DAYS,
    METRICS_FOLDER,
    check_open,
    day_file,
    day_files,
    find_beyond,
    find_files,
    find_strays,
    is_month,
    load_bytes,
    month_file,
)
from apivideo_geo.history.ledger import LedgerDay, drop_beyond, parse_ledger, render_ledger
from apivideo_geo.history.parquet import (
    DamagedFile,
    Description,
    check_digest,
    check_file,
    damaged_file,
    find_outdated,
    read_metadata,
    read_rows,
    remove_files,
    render_parquet,
    split_days,
    sum_dimensions,
)
from apivideo_geo.history.published import load_published, save_published
from apivideo_geo.history.schema import ASSETS, LAST_DAY, METADATA_KEY, VERSION, StoredDay, not_ours, render_metadata
from apivideo_geo.model import DIMENSIONS, METRICS, Account, Asset, Checked, DoubtfulDay, Facts, Shrunk
from apivideo_geo.plain_text import clean_text, counted, is_media_id
from apivideo_geo.privacy import hide_unlisted_months, hide_unlisted_rows

log = logging.getLogger(__name__)

COMPACT_AFTER = timedelta(days=2)
"""A month is merged into one file this long after its end, when all its days are final."""


@dataclass(frozen=True)
class Fetched:
    """How facts were fetched: what they count, from which source, at which level of detail, and when (UTC)."""

    metric: str
    source: str
    detail: str
    now: datetime


class History:
    """The history in ``folder``, of the metric that it began with. ``entries`` is the ledger: UTC day → its line.

    ``others``: further metric → its own history, in a folder within. ``home``: the folder of the whole history, which
    also has the assets and the account; the same as ``folder``, unless this is one of ``others``.
    """

    def __init__(self, folder: Path, entries: dict[date, LedgerDay], home: Path | None = None) -> None:
        self.folder = folder
        self.entries = entries
        self.home = home or folder
        self.others: dict[str, History] = {}

    @property
    def metric(self) -> str | None:
        """The metric that this history counts; None while it is empty."""
        return next((entry.metric for entry in self.entries.values()), None)

    @property
    def all(self) -> list[History]:
        """This history and those of further metrics."""
        return [self, *self.others.values()]

    @property
    def by_metric(self) -> dict[str, History]:
        """Metric → its history, of those with a day; the one that it began with first."""
        return {one.metric: one for one in self.all if one.metric}

    def of(self, metric: str) -> History:
        """Return the history of ``metric``: this one, or one within it, which is empty if it was never collected."""
        if self.metric == metric or not self.by_metric:
            return self
        if metric not in self.others:
            self.others[metric] = History(self.folder / METRICS_FOLDER / metric, {}, self.folder)
        return self.others[metric]

    @property
    def demo(self) -> bool:
        """Whether it contains demo data."""
        return self.has_days_of("demo")

    def has_days_of(self, source: str) -> bool:
        """Return whether a day of any metric is from ``source``."""
        return any(entry.source == source for one in self.all for entry in one.entries.values())

    def partial_days(self) -> set[date]:
        """Return days collected only before they ended, although later days exist. Their counts are too low."""
        return {day for day, entry in self.entries.items() if entry.open and day != max(self.entries)}

    def doubtful_days(self) -> tuple[DoubtfulDay, ...]:
        """Return the days in doubt, and those that are settled with a difference, oldest first.

        Days of a further metric are compared only every few nights; until then those with a count are not in doubt.
        """
        found = doubt.find_doubtful(self.entries.values())
        further = self.folder != self.home
        return tuple(one for one in found if not (further and one.doubt == "uncompared" and one.stored))

    def files(self) -> list[Path]:
        """Return the Parquet files of facts, oldest first; together they contain every fact once."""
        return find_files(self.folder)

    def find_overfull(self) -> list[Overfull]:
        """Return the stored breakdowns, of all metrics, that exceed their total. Raises :class:`DataRefused`."""
        return [found for one in self.all for path in one.files() for found in find_overfull(read_rows(path))]

    def is_from_counts(self, one: Overfull) -> bool:
        """Return whether the day of ``one`` was given with ``--counts``: one of the API is in doubt instead."""
        return self.by_metric[one.metric].entries[one.day].source == "counts"

    def check_current(self) -> None:
        """Raise :class:`DataRefused` if a file has an older format; the next run of collect converts it."""
        if find_outdated([path for one in self.all for path in one.files()]):
            raise DataRefused(
                f"The history in {self.folder} was written by an older apivideo-geo; run collect once to convert it."
            )

    def check_readable(self) -> None:
        """Raise :class:`DataRefused` with the path of a damaged file, if there is one."""
        for one in self.all:
            for path in one.files():
                check_file(path)
        self.load_assets()
        HOURS.load(self.home)
        PEAKS.load(self.home)

    def check_shown(self) -> None:
        """Raise :class:`SourceFailed` if there are days, and all of them are empty and in doubt."""
        if self.entries and not any(map(doubt.is_shown, self.entries.values())):
            raise SourceFailed(
                f"The API's answers for none of the days in {self.folder} add up to its own count, "
                "so there is nothing to show yet: run it again later."
            )

    def check_counts(self, counts: Mapping[date, int]) -> None:
        """Raise :class:`DataRefused` if a total in ``counts`` differs from the ledger's, with its missing part."""
        for day, count in counts.items():
            if count != self.entries[day].count + doubt.missing_part(self.entries[day]):
                raise damaged_file(self.file_of(day))

    def check_fits(self, demo: bool, server: str = "") -> None:
        """Raise :class:`DataRefused` if facts from the host ``server`` must not be added to this history.

        ``server`` is "" for facts that come from files; ``demo``: whether they are demo data.
        """
        if self.by_metric and demo != self.demo:
            kind = "demo data" if self.demo else "real data"
            raise DataRefused(f"The history in {self.folder} contains {kind}; choose another folder with --history.")
        known = self.load_account().server
        if self.entries and server and known and server != known:
            raise DataRefused(
                f"The history in {self.folder} comes from {known}, not {server}; choose another folder with "
                f"--history, or delete {self.folder / 'account.json'} if both are the same account."
            )

    def save(
        self,
        facts: Facts,
        fetched: Fetched,
        *,
        accept_shrink: bool = False,
        dimensions: Collection[str] = DIMENSIONS,
        own_counts: Mapping[date, int] | None = None,
        confirmed: bool = True,
    ) -> list[Shrunk]:
        """Store ``facts``; each day replaces the stored one completely.

        ``confirmed``: if not, the next run fetches the days again unless :meth:`confirm` is called.
        ``own_counts``: UTC day → the API's own count, of the days it is already known for; None if the source has none.
        Returns the days that were not stored, because

        - they shrank, and ``accept_shrink`` is not set: their total is lower than the stored one; or the stored day is
          complete and of the same source, and the sum of one of the ``dimensions`` is lower; or
        - they do not add up to the API's own count, and the stored day does. If neither does, the fuller one is stored.

        Days that have not ended when they were fetched are stored as open. Raises
        :class:`DiskFailed`, :class:`DataRefused`.
        """
        rows = {day: FACTS.empty_table() for day in facts.days} | split_days(facts.table)
        sums = {day: sum_dimensions(table) for day, table in rows.items()}
        answers, verdicts = dict[date, StoredDay](), dict[date, doubt.Verdict]()
        for day, table in rows.items():
            is_open, count = fetched.now < day_end(day), sums[day].get("total", 0)
            answer = StoredDay(fetched.source, fetched.detail, is_open, count, table.num_rows)
            answers[day] = self._judge(fetched.metric, day, facts, own_counts, answer)
            verdicts[day] = doubt.weigh(self.entries.get(day), answers[day], has_own_count=own_counts is not None)
        smaller = {day: answer for day, answer in answers.items() if verdicts[day] == "compare" and not accept_shrink}
        rejected = self._check_shrink(smaller, sums, dimensions)
        rejected += [
            Shrunk(day, self.entries[day].count, answer.count, complete=True, doubt=answer.doubt)
            for day, answer in answers.items()
            if verdicts[day] == "keep"
        ]
        kept = {day: answer for day, answer in answers.items() if verdicts[day] == "keep rows"}
        stored = {day: table for day, table in rows.items() if day not in {one.day for one in rejected} | kept.keys()}
        self._store(stored, answers, facts, fetched)
        if not confirmed:
            self.entries |= {day: replace(self.entries[day], last=None) for day in stored}
        self._note_answers(kept, facts, fetched.now, confirmed=confirmed)
        return rejected

    def days_to_count_first(self, facts: Facts, now: datetime) -> dict[date, int]:
        """Return the days of ``facts`` whose own count has to be known before they are stored → the sum of their rows.

        These are complete days that would replace a stored day and differ from it, or from what it should be.
        """
        counts = {day: sum_dimensions(table).get("total", 0) for day, table in split_days(facts.table).items()}
        return {
            day: counts.get(day, 0)
            for day in facts.days
            if day_end(day) <= now and doubt.is_disputed(self.entries.get(day), counts.get(day, 0))
        }

    def note_own_counts(self, own_counts: Mapping[date, int], now: datetime) -> None:
        """Record the API's own counts of stored days (UTC day → count), which decide which days are in doubt."""
        self._rejudge(doubt.compare(self.entries, own_counts, now))

    def save_ledger(self) -> None:
        """Write the ledger to disk."""
        save_bytes(self.folder / "ledger.jsonl", render_ledger(self.entries.values()).encode())

    def compact(self, now: datetime) -> int:
        """Merge each past month into one file; return how many were merged. Safe to repeat after an interruption."""
        done = sum(one.compact(now) for one in self.others.values())
        for folder in sorted({path.parent for path in self.folder.glob(DAYS)}):
            month = f"{folder.parent.name}-{folder.name}"
            known = month_file(self.folder, month).is_file()
            if day_files(self.folder, month) and (known or _closed(month, now)):
                self._rewrite_month(month, {}, {})
                done += not known  # otherwise a crash left day files behind, or a person restored them
        return done

    def set_aside_future(self, now: datetime) -> list[Path]:
        """Move the days after today, which a wrong clock has made, to files that are not read; return these files.

        Hours and peaks of such days are removed, and so are closed months and corrections that were published on one.
        """
        future = [day for day in sorted(self.entries) if day > now.date()]
        others = [path for one in self.others.values() for path in one.set_aside_future(now)]
        aside = []
        for path, group in groupby(future, self.file_of):
            days = list(group)
            target = path.with_suffix(".future")
            metadata = {day: stored_day(self.entries[day]) for day in days}
            content = render_parquet(_rows_of(path, days), render_metadata(self.metric or "", metadata))
            save_bytes(target, content)
            self.drop(days)
            aside.append(target)
        if aside:
            self.save_ledger()
            log.warning("Set aside from %s, because they are in the future: %s.", self.folder, list_days(future))
        if self.folder == self.home:
            for file in (HOURS, PEAKS):
                file.drop(self.home, {day for day, _ in file.load(self.home) if day > now.date()})
            drop_future_months(self.home, now.date())
        return aside + others

    def check_no_future(self, today: date) -> None:
        """Raise :class:`DataRefused` if there are days after tomorrow: the history or this machine's clock is wrong."""
        future = {day for one in self.all for day in one.entries if day > today + ONE_DAY}
        if future:
            remedy = "run collect, which sets them aside" if self.load_account().server else "remove them with forget"
            raise DataRefused(
                f"The history in {self.folder} has days in the future: {list_days(future)}; today is {today} (UTC). If "
                f"this machine's clock is wrong, set it. If it is right, a run with a wrong one stored them: {remedy}."
            )

    def save_assets(self, assets: Iterable[Asset], *, unlisted: bool = False) -> None:
        """Store the public ``assets``; with ``unlisted`` also the others, whose titles are never stored otherwise."""
        shown = sorted((one for one in assets if one.public or unlisted), key=lambda asset: asset.media_id)
        metadata = {METADATA_KEY: b'{"schema":%d}' % VERSION}
        save_bytes(
            self.home / "assets.parquet",
            render_parquet(pa.Table.from_pylist([*map(asdict, shown)], schema=ASSETS), metadata),
        )

    def load_assets(self) -> tuple[Asset, ...]:
        """Return the assets that were saved last; an empty tuple if there are none.

        Raises :class:`DataRefused` if the file is damaged or not of a history.
        """
        path = self.home / "assets.parquet"
        if not path.exists():
            return ()
        check_digest(path)
        rows = read_rows(path, ASSETS).to_pylist()
        try:
            return tuple(
                Asset(
                    r["media_id"], r["type"], clean_text(r["title"]), r.get("public", True), tuple(r["tags"]),
                    r["published_at"], r.get("lifetime"),
                )
                for r in rows
                if is_media_id(r["media_id"])
            )  # fmt: skip
        except (KeyError, TypeError):
            raise not_ours(str(path)) from None

    def forget_unlisted(self) -> tuple[Asset, ...]:
        """Remove titles and ids of assets that are not public from all files; return the assets that were removed.

        Their counts stay, as ``unlisted``. Safe to repeat after an interruption, because the titles are removed last.
        """
        assets = self.load_assets()
        hidden = tuple(asset for asset in assets if not asset.public)
        if not hidden:
            return ()
        listed = {asset.media_id for asset in assets if asset.public}
        for history in self.all:
            history._hide_unlisted(listed)
        if published := load_published(self.folder):
            save_published(self.folder, hide_unlisted_months(published, listed))
        hide_unlisted_peaks(self.home, listed)
        self.save_assets(assets)
        return hidden

    def _hide_unlisted(self, listed: Collection[str]) -> None:
        """Replace ids of assets that are not ``listed`` in all files of this metric."""
        for path in self.files():
            metric, days, _ = read_metadata(path)
            table = hide_unlisted_rows(read_rows(path).cast(FACTS), listed)
            rows = split_days(table)
            days = {day: replace(one, rows=rows[day].num_rows if day in rows else 0) for day, one in days.items()}
            save_bytes(path, render_parquet(table, render_metadata(metric, days)))
            self.entries |= {day: replace(self.entries[day], rows=one.rows) for day, one in days.items()}
        self.save_ledger()

    def confirm(self, days: Iterable[date], now: datetime) -> None:
        """Record that the stored ``days`` were found unchanged at ``now``."""
        self.entries |= {day: replace(self.entries[day], last=now) for day in days}
        self.save_ledger()

    def save_account(self, remembers: int | None, checked: Checked | None, server: str = "") -> None:
        """Store account metadata from the API. None and "" leave the stored value unchanged."""
        before = self.load_account()
        remembers = before.remembers if remembers is None else remembers
        account = Account(remembers, checked or before.checked, server or before.server)
        if account != before:
            save_bytes(self.home / "account.json", render_account(account).encode())

    def load_account(self) -> Account:
        """Return the stored account metadata; an empty one if there is none.

        A damaged file is logged as a warning and ignored; the next run that fetches the metadata overwrites it.
        """
        try:
            return self.read_account()
        except DataRefused as error:
            log.warning(error)
            return Account()

    def read_account(self) -> Account:
        """Return the stored account metadata; an empty one if there is none. Raises :class:`DataRefused`."""
        path = self.home / "account.json"
        return parse_account(load_bytes(path), str(path)) if path.exists() else Account()

    def file_of(self, day: date) -> Path:
        """Return the file that contains ``day``: that of its month if there is one, else its own."""
        month = month_file(self.folder, f"{day:%Y-%m}")
        return month if month.is_file() else day_file(self.folder, day)

    def rows_of(self, day: date) -> pa.Table:
        """Return the stored rows of ``day``, with the columns of ``FACTS``."""
        return _rows_of(self.file_of(day), [day])

    def changed_days(self, facts: Facts, source: str) -> tuple[date, ...]:
        """Return the days of ``facts`` that are not stored from ``source``, complete and with the same rows."""
        rows, stored = split_days(facts.table), dict[date, pa.Table]()
        entries = {day: entry for day in facts.days if (entry := self.entries.get(day))}
        alike = [day for day, entry in entries.items() if entry.source == source and not entry.open]
        for path, days in groupby(sorted(alike), self.file_of):
            stored |= dict.fromkeys(days, FACTS.empty_table()) | split_days(read_rows(path).cast(FACTS))
        return tuple(day for day in facts.days if stored.get(day) != rows.get(day, FACTS.empty_table()))

    def replaced_days(self, facts: Facts, source: str) -> set[date]:
        """Return the days stored from ``source`` of which ``facts`` lack a count, or have a lower one.

        Only the dimensions of ``facts`` are compared, because a run may collect fewer of them.
        """
        stored = sorted(day for day in facts.days if day in self.entries and self.entries[day].source == source)
        tables = [_rows_of(path, list(days)) for path, days in groupby(stored, self.file_of)]
        if not tables:
            return set()
        both = pa.concat_tables(tables).join(facts.table, KEYS, right_suffix=" now")
        lower = pc.less(pc.fill_null(both["count now"], 0), both["count"])
        compared = pc.is_in(both["dimension"], pc.unique(facts.table["dimension"]))
        return set(both.filter(pc.and_(lower, compared))["day"].to_pylist())

    def put(self, rows: Mapping[date, pa.Table], entries: Mapping[date, LedgerDay], now: datetime) -> None:
        """Store days of another history, rows and ledger lines, in place of the stored ones."""
        for month, days in _by_month(rows):
            stored = _stored_days({day: entries[day] for day in days})
            self._write(month, {day: rows[day] for day in days}, stored, entries[days[0]].metric, now)
        self.entries.update(entries)

    def drop(self, days: Iterable[date]) -> None:
        """Remove ``days``, as if they had never been collected."""
        for day in days:
            path, month = self.file_of(day), month_file(self.folder, f"{day:%Y-%m}")
            if path == month:
                self._rewrite_month(f"{day:%Y-%m}", {}, {}, without=day)
            else:
                remove_files([path], path.parent)
            del self.entries[day]

    def _judge(
        self, metric: str, day: date, facts: Facts, own_counts: Mapping[date, int] | None, answer: StoredDay
    ) -> StoredDay:
        """Return ``answer`` with the API's own count of the day, and whether it is in doubt."""
        doubtful = day in facts.doubtful
        if own_counts is None:
            return replace(answer, doubt="refused", reported=facts.reported.get(day)) if doubtful else answer
        before, reported = self.entries.get(day), own_counts.get(day)
        if reported is None and before and doubt.is_confirmed(before) and before.count == answer.count:
            reported = before.reported
        verdict = doubt.judge(metric, answer.count, reported, doubtful=doubtful, open=answer.open)
        return replace(answer, reported=reported, doubt=verdict)

    def _store(
        self, rows: Mapping[date, pa.Table], answers: Mapping[date, StoredDay], facts: Facts, fetched: Fetched
    ) -> None:
        """Write ``rows`` and their ledger lines. The file has the state of its days after this night was counted."""
        metric, now = fetched.metric, fetched.now
        for month, days in _by_month(rows):
            lines = {
                day: _entry(day, answers[day], metric, now, _refused(facts, day), before=self.entries.get(day))
                for day in days
            }
            self._write(month, {day: rows[day] for day in days}, _stored_days(lines), metric, now)
            self.entries |= lines

    def _note_answers(self, answers: Mapping[date, StoredDay], facts: Facts, now: datetime, *, confirmed: bool) -> None:
        """Record answers that are less full than the rows that are stored: only the counts change, and the doubt.

        The ledger is written to disk.
        """
        lines = {}
        for day, answer in answers.items():
            before = self.entries[day]
            after = replace(
                before, open=answer.open, reported=before.reported if answer.reported is None else answer.reported,
                doubt=answer.doubt, answer=answer.count, last=now, nights=0, refused=_refused(facts, day),
            )  # fmt: skip
            lines[day] = doubt.count_night(before, after, now)
            if not confirmed:
                lines[day] = replace(lines[day], last=None)
        self._rejudge(lines)

    def _rejudge(self, lines: Mapping[date, LedgerDay]) -> None:
        """Replace the ledger lines of stored days; write the ledger and the files whose footers have changed."""
        changed = [day for day, line in lines.items() if stored_day(line) != stored_day(self.entries[day])]
        self.entries |= lines
        for path, group in groupby(sorted(changed), self.file_of):
            metric, days, _ = read_metadata(path)
            days |= {day: stored_day(lines[day]) for day in group}
            save_bytes(path, render_parquet(read_rows(path).cast(FACTS), render_metadata(metric, days)))
        self.save_ledger()

    def _check_shrink(
        self, answered: Mapping[date, StoredDay], sums: Mapping[date, Mapping[str, int]], dimensions: Collection[str]
    ) -> list[Shrunk]:
        shrunk, alike = [], []
        for day, answer in answered.items():
            stored = self.entries.get(day)
            if stored is not None and answer.count < stored.count:
                shrunk.append(Shrunk(day, stored.count, answer.count, complete=not stored.open or answer.open))
            elif stored is not None and not stored.open and stored.source == answer.source:
                alike.append(day)
        for path, days in groupby(sorted(alike), self.file_of):
            table = read_rows(path).cast(FACTS)
            before, wrong = split_days(table), {(one.day, one.dimension) for one in find_overfull(table)}
            for day in days:
                new, old = sums[day], sum_dimensions(before.get(day, FACTS.empty_table()))
                lower = [name for name in dimensions if new.get(name, 0) < old.get(name, 0)]
                less = [name for name in lower if (day, name) not in wrong]
                shrunk += [Shrunk(day, old[name], new.get(name, 0), True, name) for name in less[:1]]
        return shrunk

    def _write(
        self, month: str, rows: Mapping[date, pa.Table], stored: Mapping[date, StoredDay], metric: str, now: datetime
    ) -> None:
        if month_file(self.folder, month).is_file() or _closed(month, now):
            self._rewrite_month(month, rows, stored, metric)
            return
        for day, table in rows.items():
            save_bytes(day_file(self.folder, day), render_parquet(table, render_metadata(metric, {day: stored[day]})))

    def _rewrite_month(
        self,
        month: str,
        rows: Mapping[date, pa.Table],
        stored: Mapping[date, StoredDay],
        metric: str = "",
        *,
        without: date | None = None,
    ) -> None:
        """Rewrite a month's file: keep its stored days, replace those in ``rows``, drop ``without``; delete day files.

        ``metric``: only needed for a month without a file; a file says its own. If a day is in both the month file and
        a day file, the month file wins. If no day is left, the file is deleted.
        """
        path, files = month_file(self.folder, month), day_files(self.folder, month)
        sources = [*([path] if path.is_file() else []), *files]
        tables: list[pa.Table] = []
        days = dict(stored)
        for source in sources:
            metric, found, _ = read_metadata(source)
            table = read_rows(source)
            tables.append(table.filter(pc.invert(pc.is_in(table["day"], pa.array([*days, without])))))
            days = found | days
        days = {day: one for day, one in days.items() if day != without}
        if not days:
            remove_files([path], path.parent)
            return
        merged = pa.concat_tables([table.cast(FACTS) for table in [*tables, *rows.values()]])
        save_bytes(path, render_parquet(sort_facts(merged), render_metadata(metric, days)))
        if files:
            remove_files(files, files[0].parent)


def load_history(folder: Path) -> History:
    """Return the history in ``folder`` for reading; an empty one if there is none.

    The Parquet files take precedence over the ledger: a line without its day is dropped; a day without its line gets a
    new one without times, so that it is fetched again. Raises :class:`DataRefused` for a damaged file.
    """
    check_folder(folder, "the history", "--history")
    check_open(folder)
    for path in find_strays(folder):
        _warn_of_stray(path, path.absolute())
    history = _load_metric(folder, folder)
    for one in metric_folders(folder)[1:]:
        other = _load_metric(one, folder)
        if other.metric and (other.metric != one.name or other.metric == history.metric):
            raise DataRefused(
                f"{one} counts {other.metric}, which is not its name, or which the history already has; move the files "
                "that do not belong there out of the history folder and run again."
            )
        history.others[one.name] = other
    return history


def metric_folders(folder: Path) -> list[Path]:
    """Return the folders with facts in the history ``folder``: itself, and one for each further metric."""
    return [folder, *(one for metric in METRICS if (one := folder / METRICS_FOLDER / metric).is_dir())]


def _load_metric(folder: Path, home: Path) -> History:
    """Return the days in ``folder``, which is the history ``home``, or that of one metric of it."""
    history = History(folder, {}, home)
    ledger = folder / "ledger.jsonl"
    if beyond := find_beyond(folder):
        raise DataRefused(
            f"{beyond[0]} is of days after {LAST_DAY}, which a run with a wrong clock stored. Run collect or compact: "
            "it sets such files aside."
        )
    # Read the files first: the ledger of a newer version must not be reported as a broken one.
    metadata = {path: read_metadata(path) for path in history.files()}
    known = parse_ledger(load_bytes(ledger), str(ledger))
    for path, (metric, days, _) in metadata.items():
        if metric != (history.metric or metric):
            raise DataRefused(
                f"{path} counts {metric}, but older files of the history count {history.metric}; "
                "move the files that do not belong there out of the history folder and run again."
            )
        for day, stored in days.items():
            line = known.get(day)  # after a crash between the two writes it differs from the file
            if line is None or line.metric != metric or stored_day(line) != stored:
                known[day] = _entry(day, stored, metric, None, {}, before=line)
        history.entries |= {day: known[day] for day in days}
    return history


def find_last_source(folder: Path) -> str | None:
    """Return the source of the newest day in ``folder``; None if there is none. Damaged files are skipped."""
    check_folder(folder, "the history", "--history")
    for path in reversed(History(folder, {}).files()):
        with suppress(DataRefused):
            if days := read_metadata(path).days:
                return days[max(days)].source
    return None


@contextmanager
def open_history(folder: Path) -> Iterator[History]:
    """Open the history in ``folder`` for writing; until the block ends, no other run can.

    Raises :class:`DataRefused` if another run has it open, :class:`DiskFailed` if it cannot be written.
    """
    check_folder(folder, "the history", "--history")
    with alone(folder / ".lock", "the history", folder):
        check_open(folder)
        remove_leftovers(folder)
        for one in metric_folders(folder):
            _set_aside_beyond(one)
            _mend(one)
        yield load_history(folder)


def _set_aside_beyond(folder: Path) -> None:
    """Rename the files of days after ``LAST_DAY``, which cannot be read, and remove such days from the ledger."""
    beyond, ledger = find_beyond(folder), folder / "ledger.jsonl"
    for path in beyond:
        path.replace(path.with_suffix(".future"))
    if beyond:
        log.warning(
            "%s had %s of days after %s, which a run with a wrong clock had stored; they were renamed to "
            "*.future, and can be deleted.", folder, counted(len(beyond), "file"), LAST_DAY,
        )  # fmt: skip
    content = load_bytes(ledger)
    if (readable := drop_beyond(content)) != content:
        save_bytes(ledger, readable)


def _mend(folder: Path) -> None:
    """Rename damaged day files and convert older formats; change nothing if a file has a newer format.

    Every file is converted, so that engines and other programs find a single schema.
    """
    described: dict[Path, Description] = {}
    damaged = []
    for path in History(folder, {}).files():
        try:
            described[path] = read_metadata(path) if is_month(path) else check_file(path)
        except DamagedFile:
            if is_month(path):
                raise
            damaged.append(path)
    for path in damaged:
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        log.warning("%s is damaged; it was renamed to %s, and its day will be fetched again.", path, aside.name)
    for path, (metric, days, outdated) in described.items():
        if outdated:
            save_bytes(path, render_parquet(sort_facts(read_rows(path)), render_metadata(metric, days)))


@cache
def _warn_of_stray(path: Path, absolute: Path) -> None:
    """Log that ``path`` is ignored, once in each process: ``absolute`` is the same path."""
    log.warning("%s is not a file of the history, perhaps a copy, and is ignored. Move it elsewhere.", path)


def _entry(
    day: date,
    stored: StoredDay,
    metric: str,
    now: datetime | None,
    refused: Mapping[str, int],
    before: LedgerDay | None,
) -> LedgerDay:
    """Return the new ledger line of ``day``, replacing ``before``; ``now`` is None if it is rebuilt from a file."""
    seen = before.first_count if before else None
    line = LedgerDay(
        day=day,
        metric=metric,
        **asdict(stored),
        first=(before and before.first) or now,
        last=now,
        first_count=seen if seen is not None or stored.open else stored.count,
        refused=refused,
        answer=stored.count,
    )
    return doubt.count_night(before, line, now) if now else line


def _refused(facts: Facts, day: date) -> dict[str, int]:
    """Return reason → number of rejected rows, of ``day``."""
    reasons: Counter[str] = Counter()
    for one in facts.refused:
        if one.day == day:
            reasons[one.reason] += one.count
    return dict(sorted(reasons.items()))


def _rows_of(path: Path, days: Collection[date]) -> pa.Table:
    table = read_rows(path).cast(FACTS)
    return table.filter(pc.is_in(table["day"], pa.array(days)))


def stored_day(entry: LedgerDay) -> StoredDay:
    """Return the part of a ledger line that is also in the footer of the day's file."""
    return StoredDay(**{one.name: getattr(entry, one.name) for one in fields(StoredDay)})


def _stored_days(lines: Mapping[date, LedgerDay]) -> dict[date, StoredDay]:
    return {day: stored_day(line) for day, line in lines.items()}


def _by_month(days: Iterable[date]) -> Iterator[tuple[str, list[date]]]:
    for month, group in groupby(sorted(days), key=lambda day: f"{day:%Y-%m}"):
        yield month, list(group)


def _closed(month: str, now: datetime) -> bool:
    return f"{now - COMPACT_AFTER:%Y-%m}" > month

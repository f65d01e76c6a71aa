"""The history on disk: one Parquet file per day, past months in one file each, and the ledger.

    history/2026/11/2026-11-22.parquet    a day
    history/2026/2026-10.parquet          a past month, all its days in one file
    history/assets.parquet                the videos and live streams whose titles may be published
    history/published.parquet             breakdowns of past months as they were first published
    history/ledger.jsonl                  one line per day: source, count, times
    history/account.json                  what the API reported about the account

Only this package knows these paths. Every file is written under another name, synced and renamed, so a crash leaves no
half-written file. The Parquet files contain no times: equal facts give equal bytes. The times are in the ledger, which
is rebuilt from the files if it is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from apivideo_geo.days import day_end
from apivideo_geo.durable import alone, remove_leftovers, save_bytes
from apivideo_geo.errors import DataRefused, UsageError
from apivideo_geo.facts import FACTS, sort_facts
from apivideo_geo.history.account import parse_account, render_account
from apivideo_geo.history.ledger import LedgerDay, parse_ledger, render_ledger
from apivideo_geo.history.parquet import (
    damaged_file,
    find_damaged_days,
    find_outdated,
    read_metadata,
    read_rows,
    remove_files,
    render_parquet,
    split_days,
    sum_dimensions,
    unreadable_file,
)
from apivideo_geo.history.published import load_published, save_published
from apivideo_geo.history.schema import (
    ASSETS,
    StoredDay,
    not_ours,
    render_metadata,
)
from apivideo_geo.model import DIMENSIONS, Account, Asset, Checked, Facts, Refused, Shrunk
from apivideo_geo.plain_text import clean_text, is_media_id
from apivideo_geo.privacy import hide_unlisted_months, hide_unlisted_rows

log = logging.getLogger(__name__)

COMPACT_AFTER = timedelta(days=2)
"""A month is merged into one file this long after its end, when all its days are final."""


class History:
    """The history in ``folder``. ``entries`` is the ledger: UTC day → its line."""

    def __init__(self, folder: Path, entries: dict[date, LedgerDay]) -> None:
        self.folder = folder
        self.entries = entries

    @property
    def metric(self) -> str | None:
        """The metric that this history counts; None while it is empty."""
        return next((entry.metric for entry in self.entries.values()), None)

    @property
    def demo(self) -> bool:
        """Whether it contains demo data."""
        return any(entry.source == "demo" for entry in self.entries.values())

    def partial_days(self) -> set[date]:
        """Return days collected only before they ended, although later days exist. Their counts are too low."""
        return {day for day, entry in self.entries.items() if entry.open and day != max(self.entries)}

    def files(self) -> list[Path]:
        """Return the Parquet files of facts, oldest first; together they contain every fact once."""
        days = list(
            self.folder.glob("[0-9]*/[0-9]*/????-??-??.parquet")
        )  # list days before months, because another run may be compacting
        months = list(self.folder.glob("[0-9]*/????-??.parquet"))
        compacted = {path.stem for path in months}
        days = [path for path in days if path.stem[:7] not in compacted]
        return sorted(months + days, key=lambda path: path.stem)

    def check_current(self) -> None:
        """Raise :class:`DataRefused` if a file has an older format; the next run of collect converts it."""
        if find_outdated(self.files()):
            raise DataRefused(
                f"The history in {self.folder} was written by an older apivideo-geo; run collect once to convert it."
            )

    def check_readable(self) -> None:
        """Raise :class:`DataRefused` with the path of a damaged file, if there is one."""
        for path in self.files():
            read_rows(path)

    def check_counts(self, counts: Mapping[date, int]) -> None:
        """Raise :class:`DataRefused` if a total in ``counts`` differs from the one in the ledger."""
        for day, count in counts.items():
            if count != self.entries[day].count:
                raise damaged_file(self.file_of(day))

    def check_fits(self, metric: str, demo: bool, server: str = "") -> None:
        """Raise :class:`DataRefused` if facts of ``metric`` from the host ``server`` must not be added to this history.

        ``server`` is "" for facts that come from files.
        """
        if self.entries and demo != self.demo:
            kind = "demo data" if self.demo else "real data"
            raise DataRefused(f"The history in {self.folder} contains {kind}; choose another folder with --history.")
        if self.metric not in (None, metric):
            as_that = (
                f", or count sessions as {self.metric}s with --count-sessions-as {self.metric}"
                if metric == "session"
                else ""
            )
            raise DataRefused(
                f"The history in {self.folder} counts {self.metric}, not {metric}; "
                f"choose another folder with --history{as_that}."
            )
        known = self.load_account().server
        if self.entries and server and known and server != known:
            raise DataRefused(
                f"The history in {self.folder} comes from {known}, not {server}; choose another folder with "
                f"--history, or delete {self.folder / 'account.json'} if both are the same account."
            )

    def save(
        self,
        facts: Facts,
        *,
        metric: str,
        source: str,
        detail: str,
        now: datetime,
        accept_shrink: bool = False,
        dimensions: Collection[str] = DIMENSIONS,
    ) -> list[Shrunk]:
        """Store ``facts``, fetched at ``now``; each day replaces the stored one completely.

        Returns the days that were not stored because they shrank, unless ``accept_shrink``: the total is lower than the
        stored one; or the stored day is complete and of the same ``source``, and the sum of one of the ``dimensions``
        is lower. Days that have not ended at ``now`` are stored as open. Raises :class:`DiskFailed`,
        :class:`DataRefused`.
        """
        rows = {day: FACTS.empty_table() for day in facts.days} | split_days(facts.table)
        sums = {day: sum_dimensions(table) for day, table in rows.items()}
        stored = {
            day: StoredDay(source, detail, now < day_end(day), sums[day].get("total", 0), table.num_rows)
            for day, table in rows.items()
        }
        shrunk = [] if accept_shrink else self._check_shrink(stored, sums, dimensions)
        for one in shrunk:
            del rows[one.day]
        for month, days in _by_month(rows):
            self._write(month, {day: rows[day] for day in days}, {day: stored[day] for day in days}, metric, now)
            for day in days:
                refused, before = [one for one in facts.refused if one.day == day], self.entries.get(day)
                self.entries[day] = _entry(day, stored[day], metric, now, refused, before=before)
        self.save_ledger()
        return shrunk

    def save_ledger(self) -> None:
        """Write the ledger to disk."""
        save_bytes(self.folder / "ledger.jsonl", render_ledger(self.entries.values()).encode())

    def compact(self, now: datetime) -> int:
        """Merge each past month into one file; return how many were merged. Safe to repeat after an interruption."""
        done = 0
        for folder in sorted(self.folder.glob("[0-9]*/[0-9]*")):
            month = _month_of(folder)
            if month is None:
                continue
            known = self._month_file(month).is_file()
            if (known or _closed(month, now)) and any(folder.glob("????-??-??.parquet")):
                self._rewrite_month(month, {}, {}, self.metric or "")
                done += not known  # otherwise a crash left day files behind, or a person restored them
        return done

    def save_assets(self, assets: Iterable[Asset], *, unlisted: bool = False) -> None:
        """Store the public ``assets``; with ``unlisted`` also the others, whose titles are never stored otherwise."""
        rows = [
            {
                "media_id": a.media_id,
                "type": a.type,
                "title": a.title,
                "tags": list(a.tags),
                "published_at": a.published_at,
                "lifetime": a.lifetime,
                "public": a.public,
            }
            for a in sorted(assets, key=lambda asset: asset.media_id)
            if a.public or unlisted
        ]
        save_bytes(self.folder / "assets.parquet", render_parquet(pa.Table.from_pylist(rows, schema=ASSETS), {}))

    def load_assets(self) -> tuple[Asset, ...]:
        """Return the assets that were saved last; an empty tuple if there are none."""
        path = self.folder / "assets.parquet"
        if not path.is_file():
            return ()
        rows = read_rows(path).to_pylist()
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
        for path in self.files():
            metric, days = read_metadata(path)
            table = hide_unlisted_rows(read_rows(path).cast(FACTS), listed)
            rows = split_days(table)
            days = {day: replace(one, rows=rows[day].num_rows if day in rows else 0) for day, one in days.items()}
            save_bytes(path, render_parquet(table, render_metadata(metric, days)))
            self.entries |= {day: replace(self.entries[day], rows=one.rows) for day, one in days.items()}
        self.save_ledger()
        if published := load_published(self.folder):
            save_published(self.folder, hide_unlisted_months(published, listed))
        self.save_assets(assets)
        return hidden

    def confirm(self, days: Iterable[date], now: datetime) -> None:
        """Record that the stored ``days`` were found unchanged at ``now``."""
        self.entries |= {day: replace(self.entries[day], last=now) for day in days}
        self.save_ledger()

    def ask_again(self, days: Iterable[date]) -> None:
        """Make the next run fetch ``days`` again, unless :meth:`confirm` is called."""
        self.entries |= {day: replace(self.entries[day], last=None) for day in days}
        self.save_ledger()

    def closed_counts(self, days: Iterable[date]) -> dict[date, int]:
        """Return day → total, for those of ``days`` that are stored and had ended when they were fetched."""
        return {day: entry.count for day in days if (entry := self.entries.get(day)) and not entry.open}

    def save_account(self, remembers: int | None, checked: Checked | None, server: str = "") -> None:
        """Store account metadata from the API. None and "" leave the stored value unchanged."""
        before = self.load_account()
        remembers = before.remembers if remembers is None else remembers
        account = Account(remembers, checked or before.checked, server or before.server)
        if account != before:
            save_bytes(self.folder / "account.json", render_account(account).encode())

    def load_account(self) -> Account:
        """Return the stored account metadata; an empty one if there is none.

        A damaged file is logged as a warning and ignored; the next run that fetches the metadata overwrites it.
        """
        path = self.folder / "account.json"
        try:
            return parse_account(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else Account()
        except (DataRefused, UnicodeDecodeError):
            log.warning("%s is damaged; the next run that collects from api.video writes it again.", path)
            return Account()

    def file_of(self, day: date) -> Path:
        """Return the file that contains ``day``: that of its month if there is one, else its own."""
        month = self._month_file(f"{day:%Y-%m}")
        return month if month.is_file() else self._day_file(day)

    def rows_of(self, day: date) -> pa.Table:
        """Return the stored rows of ``day``, with the columns of ``FACTS``."""
        table = read_rows(self.file_of(day)).cast(FACTS)
        return table.filter(pc.equal(table["day"], pa.scalar(day, pa.date32())))

    def changed_days(self, facts: Facts, source: str) -> tuple[date, ...]:
        """Return the days of ``facts`` that are not stored from ``source``, complete and with the same rows."""
        rows, stored = split_days(facts.table), dict[date, pa.Table]()
        entries = {day: entry for day in facts.days if (entry := self.entries.get(day))}
        alike = [day for day, entry in entries.items() if entry.source == source and not entry.open]
        for path, days in groupby(sorted(alike), self.file_of):
            stored |= dict.fromkeys(days, FACTS.empty_table()) | split_days(read_rows(path).cast(FACTS))
        return tuple(day for day in facts.days if stored.get(day) != rows.get(day, FACTS.empty_table()))

    def put(self, rows: Mapping[date, pa.Table], entries: Mapping[date, LedgerDay], now: datetime) -> None:
        """Store days of another history, rows and ledger lines, in place of the stored ones."""
        for month, days in _by_month(rows):
            stored = {day: stored_day(entries[day]) for day in days}
            self._write(month, {day: rows[day] for day in days}, stored, entries[days[0]].metric, now)
        self.entries.update(entries)

    def drop(self, days: Iterable[date]) -> None:
        """Remove ``days``, as if they had never been collected."""
        for day in days:
            path, month = self.file_of(day), self._month_file(f"{day:%Y-%m}")
            if path == month:
                self._rewrite_month(f"{day:%Y-%m}", {}, {}, self.metric or "", without=day)
            else:
                remove_files([path], path.parent)
            del self.entries[day]

    def _check_shrink(
        self, answered: Mapping[date, StoredDay], sums: Mapping[date, Mapping[str, int]], dimensions: Collection[str]
    ) -> list[Shrunk]:
        shrunk, alike = [], []
        for day, answer in answered.items():
            stored = self.entries.get(day)
            if stored is not None and answer.count < stored.count:
                shrunk.append(Shrunk(day, stored.count, answer.count, complete=not stored.open))
            elif (
                stored is not None and not stored.open and stored.source == answer.source and stored.detail != "country"
            ):
                alike.append(day)
        for path, days in groupby(sorted(alike), self.file_of):
            before = split_days(read_rows(path).cast(FACTS))
            for day in days:
                new, old = sums[day], sum_dimensions(before.get(day, FACTS.empty_table()))
                less = [name for name in dimensions if new.get(name, 0) < old.get(name, 0)]
                shrunk += [Shrunk(day, old[name], new.get(name, 0), True, name) for name in less[:1]]
        return shrunk

    def _write(
        self, month: str, rows: Mapping[date, pa.Table], stored: Mapping[date, StoredDay], metric: str, now: datetime
    ) -> None:
        if self._month_file(month).is_file() or _closed(month, now):
            self._rewrite_month(month, rows, stored, metric)
            return
        for day, table in rows.items():
            save_bytes(self._day_file(day), render_parquet(table, render_metadata(metric, {day: stored[day]})))

    def _rewrite_month(
        self,
        month: str,
        rows: Mapping[date, pa.Table],
        stored: Mapping[date, StoredDay],
        metric: str,
        *,
        without: date | None = None,
    ) -> None:
        """Rewrite a month's file: keep its stored days, replace those in ``rows``, drop ``without``; delete day files.

        If a day is in both the month file and a day file, the month file wins. If no day is left, the file is deleted.
        """
        path, folder = self._month_file(month), self.folder / month[:4] / month[5:]
        sources = [*([path] if path.is_file() else []), *sorted(folder.glob("????-??-??.parquet"))]
        tables: list[pa.Table] = []
        days = dict(stored)
        for source in sources:
            found, table = read_metadata(source)[1], read_rows(source)
            gone = [*days, without] if without else list(days)
            tables.append(table.filter(pc.invert(pc.is_in(table["day"], pa.array(gone, pa.date32())))))
            days = found | days
        days = {day: one for day, one in days.items() if day != without}
        if not days:
            remove_files([path], folder)
            return
        merged = pa.concat_tables([table.cast(FACTS) for table in [*tables, *rows.values()]])
        save_bytes(path, render_parquet(sort_facts(merged), render_metadata(metric, days)))
        remove_files(sorted(folder.glob("????-??-??.parquet")), folder)

    def _month_file(self, month: str) -> Path:
        return self.folder / month[:4] / f"{month}.parquet"

    def _day_file(self, day: date) -> Path:
        return self.folder / f"{day:%Y}" / f"{day:%m}" / f"{day}.parquet"


def load_history(folder: Path) -> History:
    """Return the history in ``folder`` for reading; an empty one if there is none.

    The Parquet files take precedence over the ledger: a line without its day is dropped; a day without its line gets a
    new one without times, so that it is fetched again. Raises :class:`DataRefused` for a damaged file.
    """
    _check_folder(folder)
    history = History(folder, {})
    ledger = folder / "ledger.jsonl"
    known: dict[date, LedgerDay] = {}
    # Read the files first: the ledger of a newer version must not be reported as a broken one.
    metadata = {path: read_metadata(path) for path in history.files()}
    try:
        if ledger.is_file():
            known = parse_ledger(ledger.read_text(encoding="utf-8", errors="replace"), str(ledger))
    except OSError as error:
        raise unreadable_file(ledger, error) from None
    for path, (metric, days) in metadata.items():
        if metric != (history.metric or metric):
            raise DataRefused(
                f"{path} counts {metric}, but older files of the history count {history.metric}; "
                "move the files that do not belong there out of the history folder and run again."
            )
        for day, stored in days.items():
            if not _matches(known.get(day), stored, metric):
                known[day] = _entry(day, stored, metric, None, [], before=known.get(day))
        history.entries |= {day: known[day] for day in days}
    return history


def find_last_source(folder: Path) -> str | None:
    """Return the source of the newest day in ``folder``; None if there is none. Damaged files are skipped."""
    _check_folder(folder)
    for path in reversed(History(folder, {}).files()):
        with suppress(DataRefused):
            if days := read_metadata(path)[1]:
                return days[max(days)].source
    return None


@contextmanager
def open_history(folder: Path) -> Iterator[History]:
    """Open the history in ``folder`` for writing; until the block ends, no other run can.

    Raises :class:`DataRefused` if another run has it open, :class:`DiskFailed` if it cannot be written.
    """
    _check_folder(folder)
    with alone(folder / ".lock", "the history", folder):
        remove_leftovers(folder)
        _mend(folder)
        yield load_history(folder)


def _mend(folder: Path) -> None:
    """Rename damaged day files and convert older formats; change nothing if a file has a newer format.

    Every file is converted, so that engines and other programs find a single schema.
    """
    damaged = find_damaged_days(folder)
    metadata = {path: read_metadata(path) for path in History(folder, {}).files() if path not in damaged}
    for path in damaged:
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        log.warning("%s is damaged; it was renamed to %s, and its day will be fetched again.", path, aside.name)
    for path in find_outdated(metadata):
        save_bytes(path, render_parquet(sort_facts(read_rows(path)), render_metadata(*metadata[path])))


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder for the history with --history.")


def _entry(
    day: date,
    stored: StoredDay,
    metric: str,
    now: datetime | None,
    refused: Sequence[Refused],
    before: LedgerDay | None,
) -> LedgerDay:
    """Return the new ledger line of ``day``, replacing ``before``; ``now`` is None if it is rebuilt from a file."""
    reasons: dict[str, int] = {}
    for one in refused:
        reasons[one.reason] = reasons.get(one.reason, 0) + one.count
    seen = before.first_count if before else None
    return LedgerDay(
        day=day,
        metric=metric,
        **asdict(stored),
        first=(before and before.first) or now,
        last=now,
        first_count=seen if seen is not None or stored.open else stored.count,
        refused=dict(sorted(reasons.items())),
    )


def _matches(entry: LedgerDay | None, stored: StoredDay, metric: str) -> bool:
    """Return whether a ledger line agrees with the file; after a crash between the two writes they differ."""
    return entry is not None and entry.metric == metric and stored == stored_day(entry)


def stored_day(entry: LedgerDay) -> StoredDay:
    """Return the part of a ledger line that is also in the footer of the day's file."""
    return StoredDay(entry.source, entry.detail, entry.open, entry.count, entry.rows)


def _by_month(days: Iterable[date]) -> list[tuple[str, list[date]]]:
    months: dict[str, list[date]] = {}
    for day in sorted(days):
        months.setdefault(f"{day:%Y-%m}", []).append(day)
    return list(months.items())


def _closed(month: str, now: datetime) -> bool:
    last = (date.fromisoformat(f"{month}-28") + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return now >= day_end(last) + COMPACT_AFTER


def _month_of(folder: Path) -> str | None:
    month = f"{folder.parent.name}-{folder.name}"
    try:
        date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    return month

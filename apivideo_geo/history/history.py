"""The history on disk: one Parquet file per day, closed months in one file, and the ledger.

    history/2026/11/2026-11-22.parquet    a day
    history/2026/2026-10.parquet          a closed month, compacted
    history/assets.parquet                the assets that may be told, for titles
    history/ledger.jsonl                  what is known of each day
    history/account.json                  what the API told beside the facts

This module alone knows these paths. Every file is written beside, synced and renamed; no clock is in the bytes of the
Parquet files, so equal facts give equal files. The ledger carries the times and is rebuilt from the files if lost.
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
from apivideo_geo.history.schema import (
    ASSETS,
    Held,
    not_ours,
    render_metadata,
)
from apivideo_geo.model import DIMENSIONS, Account, Asset, Checked, Facts, Refused, Shrunk
from apivideo_geo.privacy import hide_unlisted_rows

log = logging.getLogger(__name__)

COMPACT_AFTER = timedelta(days=2)
"""A month is closed this long after its end: all its days are final by then."""


class History:
    """The history in ``folder``; ``entries`` is its ledger, by day."""

    def __init__(self, folder: Path, entries: dict[date, LedgerDay]) -> None:
        self.folder = folder
        self.entries = entries

    @property
    def metric(self) -> str | None:
        """The one metric of this history; None while it is empty."""
        return next((entry.metric for entry in self.entries.values()), None)

    @property
    def demo(self) -> bool:
        """Whether it holds demo data."""
        return any(entry.source == "demo" for entry in self.entries.values())

    def partial_days(self) -> set[date]:
        """Days seen only before they were over, while later ones came in: they read low, so they count as missing."""
        return {day for day, entry in self.entries.items() if entry.open and day != max(self.entries)}

    def files(self) -> list[Path]:
        """The Parquet files of facts, oldest first; together they hold every fact once."""
        days = list(self.folder.glob("[0-9]*/[0-9]*/????-??-??.parquet"))  # before the months: a run may be compacting
        months = list(self.folder.glob("[0-9]*/????-??.parquet"))
        compacted = {path.stem for path in months}
        days = [path for path in days if path.stem[:7] not in compacted]
        return sorted(months + days, key=lambda path: path.stem)

    def check_current(self) -> None:
        """Raise :class:`DataRefused` where a file is of an older version, which only a run that writes brings up."""
        if find_outdated(self.files()):
            raise DataRefused(
                f"The history in {self.folder} was written by an older apivideo-geo; run collect once to bring it up."
            )

    def check_readable(self) -> None:
        """Raise :class:`DataRefused` that names the file of facts which is damaged, if one is."""
        for path in self.files():
            read_rows(path)

    def check_counts(self, counts: Mapping[date, int]) -> None:
        """Raise :class:`DataRefused` where the rows of a day do not add up to its total, as ``counts`` has it."""
        for day, count in counts.items():
            if count != self.entries[day].count:
                raise damaged_file(self.file_of(day))

    def check_fits(self, metric: str, demo: bool, server: str = "") -> None:
        """Raise :class:`DataRefused` where facts of ``metric``, told by the host ``server``, must not be mixed into it.

        "": they come from no server.
        """
        if self.entries and demo != self.demo:
            kind = "demo data" if self.demo else "real data"
            raise DataRefused(f"The history in {self.folder} holds {kind}; choose another folder with --history.")
        if self.metric not in (None, metric):
            as_that = f", or count sessions as it with --count-sessions-as {self.metric}" if metric == "session" else ""
            raise DataRefused(
                f"The history in {self.folder} counts {self.metric}, not {metric}; "
                f"choose another folder with --history{as_that}."
            )
        known = self.load_account().server
        if self.entries and server and known and server != known:
            raise DataRefused(
                f"The history in {self.folder} was told by {known}, not {server}; choose another folder with "
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
        """Keep ``facts``, asked at ``now``: each day replaces what was held of it, whole.

        A day whose total is smaller than what is held is refused and returned, unless ``accept_shrink``; so is one that
        was whole, of the same ``source``, where one of the ``dimensions``, which are those that may be held, adds up to
        less. Days not over at ``now`` are kept as open. Raises :class:`DiskFailed`, :class:`DataRefused`.
        """
        rows = {day: FACTS.empty_table() for day in facts.days} | split_days(facts.table)
        sums = {day: sum_dimensions(table) for day, table in rows.items()}
        held = {
            day: Held(source, detail, now < day_end(day), sums[day].get("total", 0), table.num_rows)
            for day, table in rows.items()
        }
        shrunk = [] if accept_shrink else self._check_shrink(held, sums, dimensions)
        for one in shrunk:
            del rows[one.day]
        for month, days in _by_month(rows):
            self._write(month, {day: rows[day] for day in days}, {day: held[day] for day in days}, metric, now)
            for day in days:
                refused, before = [one for one in facts.refused if one.day == day], self.entries.get(day)
                self.entries[day] = _entry(day, held[day], metric, now, refused, before=before)
        self.save_ledger()
        return shrunk

    def save_ledger(self) -> None:
        """Write the ledger."""
        save_bytes(self.folder / "ledger.jsonl", render_ledger(self.entries.values()).encode())

    def compact(self, now: datetime) -> int:
        """Put each closed month into one file; returns how many were. Interrupted, it is simply done again."""
        done = 0
        for folder in sorted(self.folder.glob("[0-9]*/[0-9]*")):
            month = _month_of(folder)
            if month is None:
                continue
            known = self._month_file(month).is_file()
            if (known or _closed(month, now)) and any(folder.glob("????-??-??.parquet")):
                self._rewrite_month(month, {}, {}, self.metric or "")
                done += not known  # else a crash left them after the month was written, or a person put them back
        return done

    def save_assets(self, assets: Iterable[Asset], *, unlisted: bool = False) -> None:
        """Keep the public ones of ``assets``, with ``unlisted`` also the others; else never a title of those."""
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
        """The assets as last saved; none if there was no such run."""
        path = self.folder / "assets.parquet"
        if not path.is_file():
            return ()
        rows = read_rows(path).to_pylist()
        try:
            return tuple(
                Asset(
                    r["media_id"], r["type"], r["title"], r.get("public", True), tuple(r["tags"]), r["published_at"],
                    r.get("lifetime"),
                )
                for r in rows
            )  # fmt: skip
        except (KeyError, TypeError):
            raise not_ours(str(path)) from None

    def forget_unlisted(self) -> tuple[Asset, ...]:
        """Take the assets that are not public out of all files, titles and ids; returns those that were there.

        Their counts stay, as ``unlisted``. Cut short, it is simply done again: the titles go last.
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
        self.save_assets(assets)
        return hidden

    def confirm(self, days: Iterable[date], now: datetime) -> None:
        """What is held of ``days`` was found unchanged at ``now``, which then is when they were last seen."""
        self.entries |= {day: replace(self.entries[day], last=now) for day in days}
        self.save_ledger()

    def ask_again(self, days: Iterable[date]) -> None:
        """Let the next run ask ``days`` again; :meth:`confirm` takes that back."""
        self.entries |= {day: replace(self.entries[day], last=None) for day in days}
        self.save_ledger()

    def closed_counts(self, days: Iterable[date]) -> dict[date, int]:
        """Those of ``days`` that are held and were over when collected → their total."""
        return {day: entry.count for day in days if (entry := self.entries.get(day)) and not entry.open}

    def save_account(self, remembers: int | None, checked: Checked | None, server: str = "") -> None:
        """Keep what the API told beside the facts, and which ``server`` it was; None and "" leave what is known."""
        before = self.load_account()
        remembers = before.remembers if remembers is None else remembers
        account = Account(remembers, checked or before.checked, server or before.server)
        if account != before:
            save_bytes(self.folder / "account.json", render_account(account).encode())

    def load_account(self) -> Account:
        """What the API told beside the facts when it was last asked; nothing if there was no such run.

        A file that cannot be read is told in a warning, and counts as none: the next answer is written over it.
        """
        path = self.folder / "account.json"
        try:
            return parse_account(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else Account()
        except (DataRefused, UnicodeDecodeError):
            log.warning("%s cannot be read; the next run that asks api.video writes it anew.", path)
            return Account()

    def file_of(self, day: date) -> Path:
        """The file that holds ``day``: its month's, else its own."""
        month = self._month_file(f"{day:%Y-%m}")
        return month if month.is_file() else self._day_file(day)

    def rows_of(self, day: date) -> pa.Table:
        """The rows held of ``day``, columns ``FACTS``."""
        table = read_rows(self.file_of(day)).cast(FACTS)
        return table.filter(pc.equal(table["day"], pa.scalar(day, pa.date32())))

    def put(self, rows: Mapping[date, pa.Table], entries: Mapping[date, LedgerDay], now: datetime) -> None:
        """Keep days as another history holds them, rows and lines of the ledger, in place of what is held of them."""
        for month, days in _by_month(rows):
            held = {day: held_of(entries[day]) for day in days}
            self._write(month, {day: rows[day] for day in days}, held, entries[days[0]].metric, now)
        self.entries.update(entries)

    def drop(self, days: Iterable[date]) -> None:
        """Hold nothing of ``days`` any more, as if they had never been collected."""
        for day in days:
            path, month = self.file_of(day), self._month_file(f"{day:%Y-%m}")
            if path == month:
                self._rewrite_month(f"{day:%Y-%m}", {}, {}, self.metric or "", without=day)
            else:
                remove_files([path], path.parent)
            del self.entries[day]

    def _check_shrink(
        self, answered: Mapping[date, Held], sums: Mapping[date, Mapping[str, int]], dimensions: Collection[str]
    ) -> list[Shrunk]:
        shrunk, alike = [], []
        for day, answer in answered.items():
            held = self.entries.get(day)
            if held is not None and answer.count < held.count:
                shrunk.append(Shrunk(day, held.count, answer.count, held_whole=not held.open))
            elif held is not None and not held.open and held.source == answer.source and held.detail != "country":
                alike.append(day)
        for path, days in groupby(sorted(alike), self.file_of):
            before = split_days(read_rows(path).cast(FACTS))
            for day in days:
                told, known = sums[day], sum_dimensions(before.get(day, FACTS.empty_table()))
                less = [name for name in dimensions if told.get(name, 0) < known.get(name, 0)]
                shrunk += [Shrunk(day, known[name], told.get(name, 0), True, name) for name in less[:1]]
        return shrunk

    def _write(
        self, month: str, rows: Mapping[date, pa.Table], held: Mapping[date, Held], metric: str, now: datetime
    ) -> None:
        if self._month_file(month).is_file() or _closed(month, now):
            self._rewrite_month(month, rows, held, metric)
            return
        for day, table in rows.items():
            save_bytes(self._day_file(day), render_parquet(table, render_metadata(metric, {day: held[day]})))

    def _rewrite_month(
        self,
        month: str,
        rows: Mapping[date, pa.Table],
        held: Mapping[date, Held],
        metric: str,
        *,
        without: date | None = None,
    ) -> None:
        """One file with the days held of ``month``, those in ``rows`` replaced, ``without`` one; then the day files go.

        Of a day that lies in a file of its own too, the month's is kept. Where no day is left, there is no file.
        """
        path, folder = self._month_file(month), self.folder / month[:4] / month[5:]
        sources = [*([path] if path.is_file() else []), *sorted(folder.glob("????-??-??.parquet"))]
        tables: list[pa.Table] = []
        days = dict(held)
        for source in sources:
            found, table = read_metadata(source)[1], read_rows(source)
            gone = [*days, without] if without else list(days)
            tables.append(table.filter(pc.invert(pc.is_in(table["day"], pa.array(gone, pa.date32())))))
            days = found | days
        days = {day: one for day, one in days.items() if day != without}
        if not days:
            remove_files([path], folder)
            return
        whole = pa.concat_tables([table.cast(FACTS) for table in [*tables, *rows.values()]])
        save_bytes(path, render_parquet(sort_facts(whole), render_metadata(metric, days)))
        remove_files(sorted(folder.glob("????-??-??.parquet")), folder)

    def _month_file(self, month: str) -> Path:
        return self.folder / month[:4] / f"{month}.parquet"

    def _day_file(self, day: date) -> Path:
        return self.folder / f"{day:%Y}" / f"{day:%m}" / f"{day}.parquet"


def load_history(folder: Path) -> History:
    """The history in ``folder``, read only; an empty one where there is none.

    The Parquet files are the truth: a ledger line without its day is dropped, a day without its line gets one (with
    no times, so that it is asked again). Raises :class:`DataRefused` for a file that cannot be read.
    """
    _check_folder(folder)
    history = History(folder, {})
    ledger = folder / "ledger.jsonl"
    known: dict[date, LedgerDay] = {}
    told = {
        path: read_metadata(path) for path in history.files()
    }  # first: a newer version's ledger is not a broken one
    try:
        if ledger.is_file():
            known = parse_ledger(ledger.read_text(encoding="utf-8", errors="replace"), str(ledger))
    except OSError as error:
        raise unreadable_file(ledger, error) from None
    for path, (metric, days) in told.items():
        if metric != (history.metric or metric):
            raise DataRefused(
                f"{path} counts {metric}, what is older in the history {history.metric}; "
                "move what does not belong there out of the history folder and run again."
            )
        for day, held in days.items():
            if not _matches(known.get(day), held, metric):
                known[day] = _entry(day, held, metric, None, [], before=known.get(day))
        history.entries |= {day: known[day] for day in days}
    return history


def find_last_source(folder: Path) -> str | None:
    """Where the newest day in ``folder`` came from; None where there is none. Damaged files are passed over."""
    _check_folder(folder)
    for path in reversed(History(folder, {}).files()):
        with suppress(DataRefused):
            if days := read_metadata(path)[1]:
                return days[max(days)].source
    return None


@contextmanager
def open_history(folder: Path) -> Iterator[History]:
    """The history in ``folder``, ours alone to write until the block ends.

    Raises :class:`DataRefused` where another run holds it, :class:`DiskFailed` where it cannot be written.
    """
    _check_folder(folder)
    with alone(folder / ".lock", "the history", folder):
        remove_leftovers(folder)
        _mend(folder)
        yield load_history(folder)


def _mend(folder: Path) -> None:
    """Set damaged days aside and bring older files up; nothing is touched where a file is not for this version.

    Brought up is every file, so that engines and other programs find one schema.
    """
    damaged = find_damaged_days(folder)
    told = {path: read_metadata(path) for path in History(folder, {}).files() if path not in damaged}
    for path in damaged:
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        log.warning("%s cannot be read; it is set aside as %s and its day is asked again.", path, aside.name)
    for path in find_outdated(told):
        save_bytes(path, render_parquet(sort_facts(read_rows(path)), render_metadata(*told[path])))


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder for the history with --history.")


def _entry(
    day: date, held: Held, metric: str, now: datetime | None, refused: Sequence[Refused], before: LedgerDay | None
) -> LedgerDay:
    """The line of ``day``; ``before`` is the one it follows, ``now`` None where the line is rebuilt from a file."""
    reasons: dict[str, int] = {}
    for one in refused:
        reasons[one.reason] = reasons.get(one.reason, 0) + one.count
    seen = before.first_count if before else None
    return LedgerDay(
        day=day,
        metric=metric,
        **asdict(held),
        first=(before and before.first) or now,
        last=now,
        first_count=seen if seen is not None or held.open else held.count,
        refused=dict(sorted(reasons.items())),
    )


def _matches(entry: LedgerDay | None, held: Held, metric: str) -> bool:
    """Whether a line of the ledger tells what the file tells; a crash between the two writes lets them differ."""
    return entry is not None and entry.metric == metric and held == held_of(entry)


def held_of(entry: LedgerDay) -> Held:
    """What the file of a day tells of it, as its line of the ledger has it."""
    return Held(entry.source, entry.detail, entry.open, entry.count, entry.rows)


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

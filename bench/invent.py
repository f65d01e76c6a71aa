"""Generate random sessions with the columns of the tutorial's file, with DuckDB."""

from __future__ import annotations

from pathlib import Path

COUNTRIES = {
    "France": "FRA", "United States": "USA", "Germany": "DEU", "Brazil": "BRA", "India": "IND", "Japan": "JPN",
    "Spain": "ESP", "Italy": "ITA", "Canada": "CAN", "Mexico": "MEX", "Namibia": "NAM", "Kosovo": "XKX",
    "South Korea": "KOR", "United Kingdom": "GBR", "Türkiye": "TUR", "Ivory Coast": "CIV", "unknown": "---",
}  # fmt: skip
"""Country name, as in a session file → alpha-3."""
DAYS = 730
REPEATED = 50
"""One session in this many appears in two rows."""

# Every column of the tutorial's file. {n}: number of rows.
SESSIONS = """
select 'ps' || substr(md5((case when i % {repeated} = 0 then i + 1 else i end)::varchar), 1, 22) as "sessionID",
  'vi' || substr(md5((h % 500)::varchar), 1, 20) as "assetID", 'video' as "assetType",
  'Video number ' || (h % 500) as "title",
  strftime(timestamp '2024-01-01' + to_seconds((h % ({days} * 86400))::bigint), '%Y-%m-%dT%H:%M:%SZ') as "loadedAt",
  strftime(timestamp '2024-01-01' + to_seconds((h % ({days} * 86400) + 60)::bigint), '%Y-%m-%dT%H:%M:%SZ') as "endedAt",
  ({names})[1 + c] as "country", ({codes})[1 + c] as "ISO_A3", 'City ' || (h % 3000) as "city",
  ['desktop', 'phone', 'tablet'][1 + h % 3] as "deviceType", 'Apple' as "deviceVendor",
  'iPhone ' || (h % 12) as "deviceModel", 'Mac OS X' as "osName", 'OSX' as "osShortname",
  '10.' || (h % 15) as "osVersion", 'browser' as "clientType",
  ['Chrome', 'Firefox', 'Safari'][1 + (h // 3) % 3] as "clientName", (h % 100) || '.0' as "clientVersion",
  'https://www.example' || (h % 40) || '.com/some/page?x=' || i as "referrerUrl", 'search' as "referrerMedium",
  'Google' as "referrerSource", null as "referrerSearchTerm"
from (
  select i, (hash(k) >> 2)::bigint as h, ((hash(k + 7) >> 2) % {countries})::bigint as c
  from (select i, case when i % {repeated} = 0 then i + 1 else i end as k from range({n}) t(i))
)
"""


def write_sessions(rows: int, path: Path) -> Path:
    """Write ``rows`` sessions to ``path``, as CSV or Parquet depending on its suffix. Return ``path``."""
    import duckdb

    query = SESSIONS.format(
        n=rows, repeated=REPEATED, days=DAYS, countries=len(COUNTRIES), names=list(COUNTRIES),
        codes=list(COUNTRIES.values()),
    )  # fmt: skip
    kind = "format csv, header" if path.suffix == ".csv" else "format parquet, compression zstd"
    with duckdb.connect(config={"preserve_insertion_order": "false", "memory_limit": "4GB"}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"copy ({query}) to '{path}' ({kind})")
    return path


def bytes_needed(rows: int, kind: str) -> int:
    """Return an upper estimate of the bytes that :func:`write_sessions` writes."""
    return rows * (330 if kind == "csv" else 110)

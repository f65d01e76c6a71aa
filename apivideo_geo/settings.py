"""Settings: defaults < ``apivideo-geo.toml`` < environment < options, into one frozen object.

This module alone reads ``os.environ``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from apivideo_geo.errors import UsageError
from apivideo_geo.model import FIRST_METRICS, METRICS, PEAK, RATIO_FROM, SESSION_COLUMNS, Detail, Note
from apivideo_geo.owner_files import check_owner_file
from apivideo_geo.plain_text import clean_text, has_control_characters, is_visible, mask_keys, shown
from apivideo_geo.text_files import READ_ERRORS, describe, read_text
from apivideo_geo.wrong_values import did_you_mean, explain_value

PRODUCTION = "https://ws.api.video"
SANDBOX = "https://sandbox.api.video"
DEFAULT_FILE = Path("apivideo-geo.toml")
LARGEST_FILE = 1_000_000
"""Maximum size of the settings file in bytes."""
_TWICE = re.compile(
    r"(?:Cannot declare \('(.+)',\) twice|Cannot overwrite a value) \(at (?:line (\d+), column \d+|end of document)\)"
)
"""What Python says if a section or a setting is in a file of TOML twice."""
PREFIX = "APIVIDEO_GEO_"
OF_GITHUB = (
    "github_actions", "github_repository", "github_server_url", "github_token",
)  # fmt: skip
"""Fields that GitHub Actions sets, each in the environment variable of its name."""
KEY_PLACE = "an API key belongs only in the environment; set APIVIDEO_API_KEY there"
SHORTEST_SECRET = 12
"""Fewest characters of a key or token that is searched in other settings: a test's key may be an ordinary word."""
ENVIRONMENT_ONLY = frozenset({"api_key", "source_date_epoch", *OF_GITHUB})
"""Fields that a settings file must not contain: secrets, and what the environment sets."""

SourceName = Literal["auto", "data", "sessions", "files", "counts", "demo"]
CountMetric = Literal["play", "view", "impression", "start", "end"]
API_METRICS = (*(name for name in METRICS if "session" not in name), PEAK)
"""The metrics of the Data API."""
DETAILED_METRICS = ("play", "view", "impression", "start", "end")
"""Those that add up over videos, devices, …: a viewer of two videos counts once."""
PaletteName = Literal["blue", "green", "teal", "purple", "orange", "grey"]
ClassMethod = Literal["quantile", "log", "jenks", "equal", "custom"]
Many = Annotated[tuple[str, ...], NoDecode]
Links = Annotated[dict[Annotated[str, Field(min_length=1, max_length=60)], str], NoDecode]
Groups = Annotated[dict[Annotated[str, Field(min_length=1, max_length=60)], tuple[str, ...]], NoDecode]
ManyNumbers = Annotated[tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...], NoDecode]


def read_day(value: str) -> date:
    """Return the day YYYY-MM-DD. Raises ValueError."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("a day is written YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("there is no such day") from None


def _plain_day(value: object) -> object:
    """Accept only YYYY-MM-DD: a number would otherwise be read as a Unix time."""
    if value is not None and not isinstance(value, (str, date)):
        raise ValueError("a day is written YYYY-MM-DD")
    return read_day(value) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_plain_day)]
Days = Annotated[tuple[Day, ...], NoDecode]
LONGEST_TAG = 60
"""Maximum number of characters of a tag in ``collections``."""
LONGEST_NOTE = 200
"""Maximum number of characters of a note."""
_NOTE = (
    'a note has a day and a text: write [[notes]], and below it day = 2026-09-21 and text = "Festival"; '
    "in the environment 2026-09-21=Festival"
)


def _read_note(value: object) -> Note:
    """Return a note from a table of the settings file. Raises ValueError."""
    if isinstance(value, Note):
        return value
    if not isinstance(value, Mapping) or not set(value) >= {"day", "text"}:
        raise ValueError(_NOTE)
    if more := sorted(set(value) - {"day", "text"}):
        raise ValueError(f"a note has only a day and a text; move {shown(more[0])} above the first [[notes]]")
    day, text = _plain_day(value["day"]), value["text"]
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ValueError("the day of a note is written YYYY-MM-DD, without a time")
    if not date(2000, 1, 1) <= day <= date(2100, 1, 1):
        raise ValueError("the day of a note must be between 2000-01-01 and 2100-01-01")
    if not isinstance(text, str) or not (clean := _clean(text)):
        raise ValueError(_NOTE)
    if len(clean) > LONGEST_NOTE:
        raise ValueError(f"the text of a note has at most {LONGEST_NOTE} characters; shorten it")
    return Note(day, clean)


Notes = Annotated[tuple[Annotated[Note, BeforeValidator(_read_note)], ...], NoDecode]


class Settings(BaseSettings):
    """All settings of a run. Paths are relative to the current folder; days are UTC and inclusive."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, populate_by_name=True
    )

    source: SourceName = Field(
        "auto",
        description="Where the numbers come from: data is the Data API (api.video's present one), sessions the session "
        "endpoints that api.video removed in 2023, files session files, counts counts by day and country, demo an "
        "invented audience; auto takes files if there are any, else the API if there is a key, else the demo.",
    )
    sessions: Many = Field((), description="Session files (CSV, JSON, NDJSON, Parquet), paths or globs.")
    counts: Many = Field(
        (),
        description="Counts by day and country (CSV, JSON, NDJSON, Parquet): paths, globs or https:// addresses.",
    )
    since: Day | None = Field(None, description="First UTC day, inclusive.")
    until: Day | None = Field(None, description="Last UTC day, inclusive.")
    leave_out: Days = Field((), description="UTC days that are neither collected nor shown; the page shows a gap.")
    metric: str | None = Field(None, description="Short for metrics with this one alone.")
    metrics: Many = Field(
        ("play", "impression", "end", "viewer"),
        description="What to count, if the source is the Data API: any of play, impression, start, end, view, "
        "viewer (different viewers of a day), watch-time (seconds; one request for each country and day) and ccv-peak "
        "(most viewers at once of each live stream; with detail media or full). The page opens with the first metric. "
        "One that is taken out is not requested any more, and stays on the site until its folder history/metrics/NAME "
        "is deleted; peaks are not shown then.",
    )
    detail: Detail | None = Field(
        None,
        description="How much to collect: country, one request a day; media adds videos by country; full adds devices, "
        "systems and browsers. Of the first metric that metrics names; the others are collected by country.",
    )
    detail_metrics: Many = Field(
        (),
        description="Other metrics that are collected with this detail too. The site shows their sums by country and "
        "by video; other breakdowns stay in the history.",
    )
    hours: bool = Field(
        False,
        description="Also collect the counts of each hour, of all countries together, for a heat map of the week: one "
        "request a night. Of the first metric. The history then has hourly counts of single days, and a public "
        "history shows them.",
    )
    time_zone: str = Field(
        "UTC",
        description="Time zone of this heat map, an IANA name such as Europe/Paris. Days stay UTC days.",
    )
    history: Path = Field(Path("history"), description="Folder of the history.")
    out: Path = Field(Path("site"), description="Folder of the site.")
    exports: Path = Field(Path("exports"), description="Folder of the local exports (never published).")
    engine: str = Field("duckdb", description="Engine that counts: duckdb, spark or spark://host:7077.")
    sandbox: bool = Field(False, description="Use api.video's sandbox.")
    accept_shrink: bool = Field(False, description="Overwrite a day even if the new total is lower.")
    count_sessions_as: CountMetric | None = Field(None, description="Count each session as one of this metric.")
    date_format: str = Field(
        "",
        description="Order of dates such as 11/8/2026 in files: dmy (the day first) or mdy (the month first). Without "
        "it they are read only if another date of the file shows the order.",
    )
    accept_refused: bool = Field(
        False, description="Use files of which more than a tenth of the rows cannot be counted."
    )
    title: str = Field("", max_length=120, description='Title of the site; "Our audience" if it is not set.')
    locale: str = Field(
        "en",
        description="Language of the site: en, de, es or fr, also with a region, which has its own numbers and dates "
        "(en_US, de_CH, es_MX). With any other CLDR locale, sentences, numbers and dates are English and marked as "
        "English; the list of countries on the front page, the files and the text direction (ar, he: right to left) "
        "follow the locale.",
    )
    notice: str = Field("", max_length=300, description="A line at the top of every page.")
    accent: str = Field(
        "",
        description="Accent colour for buttons, hover and focus, #rrggbb; made darker on light pages and lighter on "
        "dark ones if it would be hard to read.",
    )
    logo: Path | None = Field(
        None,
        description="An SVG or PNG file shown next to the title, at most 100 kB.",
    )
    links: Links = Field(
        {},
        max_length=12,
        description="Links at the bottom of every page, name = https:// or mailto: address; in the environment "
        "Acme=https://example.org; Blog=https://example.org/blog.",
    )
    footer: str = Field("", max_length=600, description="A text at the bottom of every page.")
    notes: Notes = Field(
        (),
        max_length=500,
        description="What happened on a day, marked on every curve and listed in What changed and in the feed: in the "
        'file, for each note, the lines [[notes]], day = 2026-09-21 and text = "…" (at most 200 characters), at the '
        "end of the file; in the environment 2026-09-21=Festival; 2026-10-02=New course. The publications of public "
        "videos are marked without it.",
    )
    collections: Many = Field(
        (),
        max_length=50,
        description="Tags whose public videos are shown together: a filter in the list of videos, and a page with a "
        "map for each. Only the tags that are named here are shown; all others stay internal.",
    )
    templates: Path | None = Field(
        None,
        description="Folder of your own templates and assets; they take precedence over those of the same name.",
    )
    site_url: str = Field(
        "",
        max_length=500,
        description="Public URL of the site, for absolute links. Detected on GitHub Pages.",
    )
    palette: PaletteName = Field("blue", description="Colours of the map.")
    class_method: ClassMethod = Field(
        "quantile",
        description="How counts are divided into colour classes: quantile, the same number of countries in each; "
        "log, each class a fixed factor above the one before; jenks, at the natural gaps; equal, at multiples of "
        "one number; custom, at the numbers in breaks.",
    )
    classes: int = Field(6, ge=3, le=9, description="Maximum number of colour classes.")
    breaks: ManyNumbers = Field(
        (), max_length=8, description="Lower bounds of the classes, for class_method custom: 10; 100; 1000."
    )
    per_million_from: int = Field(
        100, ge=1, description="Smallest count for which a country is compared per million people."
    )
    ratio_from: int = Field(
        RATIO_FROM,
        ge=1,
        description="Smallest number for which a ratio is shown, such as the play rate of a country with this number "
        "of impressions.",
    )
    groups: Groups = Field(
        {},
        max_length=50,
        description="Groups of countries of your own, next to the continents, the European Union and the subregions: "
        'name = ["DEU", "Austria", "CH"]; in the environment DACH=DEU, AT, Switzerland; Nordics=DK, NO, SE.',
    )
    video_pages: int = Field(200, ge=0, le=10_000, description="Number of most watched videos that have a page.")
    cards: int = Field(
        50,
        ge=0,
        le=10_000,
        description="Number of most watched pages (countries and videos) that have a preview picture of their own for "
        "shared links; the others use that of the site. Needs site_url.",
    )
    min_count: int = Field(
        5,
        ge=1,
        le=1000,
        description="Cities and referring sites with a smaller count in a country and month are hidden; only their sum "
        "is published.",
    )
    withhold_media: bool = Field(
        False,
        description="The same for videos by country; the history then stores videos only if history_private is true.",
    )
    show_unlisted: bool = Field(
        False,
        description="Show videos and live streams that are not public, with title and page, like the public ones. "
        "Requires history_private, because the history then has their titles; turned off, the next run removes them.",
    )
    history_branch: str = Field("history", description="Git branch that stores the history.")
    history_remote: str = Field("origin", description="Git remote of this branch.")
    history_private: bool = Field(
        False,
        description="The history is private: also store referring sites, and cities from session files; the Data API "
        "has no cities.",
    )
    sessions_add: Many = Field((), description="Columns to add to sessions.csv.")
    sessions_drop: Many = Field((), description="Columns to drop from sessions.csv.")
    workers: int = Field(8, ge=1, le=32, description="Maximum number of requests at once.")
    timeout: float = Field(
        30.0, gt=0, le=600, description="Longest time for one request, from connecting to its last byte, in seconds."
    )
    answer_limit: int = Field(
        64, ge=1, le=1024, description="Maximum size of one answer of the API, decompressed, in megabytes."
    )
    deadline: float = Field(
        60.0,
        gt=0,
        le=1440,
        description="Longest time for collecting, and for git with its branch, in minutes.",
    )
    verbosity: int = Field(
        0, ge=-1, le=2, description="-1 only warnings and errors, 0 normal, 1 verbose, 2 every request."
    )
    log_json: bool = Field(False, description="Log lines as JSON.")
    base_url: str = Field(
        "",
        validation_alias=AliasChoices("base_url", "APIVIDEO_BASE_URL"),
        description="Another server with the API of api.video.",
    )
    api_key: SecretStr = Field(SecretStr(""), validation_alias=AliasChoices("api_key", "APIVIDEO_API_KEY"))
    github_actions: bool = Field(False, validation_alias=AliasChoices("github_actions", "GITHUB_ACTIONS"))
    github_repository: str = Field("", validation_alias=AliasChoices("github_repository", "GITHUB_REPOSITORY"))
    github_server_url: str = Field(
        "https://github.com", validation_alias=AliasChoices("github_server_url", "GITHUB_SERVER_URL")
    )
    github_token: SecretStr = Field(SecretStr(""), validation_alias=AliasChoices("github_token", "GITHUB_TOKEN"))
    source_date_epoch: int | None = Field(
        None, ge=0, le=4_102_444_800, validation_alias=AliasChoices("source_date_epoch", "SOURCE_DATE_EPOCH")
    )

    @field_validator("title", "notice", "footer", "engine", "site_url", "base_url", "sessions_add")
    @classmethod
    def _one_line(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        return tuple(map(_clean, value)) if isinstance(value, tuple) else _clean(value)

    @model_validator(mode="before")
    @classmethod
    def _one_metric(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Set ``metrics`` to the one of ``metric``, if that is set."""
        if (metric := values.get("metric")) is None:
            return values
        if values.get("metrics") not in (None, (metric,), [metric], metric):
            raise ValueError("metric is short for metrics with one entry; drop one of the two")
        return {**values, "metrics": (metric,)}

    @field_validator(
        "metrics", "detail_metrics", "sessions", "counts", "sessions_add", "sessions_drop", "breaks", "leave_out",
        "collections", mode="before",
    )  # fmt: skip
    @classmethod
    def _split(cls, value: object) -> object:
        """Split a text from the environment, whose entries are separated by ``;`` or new lines."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.replace("\n", ";").split(";") if part.strip())
        return value

    @field_validator("notes", mode="before")
    @classmethod
    def _dated(cls, value: object) -> object:
        """Split a text from the environment, whose entries are ``2026-09-21=Text``, separated by ``;`` or new lines."""
        if not isinstance(value, str):
            return value
        pairs = (part.strip().split("=", 1) for part in value.replace("\n", ";").split(";") if part.strip())
        return tuple({name: text.strip() for name, text in zip(("day", "text"), pair, strict=False)} for pair in pairs)

    @field_validator("collections")
    @classmethod
    def _plain_tags(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        clean = tuple(map(_clean, tags))
        if any(not 1 <= len(tag) <= LONGEST_TAG for tag in clean):
            raise ValueError(f"a tag has 1 to {LONGEST_TAG} characters")
        if not all(map(is_visible, clean)):
            raise ValueError("a tag needs a visible character")
        return tuple(dict.fromkeys(clean))

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, metric: str | None) -> str | None:
        if metric in (None, *API_METRICS):
            return _check_first(metric) if metric else None
        return _check_metrics((str(metric),), DETAILED_METRICS)[0]

    @field_validator("metrics")
    @classmethod
    def _known_metrics(cls, metrics: tuple[str, ...]) -> tuple[str, ...]:
        if not metrics:
            raise ValueError(f"name at least one metric: {', '.join(API_METRICS)}")
        _check_first(_check_metrics(metrics, API_METRICS)[0])
        return metrics

    @field_validator("detail_metrics")
    @classmethod
    def _detailed_metrics(cls, metrics: tuple[str, ...]) -> tuple[str, ...]:
        return _check_metrics(metrics, DETAILED_METRICS)

    @field_validator("links", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        """Split a text from the environment, whose entries are ``Name=https://…``, separated by ``;`` or new lines."""
        if isinstance(value, str):
            pairs = (part.partition("=") for part in value.replace("\n", ";").split(";") if part.strip())
            return {name.strip(): address.strip() for name, _, address in pairs}
        return value

    @field_validator("groups", mode="before")
    @classmethod
    def _split_groups(cls, value: object) -> object:
        """Split a text from the environment, whose entries are ``Name=FRA, DEU``, separated by ``;`` or new lines."""
        if isinstance(value, str):
            pairs = (part.partition("=") for part in value.replace("\n", ";").split(";") if part.strip())
            return {
                name.strip(): tuple(one.strip() for one in text.split(",") if one.strip()) for name, _, text in pairs
            }
        for name, countries in value.items() if isinstance(value, dict) else ():
            if not isinstance(countries, (list, tuple)):
                raise ValueError(f'group {shown(name)} needs a list such as ["DEU", "AUT"]')
        return value

    @field_validator("groups")
    @classmethod
    def _valid_groups(cls, groups: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        from apivideo_geo.geo.groups import own_groups

        cleaned = {_clean(name): countries for name, countries in groups.items()}
        if len(cleaned) < len(groups):
            raise ValueError("two groups have the same name; drop one")
        if not all(map(is_visible, cleaned)):
            raise ValueError("the name of a group needs a visible character")
        try:
            own_groups(cleaned)
        except UsageError as error:
            raise ValueError(str(error)) from None
        return cleaned

    @field_validator(
        "classes", "per_million_from", "ratio_from", "video_pages", "cards", "min_count", "workers", "timeout",
        "answer_limit", "deadline", "verbosity", "breaks", mode="before",
    )  # fmt: skip
    @classmethod
    def _no_truth(cls, value: object) -> object:
        """Refuse true and false, which Python counts as the numbers 1 and 0."""
        if any(isinstance(one, bool) for one in (value if isinstance(value, (list, tuple)) else (value,))):
            raise ValueError("write a number")
        return value

    @field_validator("logo", "templates", mode="before")
    @classmethod
    def _none_if_empty(cls, path: object) -> object:
        return None if path == "" else path

    @field_validator("history", "out", "exports", mode="before")
    @classmethod
    def _not_empty(cls, path: object) -> object:
        """Refuse an empty path, which Python reads as the current folder."""
        if isinstance(path, str) and not path.strip():
            raise ValueError("it is empty; write the name of a folder")
        return path

    @field_validator("history", "out", "exports", "logo", "templates")
    @classmethod
    def _expand_home(cls, path: Path | None) -> Path | None:
        """Return ``path`` with the home folder for ``~``, which shells do not expand in quotes, nor in files."""
        try:
            return path.expanduser() if path else None
        except RuntimeError:
            raise ValueError("this user has no home folder here; write the path in full") from None

    @field_validator("links")
    @classmethod
    def _valid_links(cls, links: dict[str, str]) -> dict[str, str]:
        for name, address in links.items():
            if not (re.fullmatch(r"https://[^\s/]+\S*|mailto:\S+@\S+", _clean(address)) and _is_address(address)):
                raise ValueError(
                    f"the link {shown(name)} must begin with https:// or mailto:, like https://example.org/"
                )
            _refuse_password(address, f"the link {shown(name)}")
        return {_clean(name): address for name, address in links.items()}

    @field_validator("accent")
    @classmethod
    def _valid_colour(cls, colour: str) -> str:
        if colour and not re.fullmatch(r"#([0-9a-fA-F]{3}){1,2}", colour):
            raise ValueError("a colour is written #rrggbb, like #1f5fa8")
        return colour

    @field_validator("since", "until")
    @classmethod
    def _valid_day(cls, day: date | None) -> date | None:
        if day and not date(2000, 1, 1) <= day <= date(2100, 1, 1):
            raise ValueError("a day must be between 2000-01-01 and 2100-01-01")
        return day

    @field_validator("sessions_drop")
    @classmethod
    def _known_columns(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [column for column in columns if column not in SESSION_COLUMNS]
        if unknown:
            near = did_you_mean(unknown[0], SESSION_COLUMNS) or f"; its columns are {', '.join(SESSION_COLUMNS)}"
            raise ValueError(f"{shown(unknown[0])} is not a column of sessions.csv{near}")
        return columns

    @field_validator("date_format")
    @classmethod
    def _order_of_dates(cls, text: str) -> str:
        """Return ``dmy`` or ``mdy``; patterns such as ``%d/%m/%Y`` and ``MM/DD/YYYY`` mean the same."""
        order = "".join(dict.fromkeys(letter for letter in text.lower() if letter in "dmy"))
        if order not in ("", "dmy", "mdy"):
            raise ValueError("the order of dates is dmy (the day first) or mdy (the month first)")
        return order

    @field_validator("breaks")
    @classmethod
    def _ascending(cls, breaks: tuple[float, ...]) -> tuple[float, ...]:
        if any(low >= high for low, high in pairwise(breaks)):
            raise ValueError("each number must be greater than the one before")
        return breaks

    @field_validator("site_url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        """Return ``url`` with one slash at the end, so that the name of a file can follow."""
        if not url:
            return ""
        _refuse_password(url, "it")
        if not (re.fullmatch(r"https?://[^\s/?#@&\"'<>\\]+(/[^\s?#&\"'<>\\]*)?", url) and _is_address(url)):
            raise ValueError("write the address of the site like https://user.github.io/repository/")
        return url.rstrip("/") + "/"

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, locale: str) -> str:
        from babel import Locale, UnknownLocaleError

        try:
            return str(Locale.parse(locale.replace("-", "_")))
        except (ValueError, UnknownLocaleError):
            raise ValueError("it is not a CLDR locale such as en, fr or pt_BR") from None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        from zoneinfo import available_timezones

        # To list all zones takes as long as all else that is set up, so it is not done for the default.
        if name != "UTC" and name not in available_timezones() - {"localtime", "Factory", "posixrules"}:
            raise ValueError("it is not the IANA name of a time zone, such as Europe/Paris or UTC")
        return name

    @field_validator("history_branch", "history_remote")
    @classmethod
    def _git_name(cls, name: str) -> str:
        if (
            not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._/-]*", name)
            or ".." in name
            or name.endswith((".lock", "/", "."))
        ):
            raise ValueError("it must be a plain git name, such as history or origin")
        return name

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"since ({self.since}) is after until ({self.until}); swap them")
        if self.sessions and self.source not in ("auto", "files"):
            raise ValueError(f"session files go with source files, not with source {self.source}; drop one of the two")
        if self.counts and (self.sessions or self.source not in ("auto", "counts")):
            raise ValueError("counts go with source counts and without sessions; collect them in a run of their own")
        if self.source == "counts" and not self.counts:
            raise ValueError("source counts needs at least one --counts PATH")
        if self.source == "files" and not self.sessions:
            raise ValueError("source files needs at least one --sessions PATH")
        if self.class_method == "custom" and not self.breaks:
            raise ValueError('class_method custom needs breaks, the numbers where a new class begins: "10; 100; 1000"')
        if self.breaks and self.class_method != "custom":
            raise ValueError(f"breaks go with class_method custom, not with {self.class_method}; drop one of the two")
        _check_apart({"history": self.history, "out": self.out, "exports": self.exports})
        if self.sessions and self.metric:
            raise ValueError("metric is for the Data API; session files count sessions, or as --count-sessions-as says")
        if lacking := [metric for metric in self.detail_metrics if metric not in self.metrics]:
            raise ValueError(f"detail_metrics names {lacking[0]}, which is not one of the metrics; add it to both")
        if self.show_unlisted and not self.history_private:
            raise ValueError(
                "show_unlisted stores titles of videos that are not public in the history, so it requires "
                "history_private = true; set that too if the history is private"
            )
        if self.base_url and not (self.base_url.startswith(("http://", "https://")) and _is_address(self.base_url)):
            raise ValueError("APIVIDEO_BASE_URL must start with https:// (or http:// for a server of your own)")
        if self.sandbox and self.server == PRODUCTION:
            raise ValueError("--sandbox does not go with the APIVIDEO_BASE_URL of production; drop one of the two")
        if not self.sandbox and self.server == SANDBOX:
            raise ValueError(
                "APIVIDEO_BASE_URL is the sandbox: use --sandbox instead, for it keeps data for 24 hours only"
            )
        return self

    @property
    def server(self) -> str:
        """Address of the API, without a slash at the end."""
        return (self.base_url or (SANDBOX if self.sandbox else PRODUCTION)).rstrip("/")

    @property
    def history_folder(self) -> Path:
        """Folder of the history of this run's source: demo data has its own, separate from the account's."""
        return self.history.with_name(f"{self.history.name}-demo") if self.source == "demo" else self.history

    @property
    def key(self) -> str:
        """The API key in clear text; "" if there is none."""
        return self.api_key.get_secret_value().strip()

    @property
    def token(self) -> str:
        """GitHub's token in clear text; "" if there is none."""
        return self.github_token.get_secret_value().strip()

    @property
    def page(self) -> str:
        """Address of the published site, with a slash at its end: ``site_url``, else that of GitHub Pages, or ""."""
        if self.site_url:
            return self.site_url
        owner, _, name = self.github_repository.partition("/")
        if not name or self.github_server_url != "https://github.com":
            return ""
        host = f"{owner.lower()}.github.io"
        return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def load_settings(flags: Mapping[str, Any], config: Path | None = None) -> Settings:
    """Return the settings: ``flags`` (options; None = not given) over the environment over the file.

    ``config``: path of the file; by default ``apivideo-geo.toml`` in the current folder, if it exists.
    Raises :class:`UsageError` for an unreadable file, and for an unknown or invalid setting.
    """
    _check_environment()
    path, text = _read_file(config)
    values = _parse_file(path, text)
    given = {name: value for name, value in flags.items() if value is not None}
    if "metric" in given:
        given.setdefault("metrics", (given["metric"],))
    in_file = {name: value for name, value in values.items() if not _is_set(name, given)}

    def where(name: str, number: int) -> str:
        return place(path, text, name, number) if name in in_file else ""

    try:
        settings = Settings(**(in_file | given))
    except ValidationError as error:
        raise UsageError(_sentence(error, set(given), where)) from None
    if name := _find_secret(settings):
        raise UsageError(f"{_origin(name, 0, set(given), where)}: remove the key from it; {KEY_PLACE}.")
    return settings


def _find_secret(settings: Settings) -> str:
    """Return the first setting that contains the API key or GitHub's token, or a text for all pages that is like one.

    "" if there is none.
    """
    secrets = [secret for secret in (settings.key, settings.token) if len(secret) >= SHORTEST_SECRET]
    for name, value in settings:
        if name not in ENVIRONMENT_ONLY and any(secret in str(value) for secret in secrets):
            return name
    return next((name for name in ("title", "notice", "footer") if mask_keys(getattr(settings, name)) == "***"), "")


def _is_set(name: str, given: Mapping[str, Any]) -> bool:
    """Return whether an option or the environment takes precedence over the setting ``name`` of the file."""
    names = ("metric", "metrics") if name in ("metric", "metrics") else (name,)
    return any(one in given or os.environ.get(variable_of(one)) for one in names)


def _check_metrics(metrics: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``metrics``. Raises ValueError for one that is not ``allowed``, and for one that is named twice."""
    for number, metric in enumerate(metrics):
        if metric in METRICS and "session" in metric:
            raise ValueError(f"{metric} is what --sessions and --source sessions count, not a metric of the Data API")
        if metric not in allowed:
            near = "" if metric in API_METRICS else did_you_mean(metric, allowed)
            choose = f"{near} Choose" if near else "; choose"
            raise ValueError(f"{shown(metric)} cannot be chosen{choose} from {', '.join(allowed)}")
        if metric in metrics[:number]:
            raise ValueError(f"{metric} is named twice")
    return metrics


def _check_apart(folders: Mapping[str, Path]) -> None:
    """Raise ValueError if one of ``folders`` (option → path) is inside another, or is the same."""
    names = {"history": "history", "out": "site", "exports": "exports"}
    for option, folder in folders.items():
        for other, parent in folders.items():
            if option != other and _real(folder).is_relative_to(_real(parent)):
                raise ValueError(
                    f"the folder of the {names[option]} ({folder}) must not be inside the folder of the {names[other]} "
                    f"({parent}): choose another with --{other} or --{option}"
                )


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder))  # not resolve(), which raises RuntimeError for a link to itself


def _check_first(metric: str) -> str:
    """Return ``metric``. Raises ValueError if the page cannot open with it: it must add up over days."""
    if metric not in FIRST_METRICS:
        first = ", ".join(DETAILED_METRICS)
        raise ValueError(f"{shown(metric)} cannot be the only or the first metric; begin with one of {first}")
    return metric


def variable_of(name: str) -> str:
    """Return the environment variable of the setting ``name``."""
    if name in ("base_url", "api_key"):
        return f"APIVIDEO_{name.upper()}"
    return name.upper() if name in ENVIRONMENT_ONLY else PREFIX + name.upper()


def _read_file(config: Path | None) -> tuple[Path, str]:
    """Return the path and the text of the settings file; no text if there is none and none was named."""
    path = config or DEFAULT_FILE
    if config is None and not path.exists():
        return path, ""
    try:
        check_owner_file(path, LARGEST_FILE)
        return path, read_text(path)
    except FileNotFoundError:
        raise UsageError(f"There is no settings file {path}; check the path after --config.") from None
    except READ_ERRORS as error:
        step = "; save it as UTF-8" if isinstance(error, UnicodeError) else ""
        raise UsageError(f"Cannot read the settings file {path}: {describe(error)}{step}.") from None


def _parse_file(path: Path, text: str) -> dict[str, Any]:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if twice := _TWICE.fullmatch(str(error)):
            name, line = f"the section [{twice[1]}]" if twice[1] else "this setting", twice[2] or len(text.splitlines())
            raise UsageError(
                f"{path}, line {line}: {name} is there for the second time; have all of it in one place."
            ) from None
        raise UsageError(f"{path} is not valid TOML: {error}{_advise_on_toml(str(error), text)}.") from None
    except (ValueError, RecursionError) as error:
        lines = text.splitlines()
        long = isinstance(error, ValueError)  # Python's limit for the digits of a number
        line = next((number for number, one in enumerate(lines, 1) if long and re.search(r"\d[\d_]{1000}", one)), 0)
        reason = "a number has too many digits" if long else "its values are nested too deeply"
        raise UsageError(f"{path}{f', line {line}' if line else ''}: {reason}.") from None
    allowed = set(Settings.model_fields) - ENVIRONMENT_ONLY
    for name in values:
        if name not in allowed:
            where = place(path, text, name)
            if is_key(name):
                raise UsageError(f"{where}: {KEY_PLACE}.")
            near = did_you_mean(name.lower(), allowed) or "."
            raise UsageError(f"{where}: unknown setting {shown(name)}{near} All settings are in docs/settings.md.")
    return values


def _advise_on_toml(error: str, text: str) -> str:
    """Return what to write in place of what Python's ``error`` is about, for the end of its sentence; "" if unclear."""
    if "Invalid value" in error:
        return '; put text in straight quotes, like title = "Acme"'
    if re.search("[\u00a0\u202f\u200b]", text):
        return "; there is a space in the file that is not an ordinary one (no-break or invisible): replace it"
    if "Expected '='" in error or "Invalid statement" in error:
        return '; a setting is a line like title = "Acme"'
    return ""


def is_key(name: str) -> bool:
    """Return whether someone who writes a setting or an option ``name`` means the API key."""
    return "apikey" in re.sub("[_-]", "", name.lower())


def place(path: Path, text: str, name: str, number: int = 0) -> str:
    """Return the file and, if it can be found, the line on which the setting ``name`` is set.

    If it is set as several tables, ``[[name]]``, it is that of the table ``number``; the first is 0.
    """
    pattern = rf"^[ \t]*\[{{0,2}}[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*[].=]"
    keys = [key.start() for key in re.finditer(pattern, text, re.MULTILINE)]
    start = keys[number if number < len(keys) else 0] if keys else None
    return str(path) if start is None else f"{path}, line {text.count(chr(10), 0, start) + 1}"


def _check_environment() -> None:
    known = {variable_of(name) for name in set(Settings.model_fields) - ENVIRONMENT_ONLY | {"api_key"}}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            near = did_you_mean(name, known, 0.85) or "."
            raise UsageError(f"Unknown setting {name} in the environment{near} All settings are in docs/settings.md.")


def _sentence(error: ValidationError, flags: set[str], in_file: Callable[[str, int], str]) -> str:
    """Return the first problem of ``error`` as one sentence that names where the value comes from.

    ``in_file``: name and number of an entry → file and line; "" for a setting that is not from the file.
    """
    name, *inner = map(str, error.errors()[0]["loc"] or ("",))
    message = explain_value(error)
    if not name:
        begins_with_name = re.split(r"\W", message)[0] in Settings.model_fields  # which is not capitalised
        return (message if begins_with_name else message[0].upper() + message[1:]) + "."
    number = int(inner[0]) if inner and inner[0].isascii() and inner[0].isdecimal() else 0
    return f"{_origin(name, number, flags, in_file)}: {message}{'' if message.endswith('?') else '.'}"


def _origin(name: str, number: int, flags: set[str], in_file: Callable[[str, int], str]) -> str:
    """Return where the value of the setting ``name`` comes from: an option, a line of the file or a variable.

    ``number``, ``in_file``: as in :func:`_sentence`.
    """
    if name in flags:
        return "--" + name.replace("_", "-")
    if found := in_file(name, number):
        return f"{found}: {name}"
    return name if name.isupper() else variable_of(name)


def find_misnamed_key() -> str:
    """Return a sentence if a variable has a name like ``APIVIDEO_API_KEY``, and that one is not set; else ""."""
    alike = {"APIVIDEOKEY", "APIVIDEOAPIKEY", "APIVIDEOTOKEN", "APIVIDEOAPITOKEN"}
    names = [name for name, value in os.environ.items() if value and re.sub("[^A-Z]", "", name.upper()) in alike]
    if not names or any(name.upper() == "APIVIDEO_API_KEY" for name in names):
        return ""
    return f"The variable {min(names)} is set, but the name for the API key is APIVIDEO_API_KEY: rename it."


def secrets_in_environment() -> tuple[str, ...]:
    """Return the API key and GitHub's token, if they are set; works if the settings are invalid."""
    values = (os.environ.get(name, "").strip() for name in ("APIVIDEO_API_KEY", "GITHUB_TOKEN"))
    return tuple(value for value in values if value)


def _clean(text: str) -> str:
    if has_control_characters(text):
        raise ValueError("there is a control character in it; remove it")
    return clean_text(text)


def _refuse_password(url: str, what: str) -> None:
    """Raise ValueError if ``url`` has a user or a password, which would be on every page."""
    if not url.startswith("mailto:") and "@" in re.split("[/?#]", url.partition("//")[2])[0]:
        raise ValueError(f"{what} contains a user name or a password; remove it")


def _is_address(url: str) -> bool:
    """Return whether Python can take ``url`` apart; it cannot with ``https://[``, for example."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # computed, and checked, only now
    except ValueError:
        return False
    return parts.scheme == "mailto" or bool(parts.hostname)


def environment_for_git(more: Mapping[str, str], *, own: bool = False) -> dict[str, str]:
    """Return the environment to start git in: this one with ``more``, without secrets and without git's own variables.

    The latter are set if we run inside a git hook, and would point git to another repository. ``own``: leave out all
    variables of git, also those that configure it.
    """
    elsewhere = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX")
    left_out = {"APIVIDEO_API_KEY", "GITHUB_TOKEN", *elsewhere}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not (own and name.startswith("GIT_"))
    }
    return kept | dict(more)


def file_of_actions(name: Literal["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"]) -> Path | None:
    """Return the file for the outputs or the summary of a GitHub Actions step; works if the settings are invalid."""
    return Path(os.environ[name]) if in_github_actions() and os.environ.get(name) else None


def in_github_actions() -> bool:
    """Return whether this runs in GitHub Actions; works if the settings are invalid."""
    return os.environ.get("GITHUB_ACTIONS") == "true"

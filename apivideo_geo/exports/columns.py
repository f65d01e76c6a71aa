"""The columns of every table: name, type, description and constraints, as in Frictionless's Table Schema.

The same definitions type the pandas frames, head the CSV files and describe them in ``datapackage.json``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, get_args

from apivideo_geo import model
from apivideo_geo.geo.groups import Kind


@dataclass(frozen=True)
class Column:
    """A column. ``type`` is string, integer, number or date."""

    name: str
    type: str
    description: str
    constraints: dict[str, Any] = field(default_factory=dict)


CODE_PATTERN = "[A-Z]{3}|---"
COUNT = {"required": True, "minimum": 0}
CODE = Column(
    "iso_a3", "string", "ISO 3166-1 alpha-3, XKX Kosovo, --- unknown", {"required": True, "pattern": CODE_PATTERN}
)
_SHARE = Column("share", "number", "Part of the total, 0 to 1", {"minimum": 0, "maximum": 1})
_RANK = Column("rank", "integer", "1 is the highest; equal counts share a rank", {"minimum": 1})
_METRIC = Column("metric", "string", "What is counted")
_PERIOD = (
    _METRIC,
    Column("from", "date", "First UTC day of the period, inclusive"),
    Column("to", "date", "Last UTC day of the period, inclusive"),
)
_IN_PERIOD = Column("count", "integer", "Count in the period", COUNT)
_DAY = Column("day", "date", "UTC day", {"required": True})
_DAY_COUNT = Column("count", "integer", "Count; 0 is a day without any, empty a day that was never collected")
_STATE = Column(
    "state",
    "string",
    "closed: the day was over when it was collected; open: it still grows; missing: never collected; left_out: left "
    "out by the publisher",
    {"required": True, "enum": ["closed", "open", "missing", "left_out"]},
)

CHORO = (
    Column("ISO_A3", "string", CODE.description, CODE.constraints),
    Column("Count", "integer", _IN_PERIOD.description, COUNT),
)
COUNTRIES = (
    CODE,
    Column("iso_a2", "string", "ISO 3166-1 alpha-2 (Namibia is NA: switch off the guessing of missing values)"),
    Column("name", "string", "Name in the language of the site"),
    _IN_PERIOD,
    _SHARE,
    Column("per_million", "number", "Per million people of the country; empty where there is no rate", {"minimum": 0}),
    _RANK,
    *_PERIOD,
    Column(
        "per_million_missing", "string",
        "Why there is no rate: too_few (a smaller count than per_million_from), no_population (no permanent "
        "residents), unknown_country",
        {"enum": ["too_few", "no_population", "unknown_country"]},
    ),
    Column("population", "integer", "Permanent residents of the country", {"minimum": 1}),
    Column("population_year", "integer", "Year of this estimate, if it is known"),
)  # fmt: skip
GROUPS = (
    Column("group", "string", "Name in addresses, such as western-europe", {"required": True}),
    Column("name", "string", "Name in the language of the site"),
    Column("kind", "string", "Kind of the group", {"required": True, "enum": list(get_args(Kind))}),
    replace(
        _IN_PERIOD, description="Count in the period; groups overlap, so counts of several must not be added up",
    ),
    _SHARE,
    Column(
        "per_million", "number", "Per million people of all countries of the group; empty where there is no rate",
        {"minimum": 0},
    ),
    Column(
        "per_million_missing", "string",
        "Why there is no rate: too_few (a smaller count than per_million_from), no_population (no permanent residents)",
        {"enum": ["too_few", "no_population"]},
    ),
    Column("population", "integer", "Permanent residents of all countries of the group", {"minimum": 1}),
    Column("countries", "integer", "Countries of the group with a count", COUNT),
    Column("members", "string", "Codes of all countries of the group, with spaces between them", {"required": True}),
    Column(
        "change", "number",
        "Daily average of the last 30 days, divided by that of the 30 before, less 1, weekdays compared with the same "
        "weekdays; empty if it cannot be compared",
    ),
    *_PERIOD,
)  # fmt: skip
DAILY = (_DAY, _DAY_COUNT, _STATE, _METRIC)
TIMESERIES = (
    _DAY,
    Column("iso_a3", "string", "As in countries.csv; empty: the complete day", {"pattern": CODE_PATTERN}),
    _DAY_COUNT,
    _STATE,
    _METRIC,
)
_DAYS = (
    Column("from", "date", "First UTC day of the period on which the metric was collected"),
    Column("to", "date", "Last UTC day of the period on which the metric was collected"),
    Column(
        "days", "integer",
        "Days of the period on which the metric was collected; with mean_per_day, the days of this mean", COUNT,
    ),
)  # fmt: skip
METRICS = (
    CODE,
    Column("metric", "string", "What is counted", {"required": True, "enum": list(model.METRICS)}),
    Column("count", "integer", "Sum over the days; empty if the metric must not be added up over days", {"minimum": 0}),
    Column(
        "mean_per_day", "number", "Only of a metric that must not be added up over days: mean of the complete days",
        {"minimum": 0},
    ),
    Column("unit", "string", "count or seconds", {"required": True, "enum": ["count", "seconds"]}),
    *_DAYS,
)  # fmt: skip
RATIOS = (
    Column("ratio", "string", "Name of the ratio", {"required": True}),
    Column("iso_a3", "string", "As in countries.csv; empty: all countries and unknown", {"pattern": CODE_PATTERN}),
    Column("name", "string", "Name in the language of the site"),
    Column("value", "number", "upper divided by lower; above 1 if events arrived late", {"minimum": 0}),
    Column("low", "number", "Lower end of the 95 % interval (Wilson) of a rate", {"minimum": 0, "maximum": 1}),
    Column("high", "number", "Upper end of the 95 % interval (Wilson) of a rate", {"minimum": 0, "maximum": 1}),
    Column("upper", "number", "Sum of upper_metric; the mean of a day if lower_metric is viewer", {"minimum": 0}),
    Column("lower", "number", "Sum of lower_metric; the mean of a day if it is viewer", {"minimum": 0}),
    Column("upper_metric", "string", "What is divided", {"required": True, "enum": list(model.METRICS)}),
    Column("lower_metric", "string", "What it is divided by", {"required": True, "enum": list(model.METRICS)}),
    Column(
        "days", "integer",
        "Days of the period on which both metrics were collected; if lower_metric is viewer, only complete days count, "
        "unless there are none",
        COUNT,
    ),
    Column(
        "reason", "string",
        "Why there is no value: too_few (the sum to divide by, of viewers too, is under ratio_from) or "
        "not_collected (on any day both); "
        "above_one: no interval, because the rate is above 1",
        {"enum": ["too_few", "not_collected", "above_one"]},
    ),
)  # fmt: skip
VIDEOS = (
    Column("media_id", "string", "Id of a public asset; unlisted: all others together", {"required": True}),
    Column("type", "string", "video or live-stream", {"enum": ["video", "live-stream"]}),
    Column("title", "string", "Title; one that a spreadsheet would run as a formula starts with an apostrophe"),
    _IN_PERIOD,
    _RANK,
    Column("lifetime_plays", "integer", "Plays since publication, if the API reported them", {"minimum": 0}),
    _METRIC,
    Column("from", "date", "First UTC day on which counts by video were collected, inclusive"),
    Column("to", "date", "Last UTC day on which counts by video were collected, inclusive"),
    Column("days", "integer", "Days from the first to the last on which counts by video were collected", COUNT),
    Column(
        "peak_viewers", "integer", "Of a live stream: the most viewers at once; never to be added up", {"minimum": 1}
    ),
    Column("peak_day", "date", "First UTC day of the period with them"),
    Column("published", "date", "UTC day of publication, if the API reported it"),
    Column("countries", "integer", "Countries with a count of it that is published", {"minimum": 0}),
)
VIDEO_METRICS = (Column("media_id", "string", "Id of a public asset", {"required": True}), *METRICS[1:])
COLLECTIONS = (
    Column(
        "collection", "string",
        "Tag that the owner lists. A video can have several, so counts of collections must not be added up",
        {"required": True},
    ),
    CODE,
    Column("count", "integer", "Sum of what is published of its public videos in this country", COUNT),
)  # fmt: skip
MONTHLY = (
    Column("month", "date", "First UTC day of a complete month", {"required": True}),
    Column("dimension", "string", "city, referrer or media", {"required": True}),
    CODE,
    Column("value", "string", "City, host of the referring site or media id; empty: the sum of the withheld counts"),
    Column("count", "integer", "Count in the month", COUNT),
)
HOURS = (
    Column(
        "weekday", "integer", "1 is Monday, 7 Sunday, in the time zone", {"required": True, "minimum": 1, "maximum": 7}
    ),
    Column("hour", "integer", "0 to 23, in the time zone", {"required": True, "minimum": 0, "maximum": 23}),
    Column("mean", "number", "count divided by hours; empty if no such hour was collected", {"minimum": 0}),
    Column("count", "integer", "Sum of all such hours that were collected", COUNT),
    Column("hours", "integer", "Number of such hours that were collected", COUNT),
    _METRIC,
    Column("time_zone", "string", "IANA name of the time zone"),
    Column("from", "date", "First UTC day whose hours were collected"),
    Column("to", "date", "Last UTC day whose hours were collected"),
    Column("days", "integer", "UTC days whose hours were collected", COUNT),
)
CITIES = (
    CODE,
    Column("city", "string", "Name of the city"),
    _IN_PERIOD,
    Column("latitude", "number", "Degrees, north positive", {"minimum": -90, "maximum": 90}),
    Column("longitude", "number", "Degrees, east positive", {"minimum": -180, "maximum": 180}),
)
BREAKDOWN = (
    Column("value", "string", "Value of the dimension"),
    _IN_PERIOD,
    Column("share", "number", "Part of the total on the days with this dimension, 0 to 1", _SHARE.constraints),
)


def other_metric(metric: str) -> Column:
    """Return the column of ``timeseries.csv`` with a metric that is not the first one."""
    text = f"The same of {metric}; empty on a day on which it was not collected"
    if metric in model.IN_SECONDS:
        text += "; in seconds"
    if metric in model.PER_DAY:
        text += "; must not be added up over days"
    return Column(metric, "integer", text, {"minimum": 0})

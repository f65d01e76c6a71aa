"""One bad answer never becomes history: a day is final only when its rows add up to the API's own count of it."""

import json
from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple

import pytest

import apivideo_geo
from apivideo_geo.history.history import load_history
from tests.fakes.proxy import FaultyProxy
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.faults import COUNT_LIES, LIES, Step
from tests.history.branch.runs import at_night
from tests.product import Product

FIRST = date(2026, 10, 20)
YESTERDAY = date(2026, 11, 10)
NIGHT = at_night(date(2026, 11, 11))
KEPT_DAYS = (YESTERDAY - timedelta(days=3), YESTERDAY)
LIE = {fault.name: fault for fault in LIES}
COUNT_LIE = {fault.name: fault for fault in COUNT_LIES}
OF_YESTERDAY = Step("yesterday", lambda _, target: "buckets/play/country" in target and f"from={YESTERDAY}" in target)
OWN_COUNT = Step("own count", lambda _, target: "/metrics/play/count" in target)


class Behind(NamedTuple):
    """What a run needs to know of the stand-in behind a proxy."""

    url: str
    api_key: str


@pytest.fixture(scope="module")
def world():
    return World.make(4, 6000, 4, 1, FIRST, FIRST + timedelta(days=29), countries=30)


@pytest.fixture
def nights(world, tmp_path):
    """A product whose API can lie: call it with the night, a fault and the step of the fault."""
    product = Product(tmp_path)
    with StandIn(world) as api, FaultyProxy(api.url) as proxy:

        def run(number=0, fault=None, step=OF_YESTERDAY, command="collect", since=KEPT_DAYS[0], **options):
            now = NIGHT + timedelta(days=number)
            api.now, proxy.fault, proxy.step = now, fault, step
            behind = Behind(proxy.url, api.api_key)
            return product.run(command, "--source", "data", "--since", since, api=behind, now=now, **options)

        run.product, run.api = product, api
        yield run


def stored(nights, day=YESTERDAY):
    return load_history(nights.product.folder / "history").entries[day]


def truth(world, day=YESTERDAY):
    return world.truth([day]).total()


def summary(nights):
    """Every figure that a page would show."""
    return apivideo_geo.open(nights.product.folder / "history").summary()


def count_on(summary, day=YESTERDAY):
    """The count of a day; None if it is missing."""
    return next(one.count for one in summary.daily if one.day == day)


def shown(nights):
    """The count of yesterday on the pages; None if it is missing."""
    return count_on(summary(nights))


def doubtful(summary):
    return [one.day for one in summary.days.doubtful]


@pytest.mark.parametrize("name", LIE)
def test_a_lie_about_a_day_is_never_a_zero_and_heals_on_the_next_night(nights, world, name):
    done = nights(0, LIE[name])
    entry = stored(nights)
    assert entry.doubt in ("differs", "refused"), entry
    assert f"In doubt: 1 day ({YESTERDAY})" in done.stdout
    first = summary(nights)
    count = count_on(first)
    assert count in (None, truth(world)) or (count > truth(world) and name == "counts doubled")
    assert doubtful(first) == [YESTERDAY]
    nights(1)
    assert (stored(nights).doubt, stored(nights).count) == ("no", truth(world))
    second = summary(nights)
    assert count_on(second) == truth(world)
    assert doubtful(second) == []
    days = [KEPT_DAYS[0] + timedelta(days=n) for n in range(6)]
    last = NIGHT + timedelta(days=1, milliseconds=-1)
    assert second.unknown == world.truth(days, upto=last)["---"]


@pytest.mark.parametrize("ago", [1, 2])
@pytest.mark.parametrize("fault", ["swapped days", "zero and double"])
def test_two_wrong_days_whose_sum_is_right_are_both_in_doubt_and_heal_on_the_next_night(nights, world, fault, ago):
    one, other = YESTERDAY - timedelta(days=ago), YESTERDAY
    assert truth(world, one) != truth(world, other)
    swapped = fault == "swapped days"
    nights.api.data.rows_of = {one: [other], other: [one]} if swapped else {one: [], other: [one, other]}
    done = nights(0, command="build")
    assert "In doubt: 2 days (" in done.stdout
    assert (stored(nights, one).doubt, stored(nights, other).doubt) == ("differs", "differs")
    assert doubtful(summary(nights)) == [one, other]
    assert nights.product.summary()["days"]["in_doubt"] == [str(one), str(other)]
    assert ">In doubt: 2</b>" in (nights.product.folder / "site/about.html").read_text()
    nights.api.data.rows_of = {}
    nights(1)
    for day in (one, other):
        assert (stored(nights, day).doubt, stored(nights, day).count) == ("no", truth(world, day))
        assert count_on(summary(nights), day) == truth(world, day)
    assert doubtful(summary(nights)) == []


@pytest.mark.parametrize("name", ["no rows", "counts doubled"])
def test_a_lie_about_one_video_puts_its_day_in_doubt_and_heals_on_the_next_night(nights, world, name):
    watched = Counter(play.media_id for play in world.plays([YESTERDAY], listed_only=True))
    [(video, plays)] = watched.most_common(1)
    of_video = Step("a video", lambda _, target: f"filterBy%5BmediaId%5D%5B%5D={video}" in target)
    done = nights(0, LIE[name], of_video, since=YESTERDAY, APIVIDEO_GEO_DETAIL="media")
    assert f"In doubt: 1 day ({YESTERDAY})" in done.stdout
    assert (stored(nights).doubt, stored(nights).count) == ("refused", truth(world))
    nights(1, since=YESTERDAY, APIVIDEO_GEO_DETAIL="media")
    assert stored(nights).doubt == "no"
    rows = load_history(nights.product.folder / "history").rows_of(YESTERDAY).to_pylist()
    assert sum(row["count"] for row in rows if row["value"] == video) == plays


@pytest.mark.parametrize(
    ("name", "part"), [("half the rows", "buckets/play/device-type"), ("counts doubled", "filterBy%5BdeviceType%5D")]
)
def test_devices_that_contradict_the_plays_put_their_day_in_doubt_and_heal_on_the_next_night(nights, world, name, part):
    devices = Step("devices", lambda _, target: part in target)
    nights(0, LIE[name], devices, since=YESTERDAY, APIVIDEO_GEO_DETAIL="full")
    assert (stored(nights).doubt, stored(nights).count) == ("refused", truth(world))
    nights(1, since=YESTERDAY, APIVIDEO_GEO_DETAIL="full")
    assert stored(nights).doubt == "no"
    rows = load_history(nights.product.folder / "history").rows_of(YESTERDAY).to_pylist()
    assert sum(row["count"] for row in rows if row["dimension"] == "device") == truth(world)


def test_the_missing_part_of_a_day_is_unknown_and_its_rows_stay(nights, world):
    nights(0, LIE["half the rows"], command="build")
    entry = stored(nights)
    assert 0 < entry.count < entry.reported == truth(world)
    assert shown(nights) == truth(world)
    assert nights.product.summary()["days"]["in_doubt"] == [str(YESTERDAY)]
    page = (nights.product.folder / "site/about.html").read_text()
    assert f"{entry.count} plays by country, while the API’s own count is {entry.reported}." in page
    assert ">In doubt: 1</b>" in page


def test_a_day_without_any_row_is_missing_not_zero_and_the_page_and_the_doctor_say_why(nights, world):
    nights(0, LIE["no rows"], command="build")
    assert shown(nights) is None
    assert str(YESTERDAY) in nights.product.summary()["days"]["missing"]
    assert (
        f"0 plays by country, while the API’s own count is {truth(world)}."
        in (nights.product.folder / "site/about.html").read_text()
    )
    doctor = nights.product.run("doctor", "--json", api=nights.api, now=NIGHT)
    finding = {one["name"]: one for one in json.loads(doctor.stdout)["findings"]}["days in doubt"]
    assert (finding["state"], str(YESTERDAY) in finding["says"]) == ("warning", True)


def test_a_day_that_lied_three_nights_running_is_settled_and_asked_no_more(nights, world):
    for number in range(3):
        done = nights(number, LIE["half the rows"], command="build" if number == 2 else "collect")
        assert stored(nights).doubt == ("settled" if number == 2 else "differs")
        assert doubtful(summary(nights)) == [YESTERDAY]
    assert f"Settled with a difference: 1 day ({YESTERDAY})" in done.stdout
    assert "on three nights running" in (nights.product.folder / "site/about.html").read_text()
    nights.api.clear_requests()
    nights(3)
    assert not [seen for seen in nights.api.requests if str(YESTERDAY) in str(seen.query.get("from"))]
    assert (stored(nights).doubt, shown(nights)) == ("settled", truth(world))


def test_two_runs_on_one_day_are_one_night(nights):
    for _ in range(4):
        nights(0, LIE["no rows"])
    assert (stored(nights).doubt, stored(nights).nights) == ("differs", 1)


def test_another_answer_begins_the_nights_again(nights):
    for number, lie in enumerate(("no rows", "half the rows", "no rows", "no rows")):
        nights(number, LIE[lie])
    assert (stored(nights).doubt, stored(nights).nights) == ("differs", 2)
    assert stored(nights).count > 0, "the fuller rows stay"


@pytest.mark.parametrize("name", LIE)
def test_a_final_day_is_not_changed_by_a_later_lie(nights, world, name):
    nights(0)
    before = stored(nights)
    for fault in (LIE[name], None):  # `media` needs all rows again
        done = nights(1, fault, APIVIDEO_GEO_DETAIL="media")
        contradicted = fault is not None and name != "no rows"
        assert ("the API's new answers contradict each other or have invalid rows" in done.stdout) == contradicted
        assert (stored(nights).count, stored(nights).doubt) == (truth(world), "no")
        assert stored(nights).detail == ("country" if fault else "media")
    assert before.count == truth(world)


@pytest.mark.parametrize("name", COUNT_LIE)
def test_where_the_api_lies_about_its_own_count_the_rows_are_shown_and_the_next_night_is_right(nights, world, name):
    nights(0, COUNT_LIE[name], OWN_COUNT)
    assert stored(nights).doubt in ("uncompared", "differs")
    assert shown(nights) >= truth(world)
    nights(1)
    assert (stored(nights).doubt, shown(nights)) == ("no", truth(world))


def test_a_day_that_lies_forever_is_asked_only_while_the_api_remembers_it_and_stays_in_the_calendar(nights):
    nights(0, LIE["null counts"])
    nights(32, since=NIGHT.date() + timedelta(days=20))
    assert (stored(nights).doubt, stored(nights).nights) == ("refused", 1)
    found = summary(nights)
    assert YESTERDAY in found.days.missing
    assert doubtful(found) == [YESTERDAY]


def test_days_that_are_all_of_an_unknown_shape_are_an_error_that_names_it(nights):
    all_days = Step("day", lambda _, target: "buckets/play/country" in target)
    done = nights(0, LIE["data is an object"], all_days, code=4)
    assert "(`data` is not a list)" in done.stderr


def test_a_first_run_of_which_no_day_adds_up_publishes_nothing(nights):
    all_days = Step("day", lambda _, target: "buckets/play/country" in target)
    done = nights(0, LIE["no rows"], all_days, "build", code=4)
    assert "none of the days" in done.stderr
    assert not (nights.product.folder / "site").exists()
    nights(1)
    assert stored(nights).doubt == "no"


def test_an_old_history_is_compared_once_and_a_zero_that_was_none_heals(nights, world):
    nights(0)
    make_old(nights.product.folder / "history", YESTERDAY - timedelta(days=2))
    assert stored(nights, YESTERDAY - timedelta(days=2)).count == 0
    nights(1)
    assert stored(nights, YESTERDAY - timedelta(days=2)).count == truth(world, YESTERDAY - timedelta(days=2))
    assert {entry.doubt for entry in load_history(nights.product.folder / "history").entries.values()} == {"no"}


def make_old(folder, day):
    """Turn a history into one of the version before days were believed, in which ``day`` is an empty one."""
    import pyarrow.parquet as pq

    for path in folder.glob("*/*/*.parquet"):
        about = json.loads(pq.read_metadata(path).metadata[b"apivideo_geo"])
        about["schema"] = 1
        table = pq.read_table(path).replace_schema_metadata(None)
        for name, one in about["days"].items():
            del one["reported"], one["doubt"]
            if name == str(day):
                one["count"] = one["rows"] = 0
                table = table.slice(0, 0)
        with pq.ParquetWriter(path, table.schema) as writer:
            writer.write_table(table)
            writer.add_key_value_metadata({b"apivideo_geo": json.dumps(about).encode()})
    lines = [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]
    for line in lines:
        for name in ("reported", "doubt", "answer", "nights"):
            del line[name]
        if line["day"] == str(day):
            line |= {"count": 0, "rows": 0, "first_count": 0}
    (folder / "ledger.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

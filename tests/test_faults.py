"""Faults of a server at some steps of a run; ``make faults`` tries all of them at every step."""

from datetime import date

import pytest

from tests.fakes.proxy import FaultyProxy
from tests.fakes.server import StandIn
from tests.fakes.world import World
from tests.faults import DATES, FAULTS, STEPS
from tests.product import Product

WORLD = World.make(5, 400, 3, 1, date(2026, 10, 30), date(2026, 10, 30))
WRONG_TYPES = [
    (fault, step)
    for fault in FAULTS
    for step in fault.steps
    if fault.steps in (("assets",), ("sessions",)) and fault not in DATES
]


@pytest.mark.parametrize(("fault", "step"), WRONG_TYPES, ids=lambda value: getattr(value, "name", value))
def test_a_field_of_another_type_than_the_api_describes_is_refused_by_its_name(tmp_path, fault, step):
    product = Product(tmp_path)
    source = ("--source", "sessions") if step == "sessions" else ("--source", "data", "--detail", "media")
    with StandIn(WORLD) as api, FaultyProxy(api.url, fault, STEPS[step]) as proxy:
        key = {"APIVIDEO_API_KEY": api.api_key, "APIVIDEO_BASE_URL": proxy.url}
        arguments = ("collect", "--since", WORLD.first_day, *source)
        failed = product.run(*arguments, now=WORLD.end, code=fault.codes[0], **key)
        assert proxy.hits
        proxy.fault = None
        product.run(*arguments, now=WORLD.end, **key)
    assert "report it" in failed.stderr
    assert "Unexpected" not in failed.stderr

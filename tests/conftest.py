import pytest
from hypothesis import HealthCheck, settings

from tests.browser import browser, open_page
from tests.sharing import (
    built_demo,
    compile_each_template_once,
    draw_only_stripes,
    draw_pictures,
    wait_for_no_disk,
)

__all__ = [
    "browser",
    "built_demo",
    "compile_each_template_once",
    "draw_only_stripes",
    "draw_pictures",
    "open_page",
    "wait_for_no_disk",
]

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")  # a slow or busy machine is no fault of the code

LONGEST = (
    "tests/test_main_job.py",
    "tests/test_rehearsal.py",
    "tests/test_nights.py",
    "tests/render/test_browser_view.py",
    "tests/sources/test_file_forms.py",
    "tests/collect/test_believed.py",
    "tests/history/branch/test_branch.py",
    "tests/render/test_widths.py",
    "tests/engines/test_duckdb.py",
    "tests/fakes/test_official_clients.py",
    "tests/python/test_audience.py",
    "tests/render/test_view_words.py",
    "tests/render/text/test_translations.py",
    "tests/render/theme/test_own_templates.py",
    "tests/render/test_browser_subpages.py",
    "tests/render/test_tapping.py",
    "tests/render/test_places.py",
    "tests/exports/test_sessions_csv.py",
    "tests/test_recount.py",
    "tests/test_hosting.py",
    "tests/test_release.py",
)
"""The files that take longest run first, so that at the end no worker waits for another."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others keep their order."""
    rank = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))

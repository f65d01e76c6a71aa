"""The steps that the benchmarks measure run with the product as it is."""

from datetime import UTC, date, datetime

from apivideo_geo.facts import facts_table
from apivideo_geo.history.history import Fetched, open_history
from apivideo_geo.model import Facts
from bench import steps


def test_the_steps_count_sessions_and_summarise_a_history(tmp_path):
    sessions = tmp_path / "s.csv"
    sessions.write_text("sessionID,loadedAt,country\na,2026-11-08T10:00:00Z,France\n")
    assert '["FRA", 1]' in steps.ours(str(sessions))
    day, folder = date(2026, 11, 8), tmp_path / "history"
    with open_history(folder) as history:
        facts = Facts((day,), facts_table([(day, "play", "FRA", "total", "", 3)]))
        history.save(facts, Fetched("play", "data", "country", datetime(2026, 11, 10, tzinfo=UTC)))
        history.save_ledger()
    assert steps.summary(str(folder)) == "3 plays, 1 countries, 1 days"

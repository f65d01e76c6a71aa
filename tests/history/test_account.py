"""What the API reports in addition to the facts, stored in the history."""

from datetime import date

import pytest

from apivideo_geo.errors import DataRefused
from apivideo_geo.history.account import parse_account, render_account
from apivideo_geo.history.history import load_history, open_history
from apivideo_geo.model import Account, Asset, Checked

CHECKED = Checked(date(2026, 11, 1), date(2026, 11, 2), 5, 6)


@pytest.mark.parametrize(
    "account", [Account(), Account(30), Account(None, CHECKED), Account(90, CHECKED, "ws.api.video")]
)
def test_what_was_written_is_read_again(account):
    assert parse_account(render_account(account).encode(), "account.json") == account


def test_a_damaged_file_is_refused_by_name():
    with pytest.raises(DataRefused, match=r"account\.json"):
        parse_account(b"{}", "account.json")


def test_what_was_not_reported_this_time_stays(tmp_path):
    with open_history(tmp_path) as history:
        history.save_account(90, CHECKED)
        history.save_account(None, None)
    assert load_history(tmp_path).load_account() == Account(90, CHECKED)


def test_lifetime_plays_are_kept_and_may_be_unknown(tmp_path):
    known = Asset("viA", "video", "A", True, lifetime=7)
    unknown = Asset("viB", "video", "B", True)
    with open_history(tmp_path) as history:
        history.save_assets([known, unknown, Asset("viC", "video", "C", False, lifetime=9)])
    assert load_history(tmp_path).load_assets() == (known, unknown)

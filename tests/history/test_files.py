"""Which files belong to a history, by their names and folders alone."""

from __future__ import annotations

import errno
import os
from datetime import date

import pytest

from apivideo_geo.errors import DataRefused
from apivideo_geo.history.day_lines import HOURS
from apivideo_geo.history.files import day_file, day_files, find_files, find_strays, is_month, month_file
from apivideo_geo.history.history import load_history, open_history

OURS = [
    "2026/2026-09.parquet", "2026/10/2026-10-01.parquet", "2026/10/2026-10-31.parquet", "2028/02/2028-02-29.parquet",
]  # fmt: skip
"""Files of facts, oldest first."""
OTHERS = ["assets.parquet", "published.parquet", "metrics/impression/2026/2026-09.parquet",
          "metrics/view/2026/10/2026-10-01.parquet"]  # fmt: skip
STRAYS = [
    "other.parquet", "2026/assets.parquet", "2026/2025-09.parquet", "2026/2026-13.parquet", "2026/2026-9.parquet",
    "2026/2026-09 - Copy.parquet", "2026/2026-09-01.parquet", "2026/10/2026-11-01.parquet",
    "2025/10/2026-10-01.parquet",
    "2026/10/2026-10-32.parquet", "2026/02/2026-02-29.parquet", "2026/10/2026-10.parquet", "20266/20266-1.parquet",
    "2026/10/2026-10-01 (1).parquet", "2026/10 - Copy/2026-10-01.parquet", "backup/2026/2026-09.parquet",
    "backup/2026/10/2026-10-01.parquet", "metrics/unheard-of/2026/2026-09.parquet", "metrics/view/assets.parquet",
    "metrics/2026/2026-09.parquet", "٢٠٢٦/٢٠٢٦-09.parquet",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A folder with all these files, and some that were being written or are not Parquet."""
    for name in (*OURS, *OTHERS, *STRAYS, "2026/10/.2026-10-01.parquet.writing-7.parquet", "2026/2026-09.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def names(paths, folder):
    return [str(path.relative_to(folder)) for path in paths]


def test_the_files_of_facts_are_those_at_their_place_oldest_first(folder):
    assert names(find_files(folder), folder) == OURS


def test_a_day_that_is_in_the_file_of_its_month_is_not_read_twice(folder):
    (folder / "2026/2026-10.parquet").touch()
    assert names(find_files(folder), folder) == [OURS[0], "2026/2026-10.parquet", OURS[3]]


def test_every_other_parquet_file_is_a_stray(folder):
    assert names(find_strays(folder), folder) == sorted(STRAYS, key=lambda name: (folder / name).parts)


def test_the_days_of_a_month_are_found_oldest_first(folder):
    assert names(day_files(folder, "2026-10"), folder) == OURS[1:3]
    assert day_files(folder, "2026-02") == day_files(folder, "2030-01") == []


def test_each_month_and_day_has_its_place(tmp_path):
    month, day = month_file(tmp_path, "2026-09"), day_file(tmp_path, date(2026, 9, 5))
    assert names([month, day], tmp_path) == ["2026/2026-09.parquet", "2026/09/2026-09-05.parquet"]
    assert (is_month(month), is_month(day)) == (True, False)


@pytest.mark.parametrize("name", ["2026/2026-09.parquet", "ledger.jsonl", "assets.parquet", "account.json"])
def test_a_pipe_in_place_of_a_file_is_refused_by_name_and_does_not_block(tmp_path, name):
    (tmp_path / "2026").mkdir()
    os.mkfifo(tmp_path / name)
    with pytest.raises(DataRefused, match=rf"{name}: it is a pipe, not a file"):
        history = load_history(tmp_path)
        history.load_assets()
        history.read_account()


def test_a_folder_in_place_of_a_file_of_lines_is_refused_by_name(tmp_path):
    (tmp_path / "hours.jsonl").mkdir()
    with pytest.raises(DataRefused, match=r"hours\.jsonl: it is a folder"):
        HOURS.load(tmp_path)


def test_a_folder_that_this_user_may_not_open_is_named_and_its_days_are_not_taken_for_lost(tmp_path, monkeypatch):
    closed, scandir = tmp_path / "2026", os.scandir
    closed.mkdir()

    def refuse(path="."):
        if str(path) == str(closed):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataRefused, match=r"Cannot read .*2026: Permission denied\. Give this user the permission"):
        load_history(tmp_path)
    with pytest.raises(DataRefused, match="Cannot read"), open_history(tmp_path):
        pass

"""Looks whether all is set up and well, and says what to do next: the account, the history, the publication."""

from apivideo_geo.doctor.examining import examine
from apivideo_geo.doctor.findings import find_exit_code, render_json, render_text

__all__ = ["examine", "find_exit_code", "render_json", "render_text"]

"""Check the set-up: account, history and publication; and suggest the next steps."""

from apivideo_geo.doctor.examining import examine
from apivideo_geo.doctor.findings import find_exit_code, render_json, render_text

__all__ = ["examine", "find_exit_code", "render_json", "render_text"]

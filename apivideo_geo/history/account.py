"""Account metadata as JSON: how many days the API keeps, its own total of the last collected days, and its host."""

from __future__ import annotations

import json
from datetime import date

from apivideo_geo.errors import DataRefused
from apivideo_geo.model import Account, Checked


def render_account(account: Account) -> str:
    """Return ``account`` as JSON."""
    checked = account.checked
    period = checked and {
        "first": checked.first.isoformat(),
        "last": checked.last.isoformat(),
        "held": checked.stored,
        "told": checked.reported,
    }
    return json.dumps({"remembers": account.remembers, "checked": period, "server": account.server}, indent=1) + "\n"


def parse_account(text: str, name: str) -> Account:
    """Return the account in ``text``. Raises :class:`DataRefused` if the file called ``name`` is not valid."""
    try:
        values = json.loads(text)
        period = values["checked"]
        checked = period and Checked(
            date.fromisoformat(period["first"]),
            date.fromisoformat(period["last"]),
            int(period["held"]),
            int(period["told"]),
        )
        remembers = None if values["remembers"] is None else int(values["remembers"])
        return Account(remembers, checked, str(values.get("server", "")))
    except (ValueError, KeyError, TypeError):
        raise DataRefused(f"{name} is damaged. Delete it and run again; the next run writes a new one.") from None

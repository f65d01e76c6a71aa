"""What the API told beside the facts, as text: how far back it remembers, its own count, its host. Pure."""

from __future__ import annotations

import json
from datetime import date

from apivideo_geo.errors import DataRefused
from apivideo_geo.model import Account, Checked


def render_account(account: Account) -> str:
    """``account`` as JSON."""
    checked = account.checked
    told = checked and {
        "first": checked.first.isoformat(),
        "last": checked.last.isoformat(),
        "held": checked.held,
        "told": checked.told,
    }
    return json.dumps({"remembers": account.remembers, "checked": told, "server": account.server}, indent=1) + "\n"


def parse_account(text: str, name: str) -> Account:
    """The account of ``text``. Raises :class:`DataRefused` where the file called ``name`` is not ours."""
    try:
        values = json.loads(text)
        told = values["checked"]
        checked = told and Checked(
            date.fromisoformat(told["first"]), date.fromisoformat(told["last"]), int(told["held"]), int(told["told"])
        )
        remembers = None if values["remembers"] is None else int(values["remembers"])
        return Account(remembers, checked, str(values.get("server", "")))
    except (ValueError, KeyError, TypeError):
        raise DataRefused(f"{name} cannot be read; delete it and run again, the next run writes it anew.") from None

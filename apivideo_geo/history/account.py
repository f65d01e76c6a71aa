"""Account metadata as JSON: how many days the API keeps, its own total of the last collected days, and its host."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from apivideo_geo.errors import DataRefused
from apivideo_geo.history.schema import STRICT, Count, Day
from apivideo_geo.model import Account, Checked


class _Checked(BaseModel):
    model_config = STRICT

    first: Day
    last: Day
    held: Count
    told: Count


class _Account(BaseModel):
    model_config = STRICT

    remembers: Annotated[int, Field(ge=0, le=36_500)] | None
    checked: _Checked | None
    server: str = Field("", max_length=300)


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


def parse_account(content: bytes, name: str) -> Account:
    """Return the account in ``content``. Raises :class:`DataRefused` if the file called ``name`` is not valid."""
    try:
        read = _Account.model_validate_json(content)
    except ValidationError:
        raise DataRefused(
            f"{name} is damaged. Delete it; the next run that collects from api.video writes a new one."
        ) from None
    period = read.checked
    checked = Checked(period.first, period.last, period.held, period.told) if period else None
    return Account(read.remembers, checked, read.server)

"""What the doctor says: one finding for each thing looked at. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["ok", "warning", "wrong", "unseen"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at, in sentences: what is so, and the next step ("" where there is none to take).

    ``unseen`` could not be looked at. ``exit_code`` is that of the class of error that fits, where it is ``wrong``.
    """

    name: str
    state: State
    says: str
    next: str = ""
    exit_code: int = 0


def find_exit_code(findings: Sequence[Finding]) -> int:
    """0 if nothing is wrong, else the code of the first thing that is."""
    return next((one.exit_code for one in findings if one.state == "wrong"), 0)


def render_text(findings: Sequence[Finding]) -> str:
    """For a person."""
    lines = []
    for one in findings:
        lines.append(f"{one.state:<8} {one.name}: {one.says}")
        lines += [f"{'':<8} → {one.next}"] if one.next else []
    wrong, warnings = (sum(one.state == state for one in findings) for state in ("wrong", "warning"))
    if not wrong and not warnings:
        return "\n".join([*lines, "", "All is well, as far as it can be seen."])
    count = f"{wrong} wrong" if wrong else f"{warnings} warning{'' if warnings == 1 else 's'}"
    return "\n".join([*lines, "", f"{count}: begin with the first that has an arrow."])


def render_json(findings: Sequence[Finding]) -> str:
    """For programs: ``exit_code`` and ``findings``, each with the fields of :class:`Finding`."""
    told = {"exit_code": find_exit_code(findings), "findings": [asdict(one) for one in findings]}
    return json.dumps(told, indent=2, ensure_ascii=False)

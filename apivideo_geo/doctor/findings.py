"""Findings of the doctor: one for each thing checked, and the report of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["ok", "warning", "wrong", "unseen"]


@dataclass(frozen=True)
class Finding:
    """The result of one check: ``says`` what was found, ``next`` what to do ("" if nothing).

    The state ``unseen`` means that it could not be checked. ``exit_code`` is 0 unless the state is ``wrong``; then it
    is the exit code of the matching class of error.
    """

    name: str
    state: State
    says: str
    next: str = ""
    exit_code: int = 0


def find_exit_code(findings: Sequence[Finding]) -> int:
    """Return the exit code of the first problem; 0 if there is none."""
    return next((one.exit_code for one in findings if one.state == "wrong"), 0)


def render_text(findings: Sequence[Finding]) -> str:
    """Return the findings as text, one per line, each followed by its next step."""
    lines = []
    for one in findings:
        lines.append(f"{one.state:<8} {one.name}: {one.says}")
        lines += [f"{'':<8} → {one.next}"] if one.next else []
    wrong, warnings = (sum(one.state == state for one in findings) for state in ("wrong", "warning"))
    if not wrong and not warnings:
        return "\n".join([*lines, "", "No problems found."])
    number, noun = (wrong, "problem") if wrong else (warnings, "warning")
    count = f"{number} {noun}{'' if number == 1 else 's'}"
    return "\n".join([*lines, "", f"{count}. Start with the first line marked →."])


def render_json(findings: Sequence[Finding]) -> str:
    """Return the findings as JSON: ``exit_code`` and ``findings``, each with the fields of :class:`Finding`."""
    values = {"exit_code": find_exit_code(findings), "findings": [asdict(one) for one in findings]}
    return json.dumps(values, indent=2, ensure_ascii=False)

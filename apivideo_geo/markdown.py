"""Texts from outside in Markdown that GitHub shows: as they are, never as markup, links or mentions. Pure."""

from __future__ import annotations

from collections.abc import Sequence

MARKS = "\\`*_[]<>|#~&!"


def escape(text: str) -> str:
    """``text`` on one line, shown as it is; an ``@name`` in it calls nobody."""
    line = " ".join(text.split())
    return "".join("\\" + letter if letter in MARKS else letter for letter in line).replace("@", "@\u200b")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """A table of cells that are Markdown already; ``align`` has an ``l`` or an ``r`` for each column."""
    rule = ["---:" if side == "r" else "---" for side in align]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, rule, *rows))

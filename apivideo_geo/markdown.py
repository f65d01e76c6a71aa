"""Text from outside in Markdown for GitHub: shown as it is, never as markup, links or mentions. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

MARKUP = "\\`*_[]<>|#~&!"


def escape(text: str) -> str:
    """Return ``text`` on one line, with its markup escaped; an ``@name`` in it notifies nobody.

    >>> escape("a *b*")
    'a \\\\*b\\\\*'
    """
    line = " ".join(text.split())
    return "".join("\\" + letter if letter in MARKUP else letter for letter in line).replace("@", "@\u200b")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """Return a table of cells that are Markdown already; ``align`` has an ``l`` or an ``r`` for each column."""
    rule = ["---:" if side == "r" else "---" for side in align]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, rule, *rows))

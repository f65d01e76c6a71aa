"""A closed month as text (Markdown) or HTML for a mail or chat: what its page says, in short. Sends nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape as in_html
from itertools import islice

from apivideo_geo.markdown import escape, table
from apivideo_geo.model import ClosedMonth
from apivideo_geo.render.context import Context
from apivideo_geo.render.pages.month import MonthRow, MonthView
from apivideo_geo.render.pages.video import make_asset_lines
from apivideo_geo.render.text import sentences
from apivideo_geo.render.text.formats import sentence

COUNTRIES = 10
"""Maximum number of countries listed."""
VIDEOS = 5
"""Maximum number of videos and live streams listed."""
_STYLE = "font-family:sans-serif;line-height:1.5;max-width:40em;margin:1em auto;padding:0 1em"


class Digest:
    """The parts of a digest: a title, paragraphs, tables and lists with headings, and the address of the page."""

    def __init__(self, closed: ClosedMonth, context: Context) -> None:
        view, say = MonthView(closed, context), context.formats.say
        title = say("%(month)s: %(headline)s", month=view.name, headline=view.headline())
        self.title = say("Demo data: %(title)s", title=title) if context.summary.demo else title
        self.site, self.language = context.theme.title, context.formats.lang
        gaps = view.gaps()
        self.paragraphs = [
            view.lead(),
            *([f"{sentence(gaps)}."] if gaps else []),
            *view.corrections(),
        ]
        plays = sentence(sentences.noun(closed.metric, context.formats))
        heads = ("#", say("Country"), plays, say("Share"), say("Change"))
        rows = islice((row for row in view.rows() if row.flag), COUNTRIES)
        self.countries = heads, [(row.rank, row.name, row.count, row.share, row.change) for row in rows]
        grew, fell = view.movers()
        videos = view.videos(make_asset_lines(context))[:VIDEOS]
        lists = (
            (say("Records"), list(view.records())),
            (say("Notes and publications"), view.events()),
            (say("Grew most"), list(map(_moved, grew))),
            (say("Fell most"), list(map(_moved, fell))),
            (say("What was watched"), [f"{row.name}: {row.count}" for row in videos]),
        )
        self.lists = [(heading, lines) for heading, lines in lists if lines]
        self.address = view.address()

    def as_text(self) -> str:
        """Return the digest as Markdown; titles and names of the account are escaped."""
        parts = [f"## {escape(self.title)}\n", *(f"{escape(text)}\n" for text in self.paragraphs)]
        heads, rows = self.countries
        if rows:
            parts.append(table(_escaped(heads), [_escaped(row) for row in rows], "rlrrr"))
        for heading, lines in self.lists:
            parts.append(f"### {escape(heading)}\n\n" + "".join(f"- {escape(line)}\n" for line in lines))
        parts.append(f"{escape(self.site)}: <{self.address}>\n" if self.address else f"{escape(self.site)}\n")
        return "\n".join(parts)

    def as_html(self) -> str:
        """Return the digest as an HTML document without scripts, pictures and style sheets, as mails need it."""
        heads, rows = self.countries
        parts = [f"<h1>{in_html(self.title)}</h1>", *(f"<p>{in_html(text)}</p>" for text in self.paragraphs)]
        if rows:
            parts.append(
                f'<table cellpadding="4">{_row("th", heads)}{"".join(_row("td", row) for row in rows)}</table>'
            )
        for heading, lines in self.lists:
            items = "".join(f"<li>{in_html(line)}</li>" for line in lines)
            parts.append(f"<h2>{in_html(heading)}</h2><ul>{items}</ul>")
        site, address = in_html(self.site), in_html(self.address)
        parts.append(f'<p><a href="{address}">{site}</a></p>' if address else f"<p>{site}</p>")
        return (
            f'<!DOCTYPE html>\n<html lang="{self.language}"><head><meta charset="utf-8">'
            f'<title>{in_html(self.title)}</title></head>\n<body style="{_STYLE}">\n' + "\n".join(parts)
            + "\n</body></html>\n"
        )  # fmt: skip


def _moved(row: MonthRow) -> str:
    return f"{row.name} {row.change}: {row.note}"


def _escaped(cells: Iterable[str]) -> list[str]:
    return [escape(cell) for cell in cells]


def _row(tag: str, cells: Sequence[str]) -> str:
    """Return a row of a table; every column but that of names is aligned right."""
    sides = ["left" if number == 1 else "right" for number in range(len(cells))]
    return "<tr>" + "".join(
        f'<{tag} align="{side}">{in_html(cell)}</{tag}>' for side, cell in zip(sides, cells, strict=True)
    ) + "</tr>"  # fmt: skip

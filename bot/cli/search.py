"""`handoff search` and `handoff export`: past disagreements, all of them or those that one person sees."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from bot.cli.console import err, out
from bot.cli.needs import desk, settings, voice

if TYPE_CHECKING:
    from bot.core.found import Page
    from bot.core.search import Hit
    from bot.desk.desk import Desk
    from bot.slack.visible import Sight

export_app = typer.Typer(help="What Handoff knows, for spreadsheets and machines.", no_args_is_help=True)
_As = Annotated[
    str | None, typer.Option("--as", help="only what this person sees in Slack, which is asked (SLACK_BOT_TOKEN)")
]


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"


def search(
    query: Annotated[list[str] | None, typer.Argument(help="words and filters: market:br flag:growth won:ai")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for machines: one object")] = False,
    person: _As = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 10,
    offset: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Find past disagreements: who was right, and what was learned. Sees everything, unless --as somebody.

    Filters: market: flag: reason: by: won: campaign: since: until:

    Example: handoff search giveaway followers market:br won:expert since:2026-01 --json
    """
    from bot.core.search_query import Reader
    from bot.desk import find
    from bot.i18n.labels import labels

    with desk() as at:
        seen = _seen_by(at, person)
        channels = seen.channels if seen is not None else None
        reader = Reader(find.vocabulary(at, channels, labels()), at.clock(), voice().zone, person)
        asked = reader.read(" ".join(query or ()))
        page = find.page(at, asked, channels, person, offset, limit=limit)
    if as_json:
        sys.stdout.write(json.dumps(_page_json(page), ensure_ascii=False, indent=2) + "\n")
        return
    for note in page.query.notes:
        err.print(f"{note.why.replace('_', ' ')}: {note.key} {note.value}".rstrip(), highlight=False, markup=False)
    for line in _lines(page):
        out.print(line, highlight=False, markup=False)


@export_app.command("disagreements")
def export_disagreements(
    form: Annotated[Format, typer.Option("--format")] = Format.CSV,
    person: _As = None,
    file: Annotated[Path | None, typer.Option("--out", help="a file instead of standard output")] = None,
) -> None:
    """Every disagreement with both sides' reasons, who was right, the lesson and what became of the deal.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.

    Example: handoff export disagreements --format csv --out disagreements.csv
    """
    from bot.desk import find

    with desk() as at, _opened(file) as target:
        seen = _seen_by(at, person)
        records = find.export(at, seen.channels if seen is not None else None, person)
        if form is Format.JSON:
            _write_json(target, records)
        else:
            _write_csv(target, find.COLUMNS, records)


def _seen_by(at: Desk, person: str | None) -> Sight | None:
    """What somebody sees in Slack; None for everything. Raises StartError when Slack cannot be asked."""
    if person is None and settings().slack_bot_token is None:
        return None
    from bot.app import StartError

    try:
        return asyncio.run(_asked(at, person))
    except StartError:
        if person is not None:
            raise
        return None  # without Slack's word there are no links; everything else is ours to tell


async def _asked(at: Desk, person: str | None) -> Sight | None:
    from bot.app import build
    from bot.slack import visible

    bot = build(settings())
    try:
        await bot.open()
        at.site = bot.desk.site
        found = await visible.sight(bot.edge, person) if person is not None else None
        await bot.settled()
    finally:
        await bot.close(1)
    if found is not None and not found.complete:
        err.print("Slack did not tell of every channel who sees it: those are left out.", style="yellow")
    return found


# How it is written


def _lines(page: Page) -> Iterator[str]:
    from bot.cards.blocks import one_line

    said, total = voice(), page.found.total
    if not total:
        yield "Nothing found."
        for one in page.found.suggestions:
            yield f"  without {one.without}: {one.total:,}"
        return
    yield f"{total:,} case{'' if total == 1 else 's'}"
    for hit in page.found.hits:
        name, day = one_line(hit.creator, 80), said.date(hit.opened_at)
        yield f"{hit.disagreement_id}  {name}, {hit.market}, {day}: {hit.won.value}"
        for line in (hit.lesson, _outline(hit), hit.passage.text, page.links.get(hit.disagreement_id, "")):
            if line.strip():
                yield "    " + one_line(line, 400)
    if page.left:
        yield f"{page.left:,} more: --offset {page.start + len(page.found.hits)}"


def _outline(hit: Hit) -> str:
    about = hit.outline
    if about is None:
        return ""
    codes = ", ".join((*about.flags, *about.reasons))
    return f"the AI: {about.ai.value}, {about.expert}: {about.verdict.value}; {codes}"


def _page_json(page: Page) -> dict[str, Any]:
    """People script against it, so it only ever grows."""
    asked, found = page.query, page.found
    filters = {name: getattr(asked.filters, name) for name in asked.filters.names}
    return {
        "text": asked.text,
        "filters": {name: _plain(value) for name, value in filters.items()},
        "not_understood": [{"why": note.why.value, "key": note.key, "value": note.value} for note in asked.notes],
        "total": found.total,
        "offset": page.start,
        "by_won": {won.value: count for won, count in found.by_won.items()},
        "read_as": dict(found.read_as),
        "cases": [_hit_json(hit, page.links.get(hit.disagreement_id)) for hit in found.hits],
        "suggestions": [{"total": s.total, "without": s.without, "text": s.text} for s in found.suggestions],
    }


def _hit_json(hit: Hit, link: str | None) -> dict[str, Any]:
    return {
        "id": hit.disagreement_id, "review": hit.review_id, "campaign": hit.campaign, "channel": hit.channel,
        "market": hit.market, "creator": hit.creator, "handle": hit.handle, "opened_at": _plain(hit.opened_at),
        "won": hit.won.value, "lesson": hit.lesson, "passage": hit.passage.text,
        "hits": [list(place) for place in hit.passage.hits], "permalink": link,
    }  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    return value


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        yield sys.stdout
        return
    with file.open("w", encoding="utf-8", newline="") as target:
        yield target


def _write_json(target: TextIO, records: Iterable[dict[str, Any]]) -> None:
    """An array, one object per line, written as it is read."""
    between = "[\n"
    for record in records:
        line = {name: _plain(value) for name, value in record.items()}
        target.write(between + json.dumps(line, ensure_ascii=False))
        between = ",\n"
    target.write("\n]\n" if between != "[\n" else "[]\n")


def _write_csv(target: TextIO, columns: Iterable[str], records: Iterable[dict[str, Any]]) -> None:
    from bot.account import inert

    table = csv.writer(target)
    table.writerow(columns)
    for record in records:
        table.writerow([inert(_cell(value)) for value in record.values()])


def _cell(value: object) -> object:
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return "" if value is None else _plain(value)

"""`handoff outcome`: what became of deals, one by one or from a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import out
from bot.cli.needs import desk, settings, voice
from bot.core.errors import Invalid
from bot.core.outcome import What

_SHOWN = 5


def outcome(
    review: Annotated[str | None, typer.Argument(help="the review, rv_…")] = None,
    what: Annotated[What | None, typer.Argument(help="what became of the deal", case_sensitive=False)] = None,
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="when it happened; today")] = None,
    file: Annotated[
        Path | None, typer.Option(help="CSV with the columns review (or campaign and handle), outcome and date")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="write what became of every row")] = None,
) -> None:
    """Record what became of a deal: it shows who was right, and a signed one can no longer be reversed.

    Examples: handoff outcome rv_7Q2K0M3XNB signed --date 2026-11-24, or handoff outcome --file outcomes.csv
    """
    from bot.desk import outcomes

    if file is not None:
        _from_file(file, report)
        return
    if review is None or what is None:
        raise Invalid("outcome_of_what", field="review")
    at = date.replace(tzinfo=UTC) if date is not None else None
    with desk() as opened:
        case = outcomes.record(opened, review, what, happened_at=at)
    out.print(f"{case.candidate.name}: {voice().t(f'outcome.{what.value}')}.", highlight=False, markup=False)


def _from_file(file: Path, report: Path | None) -> None:
    from bot.cli import outcome_rows
    from bot.importing import read_bytes

    if report is not None:
        report.open("a", encoding="utf-8").close()  # a folder that is not there is said before anything is recorded
    data = read_bytes(file, settings().max_file_mb)
    with desk() as opened:
        fates = outcome_rows.take_in(opened, data, voice(), max_bytes=settings().max_file_mb * 1_000_000)
    refused = [fate for fate in fates if fate.fate == "rejected"]
    for fate in refused[:_SHOWN]:
        out.print(f"line {fate.line} rejected: {fate.reason}", highlight=False, markup=False)
    if len(refused) > _SHOWN:
        out.print(f"… and {len(refused) - _SHOWN} more; --report FILE.csv lists every row.", highlight=False)
    out.print(outcome_rows.last_line(fates), highlight=False)
    if report is not None:
        outcome_rows.write(report, fates)

"""The account of an import as people read it: the mapping, what was left out, one line per row, and the last line."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.core.types import Route
from bot.desk.intake import Fate, ImportReport
from bot.i18n.catalog import Voice
from bot.i18n.errors import row_text

_SHOWN = 5
_COLUMNS = ("line", "handle", "fate", "reason", "route", "rule", "review", "reviewer")


def show(console: Console, report: ImportReport, voice: Voice, *, dry_run: bool) -> None:
    """Mapping, warnings and rejected rows for the eye; the last line for the impatient."""
    console.print(_mapping(report))
    for warning in report.file.warnings:
        console.print(
            "[yellow]![/] " + escape(row_text(voice, f"warning_{warning.code}", **warning.params)), highlight=False
        )
    _unread(console, report)
    rejected = [f for f in report.fates if f.fate == "rejected"]
    for fate in rejected[:_SHOWN]:
        console.print(f"[yellow]line {fate.line}[/] rejected: {escape(reason(voice, fate))}", highlight=False)
    if len(rejected) > _SHOWN:
        console.print(f"… and {len(rejected) - _SHOWN} more; --report FILE.csv lists every row.", highlight=False)
    if report.no_expert:
        named = ", ".join(f"{voice.market(m)} ({m})" for m in report.no_expert)
        console.print(f"[yellow]![/] Nobody reviews {named} yet: these candidates go to the lead.", highlight=False)
        console.print(f"  handoff member add U… --role expert --market {report.no_expert[0]}", highlight=False)
    if report.skipped:
        console.print(f"Stopped at --limit: {report.skipped:,} more rows were not read.", highlight=False)
    console.print(("Dry run, nothing was written. " if dry_run else "") + last_line(report), highlight=False)


def _mapping(report: ImportReport) -> Table:
    read = report.file
    table = Table(
        title=f"How the columns were read ({read.encoding}, “{read.delimiter}”)", title_justify="left", box=None
    )
    for heading in ("column", "header", "read as"):
        table.add_column(heading)
    for use in read.mapping:
        what = use.field or f"[dim]left out: {use.how.replace('_', ' ')}[/]"
        found = " [dim](by its content)[/]" if use.field and use.how in ("content", "inferred") else ""
        header = " ".join(use.header.split())
        table.add_row(f"#{use.position}", escape(header), what + found)
    return table


def _unread(console: Console, report: ImportReport) -> None:
    """How many cells gave no number, by field: missing, never zero."""
    notes = Counter((n.field, n.code) for row in report.file.rows for n in row.notes)
    for (name, code), count in sorted(notes.items()):
        what = f"{count:,} × {name}: {code.replace('_', ' ')}, counted as missing"
        console.print(f"[dim]· {what}[/]", highlight=False)


def reason(voice: Voice, fate: Fate) -> str:
    """Why a row was not taken, in plain words."""
    return row_text(voice, fate.reason or "other", **fate.params)


def last_line(report: ImportReport) -> str:
    """Sum it up: "1,000 rows: 31 duplicates, 12 rejected; AI decides 820, fast track 9, experts 128; 10 open now"."""
    duplicates, rejected = report.count("duplicate"), report.count("rejected")
    plural, rows = "" if duplicates == 1 else "s", len(report.fates)
    asked = report.routed(Route.EXPERT, Route.BLIND, Route.PANEL)
    return (
        f"{rows:,} row{'' if rows == 1 else 's'}: {duplicates:,} duplicate{plural}, {rejected:,} rejected; "
        f"AI decides {report.routed(Route.AI):,}, fast track {report.routed(Route.FAST_TRACK):,}, "
        f"experts {asked:,}; {report.opened:,} open now"
    )


def write(path: Path, report: ImportReport, voice: Voice) -> None:
    """Every row with its fate, as CSV that a spreadsheet will not execute."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(_COLUMNS)
        for fate in report.fates:
            why = reason(voice, fate) if fate.reason else ""
            route = fate.route.value if fate.route else ""
            row = (
                fate.line,
                fate.handle or "",
                fate.fate,
                why,
                route,
                fate.rule or "",
                fate.review_id or "",
                fate.reviewer or "",
            )
            out.writerow([inert(cell) for cell in row])


def inert(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula.

    >>> inert("=1+1"), inert("@ana"), inert(7)
    ("'=1+1", "'@ana", 7)
    """
    return "'" + cell if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell

"""`handoff import` and `handoff review`: candidates come in, and where they stand."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot import reading
from bot.cli.console import err, out
from bot.cli.needs import desk, markets_of, settings, voice
from bot.desk import see

review_app = typer.Typer(help="Candidates and where they stand.", no_args_is_help=True)


class Platform(StrEnum):
    INSTAGRAM = "instagram"
    YOUTUBE = "youtube"
    TIKTOK = "tiktok"


def import_(
    file: Annotated[Path, typer.Argument(help="CSV as you have it: any header names, any order")],
    campaign: Annotated[str, typer.Option(help="the campaign's key")],
    platform: Annotated[Platform | None, typer.Option(case_sensitive=False, help="fills blanks only")] = None,
    market: Annotated[str | None, typer.Option(help="fills blanks only")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="read at most so many rows")] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="file of lines `column = field`, when a column is read wrongly")
    ] = None,
    followers: Annotated[
        Path | None, typer.Option(help="folder of follower samples: lia.prado.csv for @lia.prado")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would happen, write nothing")] = False,
    report: Annotated[Path | None, typer.Option(help="write what became of every row")] = None,
) -> None:
    """Bring candidates in: read, score, route, and put the best on people's desks.

    Example: handoff import list.csv --campaign aurora --market BR --report account.csv
    """
    from bot import account
    from bot.cli.upstream import numbers_of
    from bot.importing import Samples, import_file

    if report is not None:
        report.open("a", encoding="utf-8").close()  # a folder that is not there is said before anything is imported
    samples = None if followers is None else Samples(followers, settings().max_file_mb)
    made = import_file(
        desk, err, file, campaign=campaign, platform=platform and platform.value, mapping=mapping, limit=limit,
        dry_run=dry_run, market=markets_of([market])[0] if market else None, max_mb=settings().max_file_mb,
        samples=samples, numbers=numbers_of(settings()),
    )  # fmt: skip
    for name, bad in samples.bad.items() if samples else ():
        err.print(f"{name}: {bad:,} cells can’t be read, counted as missing", highlight=False, markup=False)
    if samples and samples.unused:
        err.print(f"Nobody in the list has these samples: {', '.join(samples.unused)}", highlight=False, markup=False)
    account.show(out, made, voice(), dry_run=dry_run)
    if report is not None:
        account.write(report, made, voice())


@review_app.command("list")
def review_list(
    campaign: Annotated[str | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for machines: an array, one object per candidate")] = False,
) -> None:
    """Every candidate with its route, its state and whose name is on it.

    Example: handoff review list --campaign aurora --json
    """
    with desk() as at:
        lines = see.all_lines(at, campaign)
    if as_json:
        sys.stdout.write(json.dumps([reading.line_json(line) for line in lines], ensure_ascii=False, indent=2) + "\n")
        return
    for line in lines:
        result = (
            f"{line.decision.value} by {line.decided_by}" if line.decision else f"due {voice().when(line.deadline_at)}"
        )
        said = (
            f"{line.review_id}  {line.market}  {line.route.value:10}  {line.state.value:9}  {line.candidate}  {result}"
        )
        out.print(said, highlight=False, markup=False)
    if not lines:
        out.print("No candidates yet: handoff import FILE --campaign KEY")


@review_app.command("show")
def review_show(review_id: str, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """One candidate: what the AI said and why, who decided, and everything that happened.

    Example: handoff review show rv_7Q2K0M3XNB --json
    """
    with desk() as at:
        whole, (line,), happened = see.case(at, review_id), see.lines(at, [review_id]), see.history(at, review_id)
    if as_json:
        sys.stdout.write(
            json.dumps(reading.line_json(line) | reading.as_json(whole, happened), ensure_ascii=False, indent=2) + "\n"
        )
    else:
        out.print(reading.as_text(whole, happened, voice()), highlight=False, markup=False)


@review_app.command("withdraw")
def review_withdraw(review_id: str) -> None:
    """Take a candidate back in its campaign owner's name: nobody needs to answer any more.

    Example: handoff review withdraw rv_7Q2K0M3XNB
    """
    from bot.desk.decide import withdraw

    with desk() as at:
        whole = see.case(at, review_id)
        withdraw(at, review_id, whole.campaign.owner)
        out.print(f"{whole.candidate.name} is withdrawn.", highlight=False, markup=False)

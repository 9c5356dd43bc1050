"""`handoff status`, `doctor` and `demo`: how the bot is, and a look at it."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Annotated

import typer

from bot.cli.needs import desk, settings
from bot.desk.counts import counts


def status(as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Counts by state and route, the next deadline, what is still to be sent. Exit code 0 when the database answers.

    Example: handoff status --json
    """
    with desk() as at:
        found = counts(at)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    states = ", ".join(f"{n:,} {state}" for state, n in found["reviews"]["by_state"].items() if n) or "no reviews yet"
    typer.echo(f"Reviews: {states}; {found['open']:,} open, {found['queued']:,} queued")
    typer.echo(f"Next deadline: {found['next_deadline'] or 'none'}; outbox: {found['outbox']['depth']:,} to send")


def doctor() -> None:
    """Say in plain words what is missing: token, scope, channel membership, people, migration.

    Example: SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-… handoff doctor
    """
    from bot.cli.console import out
    from bot.doctor import examine

    async def look() -> bool:
        good = True
        async for finding in examine(settings()):
            good = good and finding.good
            out.print(("ok    " if finding.good else "MISSING  ") + finding.what, highlight=False, markup=False)
            if finding.advice:
                out.print("      " + finding.advice, highlight=False, markup=False)
        return good

    if not asyncio.run(look()):
        raise typer.Exit(1)
    out.print("All is well: handoff run", highlight=False)


def demo(
    port: Annotated[int, typer.Option(help="where the local workspace listens; 0 takes any")] = 8400,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="open the page")] = True,
) -> None:
    """Try everything without a Slack account: a local workspace in your browser, furnished.

    Example: handoff demo --port 8500 --no-browser
    """
    from bot.cli.console import out
    from bot.log import configure
    from bot.sandbox.demo import serve

    configure("WARNING")
    asyncio.run(serve(port=port, browser=browser, say=lambda text: out.print(text, highlight=False)))

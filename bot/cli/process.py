"""`handoff run`, `demo`, `status` and `doctor`: the bot itself, and how it is."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from bot.cli.console import desk, out, settings
from bot.desk import see


def status(as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Counts by state and route, the next deadline, what is still to be sent. Exit code 0 when the database answers.

    Example: handoff status --json
    """
    with desk() as at:
        found = see.status(at)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    states = ", ".join(f"{n:,} {state}" for state, n in found["reviews"]["by_state"].items() if n) or "no reviews yet"
    out.print(f"Reviews: {states}; {found['open']:,} open, {found['queued']:,} queued", highlight=False)
    out.print(
        f"Next deadline: {found['next_deadline'] or 'none'}; outbox: {found['outbox']['depth']:,} to send",
        highlight=False,
    )


def doctor() -> None:
    """Say in plain words what is missing: token, scope, channel membership, people, migration.

    Example: SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-… handoff doctor
    """
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


def run(
    http: Annotated[
        int | None, typer.Option(metavar="PORT", help="take Slack's requests on this port instead of a socket")
    ] = None,
    host: Annotated[str, typer.Option(help="where to listen with --http; 0.0.0.0 is everywhere")] = "127.0.0.1",
) -> None:
    """Connect to Slack and work until stopped: over Socket Mode, or with --http behind an address of yours.

    Needs SLACK_BOT_TOKEN, and SLACK_APP_TOKEN or with --http SLACK_SIGNING_SECRET.

    Example: SLACK_BOT_TOKEN=xoxb-… SLACK_SIGNING_SECRET=… handoff run --http 3000
    """
    from bot import app as product
    from bot.log import configure

    known = settings()
    configure(known.log_level, known.log_format)
    handoff = product.build(known)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(product.run(handoff, listen=None if http is None else (host, http)))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Uvloop's where there is one: not on Windows."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def demo(
    port: Annotated[int, typer.Option(help="where the local workspace listens; 0 takes any")] = 8400,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="open the page")] = True,
) -> None:
    """Try everything without a Slack account: a local workspace in your browser, furnished.

    Example: handoff demo --port 8500 --no-browser
    """
    from bot.log import configure
    from bot.sandbox.demo import serve

    configure("WARNING")
    asyncio.run(serve(port=port, browser=browser, say=lambda text: out.print(text, highlight=False)))

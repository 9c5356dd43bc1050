"""`handoff run`: the bot itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

import typer

from bot import app as product
from bot.cli.needs import settings
from bot.log import configure


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

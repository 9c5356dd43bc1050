"""`handoff upstream try`: what the source of fresh numbers says of one creator, and what is read of it."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.candidates import Platform
from bot.cli.console import out
from bot.cli.needs import markets_of, settings
from bot.clock import system_clock
from bot.core.errors import Invalid
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.core.fresh import Answer
    from bot.desk.intake import NumbersOf
    from bot.upstream import Config

upstream_app = typer.Typer(help="The source of fresh numbers.", no_args_is_help=True)


def numbers_of(known: Settings) -> NumbersOf | None:
    """What an import asks; None without a source. Raises Invalid('upstream')."""
    if known.upstream is None:
        return None
    from bot.upstream import Numbers, read_config

    return Numbers(read_config(known.upstream, known.upstream_token), system_clock)


@upstream_app.command("try")
def try_(
    handle: str,
    platform: Annotated[Platform, typer.Option(case_sensitive=False)] = Platform.INSTAGRAM,
    market: Annotated[str, typer.Option(help="for sources whose address names one")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="the answer as it came, for writing field paths")] = False,
) -> None:
    """Ask about one creator and show which number is read from where, and what cannot be believed. Keeps nothing.

    Example: handoff upstream try ana.lima --platform instagram
    """
    known = settings()
    if known.upstream is None:
        raise Invalid("upstream_none")
    from bot.upstream import read_config

    config = read_config(known.upstream, known.upstream_token)
    iso = markets_of([market])[0] if market else ""
    said, answer = asyncio.run(_asked(config, handle.removeprefix("@"), platform.value, iso))
    if as_json:
        sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=2) + "\n")
        return
    _show(config, answer)
    if answer.metrics is None:
        raise typer.Exit(1)


async def _asked(config: Config, handle: str, platform: str, market: str) -> tuple[Any, Answer]:
    from bot.upstream import Source

    source = Source(config, system_clock)
    try:
        said = await source.ask(handle, platform, market)
        return said, source.read(said, platform)
    finally:
        await source.close()


def _show(config: Config, answer: Answer) -> None:
    from bot.core.fresh_reading import named

    out.print(f"{config.name} at {config.host}:", highlight=False, markup=False)
    read, dropped = named(answer), dict(answer.asked.dropped)
    places = dict(config.fields)
    if config.followers is not None:
        places.setdefault("fake_follower_share", f"{config.followers.rows} (a sample)")
    for name, path in places.items():
        value = read.get(name)
        told = (
            f"{value}" if value is not None else f"not believed ({dropped[name]})" if name in dropped else "not there"
        )
        out.print(f"  {name:22} {told:28} from {path}", highlight=False, markup=False)
    for name in dropped.keys() - places.keys():
        out.print(f"  {name:22} not believed ({dropped[name]})", highlight=False, markup=False)
    if answer.metrics is not None and answer.metrics.fake_share_low is not None:
        had = answer.metrics
        out.print(
            f"  {had.fake_sample} followers judged, 95% interval {had.fake_share_low:.1%} to {had.fake_share_high:.1%}",
            highlight=False, markup=False,
        )  # fmt: skip
    if answer.metrics is None:
        out.print("No number in it can be believed.", highlight=False)

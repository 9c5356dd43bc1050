"""`handoff campaign`: what is looked for, by when, and who owns it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.console import out
from bot.cli.needs import desk, markets_of, voice
from bot.core.durations import parse_duration
from bot.core.types import Campaign, DecisionType, OnDeadline, Stakes, Whose
from bot.desk import campaigns, members, see
from bot.desk.staff import COMMAND_LINE
from scoring.types import Tier

campaign_app = typer.Typer(help="Campaigns: what is looked for, by when, and who owns it.", no_args_is_help=True)


_WHOSE = "whose verdict is the recommendation: Handoff's, or your own AI's (ai_verdict) where it gave one"


class Locale(StrEnum):
    EN = "en"
    RU = "ru"


@campaign_app.command("add")
def campaign_add(
    key: Annotated[str, typer.Argument(help="short, for commands: aurora-summer")],
    name: Annotated[str, typer.Option(help="as people call it")],
    market: Annotated[list[str], typer.Option(help="BR; may be repeated")],
    channel: Annotated[str, typer.Option(help="Slack channel id, C…")],
    owner: Annotated[str, typer.Option(help="the marketer, Slack user id")],
    type_: Annotated[DecisionType, typer.Option("--type")] = DecisionType.PARTNERSHIP,
    stakes: Annotated[Stakes, typer.Option()] = Stakes.MEDIUM,
    category: Annotated[list[str] | None, typer.Option(help="may be repeated")] = None,
    min_audience: Annotated[float | None, typer.Option(help="least audience in the markets, percent")] = None,
    avoid: Annotated[list[str] | None, typer.Option(help="a word that rules a creator out; may be repeated")] = None,
    tier: Annotated[list[Tier] | None, typer.Option(help="follower tier that the brief asks for")] = None,
    fee_line: Annotated[float | None, typer.Option(help="a fee above this makes the stakes high")] = None,
    deadline: Annotated[str, typer.Option(help="90m, 48h, 3d")] = "48h",
    on_deadline: Annotated[
        OnDeadline | None, typer.Option(help="default: hold at high stakes, else follow the AI")
    ] = None,
    budget: Annotated[float | None, typer.Option(help="the most for one creator")] = None,
    currency: Annotated[str, typer.Option()] = "EUR",
    locale: Annotated[Locale, typer.Option(help="the channel's language")] = Locale.EN,
    recommends: Annotated[Whose, typer.Option(help=_WHOSE)] = Whose.OURS,
) -> None:
    """Open a campaign.

    Example: handoff campaign add aurora --name "Aurora Summer" --market BR --channel C123 --owner U123 --budget 4500
    """
    campaign = Campaign(
        key=key, name=name, markets=markets_of(market), channel=channel, owner=owner, type=type_, stakes=stakes,
        categories=tuple(category or ()), min_audience=None if min_audience is None else min_audience / 100,
        avoid=tuple(avoid or ()), tiers=tuple(tier or ()), fee_line=fee_line, budget=budget,
        currency=currency.upper(), window=parse_duration(deadline), on_deadline=on_deadline, locale=locale.value,
        recommends=recommends,
    )  # fmt: skip
    with desk() as at:
        members.add_campaign(at, campaign, by=COMMAND_LINE)
        out.print(f"Campaign {key} is open. Next: handoff import FILE --campaign {key}", highlight=False, markup=False)
        experts = {m for person in see.everybody(at) if person.active for m in person.markets}
        for iso in campaign.markets:
            if iso not in experts:
                out.print(
                    f"Nobody reviews {voice().market(iso)} yet: handoff member add U… --role expert --market {iso}"
                )


@campaign_app.command("edit")
def campaign_edit(
    key: Annotated[str, typer.Argument(help="as in `handoff campaign list`")],
    name: Annotated[str | None, typer.Option()] = None,
    channel: Annotated[str | None, typer.Option(help="Slack channel id, C…")] = None,
    owner: Annotated[str | None, typer.Option(help="the marketer, Slack user id")] = None,
    stakes: Annotated[Stakes | None, typer.Option()] = None,
    deadline: Annotated[str | None, typer.Option(help="90m, 48h, 3d")] = None,
    budget: Annotated[float | None, typer.Option(help="the most for one creator")] = None,
    recommends: Annotated[Whose | None, typer.Option(help=_WHOSE)] = None,
) -> None:
    """Change what is named of a campaign; the rest stays, and so do terms and calls of what has come in.

    Example: handoff campaign edit aurora --recommends theirs
    """
    window = None if deadline is None else parse_duration(deadline)
    told = {"name": name, "channel": channel, "owner": owner, "stakes": stakes, "window": window, "budget": budget,
            "recommends": recommends}  # fmt: skip
    said = {field: value for field, value in told.items() if value is not None}
    with desk() as at:
        campaigns.edit(at, key, COMMAND_LINE, said)
    named = ", ".join(said) or "nothing"
    out.print(f"Campaign {key}: {named} changed.", highlight=False, markup=False)


@campaign_app.command("list")
def campaign_list() -> None:
    """The campaigns there are.

    Example: handoff campaign list
    """
    with desk() as at:
        for c in see.every_campaign(at):
            out.print(
                f"{c.key}  {c.name}  {', '.join(c.markets)}  {c.channel}  {c.owner}", highlight=False, markup=False
            )

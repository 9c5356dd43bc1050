"""`handoff member` and `handoff trust`: people, their roles, and referrers whose word counts."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.console import out
from bot.cli.needs import desk, markets_of, voice
from bot.core.types import Role
from bot.desk import members, see
from bot.desk.staff import COMMAND_LINE

member_app = typer.Typer(help="People and their roles.", no_args_is_help=True)
trust_app = typer.Typer(help="Referrers whose word speeds a candidate up.", no_args_is_help=True)


@member_app.command("add")
def member_add(
    user: Annotated[str, typer.Argument(help="Slack user id, U…")],
    role: Annotated[
        Role, typer.Option(help="expert answers for a market, marketer owns campaigns, lead sets the rules")
    ],
    market: Annotated[list[str] | None, typer.Option(help="for experts: BR, or Brazil; may be repeated")] = None,
    name: Annotated[str | None, typer.Option(help="until Slack tells us")] = None,
) -> None:
    """Give somebody a role.

    Example: handoff member add U123 --role expert --market BR
    """
    with desk() as at:
        for iso in markets_of(market or []) or (None,):
            new = members.add(at, user, role, iso, name, by=COMMAND_LINE)
            said = f"{user} is {role.value}" + (f" for {voice().market(iso)}" if iso and role is Role.EXPERT else "")
            out.print(said + ("." if new else " already."), highlight=False)


@member_app.command("list")
def member_list() -> None:
    """Who has which role.

    Example: handoff member list
    """
    with desk() as at:
        for member in see.everybody(at):
            roles = ", ".join(r.value + (f" {m}" if m else "") for r, m in member.roles)
            out.print(f"{member.id}  {member.name}  {roles or 'no role'}", highlight=False, markup=False)


@member_app.command("remove")
def member_remove(
    user: str, role: Annotated[Role, typer.Option()], market: Annotated[str | None, typer.Option()] = None
) -> None:
    """Take a role away; what waits for the person goes to others.

    Example: handoff member remove U123 --role expert --market BR
    """
    with desk() as at:
        moved = members.remove(at, user, role, markets_of([market])[0] if market else None, by=COMMAND_LINE)
        out.print(f"{user} is no longer {role.value}; {moved:,} open reviews went to others.", highlight=False)


@trust_app.command("add")
def trust_add(name: str) -> None:
    """Trust a referrer: candidates that the AI likes and this person referred take the fast track.

    Example: handoff trust add "Nina Orlova"
    """
    with desk() as at:
        new = members.trust(at, name, by=COMMAND_LINE)
        out.print(f"{name} is trusted" + ("." if new else " already."), highlight=False, markup=False)

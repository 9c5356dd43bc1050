"""`handoff key`: who may bring candidates over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.console import out
from bot.cli.needs import desk, voice
from bot.desk import keys

key_app = typer.Typer(help="Keys of the HTTP API.", no_args_is_help=True)


@key_app.command("add")
def key_add(
    name: Annotated[str, typer.Argument(help="what it is for, such as crm")],
    campaign: Annotated[list[str] | None, typer.Option(help="only for this campaign; may be repeated")] = None,
) -> None:
    """Make a key and show it once: only its hash is kept.

    Example: handoff key add crm --campaign aurora
    """
    with desk() as at:
        made = keys.add(at, name, campaign or [])
    out.print(made, highlight=False, markup=False)
    out.print("Keep it now: it can’t be shown again. Send it as “Authorization: Bearer KEY”.", highlight=False)


@key_app.command("list")
def key_list() -> None:
    """Which keys there are, and which were revoked.

    Example: handoff key list
    """
    with desk() as at:
        found = keys.every(at)
    for key in found:
        what = ", ".join(key.campaigns) or "all campaigns"
        until = f", revoked {voice().when(key.revoked_at)}" if key.revoked_at else ""
        out.print(
            f"{key.id}  {key.name}  {what}  since {voice().when(key.created_at)}{until}", highlight=False, markup=False
        )
    if not found:
        out.print("No keys yet: handoff key add NAME")


@key_app.command("revoke")
def key_revoke(name: str) -> None:
    """Let nobody in with this key any more, at once.

    Example: handoff key revoke crm
    """
    with desk() as at:
        keys.revoke(at, name)
    out.print(f"{name} is revoked.", highlight=False, markup=False)

"""`handoff backup` and `handoff restore`: copies of a SQLite database, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import out
from bot.cli.needs import settings


def backup(
    file: Annotated[Path, typer.Argument(help="where the copy goes")],
    force: Annotated[bool, typer.Option("--force", help="write over a file that is there")] = False,
) -> None:
    """Copy the database into a file while the bot goes on working; the copy is checked before it gets its name.

    On PostgreSQL: says the command for pg_dump.

    Example: handoff backup handoff-2026-11-24.sqlite3
    """
    from bot.desk.restoring import back_up

    made = back_up(settings().database_url, file, force=force)
    out.print(f"{made.path}: {made.size:,} bytes, level {made.level}, checked.", highlight=False, markup=False)


def restore(file: Annotated[Path, typer.Argument(help="what `handoff backup` wrote")]) -> None:
    """Put a backup in the database's place, while no bot runs; what was there is kept beside it.

    Example: handoff restore handoff-2026-11-24.sqlite3
    """
    from bot.clock import system_clock
    from bot.desk import restoring

    done = restoring.restore(settings().database_url, file, system_clock())
    out.print(f"Restored, level {done.level}.", highlight=False, markup=False)
    if done.aside is not None:
        out.print(f"What was there is now {done.aside}", highlight=False, markup=False)
    out.print(
        f"At the next start {done.doubtful:,} unsent messages are looked up in Slack before they are sent, "
        f"and {done.cards:,} open cards are drawn again. What happened after the backup is not in it: handoff status",
        highlight=False, markup=False,
    )  # fmt: skip

"""`handoff audit`: who changed what, when, from what to what."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from bot import reading
from bot.cli.console import out
from bot.cli.needs import desk
from bot.desk import see

audit_app = typer.Typer(help="Who changed what, when, from what to what.", no_args_is_help=True)


@audit_app.command("show")
def audit_show(
    review_id: Annotated[str, typer.Argument(metavar="REVIEW")],
    as_json: Annotated[bool, typer.Option("--json", help="for machines: an array, one object per change")] = False,
) -> None:
    """Everything that happened to one review, oldest first, with what it was before and after.

    The database itself refuses to change or to forget any of it.

    Example: handoff audit show rv_7Q2K0M3XNB --json
    """
    with desk() as at:
        whole, happened = see.case(at, review_id), see.history(at, review_id)
        names = {member.id: member.name for member in see.everybody(at)} | dict(whole.names)
    if as_json:
        listed = [reading.happened_json(one) for one in happened]
        sys.stdout.write(json.dumps(listed, ensure_ascii=False, indent=2) + "\n")
        return
    out.print(f"{whole.candidate.name} for {whole.campaign.name}", highlight=False, markup=False)
    for line in reading.audit_lines(happened, names):
        out.print(line, highlight=False, markup=False)


@audit_app.command("setup")
def audit_setup(
    as_json: Annotated[bool, typer.Option("--json", help="for machines: an array, one object per change")] = False,
) -> None:
    """Who gave or took roles, trusted referrers, opened and changed campaigns, in Slack or here, oldest first.

    Example: handoff audit setup --json
    """
    with desk() as at:
        happened, names = see.arranged(at), {member.id: member.name for member in see.everybody(at)}
    if as_json:
        listed = [reading.happened_json(one) for one in happened]
        sys.stdout.write(json.dumps(listed, ensure_ascii=False, indent=2) + "\n")
        return
    for line in reading.audit_lines(happened, names):
        out.print(line, highlight=False, markup=False)
    if not happened:
        out.print("Nothing has been changed yet.")

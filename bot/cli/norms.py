"""`handoff norms`: what experts call normal in a market, the cases behind it, and ending one."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from bot.cards import norm as cards
from bot.cards import words
from bot.cli.console import out
from bot.cli.needs import desk, markets_of, voice
from bot.core.market_norm import Norm, Told, View
from bot.desk import norm_list, norm_ruling

norms_app = typer.Typer(help="Market norms: what experts call normal there.", no_args_is_help=True)


@norms_app.command("list")
def norms_list(
    market: Annotated[str | None, typer.Option(help="only this market: BR, or Brazil")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Every norm and what may become one, active ones first.

    Example: handoff norms list --market BR
    """
    with desk() as at:
        views = norm_list.every(at, markets_of([market])[0] if market else None)
    if as_json:
        _print_json([_plain(view) for view in views])
        return
    for view in views:
        said = (
            f"{view.norm.id}  {view.norm.state.value:8}  {_named(view.norm)}  {words.bare(cards.status(view, voice()))}"
        )
        out.print(said, highlight=False, markup=False)
    if not views:
        out.print("No norms yet: they come from “Normal for this market” on the cards.", highlight=False)


@norms_app.command("show")
def norms_show(norm_id: str, as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """One norm with every case behind it, newest first.

    Example: handoff norms show nm_7Q2K0M3XNB
    """
    with desk() as at:
        view = norm_list.with_cases(at, norm_id, None)
    if as_json:
        _print_json(_plain(view) | {"cases": [_case(told) for told in view.cases]})
        return
    out.print(f"{view.norm.id}  {_named(view.norm)}", highlight=False, markup=False)
    out.print(words.bare(cards.status(view, voice())), highlight=False, markup=False)
    for told in view.cases:
        said = _case(told)
        turned = "  fraud was confirmed: counts against it" if told.case.vote.turned else ""
        line = f"{said['at'][:10]}  {said['said']:9}  {said['person']}  {told.candidate}  {told.campaign}{turned}"
        out.print(line.rstrip(), highlight=False, markup=False)


@norms_app.command("retire")
def norms_retire(norm_id: str) -> None:
    """It was a norm and is none any more: what was said so far no longer counts, new cases may bring it back.

    Example: handoff norms retire nm_7Q2K0M3XNB
    """
    with desk() as at:
        ended = norm_ruling.retire(at, norm_id, None)
    out.print(f"{_named(ended)}: retired. New cases can bring it back.", highlight=False, markup=False)


@norms_app.command("reject")
def norms_reject(norm_id: str) -> None:
    """It never was a norm: no case brings it back, only a lead's confirmation in Slack.

    Example: handoff norms reject nm_7Q2K0M3XNB
    """
    with desk() as at:
        ended = norm_ruling.reject(at, norm_id, None)
    out.print(f"{_named(ended)}: rejected. Only a lead can bring it back.", highlight=False, markup=False)


def _named(norm: Norm) -> str:
    """'Brazil: followers up to +24% in 14 days · Instagram'."""
    said = words.lower_first(cards.what(norm, voice()))
    return f"{voice().market(norm.key.market)}: {said}{words.SEPARATOR}{cards.holds_for(norm, voice())}"


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _plain(view: View) -> dict[str, Any]:
    norm, tally, scope = view.norm, view.tally, view.norm.scope
    return {
        "id": norm.id, "state": norm.state.value, "why": norm.why.value if norm.why else None,
        "platform": norm.key.platform, "market": norm.key.market, "flag": norm.key.flag.value,
        "measure": norm.key.measure, "reach": tally.reach,
        "tier": scope.tier.value if scope.tier else None, "category": scope.category, "months": list(scope.months),
        "for": round(tally.for_, 3), "against": round(tally.against, 3), "probability": round(tally.probability, 4),
        "factor": round(tally.factor, 3) if norm.active else 1.0, "confirmed": tally.confirmed,
        "experts": tally.experts, "campaigns": tally.campaigns, "used": view.uses,
        "changed_at": norm.changed_at.isoformat(timespec="seconds"), "changed_by": norm.changed_by,
    }  # fmt: skip


def _case(told: Told) -> dict[str, Any]:
    vote = told.case.vote
    return {
        "at": vote.at.isoformat(timespec="seconds"), "said": vote.word.value, "person": vote.person,
        "value": vote.value, "turned": vote.turned, "review": told.case.review_id, "candidate": told.candidate,
        "campaign": told.campaign, "channel": told.channel, "link": told.link,
    }  # fmt: skip

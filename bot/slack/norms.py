"""Market norms in Slack: the cases behind one, for whoever may see them, and what a lead rules of one."""

from __future__ import annotations

from typing import Any

from bot.cards import fields, ids, norm, rationale
from bot.cards.blocks import Block
from bot.core.errors import Invalid, NotFound
from bot.core.market_norm import View
from bot.desk import norm_list, norm_ruling
from bot.slack.answered import publish_home
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening
from bot.slack.visible import visible_channels
from scoring.market_norms import Scope
from scoring.types import Tier


async def cases(click: Click) -> None:
    """See the cases: only those of channels that this person can see, asked of Slack now."""
    norm_id = _norm_of(click)
    await click.read(norm_list.one, norm_id)
    await click.ack()

    async def draw() -> Block:
        sight = await visible_channels(click.edge, click.who.id)
        whole = await click.read(norm_list.with_cases, norm_id, None)
        seen = await click.read(norm_list.with_cases, norm_id, sight, click.who.id)
        return norm.cases_view(seen, click.who.voice, hidden=len(seen.cases) < len(whole.cases))

    opening(click, draw)


async def ask(click: Click) -> None:
    """Narrow or reject, and confirm: leads only; who is none is told whom to ask."""
    view = await click.read(norm_list.ruling, _norm_of(click), click.who.id)
    await click.ack()

    async def draw() -> Block:
        return norm.ruling_form(view, click.who.voice)

    opening(click, draw)


async def submit(click: Click) -> None:
    norm_id, who = str(click.view.get("private_metadata") or ""), click.who.id
    scope = _scope(click)
    match fields.picked_one(click.view, ids.CHOICE):
        case ids.CONFIRM:
            await click.run(norm_ruling.confirm, norm_id, who, scope)
        case ids.KEEP:
            await click.run(norm_ruling.narrow, norm_id, who, scope)
        case ids.RETIRE:
            await click.run(norm_ruling.retire, norm_id, who)
        case ids.REJECT:
            await click.run(norm_ruling.reject, norm_id, who)
        case _:
            raise Invalid("norm_choice", field=ids.CHOICE)
    await click.ack(response_action="update", view=await _done(click, norm_id))
    if click.who.id in click.edge.homes:
        click.after("refresh the Home tab", lambda: publish_home(click.edge, click.who))


async def _done(click: Click, norm_id: str) -> Block:
    """What is true now, in place of the form."""
    view: View = await click.read(norm_list.one, norm_id)
    voice = click.who.voice
    said = f"*{norm.what(view.norm, voice)}* ({norm.holds_for(view.norm, voice)})\n{norm.status(view, voice)}"
    return rationale.saved(voice, "market_norm.saved", said)


def _norm_of(click: Click) -> str:
    """The norm that was tapped on. Raises NotFound for a value that is not ours."""
    if not click.value.startswith("nm_"):
        raise NotFound("norm")
    return click.value


def _scope(click: Click) -> Scope:
    """What was chosen to narrow it to; a field that the form does not have narrows nothing."""
    chosen = {name: fields.picked_one(click.view, name) for name in (ids.TIER, ids.CATEGORY, ids.SEASON)}
    said = {name: None if value == ids.ANY else value for name, value in chosen.items()}
    tier, month = said[ids.TIER], said[ids.SEASON]
    months = (int(month),) if month is not None and month.isdecimal() and 1 <= int(month) <= 12 else ()
    return Scope(Tier(tier) if tier in set(Tier) else None, said[ids.CATEGORY], months)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.NORM_CASES)(guard(edge, cases, guests=True))
    app.action(ids.NORM_REVIEW)(guard(edge, ask))
    app.view(ids.NORM_RULING_FORM)(guard(edge, submit))

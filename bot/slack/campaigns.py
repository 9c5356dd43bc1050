"""Campaigns in Slack: the list, one form to open or change one, and whether the bot gets into its channel."""

from __future__ import annotations

from typing import Any

from slack_sdk.errors import SlackApiError

from bot import web_api
from bot.cards import campaign as cards
from bot.cards import ids
from bot.cards.blocks import Block
from bot.cards.campaign import Saved
from bot.core.errors import HandoffError, NotFound
from bot.core.setup import Reach, opens_campaigns
from bot.core.types import Campaign
from bot.desk import campaigns, see
from bot.slack import staff
from bot.slack.click import Click, picked
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening, showing

WORDS = frozenset({"campaign", "campaigns", "кампания", "кампании"})
"""What /handoff may begin with."""
_NEW = frozenset({"new", "add", "новая", "добавить"})
_NOT_THERE = frozenset({"channel_not_found", "not_in_channel", "method_not_supported_for_channel_type"})


async def command(click: Click, typed: str) -> None:
    """`/handoff campaign`: the list, or with nothing on it (or `new`) the form."""
    found = await click.read(campaigns.mine, click.who.id)
    if typed.strip().casefold() in _NEW or not found:
        await _form(click, None)
    else:
        await _list(click, found)


async def listed(click: Click) -> None:
    await _list(click, await click.read(campaigns.mine, click.who.id))


async def _list(click: Click, found: tuple[Campaign, ...]) -> None:
    await click.ack()

    async def draw() -> Block:
        return cards.listed(found, click.who.voice, may_open=opens_campaigns(click.who.member))

    opening(click, draw)


async def ask(click: Click) -> None:
    await _form(click, None)


async def change(click: Click) -> None:
    await _form(click, await click.read(campaigns.one, click.who.id, _key(click)))


def _key(click: Click) -> str:
    key = click.value.partition(":")[2] or click.value
    if not key:
        raise NotFound("campaign", campaign="")
    return key


async def _form(click: Click, campaign: Campaign | None) -> None:
    """On the command in a channel, that channel is offered."""
    if campaign is None:
        await click.read(campaigns.may_open, click.who.id)
    used = await click.read(see.markets_in_use)
    await click.ack()
    here = str(click.body.get("channel_id") or "")
    channel = here if here[:1] in ("C", "G") else None

    async def draw() -> Block:
        return cards.form(campaign, click.who.voice, used=used, owner=click.who.id, channel=channel)

    opening(click, draw)


async def submit(click: Click) -> None:
    key = str(click.view.get("private_metadata") or "")
    before = await click.read(campaigns.one, click.who.id, key) if key else None
    draft = cards.filled(click.view, before)
    done = await click.run(campaigns.change if before else campaigns.start, click.who.id, draft)
    found = await _saved(click, done, new=before is None)
    await click.ack(response_action="update", view=cards.saved(found, click.who.voice))
    view_id, behind = str(click.view.get("id")), click.view.get("previous_view_id")

    async def work() -> None:
        await _look(click, found, view_id)
        if behind:
            mine = await click.read(campaigns.mine, click.who.id)
            may = opens_campaigns(await click.read(see.person, click.who.id))
            await click.edge.screens.update(str(behind), cards.listed(mine, click.who.voice, may_open=may))
        await staff.home_again(click)

    showing(click, "look at the channel", work)


async def _saved(click: Click, campaign: Campaign, *, new: bool) -> Saved:
    answered = {market for m in await click.read(see.everybody) if m.active for market in m.markets}
    return Saved(campaign, new, tuple(m for m in campaign.markets if m not in answered))


async def _look(click: Click, found: Saved, view_id: str) -> None:
    """Ask Slack whether cards can appear there, and who the owner is; the view says what comes out."""
    try:
        owner = await staff.known(click.edge, found.campaign.owner)
        guest = not owner.active
    except (HandoffError, SlackApiError):
        guest = True
    whole = Saved(found.campaign, found.new, found.unchecked, await reach(click.edge, found.campaign.channel), guest)
    await click.edge.screens.update(view_id, cards.saved(whole, click.who.voice))


async def reach(edge: Edge, channel: str) -> Reach:
    """Whether the bot can write into a channel, as Slack says now."""
    try:
        found = await edge.screens.channel(channel)
    except SlackApiError as error:
        return Reach.ABSENT if web_api.code_of(error) in _NOT_THERE else Reach.UNKNOWN
    except Exception:  # noqa: BLE001 - out of reach in any way: nobody knows
        return Reach.UNKNOWN
    if found.get("is_archived"):
        return Reach.ARCHIVED
    return Reach.HERE if found.get("is_member") else Reach.ABSENT


async def look(click: Click) -> None:
    """[Look again], once the bot was invited."""
    campaign = await click.read(campaigns.one, click.who.id, _key(click))
    found = await _saved(click, campaign, new=click.view.get("private_metadata") == "new")
    await click.ack()
    view_id = str(click.view.get("id"))
    showing(click, "look at the channel", lambda: _look(click, found, view_id))


def register(app: Any, edge: Edge) -> None:
    app.action(ids.CAMPAIGNS)(guard(edge, listed))
    app.action(ids.CAMPAIGN_NEW)(guard(edge, ask))
    app.action(ids.CAMPAIGN_MORE, matchers=[picked(cards.CHANGE)])(guard(edge, change))
    app.action(ids.CAMPAIGN_LOOK)(guard(edge, look))
    app.view(ids.CAMPAIGN_FORM)(guard(edge, submit))

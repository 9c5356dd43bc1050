"""What is missing before the bot can work, in plain words: tokens, scopes, channels, people, database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import web_api
from bot.core.errors import HandoffError, Invalid
from bot.core.types import Role
from bot.desk import see
from bot.desk.desk import Desk
from bot.desk.opening import open_desk, prepare
from bot.settings import Settings
from db.migrate import HEAD, level
from db.store import Store

#: What each scope is for, in the manifest's order.
SCOPES = {
    "chat:write": "post cards and messages",
    "commands": "answer /handoff",
    "im:write": "send direct messages",
    "users:read": "know names, time zones and who is a guest",
    "dnd:read": "leave people alone who do not want to be disturbed",
    "files:write": "show a model's calibration as a picture",
    "channels:read": "know who may find what was said in a public channel, and that the bot is in it",
    "groups:read": "the same for private channels",
    "channels:history": "find out whether a message arrived when the connection broke",
    "groups:history": "the same in private channels",
    "im:history": "the same in direct messages",
    "files:read": "read lists that people bring into Slack",
}
_TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `good`, what is true, and what to do when it is not good."""

    good: bool
    what: str
    advice: str = ""


def _good(what: str) -> Finding:
    return Finding(good=True, what=what)


def _missing(what: str, advice: str) -> Finding:
    return Finding(good=False, what=what, advice=advice)


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Everything that has to be right, one finding each, in the order in which to mend it."""
    desk: Desk | None = None
    if settings.upstream is not None:
        yield _source(settings.upstream, settings)
    for finding in _database(settings):
        yield finding
        if finding.good:
            desk = open_desk(settings)
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        client = web_api.Client(base_url=settings.api_base, session=session, retry_handlers=[])
        connected = False
        async for finding in _tokens(settings, client):
            connected = connected or (finding.good and finding.what.startswith("Bot token"))
            yield finding
        if desk is not None:
            async for finding in _team(desk, client if connected else None):
                yield finding
            desk.close()


def _source(file: Path, settings: Settings) -> Finding:
    from bot.upstream import read_config

    try:
        config = read_config(file, settings.upstream_token)
    except Invalid as error:
        return _missing(f"Fresh numbers: {file}: {error.params['said']}", "See docs/upstream.md.")
    knows = ", ".join(config.platforms) or "every platform"
    asked = "with a secret" if config.auth is not None else "without a secret"
    told = f"Fresh numbers: {config.name} at {config.host}, {asked}, for {knows}: {', '.join(config.gives)}"
    return Finding(good=True, what=told, advice="handoff upstream try HANDLE asks it and shows what is read.")


def _database(settings: Settings) -> list[Finding]:
    try:
        store = Store(settings.database_url)
        try:
            before = level(store)
            prepare(store)
        finally:
            store.close()
    except (HandoffError, OSError) as error:
        detail = error.params.get("detail") or error.reason if isinstance(error, HandoffError) else str(error)
        advice = "Check HANDOFF_DATABASE_URL and that its folder is writable."
        return [_missing(f"Database: cannot be used ({detail})", advice)]
    where = store.url.render_as_string(hide_password=True)
    done = f"migrated from {before or 'empty'} to {HEAD}" if before != HEAD else f"migration {HEAD}, up to date"
    return [_good(f"Database: {where}, {done}")]


async def _tokens(settings: Settings, client: AsyncWebClient) -> AsyncIterator[Finding]:
    if settings.slack_bot_token is None:
        yield _missing(
            "Bot token: SLACK_BOT_TOKEN is not set",
            "In your app's settings: OAuth & Permissions, copy the Bot User OAuth Token (xoxb-…).",
        )  # fmt: skip
    else:
        client.token = settings.slack_bot_token.get_secret_value()
        said, problem = await _ask(client.auth_test())
        if problem:
            yield _refused("Bot token", problem, settings, "Install the app again and copy the new token.")
        else:
            yield _good(f"Bot token: {said.get('user')} in {said.get('team')}")
            yield _scopes(said.headers if hasattr(said, "headers") else {})
    async for finding in _way_in(settings, client):
        yield finding


async def _way_in(settings: Settings, client: AsyncWebClient) -> AsyncIterator[Finding]:
    """By HTTP where a signing secret is set and no app token; else by Socket Mode."""
    if settings.slack_app_token is None and settings.slack_signing_secret is not None:
        yield _good("Signing secret: set, so Slack's requests are taken over HTTP (handoff run --http PORT)")
        return
    if settings.slack_app_token is None:
        yield _missing(
            "App token: SLACK_APP_TOKEN is not set",
            "In your app's settings, Basic Information: create an App-Level Token with connections:write (xapp-…). "
            "For HTTP mode copy the Signing Secret from there instead (SLACK_SIGNING_SECRET).",
        )  # fmt: skip
        return
    opening = client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    _, problem = await _ask(opening)
    if problem:
        yield _refused(
            "App token", problem, settings, "It needs the scope connections:write, and Socket Mode must be on."
        )
    else:
        yield _good("App token: Socket Mode answers")


def _scopes(headers: Any) -> Finding:
    granted = next((str(v) for k, v in dict(headers).items() if k.lower() == "x-oauth-scopes"), None)
    if granted is None:
        return _good("Scopes: this server does not tell which it granted")
    have = {s.strip() for s in granted.split(",")}
    lacking = [f"{scope} (to {why})" for scope, why in SCOPES.items() if scope not in have]
    if lacking:
        advice = "Add them under OAuth & Permissions, or paste manifest.yml again, then reinstall the app."
        return _missing("Scopes: missing " + ", ".join(lacking), advice)
    return _good(f"Scopes: all {len(SCOPES)} granted")


def _refused(what: str, problem: str, settings: Settings, advice: str) -> Finding:
    if problem.startswith("unreachable"):
        return _missing(f"{what}: {settings.api_base} cannot be reached ({problem})",
                       "Check the network, a proxy, and SLACK_API_URL if you set it.")  # fmt: skip
    return _missing(f"{what}: Slack refuses it ({problem})", advice)


async def _ask(call: Any) -> tuple[Any, str | None]:
    """(answer, None) or (None, what Slack or the network said)."""
    try:
        return await call, None
    except SlackApiError as error:
        said = web_api.said(error)
        return None, f"unreachable: {said}" if web_api.in_trouble(error) else said
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return None, f"unreachable: {type(error).__name__}"


async def _team(desk: Desk, client: AsyncWebClient | None) -> AsyncIterator[Finding]:
    """People and campaigns: a lead, experts per market, the bot in each channel."""
    members, campaigns = see.everybody(desk), see.every_campaign(desk)
    if any(m.is_lead for m in members):
        yield _good("Lead: " + ", ".join(m.name for m in members if m.is_lead))
    else:
        yield _missing(
            "Lead: nobody",
            "Open the bot's Home tab in Slack: it offers that. Or: handoff member add U… --role lead",
        )
    if not campaigns:
        yield _missing("Campaigns: none yet", "In Slack: /handoff campaign")
    for market in sorted({m for c in campaigns for m in c.markets}):
        experts = [m.name for m in members if m.active and (Role.EXPERT, market) in m.roles]
        if experts:
            yield _good(f"Experts for {market}: " + ", ".join(experts))
        else:
            yield _missing(f"Experts for {market}: nobody, its reviews go to the lead",
                          f"handoff member add U… --role expert --market {market}")  # fmt: skip
    if client is None:
        return
    for campaign in campaigns:
        said, problem = await _ask(client.conversations_info(channel=campaign.channel))
        channel = said.get("channel", {}) if said else {}
        name = f"Channel of {campaign.key}: {('#' + channel['name']) if channel.get('name') else campaign.channel}"
        if problem:
            yield _missing(
                f"{name}: {problem}", "Check the id (it begins with C); invite the bot to a private channel."
            )
        elif channel.get("is_archived"):
            yield _missing(f"{name}: is archived", "Unarchive it, or give the campaign another channel.")
        elif not channel.get("is_member"):
            yield _missing(f"{name}: the bot is not a member", "In that channel type: /invite @Handoff")
        else:
            yield _good(f"{name}: the bot is in it")

"""A served workspace with the real SDK's client, and a real Bolt app over Socket Mode, for the tests of the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Server, start
from bot.sandbox.workspace import Workspace

ANA, BEN, GUEST, STRANGER = "U0ANA00001", "U0BEN00001", "U0GUEST001", "U0STRANGE1"
HERE, ELSEWHERE, SECRET, OLD = "C0HERE0001", "C0ELSE0001", "G0SECRET01", "C0OLD00001"
Json = dict[str, Any]


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    async def jump(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(action_id), **more}


def actions(*elements: Json, block_id: str = "acts") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def field(block_id: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **more}


def text_field(block_id: str = "why", **more: Any) -> Json:
    return field(block_id, {"type": "plain_text_input", "action_id": "text"}, **more)


def options(*values: str) -> list[Json]:
    return [{"text": plain(v), "value": v} for v in values]


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "callback_id": "form", "title": plain("Form"), "submit": plain("Send"),
            "blocks": list(blocks), **more}  # fmt: skip


def furnished(clock: Callable[[], datetime]) -> Workspace:
    workspace = Workspace(clock)
    workspace.add_user(ANA, "ana", "Ana Lima", tz="America/Sao_Paulo")
    workspace.add_user(BEN, "ben", "Ben Ode")
    workspace.add_user(GUEST, "gus", "Gus Guest", is_restricted=True)
    workspace.add_user(STRANGER, "sia", "Sia Strange", team_id="T0OTHER001")
    workspace.add_channel(HERE, "here", [ANA, BEN, STRANGER])
    workspace.add_channel(ELSEWHERE, "elsewhere", [ANA], bot=False)
    workspace.add_channel(SECRET, "secret", [BEN], bot=True, is_private=True)
    workspace.add_channel(OLD, "old", [ANA], is_archived=True)
    return workspace


TOUR = {
    "en": ("Look around: tap what you like, nothing here is real, and nothing that you do reaches anybody.",),
    "ru": ("Осмотритесь.",),
}


@asynccontextmanager
async def served(**more: Any) -> AsyncIterator[Server]:
    clock = Clock()
    server = await start(furnished(clock), on_jump=clock.jump, tour=TOUR, **more)
    try:
        yield server
    finally:
        await server.aclose()


def client_of(server: Server, token: str | None = None) -> AsyncWebClient:
    # The SDK's own retry would post again after a cut line; the tests want to see the cut.
    given = server.workspace.bot_token if token is None else token
    return AsyncWebClient(token=given, base_url=server.api_url, retry_handlers=[])


@asynccontextmanager
async def connected(server: Server, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app, server.workspace.app_token)
    await handler.connect_async()
    await server.workspace.until(lambda: server.socket.connections)
    try:
        yield handler
    finally:
        await handler.close_async()


def bolt(server: Server) -> AsyncApp:
    return AsyncApp(client=client_of(server), process_before_response=False, request_verification_enabled=False)

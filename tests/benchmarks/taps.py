"""A tap on Approve as Slack sends it, with the whole card in it; and a client that costs next to nothing."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bot.cards import candidate, ids
from bot.desk import see
from bot.i18n.catalog import voice_for
from tests.benchmarks.agency import Tap, desk_of
from tests.benchmarks.served import SECRET
from tests.slack.fake_slack import TEAM
from tests.slack.hands import signed

_numbers = itertools.count(1)
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def card_of(url: str, tap: Tap) -> dict[str, Any]:
    """The message under which such a button stands."""
    desk = desk_of(url)
    case = see.case(desk, tap.review)
    drawn = candidate.card(case, voice_for(None, None, None, personal=False), now=desk.clock())
    desk.close()
    assert drawn is not None
    return {"type": "message", "ts": "1764000000.000100", "user": "U0BOT", "bot_id": "B0BOT", "app_id": "A0APP",
            "text": drawn.text, "blocks": drawn.blocks, "team": TEAM}  # fmt: skip


def payload(tap: Tap, card: dict[str, Any]) -> dict[str, Any]:
    """Slack's block_actions; each with a trigger of its own, as every real one has."""
    number = next(_numbers)
    place = {"id": "C0CHAN0000", "name": "campaign"}
    return {
        "type": "block_actions", "team": {"id": TEAM, "domain": "home"}, "enterprise": None,
        "user": {"id": tap.expert, "username": "expert", "name": "expert", "team_id": TEAM}, "api_app_id": "A0APP",
        "token": "t", "trigger_id": f"{number}.1.x", "is_enterprise_install": False, "channel": place,
        "response_url": f"http://127.0.0.1:9/response/{number}", "message": card, "state": {"values": {}},
        "container": {"type": "message", "message_ts": card["ts"], "channel_id": place["id"], "is_ephemeral": False},
        "actions": [{
            "type": "button", "action_id": ids.APPROVE, "block_id": "b1", "action_ts": f"{number}.0",
            "text": {"type": "plain_text", "text": "Approve: proceed"}, "value": f"{tap.review}:2",
        }],
    }  # fmt: skip


def request(tap: Tap, card: dict[str, Any], path: str) -> bytes:
    """The bytes of a signed POST; good for five minutes."""
    body, headers = signed(payload(tap, card), secret=SECRET)
    said = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    raw = body.encode()
    return f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{said}content-length: {len(raw)}\r\n\r\n".encode() + raw


class Wire:
    """One connection that is kept open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int, seconds: float = 30) -> Wire:
        """As soon as somebody listens there."""
        until = time.monotonic() + seconds
        while True:
            try:
                return cls(*await asyncio.open_connection("127.0.0.1", port))
            except OSError:
                assert time.monotonic() < until, f"nobody listens on port {port}"
                await asyncio.sleep(0.02)

    async def post(self, raw: bytes) -> None:
        """Raises AssertionError unless it is answered with 200."""
        self._writer.write(raw)
        head = await self._reader.readuntil(b"\r\n\r\n")
        found = _LENGTH.search(head)
        body = await self._reader.readexactly(int(found[1]) if found else 0)
        assert head[9:12] == b"200", (head, body)

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


def posts(wires: Sequence[Wire], requests: Sequence[bytes]) -> list[Callable[[], Awaitable[None]]]:
    """One work for each request, on whichever connection is free."""
    free = list(wires)

    async def post(raw: bytes) -> None:
        wire = free.pop()
        try:
            await wire.post(raw)
        finally:
            free.append(wire)

    return [lambda raw=raw: post(raw) for raw in requests]  # type: ignore[misc]

"""How another process makes the workspace misbehave and reads what happened: /control/, only where it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from .model import Json, Message
from .socket_mode import SocketMode
from .workspace import Workspace

LONGEST_DOWN = 3600.0
Down = Callable[[float], Awaitable[None]]


class Control:
    """`down_for(seconds)` takes the whole server off the network for so long, this endpoint included."""

    def __init__(self, workspace: Workspace, sockets: SocketMode) -> None:
        self.workspace = workspace
        self.sockets = sockets
        self.down_for: Down = asyncio.sleep
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/control/faults", self.faults),
            web.post("/control/sockets", self.close),
            web.post("/control/down", self.down),
            web.get("/control/record", self.record),
        ]

    async def faults(self, request: web.Request) -> web.Response:
        """POST {"methods": {"chat.postMessage": {"cut_after": 0.01}}, "limits": 1, "twice": 0.1, …}; {} is fair."""
        try:
            self.sockets.weather.tell(await _told(request))
        except (TypeError, ValueError) as why:
            raise web.HTTPBadRequest(text=str(why)) from why
        weather, workspace = self.sockets.weather, self.workspace
        workspace.fault = lambda method, args: weather.meet(workspace, method, args)
        return web.json_response({"ok": True})

    async def close(self, request: web.Request) -> web.Response:
        """POST {"how": "refresh" | "close" | "cut"}: asked to reconnect, closed in order, or cut off."""
        how = (await _told(request)).get("how")
        close = {"refresh": self.sockets.ask_to_reconnect, "close": self.sockets.drop, "cut": self.sockets.cut}
        if how not in close:
            raise web.HTTPBadRequest(text=f"how is one of {', '.join(close)}, not {how!r}")
        await close[how]()
        return web.json_response({"ok": True})

    async def down(self, request: web.Request) -> web.Response:
        """POST {"seconds": 3}: answered first, then nobody gets through for so long."""
        seconds = (await _told(request)).get("seconds")
        if not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_DOWN:
            raise web.HTTPBadRequest(text=f"seconds are between 0 and {LONGEST_DOWN:g}, not {seconds!r}")

        async def soon() -> None:
            await asyncio.sleep(0.01)
            await self.down_for(float(seconds))

        task = asyncio.create_task(soon())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.json_response({"ok": True})

    async def aclose(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def record(self, _request: web.Request) -> web.Response:
        return web.json_response(record(self.workspace))


def record(workspace: Workspace) -> Json:
    """Every accepted or refused call without its blocks, every message as it stands now, every unanswered click."""
    return {
        "calls": [
            {"method": c["method"], "channel": c["args"].get("channel"), "ok": c["ok"], "error": c["error"]}
            for c in workspace.calls
        ],
        "messages": {channel: [_seen(m) for m in said] for channel, said in workspace.messages.items()},
        "direct": {c.id: c.im_user for c in workspace.channels.values() if c.im_user},
        "failures": list(workspace.failures),
    }


def _seen(message: Message) -> Json:
    return message.body(include_metadata=True) | {"ephemeral_to": message.ephemeral_to}


async def _told(request: web.Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="Send a JSON object.")
    return body

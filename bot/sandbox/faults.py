"""Trouble between an app and the workspace, for tests: 429, 500, slowness, a line cut before or after the call.

`workspace.fault = plan(workspace, {"chat.postMessage": [partial(ratelimited, 2), cut_after]})`: the first call of that
method is told to wait, the second is performed and never answered, the third goes through.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar

from aiohttp import web

from .model import Json
from .workspace import Workspace

#: What answers instead of the workspace; None lets the call through.
Answer = web.StreamResponse | None
Trouble = Callable[[], Answer | Awaitable[Answer]]
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

_cut: ContextVar[bool] = ContextVar("cut", default=False)


def ratelimited(seconds: int) -> web.Response:
    """Too many calls: come back after so many seconds."""
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)})


def broken(status: int = 500) -> web.Response:
    """A server that fails without Slack's envelope."""
    return web.Response(status=status, text="<html>Server Error</html>", content_type="text/html")


def plain(status: int = 503) -> web.Response:
    """A proxy before Slack that reaches nobody, in its own words."""
    return web.Response(status=status, text="upstream connect error or disconnect/reset before headers")


def torn() -> web.Response:
    """The call came to nothing, and the answer that should say so breaks off."""
    return web.Response(text='{"ok": false, "error": "internal_er', content_type="application/json")


def nonsense() -> web.Response:
    """Somebody else's answer, that looks well: JSON, and not Slack's."""
    return web.json_response(["nobody here", 1])


def refused(error: str) -> web.Response:
    """An error in Slack's envelope, such as `internal_error` or `service_unavailable`."""
    return web.json_response({"ok": False, "error": error})


async def slow(seconds: float) -> None:
    """The call goes through, later."""
    await asyncio.sleep(seconds)


def cut_before() -> web.Response:
    """The connection breaks and nothing has happened."""
    _cut.set(True)
    return web.Response()


def cut_after() -> None:
    """The call is performed and the connection breaks before the answer: the app cannot tell it from cut_before."""
    _cut.set(True)


def plan(workspace: Workspace, troubles: Mapping[str, Sequence[Trouble]]) -> Callable[[str, Json], Awaitable[Answer]]:
    """A `workspace.fault` that deals out each method's troubles in order; "*" is for methods not named."""
    waiting = {method: list(some) for method, some in troubles.items()}

    async def fault(method: str, args: Json) -> Answer:
        mine = waiting.get(method, waiting.get("*"))
        if not mine:
            return None
        answer = mine.pop(0)()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer is not None:
            workspace.record(method, args, "fault")
        return answer

    return fault


@web.middleware
async def cut_lines(request: web.Request, handler: Next) -> web.StreamResponse:
    """Break the connection of a call that cut_before or cut_after spoke for."""
    _cut.set(False)
    response = await handler(request)
    if _cut.get() and request.transport:
        request.transport.abort()
    return response

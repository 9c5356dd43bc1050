"""Starts the local workspace: the Web API, Socket Mode and the page, on one port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from aiohttp import web
from yarl import URL

from .control import Control
from .faults import cut_lines
from .people import People
from .socket_mode import SocketMode
from .web_api import WebApi
from .window import Jump, Window
from .workspace import Workspace

PAGE = Path(__file__).parent / "page"
# The page needs nothing from anywhere else, so nothing else is let in.
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
LARGEST_REQUEST = 32 * 1024 * 1024
LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Server:
    """A running local workspace."""

    workspace: Workspace
    people: People
    socket: SocketMode
    page_url: str
    _runner: web.AppRunner
    _site: web.TCPSite
    _address: tuple[str, int]
    _window: Window
    _control: Control | None = None

    @property
    def api_url(self) -> str:
        """What an AsyncWebClient takes as its base_url, and SLACK_API_URL."""
        return f"{self.page_url}api/"

    async def down(self, seconds: float) -> None:
        """Nobody gets through for so long: the port refuses, every line that was open is broken."""
        await self._site.stop()
        for line in self._runner.server.connections if self._runner.server else ():
            if line.transport is not None:
                line.transport.abort()
        await asyncio.sleep(seconds)
        self._site = web.TCPSite(self._runner, *self._address, reuse_address=True)
        await self._site.start()

    async def aclose(self) -> None:
        """Stop listening, cut every connection."""
        if self._control is not None:
            await self._control.aclose()
        await self._window.aclose()
        await self.socket.aclose()
        await self._runner.cleanup()


@web.middleware
async def _headers(request: web.Request, handler: Next) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
    return response


@web.middleware
async def _local_only(request: web.Request, handler: Next) -> web.StreamResponse:
    """A strange name that resolves to this machine could otherwise act for everybody here (DNS rebinding)."""
    if request.path.startswith(("/sandbox/", "/control/")) and not _is_local(request.host):
        said = {"ok": False, "problem": "Open this page as localhost or 127.0.0.1.", "errors": {}}
        raise web.HTTPForbidden(text=json.dumps(said), content_type="application/json")
    return await handler(request)


def _is_local(host: str) -> bool:
    try:
        return URL(f"http://{host}").host in LOCAL_NAMES
    except ValueError:
        return False


async def _index(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html")


async def _no_icon(_request: web.Request) -> web.Response:
    return web.Response(status=204)  # browsers ask for it by themselves and would report its absence


async def start(
    workspace: Workspace,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    on_jump: Jump | None = None,
    tour: Mapping[str, Sequence[str]] = MappingProxyType({}),
    control: bool = False,
) -> Server:
    """Serve a workspace; port 0 takes any free one. `on_jump(seconds)` moves the clock; without it the page has none.

    `tour` is what to try, by language: whoever reads none of these sees the English one.
    With `control` anybody on this machine can make it misbehave (control.py): for tests.
    Raises OSError when the port is taken.
    """
    sockets = SocketMode(workspace)
    people = People(workspace, sockets)
    window = Window(people, tour, on_jump)
    app = web.Application(middlewares=[cut_lines, _local_only, _headers], client_max_size=LARGEST_REQUEST)
    app.add_routes([*WebApi(workspace, sockets).routes(), *window.routes()])
    app.add_routes([web.get("/", _index), web.get("/favicon.ico", _no_icon), web.static("/page", PAGE)])
    runner = web.AppRunner(app, shutdown_timeout=1.0, access_log=None)
    controls = Control(workspace, sockets) if control else None
    app.add_routes(controls.routes() if controls else [])
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared, not bound
    workspace.base_url = f"http://{f'[{shown}]' if ':' in shown else shown}:{runner.addresses[0][1]}"
    address = (host, runner.addresses[0][1])
    made = Server(workspace, people, sockets, f"{workspace.base_url}/", runner, site, address, window, controls)
    if controls is not None:
        controls.down_for = made.down
    return made

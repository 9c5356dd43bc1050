"""How the process is, for whoever watches it: alive, ready, and in numbers, on a small port of its own.

Nothing here names a person, a candidate or a secret: counts, ages and the kinds of errors.
"""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot import metrics
from bot.desk.desk import Desk
from db import outbox
from db.migrate import HEAD, level

log = logging.getLogger(__name__)

_PATIENCE = 2.0
"""Seconds in which the database answers, or counts as silent."""

Check = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """What the database says in one go."""

    level: str | None
    depth: dict[str, int]
    age: float
    """Seconds for which the oldest errand that is due has waited; 0 when nothing waits."""


def look(desk: Desk) -> Look:
    """Raises Busy when the database cannot be used."""
    found = level(desk.store)
    if found != HEAD:
        return Look(found, {}, 0.0)  # its tables need not be ours
    with desk.store.reading() as unit:
        age = outbox.oldest_due(unit, desk.clock())
        return Look(found, outbox.depth(unit), age.total_seconds() if age is not None else 0.0)


class Health:
    """A door that only answers questions. A port that is taken is no reason for the bot not to work."""

    def __init__(self, desk: Desk, host: str, port: int, *, sockets: bool, oldest: timedelta) -> None:
        """`sockets`: whether this process lives from connections; `oldest`: how long an errand may wait."""
        self._desk = desk
        self._host, self._asked_port = host, port
        self._sockets = sockets
        self._oldest = oldest
        self._looking: asyncio.Task[Look] | None = None
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int | None:
        """Where it listens; None when it does not."""
        addresses = self._runner.addresses if self._runner is not None else []
        return int(addresses[0][1]) if addresses else None

    async def run(self) -> None:
        """Listen; until closed."""
        app = web.Application()
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._asked_port).start()
        except OSError as error:
            await self._runner.cleanup()
            log.warning(
                "health and metrics have no port: %s:%s cannot be had (%s). The bot works on without them; set "
                "HANDOFF_HEALTH to another address, or to nothing to do without",
                self._host, self._asked_port, error.strerror,
            )  # fmt: skip
            return
        log.info("health and metrics at http://%s:%s", self._host, self.port)

    async def close(self, seconds: float) -> None:
        """Answer nobody any more."""
        if self._looking is not None:
            self._looking.cancel()
        if self._runner is not None:
            async with asyncio.timeout(seconds):
                await self._runner.cleanup()

    # What is asked

    async def _alive(self, _request: web.Request) -> web.Response:
        """Whoever reads this has been answered by the loop that answers clicks."""
        return web.json_response({"ok": True})

    async def _ready(self, _request: web.Request) -> web.Response:
        checks = await self.checks()
        ready = all(check["ok"] for check in checks.values())
        return web.json_response({"ready": ready, "checks": checks}, status=200 if ready else 503)

    async def _metrics(self, _request: web.Request) -> web.Response:
        metrics.outbox_depth.clear()
        try:
            found = await self._look()
        except Exception as error:  # noqa: BLE001 - what this process counts is shown all the same
            log.warning("the outbox could not be measured: %s", type(error).__name__)
            metrics.outbox_age_seconds.set(math.nan)
        else:
            for state in ("ready", "sending", "unknown", "dead", "stuck"):
                metrics.outbox_depth.labels(state).set(found.depth.get(state, 0))
            metrics.outbox_age_seconds.set(found.age)
        return web.Response(body=metrics.text(), headers={"Content-Type": metrics.CONTENT_TYPE})

    async def checks(self) -> dict[str, Check]:
        """Everything that has to be so for this process to do its work."""
        checks: dict[str, Check] = {}
        found, turn = await asyncio.gather(self._look(), self._desk.take_turn(), return_exceptions=True)
        if isinstance(found, BaseException):
            checks["database"] = {"ok": False, "error": type(found).__name__}
        else:
            checks["database"] = {"ok": True}
            checks["migration"] = {"ok": found.level == HEAD, "level": found.level, "needs": HEAD}
            late = self._oldest.total_seconds()
            checks["outbox"] = {"ok": found.age <= late, "oldest_due_seconds": round(found.age, 3), "at_most": late}
        # A thread that hangs answers nobody's click, while readers go on.
        checks["writer"] = {"ok": turn is None}
        if self._sockets:
            connected = int(metrics.REGISTRY.get_sample_value("handoff_sockets_connected") or 0)
            checks["sockets"] = {"ok": connected >= 1, "connected": connected}
        return checks

    async def _look(self) -> Look:
        """One at a time, however many ask: a database that hangs must not take the desk's readers one by one."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._desk.read(look))
            self._looking.add_done_callback(_heard)
        async with asyncio.timeout(_PATIENCE):
            return await asyncio.shield(self._looking)


def _heard(looking: asyncio.Task[Look]) -> None:
    """What came too late for whoever asked is nobody's loss, and no warning of the loop's either."""
    if not looking.cancelled():
        looking.exception()

"""Socket Mode: several connections that are kept up, stop in order, and finish what is in hand first.

slack_sdk's own client is not used: it closes a connection before it has the next one, holds on to a used-up ticket
after one refused handshake, answers on whatever connection is the newest, and swallows what goes wrong.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from random import Random

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import metrics, web_api
from bot.slack.envelopes import acknowledgement, unwrapped
from bot.slack.link import Json, Link
from bot.slack.once import Once

log = logging.getLogger(__name__)

_PATIENCE = 10.0
"""Seconds in which a connection is up with Slack's hello, or is thrown away for one with a fresh ticket."""
_STAGGER = 0.5
"""Between the first attempts of two connections."""
_STABLE = 10.0
"""A connection that lasted so long was a good one: the next is opened at once."""
_LAST_WORDS = 15.0
"""For how long one that Slack has called off may go on: Slack itself closes it ten seconds after the warning."""
_PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0)
"""Before the next attempt, after so many that came to nothing."""
_REFUSED = 4
"""Where in `_PAUSES` a refusal begins, which a quick second try will not turn round."""

_CALLED_OFF = frozenset({"too_many_websockets", "link_disabled"})
"""Ends that Slack does not announce but means: the connection goes first, and another may not be let in."""
_NEW_TOKEN = "make a new app-level token with connections:write, set SLACK_APP_TOKEN and start again"  # noqa: S105
_ADVICE = {
    **dict.fromkeys((*web_api.BAD_TOKEN, "missing_scope"), _NEW_TOKEN),
    "too_many_websockets": "Slack lets ten connections of one app in: run fewer, or set HANDOFF_SOCKETS lower",
    "link_disabled": "Socket Mode is switched off in the app's settings: switch it on again",
    "ratelimited": "too many connections were opened in a short time",
}


class _NoHello(Exception):
    """The connection was let in and then turned away; its text is Slack's reason."""


class Sockets:
    """As many connections as asked for, each in a place of its own that is filled again whenever it is empty.

    `came_back(seconds)` is called when there is a connection again after there was none for so long.
    """

    def __init__(
        self,
        once: Once,
        client: AsyncWebClient,
        app_token: str,
        *,
        count: int = 2,
        came_back: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._client, self._app_token, self._count = client, app_token, count
        self._once = once
        self._came_back = came_back
        self._links: set[Link] = set()
        self._readers: set[asyncio.Task[None]] = set()
        self._in_hand: set[asyncio.Task[None]] = set()
        self._places: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._alone_since: float | None = None
        self._closing = False
        self._rng = Random()  # noqa: S311 - spreads attempts, guards nothing
        self.reconnects = 0
        """Connections that were made anew after one was lost or called off."""

    @property
    def connected(self) -> int:
        """Connections that are up now."""
        return len(self._links)

    async def run(self) -> None:
        """Connect and stay connected. Until cancelled or closed."""
        # Its own session: connections outlast the time that a request may take.
        session = self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        async with asyncio.TaskGroup() as group:
            for number in range(self._count):
                place = group.create_task(self._keep_up(session, number), name=f"socket {number + 1}")
                self._places.add(place)

    async def close(self, seconds: float) -> None:
        """Take nothing new (Slack offers it again), finish what is in hand with its answer, close."""
        self._closing = True
        for place in self._places:
            place.cancel()
        if self._in_hand:
            _, late = await asyncio.wait(self._in_hand, timeout=seconds)
            if late:
                log.warning("%s payloads were still in hand when the time was up", len(late))
        await asyncio.gather(*(link.close() for link in self._links), return_exceptions=True)
        await asyncio.gather(*self._readers, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    # One place

    async def _keep_up(self, session: aiohttp.ClientSession, number: int) -> None:
        await asyncio.sleep(number * _STAGGER)
        failed, before = 0, False
        while True:
            try:
                link = await self._connected(session)
            except Exception as error:  # noqa: BLE001 - whatever came back, the other places and the process stay up
                failed = max(failed + 1, _REFUSED) if _is_refusal(error) else failed + 1
                await self._pause(failed, error)
                continue
            if before:
                self.reconnects += 1
                metrics.reconnects.inc()
            before, since = True, time.monotonic()
            await link.ending.wait()
            asyncio.get_running_loop().call_later(_LAST_WORDS, self._hang_up, link)
            lasted = time.monotonic() - since
            log.info("a connection ends after %.0f s: %s", lasted, link.reason)
            if link.reason in _CALLED_OFF:
                self._hang_up(link)
                failed = max(failed + 1, _REFUSED)
                await self._pause(failed, _NoHello(link.reason))
            elif lasted >= _STABLE:
                failed = 0
            else:
                # One that never lasts must not be opened in a tight circle.
                failed += 1
                await asyncio.sleep(_PAUSES[min(failed, len(_PAUSES)) - 1])

    async def _pause(self, failed: int, error: Exception) -> None:
        """Say what is wrong and what to do, and wait longer each time."""
        pause = _PAUSES[min(failed, len(_PAUSES)) - 1] * self._rng.uniform(0.75, 1.25)
        said = type(error).__name__
        if isinstance(error, _NoHello):
            said = str(error)
        elif isinstance(error, SlackApiError):
            said = web_api.said(error)
            pause = max(pause, web_api.retry_after(error) or 0.0)
        if advice := _ADVICE.get(said):
            log.error("Slack lets no connection in (%s): %s. Next try in %.0f s", said, advice, pause)
        elif isinstance(error, SlackApiError | _NoHello):
            log.warning("no connection to Slack (%s): Slack has trouble; trying again in %.1f s", said, pause)
        else:
            log.warning("no connection to Slack (%s); next try in %.1f s", said, pause)
        await asyncio.sleep(pause)

    async def _connected(self, session: aiohttp.ClientSession) -> Link:
        """A connection that Slack has greeted, with a ticket of its own. Raises what keeps it from being made."""
        async with asyncio.timeout(_PATIENCE):
            opened = await self._client.apps_connections_open(app_token=self._app_token)
            how = {"proxy": self._client.proxy, "ssl": True if self._client.ssl is None else self._client.ssl}
            link = await Link.to(str(opened["url"]), session, self._take, **how)
            reader = asyncio.create_task(self._read(link), name="link")
            self._readers.add(reader)
            reader.add_done_callback(self._readers.discard)
            try:
                await _first(link)
                self._greeted(link)
            except BaseException:
                reader.cancel()
                await asyncio.shield(link.close())
                raise
            return link

    async def _read(self, link: Link) -> None:
        try:
            await link.read()
        finally:
            if link in self._links:
                self._links.remove(link)
                metrics.sockets_connected.set(self.connected)
                if not self._links:
                    self._alone_since = time.monotonic()

    def _greeted(self, link: Link) -> None:
        if not link.open:
            return
        self._links.add(link)
        metrics.sockets_connected.set(self.connected)
        if self._alone_since is not None:
            alone, self._alone_since = time.monotonic() - self._alone_since, None
            self._came_back(alone)

    def _hang_up(self, link: Link) -> None:
        if link.open:
            closing = asyncio.ensure_future(link.close())
            self._readers.add(closing)
            closing.add_done_callback(self._readers.discard)

    # One envelope

    def _take(self, link: Link, envelope: Json) -> None:
        """Each in a task of its own: a slow one holds nobody up."""
        if self._closing:
            return
        work = asyncio.create_task(self._answer(link, envelope))
        self._in_hand.add(work)
        work.add_done_callback(self._in_hand.discard)

    async def _answer(self, link: Link, envelope: Json) -> None:
        began = time.perf_counter()
        name, request = str(envelope["envelope_id"]), unwrapped(envelope)
        said = acknowledgement(name, await self._once.dispatch(request, name))
        if said is None:
            return
        metrics.ack_seconds.labels(metrics.kind_of(request.body), "socket").observe(time.perf_counter() - began)
        if await link.say(said):
            return
        # It broke meanwhile: Slack knows an envelope by its id, so another connection may still do.
        for other in list(self._links):
            if await other.say(said):
                return
        log.warning("an answer found no connection to leave by; what was decided stands")


def _is_refusal(error: Exception) -> bool:
    """Slack itself turned us away, where others had trouble on the way."""
    return isinstance(error, _NoHello) or (isinstance(error, SlackApiError) and not web_api.in_trouble(error))


async def _first(link: Link) -> None:
    """Until Slack's hello. Raises _NoHello when the end comes before it."""
    waits = [asyncio.ensure_future(link.hello.wait()), asyncio.ensure_future(link.ending.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    if not link.hello.is_set():
        if link.reason == "closed":
            raise aiohttp.ServerDisconnectedError
        raise _NoHello(link.reason)

"""The composition root: the only place that wires store, desk, edge, outbox and clock together, and runs them."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot import web_api
from bot.clock import Clock, system_clock
from bot.core.errors import HandoffError
from bot.desk.desk import Desk
from bot.desk.opening import open_desk
from bot.health import Health
from bot.log import unheard
from bot.outbox import Outbox
from bot.settings import Settings
from bot.slack import dnd, features, learning, people, replies, uploads, visible
from bot.slack.access import Team
from bot.slack.arrivals import Arrivals
from bot.slack.edge import Edge
from bot.slack.once import Once
from bot.slack.screens import Screens
from bot.slack.sockets import Sockets
from bot.ticker import Ticker
from db.alone import alone
from scoring.norms import NormTable

if TYPE_CHECKING:
    from bot.desk.intake import NumbersOf
    from bot.upstream import Source

log = logging.getLogger(__name__)

_REQUEST_SECONDS = 15
_STOP_SECONDS = 10.0
_LONGEST_PAUSE = 30.0
"""Seconds between two looks for a Slack that cannot be reached."""


class StartError(HandoffError):
    """The bot cannot start: a token or secret is missing or refused, Slack is unreachable, the address is taken.

    Reasons: bot_token_missing, bot_token_refused, app_token_missing, app_token_refused, signing_secret_missing,
    unreachable, address.
    """

    code = "start"


@dataclass
class Handoff:
    """The running bot's parts. `open` before anything is dispatched, `close` at the end; `run` does both."""

    settings: Settings
    desk: Desk
    client: AsyncWebClient
    edge: Edge
    outbox: Outbox
    ticker: Ticker
    verifier: SignatureVerifier
    """Knows whether an HTTP request is Slack's."""
    source: Source | None = None
    """Where fresh numbers come from."""
    app: AsyncApp = field(init=False)
    once: Once = field(init=False)
    arrivals: Arrivals = field(init=False)
    identity: AuthorizeResult | None = None

    async def open(self) -> None:
        """Ask Slack who we are. Raises StartError."""
        token = self.settings.slack_bot_token
        if token is None:
            raise StartError("bot_token_missing")
        self.client.token = token.get_secret_value()
        if self.client.session is None or self.client.session.closed:
            timeout = aiohttp.ClientTimeout(total=_REQUEST_SECONDS)
            self.client.session = aiohttp.ClientSession(timeout=timeout)
        try:
            who = await _told("bot_token_refused", self.client.auth_test(), self.settings)
        except StartError:
            await self.client.session.close()
            raise
        self.identity = AuthorizeResult.from_auth_test_response(bot_token=self.client.token, auth_test_response=who)
        self.desk.site = who.get("url")
        self.edge.team = Team(str(who.get("team_id")), who.get("enterprise_id"), bool(who.get("is_enterprise_install")))
        self.edge.bot = self.identity.bot_user_id
        log.info("connected to %s as %s", who.get("team"), who.get("user"))

    async def close(self, seconds: float = _STOP_SECONDS) -> None:
        """Let what has begun end, at most so long, then let go of everything."""
        await asyncio.gather(self.edge.spawn.drain(seconds), self.outbox.stop(seconds))
        if self.client.session is not None:
            await self.client.session.close()
        if self.source is not None:
            await self.source.close()
        await asyncio.to_thread(self.desk.close)

    def numbers(self) -> NumbersOf | None:
        """Fresh numbers for lists that come in while this loop runs; None without a source."""
        if self.source is None:
            return None
        from bot.upstream import Numbers

        return Numbers(self.source.config, self.desk.clock, self.source, asyncio.get_running_loop())

    async def settled(self) -> None:
        """Everything that clicks have started so far has ended: for tests and one-shot commands."""
        await self.edge.spawn.settled()


def build(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    rng: Random | None = None,
    norms: NormTable | None = None,
    pace: float = 1.0,
    sweep: float = 5.0,
    signing_secret: str | None = None,
) -> Handoff:
    """Wire a bot on its database; Slack is not contacted yet. Raises what `open_desk` raises, and `_source`.

    `pace` is seconds between two messages to one channel, `sweep` seconds between two looks at the rows.
    `signing_secret` is the settings' unless given; without one no HTTP request can verify, and payloads come through
    the socket only.
    """
    source = _source(settings, clock)
    desk = open_desk(settings, clock=clock, rng=rng, norms=norms)
    client = web_api.Client(base_url=settings.api_base, timeout=_REQUEST_SECONDS, retry_handlers=[])
    outbox = Outbox(desk, client, pace=pace, rng=rng)
    edge = Edge(desk, Screens(client), outbox.wake, source, list_bytes=settings.max_file_mb * 1_000_000)
    known = settings.slack_signing_secret
    secret = signing_secret or (known.get_secret_value() if known is not None else secrets.token_hex(16))
    ticker = Ticker(desk, outbox.resume, pause_outbox=outbox.pause, sweep=sweep)
    handoff = Handoff(settings, desk, client, edge, outbox, ticker, SignatureVerifier(secret), source)
    handoff.app, edge.numbers = _bolt(handoff, secret), handoff.numbers
    return handoff


def _source(settings: Settings, clock: Clock) -> Source | None:
    """Raises Invalid('upstream') for one that is described wrongly: at the start, and not at three in the morning."""
    if settings.upstream is None:
        return None
    from bot.upstream import Source, read_config  # httpx is slow to import, and who has no source needs none

    return Source(read_config(settings.upstream, settings.upstream_token), clock)


def _bolt(handoff: Handoff, signing_secret: str) -> AsyncApp:
    async def authorize() -> AuthorizeResult | None:
        # The answer of the start, not a call per click: Slack being down must not stop a decision.
        return handoff.identity

    logger = logging.getLogger("handoff.bolt")
    logger.setLevel(logging.ERROR)  # Bolt finds SLACK_BOT_TOKEN by itself and warns that our client already has it
    app = AsyncApp(
        name="handoff",
        logger=logger,
        client=handoff.client,
        authorize=authorize,  # type: ignore[arg-type]  # None is how Bolt is told that nobody knows us yet
        signing_secret=signing_secret,
        process_before_response=True,
    )
    logger.setLevel(logging.WARNING)  # below this Bolt writes payloads into the log

    @app.error
    async def failed(error: Exception) -> None:
        # Bolt's own handler would write what the error says, and it may quote somebody.
        log.error("a payload could not be handled", exc_info=error)

    handoff.once = Once(app)
    handoff.arrivals = features.register(app, handoff.edge)
    return app


class Door(Protocol):
    """Where payloads, or questions from outside, come in: Socket Mode, HTTP."""

    async def run(self) -> None:
        """Until cancelled or closed; one that raises takes the process with it."""

    async def close(self, seconds: float) -> None:
        """Take nothing new, finish what is in hand with its answer, let go. At most so long."""


async def run(handoff: Handoff, stop: asyncio.Event | None = None, *, listen: tuple[str, int] | None = None) -> None:
    """Until SIGTERM or SIGINT, or until `stop` where somebody else owns the process.

    Over Socket Mode, or with `listen` (host and port) over HTTP: an app in Slack's settings is one or the other.
    While Slack cannot be reached, deadlines are kept, and what they say is sent when it can. Raises StartError for
    what waiting does not mend, or Busy('already_running') when another bot works on the same SQLite file.
    """
    asyncio.get_running_loop().set_exception_handler(unheard)
    if stop is None:
        stop = asyncio.Event()
        _on_signals(stop)
    _require_secrets(handoff.settings, listen)
    keep_answering()
    with alone(handoff.desk.store):
        doors: list[Door] = _watchers(handoff, listen)
        background = [
            asyncio.create_task(handoff.ticker.run(), name="ticker"),
            *(asyncio.create_task(door.run(), name=type(door).__name__.lower()) for door in doors),
        ]
        try:
            main = await _reached(handoff, listen, stop)
            if main is None:
                return
            doors.insert(0, main)
            handoff.edge.silent.set()  # people may have written while no process was there to hear it
            handoff.edge.spawn.start("take up lists", partial(uploads.recover, handoff.edge))
            background += [
                asyncio.create_task(handoff.outbox.run(), name="outbox"),
                asyncio.create_task(people.refresh(handoff.edge), name="profiles"),
                asyncio.create_task(dnd.refresh(handoff.edge), name="quiet"),
                asyncio.create_task(learning.watch(handoff.edge), name="learning"),
                asyncio.create_task(visible.refresh(handoff.edge), name="channels"),
                asyncio.create_task(handoff.arrivals.run(), name="events"),
                asyncio.create_task(replies.catch_up(handoff.edge), name="threads"),
                asyncio.create_task(main.run(), name=type(main).__name__.lower()),
            ]
            await _until(stop, background)
        finally:
            await _end(handoff, doors, background)


def keep_answering() -> None:
    """What would stop the loop for longer than a click should notice: a sweep's thread, and the garbage collector."""
    # A thread that computes gives the interpreter back after this long; five milliseconds unless told.
    sys.setswitchinterval(0.001)
    # What was loaded stays loaded: looking through all of it for garbage takes some fifty milliseconds each time.
    gc.collect()
    gc.freeze()


def _require_secrets(settings: Settings, listen: tuple[str, int] | None) -> None:
    if settings.slack_bot_token is None:
        raise StartError("bot_token_missing")
    if listen is not None and settings.slack_signing_secret is None:
        raise StartError("signing_secret_missing")
    if listen is None and settings.slack_app_token is None:
        raise StartError("app_token_missing")


async def _reached(handoff: Handoff, listen: tuple[str, int] | None, stop: asyncio.Event) -> Door | None:
    """What people come in by, once Slack has told who we are; None when the end comes first. Raises StartError."""
    pause = 1.0
    while True:
        try:
            return await _unless(stop, _door(handoff, listen))
        except StartError as error:
            if error.reason != "unreachable":
                raise
            said, where = error.params.get("error"), error.params.get("url")
            log.error(  # noqa: TRY400 - the sentence says it
                "%s cannot be reached (%s): check the network and SLACK_API_URL; trying again in %.0f s, "
                "deadlines are kept meanwhile",
                where,
                said,
                pause,
            )
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
            return None
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, Door]) -> Door | None:
    """What comes of it, or None when the end comes first: a Slack that never answers is not waited for."""
    working, ending = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        working.cancel()
        ending.cancel()
        await asyncio.gather(working, ending, return_exceptions=True)


async def _door(handoff: Handoff, listen: tuple[str, int] | None) -> Door:
    await handoff.open()
    return await _socket_door(handoff) if listen is None else _http_door(handoff, *listen)


def _watchers(handoff: Handoff, listen: tuple[str, int] | None) -> list[Door]:
    at, patience = handoff.settings.health_at, timedelta(minutes=handoff.settings.health_outbox_minutes)
    doors: list[Door] = []
    if at is not None:
        doors.append(Health(handoff.desk, *at, sockets=listen is None, oldest=patience))
    api = handoff.settings.api_at
    if api is not None and listen is None:
        doors.append(_http_door(handoff, *api, with_slack=False))
    return doors


async def _socket_door(handoff: Handoff) -> Door:
    token = handoff.settings.slack_app_token
    app_token = token.get_secret_value() if token is not None else ""
    # Asked once before anything begins: later a refusal is only logged, and tried again.
    await _told("app_token_refused", handoff.client.apps_connections_open(app_token=app_token), handoff.settings)
    came_back = partial(people.came_back, handoff.edge)
    return Sockets(handoff.once, handoff.client, app_token, count=handoff.settings.sockets, came_back=came_back)


def _http_door(handoff: Handoff, host: str, port: int, *, with_slack: bool = True) -> Door:
    from bot.api import Server, build_api  # FastAPI and uvicorn are slow to import, and Socket Mode needs neither

    what = "Slack's payloads and candidates are awaited" if with_slack else "candidates are awaited"
    try:
        return Server(build_api(handoff, with_slack=with_slack), host, port, what)
    except OSError as error:
        raise StartError("address", host=host, port=port, error=error.strerror or type(error).__name__) from None


async def _end(handoff: Handoff, doors: Sequence[Door], background: Sequence[asyncio.Task[Any]]) -> None:
    """Nothing new first, then what has begun, then what it has caused; ten seconds for all of it."""
    log.info("stopping: finishing what has begun")
    await asyncio.gather(*(door.close(_STOP_SECONDS * 0.35) for door in doors), return_exceptions=True)
    for task in background:
        task.cancel()
    await asyncio.gather(*background, return_exceptions=True)
    await handoff.close(_STOP_SECONDS * 0.5)
    log.info("stopped")


async def _until(stop: asyncio.Event, tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Wait for the end; a background task that dies takes the process with it rather than dying silently."""
    waiting = asyncio.create_task(stop.wait(), name="stop")
    pending: set[asyncio.Task[Any]] = {waiting, *tasks}
    try:
        while not stop.is_set():
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        waiting.cancel()


async def _told(refused: str, call: Any, settings: Settings) -> Any:
    """Slack's answer, or a StartError that says what to mend."""
    try:
        return await call
    except SlackApiError as error:
        said = web_api.said(error)
        if said in web_api.BAD_TOKEN or said == "missing_scope":
            raise StartError(refused, error=said) from None
        raise StartError("unreachable", url=settings.api_base, error=said) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise StartError("unreachable", url=settings.api_base, error=type(error).__name__) from None


def _on_signals(stop: asyncio.Event) -> None:
    """The first SIGTERM or SIGINT ends in order, the second at once; so does the time that an orderly end may take."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)

    def first() -> None:
        for number in signals:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        stop.set()
        last = threading.Timer(_STOP_SECONDS, _give_up)
        last.daemon = True
        last.start()

    for number in signals:
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, first)


def _give_up() -> None:
    """A thread waits for a disk or a database that does not answer: what is not committed is not, and nobody waits."""
    log.error("something did not end within %.0f seconds and is cut off", _STOP_SECONDS)
    os._exit(1)

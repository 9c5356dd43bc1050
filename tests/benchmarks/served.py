"""The other side of a measurement, in a process of its own and on a core of its own: us, bare Bolt, the bare driver.

`python -m tests.benchmarks.served KIND JSON`; the process is started by `beside`, and ends when its input does. What a
kind needs is imported in it: the start of a process is measured too.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-of-the-benchmarks"
PATH = "/slack/events"
_HERE = sys.executable, "-m", "tests.benchmarks.served"


@asynccontextmanager
async def beside(kind: str, *, core: int | None = None, **told: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    """Such a process for as long as the block lasts. It must not have ended by itself."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "HANDOFF_"))}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # who installs it has it compiled
    environment |= told.pop("environment", {}) | {"PYTHONPATH": str(ROOT)}
    given = json.dumps({**told, "core": core})
    process = await asyncio.create_subprocess_exec(
        *_HERE, kind, given, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env=environment, cwd=ROOT, limit=1 << 24,
    )  # fmt: skip
    try:
        yield process
        assert process.returncode is None, f"{kind} ended by itself: {process.returncode}"
    finally:
        if process.returncode is None:
            assert process.stdin is not None
            process.stdin.close()
        await process.wait()


def _pin(core: int | None) -> None:
    """Before any thread is there: they inherit it."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def _end_with_input() -> None:
    def wait() -> None:
        sys.stdin.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def _ours(told: Mapping[str, Any]) -> None:
    """The bot as people run it."""
    from bot.cli import main

    sys.argv = ["handoff", "run", *told["arguments"]]
    main()


def _bolt(told: Mapping[str, Any]) -> Any:
    """An app that acknowledges and does nothing. `stock` is Bolt as it comes, else it answers as soon as it can."""
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0HOME", bot_token="xoxb-x", bot_user_id="U0BOT")

    app = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=not told["stock"])

    @app.action(told["action"])
    async def acknowledge(ack: Any) -> None:
        await ack()

    return app


def _bolt_http(told: Mapping[str, Any]) -> None:
    """Behind FastAPI as Bolt's documentation has it, on a server with our settings."""
    import uvicorn
    from fastapi import FastAPI, Request
    from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler

    api = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    handler = AsyncSlackRequestHandler(_bolt(told))

    async def events(request: Request) -> Any:
        return await handler.handle(request)

    # Its annotation is a name of this function, which FastAPI could not look up.
    events.__annotations__["request"] = Request
    api.post(PATH, response_model=None)(events)
    uvicorn.run(
        api, host="127.0.0.1", port=told["port"], http="httptools", loop="uvloop", ws="none", lifespan="off",
        log_config=None, access_log=False, proxy_headers=False, server_header=False, date_header=False,
        timeout_keep_alive=75,
    )  # fmt: skip


def _bolt_socket(told: Mapping[str, Any]) -> None:
    """Bolt's own Socket Mode; `with_database` also has what every such bot has, a library for its database."""
    import uvloop
    from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
    from slack_sdk.web.async_client import AsyncWebClient

    if told.get("with_database"):
        import sqlalchemy

        sqlalchemy.create_engine("sqlite://").connect().close()
    client = AsyncWebClient(token="xoxb-x", base_url=told["api"])

    async def work() -> None:
        handler = AsyncSocketModeHandler(_bolt(told), "xapp-x", web_client=client)
        await handler.connect_async()
        await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())


def _raw(told: Mapping[str, Any]) -> None:
    """Plays recorded transactions: for each line [from, to, at_once] on its input, [seconds, each] on its output."""
    from tests.benchmarks.crowd import crowd, run
    from tests.benchmarks.raw import Raw, load

    transactions, raw = load(Path(told["file"])), Raw(told["url"])
    for line in sys.stdin:
        first, last, at_once = json.loads(line)
        timing = run(crowd(raw.works(transactions[first:last]), at_once))
        sys.stdout.write(json.dumps([timing.seconds, timing.each]) + "\n")
        sys.stdout.flush()
    raw.close()


def _slack(_told: Mapping[str, Any]) -> None:
    """A Slack that takes everything; says where in its first line."""
    from tests.slack.fake_slack import FakeSlack

    async def work() -> None:
        slack = FakeSlack()
        await slack.start()
        sys.stdout.write(slack.base + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()

    asyncio.run(work())


_KINDS = {"ours": _ours, "http": _bolt_http, "socket": _bolt_socket, "raw": _raw, "slack": _slack}

if __name__ == "__main__":
    given = json.loads(sys.argv[2])
    _pin(given["core"])
    if sys.argv[1] != "raw":
        _end_with_input()
    _KINDS[sys.argv[1]](given)

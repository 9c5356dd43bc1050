"""Log lines: JSON or text, with the ids of what they are about, and never a token or what somebody wrote."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from bot import log as looks
from bot.api import PATH, Server, build_api
from bot.app import run
from bot.cards import ids
from bot.core.errors import Busy
from bot.desk import decide, intake
from tests.slack.hands import House, signed

SECRETS = ("xoxb-1", "xapp-1", "a-secret-of-the-tests")
TYPED = "Narrative-Q7X9 (she told me)"
NOTE = "Note-Z3K1 for nobody else"
NAMES = ("Ana Lima", "Bruno Reis", "Carla Dias", "Dora Q7X9")

Lines = Callable[[], list[dict[str, Any]]]


def test_a_line_says_when_how_grave_who_and_what(lines: Lines) -> None:
    logging.getLogger("bot.desk").info("swept %s", 3)
    (line,) = lines()
    assert list(line)[:4] == ["timestamp", "level", "logger", "event"]
    assert line["timestamp"].endswith("Z")
    assert (line["level"], line["logger"], line["event"]) == ("info", "bot.desk", "swept 3")


def test_libraries_speak_from_warning_on(lines: Lines) -> None:
    for name in ("slack_sdk.web", "uvicorn.asgi", "aiohttp.access", "sqlalchemy.engine", "asyncio", "whatever.else"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("trouble")
    assert [line["event"] for line in lines()] == ["trouble"] * 6


def test_text_is_read_by_people(stream: io.StringIO) -> None:
    looks.configure("INFO", "text", stream)
    with looks.about(review="rv_1"), suppress(KeyError):
        try:
            {}[TYPED]
        except KeyError:
            logging.getLogger("bot.desk").exception("it broke")
            raise
    logging.getLogger("bot.desk").debug("not asked for")
    first, *rest = stream.getvalue().splitlines()
    assert first[10] == "T"
    assert first.endswith("Z ERROR   bot.desk: it broke review=rv_1")
    assert rest[0] == "  KeyError"
    assert "test_log.py:" in rest[1]
    assert TYPED not in stream.getvalue()


@pytest.mark.parametrize(("terminal", "start"), [(True, "20"), (False, "{")])
def test_a_terminal_gets_text_and_everything_else_json(stream: io.StringIO, terminal: bool, start: str) -> None:
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    looks.configure("INFO", None, stream)
    logging.getLogger("bot").info("hello")
    assert stream.getvalue().startswith(start)


def test_what_an_exception_says_is_told_only_where_it_cannot_quote_anybody(lines: Lines) -> None:
    log = logging.getLogger("bot.test")

    def fail(error: Exception, cause: Exception | None = None) -> None:
        try:
            raise error from cause  # noqa: TRY301 - what is raised is what is tested
        except Exception:
            log.exception("failed")

    fail(ValueError(TYPED), cause=KeyError(NOTE))
    fail(OSError(28, "No space left on device"))
    fail(Busy("locked", text=TYPED))
    unsure, full, busy = (line["exception"] for line in lines())
    assert [one["kind"] for one in unsure] == ["ValueError", "KeyError"]
    assert not [one for one in unsure if "said" in one]
    assert unsure[0]["at"][-1].endswith(" fail")
    assert full[0]["said"] == "[Errno 28] No space left on device"
    assert busy[0] | {"at": []} == {"kind": "Busy", "at": [], "said": "locked"}
    assert TYPED not in json.dumps(lines())
    assert NOTE not in json.dumps(lines())


async def test_what_nobody_awaited_is_told_by_its_kind(lines: Lines) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(looks.unheard)
    loop.call_soon(lambda: {}[TYPED])
    await asyncio.sleep(0.01)
    (line,) = lines()
    assert line["exception"][0]["kind"] == "KeyError"
    assert TYPED not in json.dumps(line)


async def test_a_line_from_the_desks_thread_knows_which_click_it_belongs_to(
    house: House, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = decide.approve

    def talking(*args: Any, **more: Any) -> Any:
        logging.getLogger("bot.desk.decide").debug("on the desk's thread")
        return real(*args, **more)

    monkeypatch.setattr("bot.slack.approve.decide.approve", talking)
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    (line,) = [line for line in lines() if line["event"] == "on the desk's thread"]
    assert (line["review"], line["action"]) == (house.ids["bruno"], ids.APPROVE)


async def test_a_line_about_a_message_knows_which_errand_it_is(house: House, lines: Lines) -> None:
    house.slack.fail("chat.postMessage", "internal_error", times=1)
    await house.deliver()
    (line,) = [line for line in lines() if line["logger"].startswith("bot.outbox")]
    assert line["errand"].startswith("ob_")


async def everything_happens(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clicks, forms, refusals, errors of ours and of Slack's, an import, and the deadline: with marked words in all."""
    sheet = b"handle,name,country,followers\nq7x9,Dora Q7X9,Brazil,84000\nbroken,,,not a number Q7X9\n"
    intake.take_in(house.desk, sheet, file_name="Q7X9.csv", campaign="aurora", platform="instagram")
    await house.tap("U0BIA", ids.OVERRIDE, house.value("bruno"))
    form = house.slack.last_view
    lacking = {"reasons": [], "confidence": "sure", "narrative": TYPED}
    await house.submit("U0BIA", form, lacking)
    whole = {"reasons": ["cultural_fit"], "confidence": "sure", "narrative": TYPED}

    def broken(*_: Any) -> Any:
        raise ValueError(TYPED)

    with monkeypatch.context() as patched:
        patched.setattr("bot.slack.override.decide.override", broken)
        await house.submit("U0BIA", form, whole)
    ana = house.value("ana")
    with monkeypatch.context() as patched:
        patched.setattr("bot.desk.decide.reviews.add_judgement", broken)
        await house.submit("U0BIA", form, whole)
        await house.tap("U0BIA", ids.APPROVE, ana)
    await house.submit("U0BIA", form, whole)
    await house.submit("U0CAIO", form, whole)
    await house.tap("U0OLEG", ids.APPROVE, house.value("ana"))
    await house.tap("U0BIA", "an.unknown.action.v1", TYPED)
    await house.command("U0BIA", f"inbox {TYPED}")
    await house.event({"type": "app_home_opened", "user": "U0BIA", "tab": "home", "channel": "D0"})
    await house.event({"type": "message", "user": "U0BIA", "text": TYPED, "channel": "D0"})
    for error in ("internal_error", "invalid_blocks", "ratelimited"):
        house.slack.fail("chat.postMessage", error, times=2)
        house.slack.fail("chat.update", error, times=2)
        house.slack.fail("views.open", error, times=1)
        await house.tap("U0BIA", ids.OVERRIDE, house.value("carla"))
        await house.deliver()
    house.clock.move(hours=49)
    await house.handoff.ticker.once()
    await house.deliver()


async def over_http(house: House) -> None:
    """Forged and broken requests with marked words in them."""
    server = Server(build_api(house.handoff), "127.0.0.1", 0)
    serving = asyncio.create_task(server.run())
    url = f"http://127.0.0.1:{server.port}{PATH}"
    async with aiohttp.ClientSession() as session:
        payload = {"type": "command", "command": "/handoff", "text": TYPED, "user_id": "U0BIA", "team_id": "T0HOME"}
        for body, headers in (signed(payload), signed(payload, secret="other")):
            async with session.post(url, data=body, headers=headers) as said:
                assert said.status in (200, 401)
        stamp, body = signed(payload)[1]["x-slack-request-timestamp"], "{" + TYPED
        signature = house.handoff.verifier.generate_signature(timestamp=stamp, body=body) or ""
        headers = {"content-type": "application/json", "x-slack-signature": signature}
        async with session.post(url, data=body, headers=headers | {"x-slack-request-timestamp": stamp}) as said:
            assert said.status == 400
    await server.close(1)
    await serving


@pytest.mark.parametrize("style", ["json", "text"])
async def test_no_token_and_nothing_that_anybody_wrote_stands_in_the_log(
    house: House, stream: io.StringIO, style: looks.Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks.configure("DEBUG", style, stream)
    await everything_happens(house, monkeypatch)
    await over_http(house)
    stop = asyncio.Event()
    running = asyncio.create_task(run(house.handoff, stop))
    acked = await house.slack.envelope("slash_commands", {
        "command": "/handoff", "text": TYPED, "user_id": "U0BIA", "team_id": "T0HOME", "trigger_id": "1.1",
    })  # fmt: skip
    await asyncio.wait_for(acked, 3)
    stop.set()
    await asyncio.wait_for(running, 10)
    said = stream.getvalue()
    assert "submit failed" in said, "what broke is told"
    assert said.count("\n") > 10
    marked = ("Q7X9", "Z3K1", "she told me", *SECRETS, *NAMES)
    assert [(word, [line for line in said.splitlines() if word in line][:2]) for word in marked if word in said] == []

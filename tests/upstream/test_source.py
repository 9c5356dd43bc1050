"""A source that lies, dawdles, loops, swells or is gone: a gap that is said or a clear reason, never a silent zero."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import log as looks
from bot.core.candidate_objects import read_candidate_objects
from bot.core.candidate_row import ParsedRow, metrics_of
from bot.core.fresh import Answer, Why
from bot.upstream import Config, Numbers, Source
from bot.upstream.breaker import Breaker
from tests.upstream.liar import GOOD, SECRET, Liar, after, in_turn, to

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
QUICK = "tries = 1\nseconds = 5"


def clock() -> datetime:
    return NOW


@asynccontextmanager
async def opened(config: Config) -> Any:
    source = Source(config, clock)
    yield source
    await source.close()


async def one(liar: Liar, folder: Path, handle: str = "ana.lima", **how: str) -> Answer:
    async with opened(liar.config(folder, **{"limits": QUICK} | how)) as source:
        found: Answer = await source.look_up(handle, "instagram", "BR")
        return found


async def test_numbers_come_from_their_places_and_the_secret_goes_into_the_header(liar: Liar, tmp_path: Path) -> None:
    answer = await one(liar, tmp_path)
    assert answer.metrics is not None
    assert (answer.metrics.followers, answer.metrics.engagement_rate, answer.metrics.credibility) == (
        91_000,
        0.05,
        0.88,
    )
    assert (answer.metrics.growth_14d, answer.metrics.measured_on) == (0.03, date(2026, 11, 22))
    assert answer.metrics.avg_likes is None, "nobody has said where it stands"
    assert (answer.asked.source, answer.asked.at, answer.asked.why, answer.asked.dropped) == ("Metrica", NOW, None, ())
    ((path, headers),) = liar.asked
    assert path == "/v1/instagram/ana.lima?market=BR"
    assert headers["x-key"] == f"Key {SECRET}"


async def test_a_source_that_names_no_day_has_measured_today(liar: Liar, tmp_path: Path) -> None:
    liar.says = {"profile": {"followers": 5000}}
    answer = await one(liar, tmp_path)
    assert answer.metrics is not None
    assert answer.metrics.measured_on == NOW.date()


@pytest.mark.parametrize("handle", ["../../admin", "a/b?x=1#y", "ана лима", "%2e%2e", "a" * 200])
async def test_a_handle_stays_one_piece_of_the_address(liar: Liar, tmp_path: Path, handle: str) -> None:
    await one(liar, tmp_path, handle)
    ((path, _),) = liar.asked
    assert path.startswith("/v1/instagram/")
    assert path.count("/") == 3
    assert path.count("?") == 1


@pytest.mark.parametrize("handle", ["..", ".", "", "a" * 201])
async def test_what_is_no_handle_is_not_asked_about(liar: Liar, tmp_path: Path, handle: str) -> None:
    assert (await one(liar, tmp_path, handle)).asked.why is Why.UNKNOWN
    assert not liar.asked


# What cannot be believed is a gap, and said


@pytest.mark.parametrize(
    ("place", "lie", "code"),
    [
        ("followers", -5, "negative"), ("followers", "plenty", "unreadable"), ("followers", True, "unreadable"),
        ("followers", float("nan"), "unreadable"), ("followers", 1e300, "unreadable"),
        ("followers", 10**13, "too_large"),
        ("followers", 0, "zero"), ("followers", {"count": 5}, "unreadable"), ("followers", [5], "unreadable"),
        ("er", 40.0, "out_of_range"), ("er", "4,000 %", "unreadable"), ("er", -0.01, "negative"),
        ("er", float("inf"), "unreadable"), ("credibility", 88, "out_of_range"), ("credibility", "N/A'", None),
        ("credibility", "<b>88</b>", "unreadable"), ("credibility", None, None),
    ],
)  # fmt: skip
async def test_a_lie_is_dropped_and_named(liar: Liar, tmp_path: Path, place: str, lie: Any, code: str | None) -> None:
    liar.says = {**GOOD, "profile": {**GOOD["profile"], place: lie}}  # type: ignore[dict-item]
    answer = await one(liar, tmp_path)
    field = {"er": "engagement_rate"}.get(place, place)
    assert answer.metrics is not None, "the other numbers are good"
    assert getattr(answer.metrics, field) is None
    assert answer.asked.dropped == (((field, code),) if code else ())


async def test_a_day_that_is_yet_to_come_is_none(liar: Liar, tmp_path: Path) -> None:
    liar.says = GOOD | {"measured": "2031-01-01"}
    answer = await one(liar, tmp_path)
    assert answer.asked.dropped == (("measured_on", "impossible"),)


@pytest.mark.parametrize(
    "said", [{}, {"profile": None}, {"error": "no such creator"}, {"profile": {"followers": -1}}, []]
)
async def test_an_answer_without_one_good_number_is_none(liar: Liar, tmp_path: Path, said: Any) -> None:
    liar.says = said
    answer = await one(liar, tmp_path)
    assert (answer.metrics, answer.asked.why) == (None, Why.NOTHING)


# No answer, by its name


@pytest.mark.parametrize(
    ("says", "status", "why"),
    [
        (b"<html><body>Please log in</body></html>", 200, Why.UNREADABLE), (b"", 200, Why.UNREADABLE),
        (b'{"profile": {"followers": 91', 200, Why.UNREADABLE), (b"91000", 200, Why.UNREADABLE),
        (b"[" * 100_000, 200, Why.UNREADABLE), (b"\xff\xfe", 200, Why.UNREADABLE),
        (GOOD, 401, Why.REFUSED), (GOOD, 403, Why.REFUSED), (GOOD, 404, Why.UNKNOWN), (GOOD, 400, Why.UNREADABLE),
        (GOOD, 429, Why.FAILED), (GOOD, 500, Why.FAILED), (GOOD, 503, Why.FAILED), (GOOD, 204, Why.UNREADABLE),
        (b"x" * 10_000_000, 200, Why.TOO_LARGE),
    ],
)  # fmt: skip
async def test_every_failure_has_its_name(liar: Liar, tmp_path: Path, says: Any, status: int, why: Why) -> None:
    liar.says, liar.status = says, status
    answer = await one(liar, tmp_path)
    assert (answer.metrics, answer.asked.why) == (None, why)


async def test_ten_megabytes_without_a_length_are_not_read_to_their_end(liar: Liar, tmp_path: Path) -> None:
    sent = 0

    def pour(handler: Any) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"1" * 10_000)
            sent += 10_000

    liar.says = pour
    answer = await one(liar, tmp_path, limits=f"{QUICK}\nkilobytes = 100")
    assert answer.asked.why is Why.TOO_LARGE
    assert sent < 10_000_000


async def test_a_small_body_that_would_unpack_into_a_large_one_is_not_unpacked(liar: Liar, tmp_path: Path) -> None:
    liar.headers["content-encoding"] = "gzip"
    assert (await one(liar, tmp_path)).asked.why is Why.UNREADABLE
    assert liar.asked[0][1]["accept-encoding"] == "identity"


async def test_redirects_within_the_host_are_followed_and_no_others(liar: Liar, tmp_path: Path) -> None:
    def here(handler: Any) -> None:
        to("/v2/here")(handler) if "/v1/" in handler.path else handler.answer(json.dumps(GOOD).encode())

    liar.says = here
    assert (await one(liar, tmp_path)).metrics is not None
    elsewhere = f"http://localhost:{liar.server_address[1]}/v1/x"
    for location in (elsewhere, "https://127.0.0.1/x", "file:///etc/passwd", "/v1/round", "//"):
        liar.says = to(location)
        liar.asked.clear()
        assert (await one(liar, tmp_path)).asked.why in (Why.ELSEWHERE, Why.UNREACHABLE), location
        assert len(liar.asked) <= 4, "round and round, but not for long"
        assert all("localhost" not in headers["host"] for _, headers in liar.asked), "our secret went nowhere else"


async def test_nobody_there(tmp_path: Path, liar: Liar) -> None:
    config = liar.config(tmp_path, limits=QUICK)
    liar.shutdown()
    liar.server_close()
    async with opened(config) as source:
        answer = await source.look_up("ana.lima", "instagram", "BR")
    assert answer.asked.why is Why.UNREACHABLE


# Patience


async def test_one_that_never_answers_is_not_waited_for(liar: Liar, tmp_path: Path) -> None:
    liar.says = after(2)
    began = time.monotonic()
    answer = await one(liar, tmp_path, limits="seconds = 0.2\ntries = 5")
    assert answer.asked.why is Why.SLOW
    assert time.monotonic() - began < 1.5


async def test_what_passes_is_tried_again_and_what_does_not_is_not(liar: Liar, tmp_path: Path) -> None:
    liar.says = in_turn(503, 429, GOOD)
    assert (await one(liar, tmp_path, limits="tries = 3\nseconds = 20")).metrics is not None
    assert len(liar.asked) == 3
    liar.asked.clear()
    liar.says = in_turn(401, GOOD)
    assert (await one(liar, tmp_path, limits="tries = 3")).asked.why is Why.REFUSED
    assert len(liar.asked) == 1


async def test_as_long_as_the_source_wishes_nobody_asks_again(liar: Liar, tmp_path: Path) -> None:
    liar.says = lambda handler: handler.answer(b"", 429, **{"retry-after": "30"})
    assert (await one(liar, tmp_path, limits="tries = 3\nseconds = 0.5")).asked.why is Why.SLOW
    assert len(liar.asked) == 1


async def test_so_many_at_once_and_no_more(liar: Liar, tmp_path: Path) -> None:
    liar.says = after(0.05)
    async with opened(liar.config(tmp_path, limits=f"{QUICK}\nat_once = 2")) as source:
        found = await asyncio.gather(*(source.look_up(f"creator{n}", "instagram", "BR") for n in range(8)))
    assert all(answer.metrics for answer in found)
    assert liar.busiest == 2


async def test_what_is_known_is_not_asked_again_until_it_is_old(liar: Liar, tmp_path: Path) -> None:
    async with opened(liar.config(tmp_path)) as source:
        first = await source.look_up("ana.lima", "instagram", "BR")
        again = await asyncio.gather(*(source.look_up("Ana.Lima", "instagram", "BR") for _ in range(5)))
    assert {id(answer) for answer in again} == {id(first)}
    assert len(liar.asked) == 1
    async with opened(liar.config(tmp_path, limits="cache_minutes = 0")) as source:
        for _ in range(2):
            await source.look_up("ana.lima", "instagram", "BR")
    assert len(liar.asked) == 3


async def test_a_failure_is_never_kept_as_an_answer(liar: Liar, tmp_path: Path) -> None:
    liar.status = 500
    async with opened(liar.config(tmp_path, limits=QUICK)) as source:
        assert (await source.look_up("ana.lima", "instagram", "BR")).asked.why is Why.FAILED
        liar.status = 200
        assert (await source.look_up("ana.lima", "instagram", "BR")).metrics is not None


async def test_one_that_fails_again_and_again_is_left_alone_for_a_while(liar: Liar, tmp_path: Path) -> None:
    liar.status = 500
    limits = f"{QUICK}\nrest_after = 2\nrest_seconds = 0.3"
    async with opened(liar.config(tmp_path, limits=limits)) as source:
        whys = [(await source.look_up(f"creator{n}", "instagram", "BR")).asked.why for n in range(5)]
        assert whys == [Why.FAILED, Why.FAILED, Why.RESTING, Why.RESTING, Why.RESTING]
        assert len(liar.asked) == 2
        await asyncio.sleep(0.35)
        liar.status = 200
        assert (await source.look_up("creator9", "instagram", "BR")).metrics is not None
        assert (await source.look_up("creator8", "instagram", "BR")).metrics is not None


async def test_creators_whom_it_does_not_know_do_not_count_as_failures(liar: Liar, tmp_path: Path) -> None:
    liar.status = 404
    async with opened(liar.config(tmp_path, limits=f"{QUICK}\nrest_after = 1")) as source:
        whys = {(await source.look_up(f"creator{n}", "instagram", "BR")).asked.why for n in range(3)}
    assert whys == {Why.UNKNOWN}


def test_after_a_rest_one_tries_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    at = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: at)
    breaker = Breaker(1, 60)
    breaker.failed()
    assert not breaker.lets_in()
    at += 61
    assert [breaker.lets_in() for _ in range(3)] == [True, False, False]
    breaker.worked()
    assert breaker.lets_in()


async def test_another_platform_is_not_asked_about(liar: Liar, tmp_path: Path) -> None:
    config = liar.config(tmp_path, more='platforms = ["tiktok"]')
    async with opened(config) as source:
        assert (await source.look_up("ana.lima", "instagram", "BR")).asked.why is Why.UNKNOWN
    assert not liar.asked


@pytest.mark.parametrize("status", [200, 401, 500, 302])
async def test_the_secret_is_in_no_line_of_the_log_and_in_no_repr(liar: Liar, tmp_path: Path, status: int) -> None:
    stream, root = io.StringIO(), logging.getLogger()
    before = (list(root.handlers), root.level)
    looks.configure("DEBUG", "json", stream)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    liar.status = status
    liar.headers["location"] = "https://evil.example/"
    try:
        config = liar.config(tmp_path, limits=QUICK)
        async with opened(config) as source:
            answer = await source.look_up("ana.lima", "instagram", "BR")
            shown = f"{answer} {config} {source} {config.model_dump_json()} {config.auth!r}"
    finally:
        root.handlers[:], root.level = before[0], before[1]
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.NOTSET)
    assert SECRET not in shown
    assert SECRET not in stream.getvalue()


# A list


def rows(*candidates: dict[str, Any]) -> list[ParsedRow]:
    return list(read_candidate_objects([{"platform": "instagram", **one} for one in candidates]).rows)


FULL = {
    "followers": 84_000,
    "engagement_rate": 0.04,
    "credibility": 0.9,
    "growth_14d": 0.02,
    "measured_on": "2026-11-20",
}
#: In the bot the loop runs already, and intake waits on a thread of its own; a command has none.
Ask = Callable[[Liar, Path, list[ParsedRow]], Any]


async def in_the_bot(liar: Liar, folder: Path, listed: list[ParsedRow], limits: str = QUICK) -> dict[int, ParsedRow]:
    async with opened(liar.config(folder, limits=limits)) as source:
        numbers = Numbers(source.config, clock, source, asyncio.get_running_loop())
        return dict(await asyncio.to_thread(numbers, listed))


async def in_a_command(liar: Liar, folder: Path, listed: list[ParsedRow], limits: str = QUICK) -> dict[int, ParsedRow]:
    return dict(await asyncio.to_thread(Numbers(liar.config(folder, limits=limits), clock), listed))


both = pytest.mark.parametrize("ask", [in_the_bot, in_a_command])


@both
async def test_only_who_lacks_numbers_or_has_old_ones_is_asked_about(liar: Liar, tmp_path: Path, ask: Ask) -> None:
    listed = rows(
        {"handle": "whole", **FULL}, {"handle": "gap", **FULL, "credibility": None},
        {"handle": "old", **FULL, "measured_on": "2026-09-01"}, {"handle": "tube", "platform": "youtube", **FULL},
    )  # fmt: skip
    found = await ask(liar, tmp_path, listed)
    assert sorted(path.split("/")[3].partition("?")[0] for path, _ in liar.asked) == ["gap", "old"]
    assert sorted(found) == [2, 3]
    gap, old = metrics_of(found[2]), metrics_of(found[3])
    assert (gap.followers, gap.credibility, gap.engagement_rate) == (91_000, 0.88, 0.05)
    assert gap.measured_on == old.measured_on == date(2026, 11, 22), "nothing old is left in it"


@both
async def test_whoever_is_not_reached_in_time_keeps_what_the_list_has(liar: Liar, tmp_path: Path, ask: Ask) -> None:
    liar.says = after(1.0)
    began = time.monotonic()
    listed = rows(*({"handle": f"creator{n}", "followers": 5000} for n in range(40)))
    found = await ask(liar, tmp_path, listed, limits=f"{QUICK}\nat_once = 2\nintake_seconds = 0.3")  # type: ignore[call-arg]
    assert time.monotonic() - began < 3
    assert len(found) == 40
    assert {row.asked.why for row in found.values() if row.asked} == {Why.SLOW}
    assert {metrics_of(row).followers for row in found.values()} == {5000}


async def test_a_fault_of_our_own_stops_no_list(liar: Liar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Source, "look_up", None)
    found = await in_a_command(liar, tmp_path, rows({"handle": "gap"}))
    assert [row.asked.why for row in found.values() if row.asked] == [Why.UNREACHABLE]

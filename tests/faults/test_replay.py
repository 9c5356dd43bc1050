"""A whole conversation over HTTP: each payload several times and in any order, then again, then forged and stale."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import aiohttp
import pytest

from bot.api import PATH, Server, build_api
from bot.app import Handoff, build
from bot.cards import ids
from bot.desk import see
from tests.faults import books
from tests.faults.books import Record
from tests.faults.invariants import Rules, violations
from tests.slack.conftest import empty, house, kind, on_both, slack  # noqa: F401 - their fixtures are ours
from tests.slack.hands import SECRET, House, Json, signed

pytestmark = on_both

Letter = tuple[str, dict[str, str]]
WORDS = "A giveaway every November, the followers stayed"


class Post:
    """Carries Slack's letters to the bot's HTTP door, as they are or spoiled."""

    def __init__(self, at: House, url: str, session: aiohttp.ClientSession) -> None:
        self.house, self._url, self._session = at, url, session

    async def carry(self, letter: Letter) -> int:
        body, headers = letter
        async with self._session.post(self._url, data=body, headers=headers) as said:
            await said.read()
            return said.status

    async def carry_all(self, letters: list[Letter], rng: Random) -> list[int]:
        """In any order, several at a time."""
        mixed, said = rng.sample(letters, len(letters)), []
        while mixed:
            some = [mixed.pop() for _ in range(min(len(mixed), rng.randint(1, 6)))]
            said += await asyncio.gather(*map(self.carry, some))
        await self.house.handoff.settled()
        return said

    def written(self) -> tuple[Any, ...]:
        """What the books hold of answers: nothing that is played back may add to it."""
        found = books.read(self.house.desk.store)
        events = {review: tuple(e.seq for e in said) for review, said in found.events.items()}
        return found.reviews, found.decisions, found.judgements, events, found.kept

    def wrong(self) -> list[str]:
        record = Record(self.house.slack.messages, {})
        return violations(books.read(self.house.desk.store), record, Rules(settled=False))


@asynccontextmanager
async def door(at: House, handoff: Handoff) -> AsyncIterator[Post]:
    server = Server(build_api(handoff), "127.0.0.1", 0)
    serving = asyncio.create_task(server.run())
    async with aiohttp.ClientSession() as session:
        yield Post(at, f"http://127.0.0.1:{server.port}{PATH}", session)
        await server.close(1)
    await serving


@pytest.fixture
async def post(house: House) -> AsyncIterator[Post]:  # noqa: F811 - the fixture
    async with door(house, house.handoff) as made:
        yield made


def _tap(at: House, user: str, action: str, who: str, **more: Any) -> Json:
    return at.base("block_actions", user) | {
        "actions": [at.action(action, at.value(who), **more)], "response_url": f"{at.slack.base}/response/1",
        "channel": {"id": "C0BRAZIL", "name": "br"},
        "container": {"type": "message", "message_ts": "1.0", "channel_id": "C0BRAZIL", "is_ephemeral": False},
        "message": {"ts": "1.0", "text": "x"},
    }  # fmt: skip


async def _conversation(at: House) -> list[Json]:
    """Everything that people do to three reviews: two experts and a lead answer, one takes it back, others look."""
    await at.tap("U0CAIO", ids.OVERRIDE, at.value("carla"))
    form = at.filled(at.slack.last_view, {"narrative": WORDS, "reasons": ["price"], "confidence": "sure"})
    taps = [
        (user, action, who)
        for who in ("ana", "bruno", "carla")
        for user, action in (("U0BIA", ids.APPROVE), ("U0CAIO", ids.APPROVE), ("U0ZOE", ids.APPROVE))
    ]
    return [
        *(_tap(at, *tap) for tap in taps),
        _tap(at, "U0BIA", ids.UNDO, "bruno"),
        _tap(at, "U0OLEG", ids.APPROVE, "ana"),
        _tap(at, "U0BIA", ids.DETAILS, "ana"),
        at.base("view_submission", "U0CAIO") | {"response_urls": [], "view": form},
        {"type": "command", "command": "/handoff", "text": "inbox", "user_id": "U0BIA", "team_id": "T0HOME",
         "response_url": f"{at.slack.base}/response/c", "trigger_id": "1.1.c", "channel_id": "C0BRAZIL"},
        {"type": "event_callback", "team_id": "T0HOME", "api_app_id": "A0APP", "event_id": "Ev1", "event_time": 1,
         "event": {"type": "app_home_opened", "user": "U0BIA", "tab": "home", "channel": "D0BIA"},
         "authorizations": []},
    ]  # fmt: skip


@pytest.mark.parametrize("draw", range(6))
async def test_in_any_order_and_again(post: Post, draw: int, seed: int, many: Callable[[float], int]) -> None:
    rng = Random(1000 * seed + draw)
    letters = [signed(payload) for payload in await _conversation(post.house)]
    several = [letter for letter in letters for _ in range(rng.randint(1, 3))]
    assert set(await post.carry_all(several, rng)) == {200}
    assert post.wrong() == []
    before = post.written()
    assert {made.review_id for made, _ in before[1]} == set(before[0]), "each was answered"
    for _ in range(many(2)):
        assert set(await post.carry_all(letters, rng)) == {200}
        assert post.written() == before, "what was played back changed something"


async def test_again_to_a_process_that_remembers_nothing(post: Post, seed: int) -> None:
    """After a restart, or at another replica; nothing was taken back here, which only a memory could tell."""
    rng, at = Random(seed), post.house
    letters = [signed(p) for p in await _conversation(at) if ids.UNDO not in str(p)]
    assert set(await post.carry_all(letters, rng)) == {200}
    before = post.written()
    other = build(at.handoff.settings, clock=at.clock, pace=0.0, signing_secret=SECRET)
    await other.open()
    async with door(at, other) as again:
        assert set(await again.carry_all(letters, rng)) == {200}
    await other.close(1)
    assert post.written() == before
    assert post.wrong() == []


async def test_what_was_taken_back_does_not_come_back_by_another_process(post: Post) -> None:
    """Approved and undone here; the same signed approval, within its five minutes, at a process that was not there."""
    at = post.house
    approval = signed(_tap(at, "U0BIA", ids.APPROVE, "bruno"))
    assert await post.carry(approval) == 200
    assert await post.carry(signed(_tap(at, "U0BIA", ids.UNDO, "bruno"))) == 200
    before = post.written()
    other = build(at.handoff.settings, clock=at.clock, pace=0.0, signing_secret=SECRET)
    await other.open()
    async with door(at, other) as again:
        assert await again.carry(approval) == 200
        await other.settled()
        assert post.written() == before
        assert "reopened since" in at.whispers[-1]
        assert await again.carry(signed(_tap(at, "U0BIA", ids.APPROVE, "bruno"))) == 200
    await other.close(1)
    assert see.case(at.desk, at.ids["bruno"]).decision is not None
    assert post.wrong() == []


async def test_forged_changed_and_stale_letters_do_nothing(post: Post) -> None:
    rng, now = Random(1), time.time()
    letters: list[Letter] = []
    for payload in await _conversation(post.house):
        body, headers = signed(payload)
        letters += [
            signed(payload, secret="somebody-else's"),
            (body.replace("U0BIA", "U0ZOE").replace("U0CAIO", "U0ZOE") + " ", headers),
            (body, headers | {"x-slack-request-timestamp": str(int(headers["x-slack-request-timestamp"]) + 1)}),
            signed(payload, at=now - 6 * 60),
            signed(payload, at=now + 6 * 60),
            (body, {k: v for k, v in headers.items() if k != "x-slack-signature"}),
        ]
    before = post.written()
    assert set(await post.carry_all(letters, rng)) == {401}
    assert post.written() == before
    assert see.case(post.house.desk, post.house.ids["ana"]).decision is None

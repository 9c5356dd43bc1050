"""The intake API: a real server on a real port, keys, lists of candidates, the same request twice, and rubbish."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner

from bot import metrics
from bot.api import Server, build_api
from bot.api.intake import MOST_BYTES, Pace
from bot.app import run
from bot.cards import ids
from bot.cli import command_line
from bot.core.errors import Busy, Invalid, NotFound
from bot.core.types import Campaign
from bot.desk import keys, members
from bot.settings import Settings
from db.api_keys import KEPT
from tests.database import BOTH, fresh
from tests.slack.conftest import _hired, opened
from tests.slack.fake_slack import FakeSlack
from tests.slack.hands import House

Json = dict[str, Any]
WHOLE = {
    "handle": "lia.prado", "name": "Lia Prado", "platform": "instagram", "country": "BR", "followers": 84000,
    "engagement_rate": 0.04, "growth_14d": 0.02, "credibility": 0.9, "categories": ["Beauty"], "fee": 2000,
    "measured_on": "2026-11-20",
}  # fmt: skip


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@dataclass
class Said:
    status: int
    body: Json
    headers: Any


@dataclass
class Program:
    """Somebody's program with a key."""

    house: House
    url: str
    session: aiohttp.ClientSession
    key: str

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Said:
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, self.url + path, data=raw, headers=sent) as said:
            return Said(said.status, json.loads(await said.text()), said.headers)

    async def bring(self, *candidates: Any, token: str | None = None, **more: Any) -> Said:
        headers = {"idempotency_key": token} if token else {}
        request = {"campaign": "aurora", "candidates": list(candidates), **more}
        return await self.ask("POST", "/v1/candidates", request, **headers)

    def count(self) -> int:
        with self.house.desk.store.reading() as unit:
            return int(unit.connection().exec_driver_sql("SELECT count(*) FROM candidates").scalar() or 0)


@asynccontextmanager
async def programs(house: House) -> AsyncIterator[Program]:
    server = Server(build_api(house.handoff, with_slack=False), "127.0.0.1", 0)
    serving = asyncio.create_task(server.run())
    key = keys.add(house.desk, "crm")
    async with aiohttp.ClientSession() as session:
        yield Program(house, f"http://127.0.0.1:{server.port}", session, key)
        await server.close(1)
    await serving


@pytest.fixture
async def program(house: House) -> AsyncIterator[Program]:
    async with programs(house) as made:
        yield made


def refused(said: Said, status: int, code: str) -> None:
    """A problem document with a sentence, whatever went wrong."""
    assert (said.status, said.body["code"], said.body["status"]) == (status, code, status)
    assert said.headers["content-type"] == "application/problem+json"
    assert said.body["detail"].endswith(".")
    assert "{" not in said.body["detail"] and "api_" not in said.body["detail"]


# What comes in


async def test_one_candidate_becomes_a_review_with_a_card_and_can_be_read(program: Program) -> None:
    said = await program.ask("POST", "/v1/candidates", {"campaign": "aurora", "candidates": WHOLE})
    assert said.status == 200
    assert (said.body["accepted"], said.body["duplicates"], said.body["rejected"]) == (1, 0, 0)
    (row,) = said.body["rows"]
    assert (row["row"], row["handle"], row["fate"], row["notes"]) == (1, "lia.prado", "accepted", [])
    read = await program.ask("GET", f"/v1/reviews/{row['review_id']}")
    assert (read.status, read.body["state"], read.body["decision"]) == (200, "pending", None)
    assert (read.body["handle"], read.body["ai"]["verdict"]) == ("lia.prado", "proceed")
    await program.house.deliver()
    posted = [json.dumps(call["args"]) for call in program.house.slack.calls if call["method"] == "chat.postMessage"]
    assert any("Lia Prado" in text for text in posted)


async def test_every_row_has_its_fate_and_a_sentence(program: Program) -> None:
    said = await program.bring(
        WHOLE, {**WHOLE, "handle": "@LIA.prado"}, {"name": "nobody"}, 7, {**WHOLE, "handle": "ana.lima"},
        {**WHOLE, "handle": "zoe.z", "country": "JP", "followers": -1, "folowers": 3},
    )  # fmt: skip
    fates = [(r["row"], r["fate"], r["reason"]) for r in said.body["rows"]]
    assert fates[:5] == [
        (1, "accepted", None), (2, "duplicate", "same_file"), (3, "rejected", "no_handle"),
        (4, "rejected", "no_object"), (5, "duplicate", "same_campaign"),
    ]  # fmt: skip
    assert all(bool(r["detail"]) is (r["reason"] is not None) for r in said.body["rows"])
    assert "instagram.csv" in said.body["rows"][4]["detail"]
    assert said.body["rows"][5]["notes"] == [{"field": "followers", "code": "negative", "value": "-1"}]
    assert said.body["warnings"] == [
        "folowers was left out: there is no such field. The fields stand in docs/files.md."
    ]
    counted = said.body["accepted"] + said.body["duplicates"] + said.body["rejected"]
    assert counted == len(said.body["rows"]) == 6


async def test_a_thousand_come_in_and_one_more_do_not(program: Program) -> None:
    many = [{**WHOLE, "handle": f"creator{n:04}"} for n in range(1000)]
    refused(await program.bring(*many, WHOLE), 422, "api_too_many")
    assert program.count() == 3
    said = await program.bring(*many)
    assert (said.status, said.body["accepted"], program.count()) == (200, 1000, 1003)


async def test_a_dry_run_writes_nothing_and_is_not_remembered(program: Program) -> None:
    dry = await program.bring(WHOLE, dry_run=True, token="t1")
    assert (dry.body["dry_run"], dry.body["import_id"], dry.body["rows"][0]["review_id"]) == (True, None, None)
    assert program.count() == 3
    again = await program.bring(WHOLE, dry_run=True, token="t1")
    assert "idempotency-replayed" not in again.headers


# The same request twice


async def test_the_same_request_is_done_once_and_answered_to_the_letter(program: Program) -> None:
    first = await program.bring(WHOLE, token="order-7")
    second = await program.bring(WHOLE, token="order-7")
    assert first.body["accepted"] == 1 and second.body == first.body
    assert second.headers["idempotency-replayed"] == "true"
    refused(await program.bring({**WHOLE, "fee": 1}, token="order-7"), 422, "api_token_reused")
    # Without it the same creator is a duplicate all the same.
    assert (await program.bring(WHOLE)).body["duplicates"] == 1
    assert program.count() == 4


async def test_many_of_the_same_at_once_are_one(program: Program) -> None:
    said = await asyncio.gather(*(program.bring(WHOLE, token="once") for _ in range(6)))
    assert {s.status for s in said} == {200}
    assert len({json.dumps(s.body) for s in said}) == 1
    assert sum("idempotency-replayed" not in s.headers for s in said) == 1


async def test_two_keys_do_not_share_their_tokens_and_answers_are_kept_for_a_week(program: Program) -> None:
    await program.bring(WHOLE, token="mine")
    other = Program(program.house, program.url, program.session, keys.add(program.house.desk, "other"))
    assert (await other.bring(WHOLE, token="mine")).body["duplicates"] == 1
    program.house.clock.move(seconds=KEPT.total_seconds() + 1)
    later = await program.bring(WHOLE, token="mine")
    assert (later.body["duplicates"], "idempotency-replayed" in later.headers) == (1, False)


# Who may


async def test_no_key_a_wrong_one_and_a_revoked_one_get_nothing(program: Program) -> None:
    right = program.key
    wrong_secret = right[:-1] + ("a" if right[-1] != "a" else "b")
    for header in (
        "",
        "Bearer",
        "Bearer ",
        f"Basic {right}",
        f"Bearer {wrong_secret}",
        "Bearer hk_äöü",
        "Bearer " + "x" * 900,
    ):
        said = await program.ask("POST", "/v1/candidates", b"{", authorization=header)
        refused(said, 401, "api_key")
        assert said.headers["www-authenticate"] == "Bearer"
    assert (await program.bring(WHOLE)).status == 200
    keys.revoke(program.house.desk, "crm")
    refused(await program.bring(WHOLE), 401, "api_key")


async def test_a_key_for_one_campaign_gets_at_no_other(program: Program) -> None:
    desk = program.house.desk
    members.add_campaign(desk, Campaign("luma", "Luma", ("BR",), "C0BRAZIL", "U0MAYA"))
    program.key = keys.add(desk, "only luma", ["luma"])
    refused(await program.bring(WHOLE), 403, "api_campaign")
    refused(await program.ask("GET", f"/v1/reviews/{program.house.ids['ana']}"), 403, "api_campaign")
    assert (await program.bring(WHOLE, campaign="luma")).body["accepted"] == 1


async def test_only_a_hash_is_kept_and_nothing_of_it_is_logged(
    program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await program.bring({**WHOLE, "bio": "a very private sentence"})
    secret = program.key.rpartition("_")[2]
    with program.house.desk.store.reading() as unit:
        kept = unit.connection().exec_driver_sql("SELECT * FROM api_keys").fetchall()
    assert secret not in repr(kept) and program.key not in repr(kept)
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert secret not in said and "private sentence" not in said and "lia.prado" not in said


def test_too_many_requests_are_told_when_to_come_again() -> None:
    pace = Pace(3)
    for _ in range(3):
        pace.take("a")
    pace.take("b")
    with pytest.raises(Busy, match="api_often") as caught:
        pace.take("a")
    assert 1 <= int(str(caught.value.params["seconds"])) <= 21


async def test_a_key_that_asks_too_often_gets_429(house: House) -> None:
    house.handoff.settings = house.handoff.settings.model_copy(update={"api_per_minute": 2})
    async with programs(house) as program:
        said = [await program.bring(WHOLE) for _ in range(3)]
    assert [s.status for s in said] == [200, 200, 429]
    refused(said[2], 429, "api_often")
    assert int(said[2].headers["retry-after"]) >= 1


# Rubbish


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "api_json"), (b"{", 400, "api_json"), (b"[]", 400, "api_json"), (b"\xff", 400, "api_json"),
        (b'{"campaign": NaN}', 400, "api_json"), (b"[" * 90_000, 400, "api_json"),
        (b'{"campaign": "aurora", "candidates": [{"handle": "\\ud800"}]}', 400, "api_json"),
        (b'{"campaign": "aurora"}', 422, "api_no_candidates"),
        (b'{"campaign": "aurora", "candidates": []}', 422, "api_no_candidates"),
        (b'{"campaign": 5, "candidates": [{}]}', 422, "api_field"),
        (b'{"campaign": "a\\u0000", "candidates": [{}]}', 422, "api_field"),
        (b'{"campaign": "aurora", "candidates": [{}], "platform": ["x"]}', 422, "api_field"),
        (b'{"campaign": "aurora", "candidates": [{}], "market": "Nowhere"}', 422, "api_field"),
        (b'{"campaign": "aurora", "candidates": [{}], "dry_run": "yes"}', 422, "api_field"),
        (b'{"campaign": "aurora", "candidates": [{}], "campain": 1}', 422, "api_field"),
        (b'{"campaign": "nope", "candidates": [{"handle": "a"}]}', 404, "campaign"),
    ],
)  # fmt: skip
async def test_rubbish_is_refused_by_its_name(program: Program, body: bytes, status: int, code: str) -> None:
    refused(await program.ask("POST", "/v1/candidates", body), status, code)
    assert program.count() == 3


async def test_a_huge_body_is_refused_without_being_read(program: Program) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(program.url.rpartition(":")[2]))
    head = f"POST /v1/candidates HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {program.key}\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {MOST_BYTES + 1}\r\n\r\n{{".encode())
    said = await asyncio.wait_for(reader.read(), 5)
    assert said.startswith(b"HTTP/1.1 413 ") and b'"code": "api_too_large"' in said
    writer.close()


async def test_odd_characters_come_in_or_are_refused_and_break_nothing(program: Program) -> None:
    said = await program.bring({**WHOLE, "name": "Ли\x00я 🎨", "bio": "\x00", "categories": ["a\x00b"]}, {"x\x00y": 1})
    assert (said.status, said.body["accepted"], said.body["rejected"]) == (200, 1, 1)


async def test_sizes_types_addresses_and_methods(program: Program) -> None:
    refused(await program.ask("POST", "/v1/candidates", b"{}", content_type="text/csv"), 415, "api_unsupported_type")
    refused(await program.bring(WHOLE, token="with space"), 422, "api_token")
    refused(await program.bring(WHOLE, token="x" * 201), 422, "api_token")
    refused(await program.ask("GET", "/v1/nothing"), 404, "api_path")
    refused(await program.ask("POST", "/slack/events", b"{}"), 404, "api_path")
    refused(await program.ask("DELETE", "/v1/candidates"), 405, "api_method")
    for unknown in ("rv_0000000000", "%00", "x" * 300):
        refused(await program.ask("GET", f"/v1/reviews/{unknown}"), 404, "review")


async def test_a_database_that_is_held_is_503_and_nothing_happened(
    slack: FakeSlack, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.desk.desk._CHORE", 0.3)
    database = fresh(kind, tmp_path, _hired)
    async with opened(slack, database) as house, programs(house) as program:
        with database.held():
            said = await program.bring(WHOLE, token="later")
        assert (said.status, said.headers["retry-after"]) == (503, "5")
        assert (await program.bring(WHOLE, token="later")).body["accepted"] == 1


# What can be read


async def test_a_decision_is_final_when_it_can_no_longer_be_undone(program: Program) -> None:
    house = program.house
    path = f"/v1/reviews/{house.ids['bruno']}"
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    decision = (await program.ask("GET", path)).body["decision"]
    assert (decision["verdict"], decision["by"], decision["basis"]) == ("proceed", "U0BIA", "expert")
    assert (decision["final"], decision["differs_from_ai"]) == (False, False)
    house.clock.move(minutes=11)
    assert (await program.ask("GET", path)).body["decision"]["final"] is True


async def test_the_teams_own_ai_is_kept_beside_ours_and_decides_nothing(program: Program) -> None:
    own = {"ai_verdict": "decline", "ai_score": 12, "ai_risk": 0.9, "ai_flags": ["pods"]}
    said = await program.bring(WHOLE | own, {**WHOLE, "handle": "bea"})
    first, second = [(await program.ask("GET", f"/v1/reviews/{row['review_id']}")).body for row in said.body["rows"]]
    assert first["own_ai"] == {"verdict": "decline", "match": 12.0, "risk": 0.9, "flags": ["pods"]}
    assert second["own_ai"] is None
    assert first["ai"] == second["ai"] and first["ai"]["verdict"] == "proceed"
    await program.house.deliver()
    cards = json.dumps([call["args"] for call in program.house.slack.calls])
    assert "Your own AI: *decline*" in cards


async def test_the_description_names_every_field_and_asks_for_a_key(program: Program) -> None:
    said = await program.ask("GET", "/v1/openapi.json")
    body = said.body["paths"]["/v1/candidates"]["post"]
    one = body["requestBody"]["content"]["application/json"]["schema"]["properties"]["candidates"]["oneOf"][0]
    assert {"handle", "followers", "audience", "brand_safety", "followers_sample"} <= one["properties"].keys()
    assert body["security"] and "Idempotency-Key" in {p["name"] for p in body["parameters"]}
    assert {"401", "413", "422", "429", "503"} <= body["responses"].keys()


async def test_requests_are_counted_by_their_status(program: Program) -> None:
    before = metrics.REGISTRY.get_sample_value("handoff_api_requests_total", {"status": "200"}) or 0.0
    await program.bring(WHOLE)
    assert metrics.REGISTRY.get_sample_value("handoff_api_requests_total", {"status": "200"}) == before + 1


# Keys on the command line, and the settings


def test_a_key_is_shown_once_listed_and_revoked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_DATABASE_URL", f"sqlite:///{tmp_path}/x.db")

    def run(*words: str) -> str:
        done = CliRunner().invoke(command_line(), ["key", *words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.stdout

    made = run("add", "crm").splitlines()[0]
    assert re.fullmatch(r"hk_[0-9A-Z]{14}_[\w-]{43}", made)
    assert "crm  all campaigns" in run("list") and made not in run("list")
    with pytest.raises(Invalid, match="key_exists"):
        run("add", "crm")
    with pytest.raises(Invalid, match="key_name"):
        run("add", "=x")
    with pytest.raises(NotFound, match="campaign"):
        run("add", "other", "--campaign", "nope")
    run("revoke", "crm")
    assert "revoked" in run("list")
    with pytest.raises(NotFound, match="key"):
        run("revoke", "crm")
    run("add", "crm")


def test_the_port_of_its_own() -> None:
    assert Settings().api_at is None
    assert Settings(api="127.0.0.1:8402").api_at == ("127.0.0.1", 8402)


async def test_beside_socket_mode_it_has_a_port_of_its_own(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    house.handoff.settings = house.handoff.settings.model_copy(update={"api": f"127.0.0.1:{port}"})
    stop = asyncio.Event()
    running = asyncio.create_task(run(house.handoff, stop))
    async with aiohttp.ClientSession() as session:
        program = Program(house, f"http://127.0.0.1:{port}", session, keys.add(house.desk, "crm"))
        async with asyncio.timeout(10):
            while not house.slack.to("apps.connections.open"):  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.01)
        assert (await program.bring(WHOLE)).body["accepted"] == 1
    stop.set()
    await asyncio.wait_for(running, 10)

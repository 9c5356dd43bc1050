"""`handoff outbox`: what did not arrive, why, and sending it again; through the command line itself."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from bot.cards import ids
from bot.cli import command_line
from bot.cli.outbox import _plain
from bot.core.errors import NotFound
from db import outbox
from tests.slack.hands import House

app = command_line()

Call = Callable[..., Result]


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("HANDOFF_DATABASE_URL", str(house.desk.store.url))

    def call(*words: str) -> Result:
        return CliRunner().invoke(app, ["outbox", *words], catch_exceptions=False)

    return call


def depth(house: House) -> dict[str, int]:
    with house.desk.store.reading() as unit:
        return outbox.depth(unit)


async def decide(house: House) -> None:
    """A result is told at once, whatever the hour; what opens waits for the morning."""
    await house.tap(house.case("bruno").review.expert or "", ids.APPROVE, house.value("bruno"))
    await house.deliver()


async def test_nothing_failed(run: Call) -> None:
    assert "Every message" in run("list").output


async def test_a_dead_letter_says_why_and_goes_again(house: House, run: Call) -> None:
    house.slack.fail("conversations.open", "user_disabled")
    await decide(house)
    lost = depth(house)["dead"]
    assert lost >= 1
    listed = run("list")
    assert "the account is deactivated" in listed.output
    assert "somebody else" in listed.output
    records = json.loads(run("list", "--json").output)
    assert len(records) == lost
    assert {r["error"] for r in records} == {"user_disabled"}
    del house.slack.faults["conversations.open"]
    assert run("retry", "--all").exit_code == 0
    assert depth(house) == {"ready": lost}
    await house.deliver()
    assert depth(house) == {}
    assert json.loads(run("list", "--json").output) == []


async def test_one_in_doubt_is_looked_up_before_it_goes_again(house: House, run: Call) -> None:
    house.slack.fail("conversations.history", "missing_scope")

    async def drop(_args: object) -> str:
        del house.slack.faults["chat.postMessage"]
        return "drop"

    house.slack.faults["chat.postMessage"] = drop
    await house.deliver()
    house.clock.move(seconds=10)
    await house.deliver()
    assert depth(house) == {"stuck": 1}
    (record,) = json.loads(run("list", "--json").output)
    assert (record["state"], record["error"]) == ("stuck", "missing_scope")
    assert "history scopes" in record["advice"]
    del house.slack.faults["conversations.history"]
    posted = len(house.slack.to("chat.postMessage"))
    run("retry", record["id"])
    await house.deliver()
    assert depth(house) == {}
    assert len(house.slack.to("conversations.history")) == 2
    assert len(house.slack.to("chat.postMessage")) == posted, "it was there"


async def test_who_is_not_among_them_stops_all(house: House, run: Call) -> None:
    house.slack.fail("conversations.open", "user_disabled")
    await decide(house)
    (first, *_) = json.loads(run("list", "--json").output)
    with pytest.raises(NotFound):
        run("retry", first["id"], "ob_NOSUCH")
    assert "ready" not in depth(house)
    assert run("retry").exit_code == 2
    assert run("retry", first["id"], "--all").exit_code == 2


async def test_a_scope_that_is_missing_for_sending_is_not_one_for_looking(house: House, run: Call) -> None:
    house.slack.fail("chat.postMessage", "missing_scope")
    await house.deliver()
    records = json.loads(run("list", "--json").output)
    assert {(r["state"], r["error"]) for r in records} == {("ready", "missing_scope")}
    assert all("history" not in r["what"] + r["advice"] and "handoff doctor" in r["advice"] for r in records)


@pytest.mark.parametrize(
    ("error", "what"),
    [
        ("TypeError", "Handoff itself failed"), ("AttributeError", "Handoff itself failed"),
        ("OperationalError", "Handoff itself failed"), ("ClientConnectorError", "the line to Slack broke"),
        ("ServerDisconnectedError", "the line to Slack broke"), ("TimeoutError", "the line to Slack broke"),
        ("ConnectionResetError", "the line to Slack broke"), ("http_503", "Slack failed"),
        ("http_404", "what answered was not Slack"), ("unreadable", "what answered was not Slack"),
        ("internal_error", "Slack failed"), ("something_new", "Slack said something_new"), ("", "not tried yet"),
    ],
)  # fmt: skip
def test_who_failed_is_told_apart(error: str, what: str) -> None:
    said, advice = _plain(error, "dead")
    assert said.startswith(what)
    assert "retry" in advice

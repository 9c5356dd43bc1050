"""`handoff search` and `handoff export`: everything for whoever runs it, and as one person what that person sees."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.app import StartError
from bot.cli import command_line
from bot.core.outcome import What
from bot.core.types import Member
from bot.desk import decide, find, members, outcomes
from bot.desk import object as objections
from scoring.types import Verdict
from tests.desk.world import BIA, CAIO, CHANNEL, ZOE, World, a_world, row, why
from tests.slack.fake_slack import TEAM, FakeSlack

app = command_line()

EVIL = '=HYPERLINK("http://evil/","x")'


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A disagreement in a public channel with an objection to it, and one in a private one."""
    made = a_world(tmp_path)
    monkeypatch.setenv("HANDOFF_DATABASE_URL", made.database.url)
    open_one = made.one()
    decide.override(made.desk, open_one, BIA, why(EVIL))
    made.clock.move(minutes=20)
    objections.dissent(made.desk, open_one, CAIO, why("-no, followers were bought\n+1"), verdict=Verdict.DECLINE)
    outcomes.record(made.desk, open_one, What.FRAUD)
    made.clock.move(minutes=1)
    other = made.take_in(row("mole", verdict=Verdict.DECLINE), campaign="grave").fates[0].review_id
    decide.override(made.desk, str(other), ZOE, why("@staged giveaway"))
    yield made
    made.close()


def run(*words: str) -> Result:
    done = CliRunner().invoke(app, list(words))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def found(*words: str) -> Any:
    return json.loads(run("search", *words, "--json").stdout)


def test_all_of_it_with_filters_and_for_people(world: World) -> None:
    everything = found()
    assert everything["total"] == 3
    assert sum(everything["by_won"].values()) == 3
    (case,) = found("staged", "flag:growth", "campaign:grave")["cases"]
    assert (case["creator"], case["channel"], case["permalink"]) == ("Mole", "C0GRAVE001", None)
    assert case["passage"][slice(*case["hits"][0])] == "@staged"
    assert found("market:narnia")["not_understood"] == [{"why": "unknown_value", "key": "market", "value": "narnia"}]
    said = run("search", "staged").stdout
    assert "1 case\n" in said
    assert "Mole, BR" in said
    assert "2 more: --offset 1" in run("search", "--limit", "1").stdout
    assert "without campaign: 1" in run("search", "staged", "campaign:scan").stdout


def exported(*words: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(run("export", "disagreements", *words).stdout)))


def test_a_spreadsheet_executes_nothing_and_loses_nothing(world: World, tmp_path: Path) -> None:
    first, second, third = exported()
    assert first["said_narrative"] == "'" + EVIL
    assert first["outcomes"] == "fraud"
    assert second["said_narrative"].startswith("'-no, followers")
    assert second["other_narrative"] == "'" + EVIL
    assert (second["said_expert"], second["other_expert"], second["kind"]) == (CAIO, BIA, "experts")
    assert third["said_narrative"] == "'@staged giveaway"
    assert "growth_spike" in third["flags"].split()
    file = tmp_path / "all.csv"
    assert run("export", "disagreements", "--out", str(file)).stdout == ""
    written = list(csv.reader(io.StringIO(file.read_bytes().decode())))
    assert len(written) == 4
    for record in written:
        assert not any(cell[:1] in "=+-@\t\r" for cell in record if cell)
    every = json.loads(run("export", "disagreements", "--format", "json").stdout)
    assert every[0]["said_narrative"] == EVIL
    assert set(every[0]) == set(find.COLUMNS)
    assert "growth_spike" in every[2]["flags"]


def test_what_is_undone_is_not_exported_and_slices_join(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "_SLICE", 1)
    assert [one["creator"] for one in exported()] == ["Ana Lima", "Ana Lima", "Mole"]
    decide.undo(world.desk, exported()[2]["review_id"], ZOE)
    assert [one["creator"] for one in exported()] == ["Ana Lima", "Ana Lima"]


def test_as_somebody_without_a_way_to_ask_slack(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    for words in (("search", "--as", BIA), ("export", "disagreements", "--as", BIA)):
        with pytest.raises(StartError, match="bot_token_missing"):
            run(*words)


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSlack]:
    server = FakeSlack()
    await server.start()
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_API_URL", f"{server.base}/api")
    yield server
    await server.server.close()


async def test_as_somebody_only_what_they_see(world: World, slack: FakeSlack) -> None:
    members.remember(world.desk, Member(BIA, "Bia", team=TEAM))
    slack.channels["C0GRAVE001"] = {"is_private": True}
    slack.inside["C0GRAVE001"] = [ZOE]
    as_bia = await asyncio.to_thread(found, "--as", BIA)
    assert {case["channel"] for case in as_bia["cases"]} == {CHANNEL}
    assert as_bia["total"] == 2
    assert (await asyncio.to_thread(found, "staged", "--as", BIA))["total"] == 0
    assert (await asyncio.to_thread(found, "staged", "--as", ZOE))["total"] == 1
    assert {one["channel"] for one in await asyncio.to_thread(exported, "--as", BIA)} == {CHANNEL}
    assert len(await asyncio.to_thread(exported, "--as", ZOE)) == 3
    slack.users["U0FAR00001"] = {"team_id": "T0ELSE", "is_stranger": True}
    assert await asyncio.to_thread(exported, "--as", "U0FAR00001") == []

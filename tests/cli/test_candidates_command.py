"""`handoff candidates` as somebody runs it: best first, with a reason, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import command_line
from bot.core.errors import NotFound
from scoring.types import Verdict
from tests.desk.world import World, a_world, row

app = command_line()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = a_world(tmp_path)
    monkeypatch.setenv("HANDOFF_DATABASE_URL", made.database.url)
    yield made
    made.close()


def run(*words: str) -> str:
    done = CliRunner().invoke(app, ["candidates", *words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_best_first_each_with_its_reason(world: World) -> None:
    world.take_in(row("bad", verdict=Verdict.DECLINE), row("spiking", growth_14d="60%"), row("good"))
    found = json.loads(run("aurora", "--json"))
    assert [one["place"] for one in found] == [1, 2, 3]
    assert [one["handle"] for one in found] == ["good", "spiking", "bad"]
    assert [one["recommendation"] for one in found] == ["proceed", "proceed", "decline"]
    assert found[1]["reason"] == "Followers +60% in 14 days"
    assert found[0]["reason"].startswith("Nothing looks off, category 100")
    assert all(one["model"] == "scorecard-1" and one["id"].startswith("rv_") for one in found)
    lines = run("aurora").splitlines()
    assert lines[0].split()[:3] == ["1", "proceed", "Good"] and "open until" in lines[0]
    assert "Followers +60% in 14 days" in lines[1]


def test_no_candidates_and_no_campaign(world: World) -> None:
    assert "No candidates yet" in run("grave")
    assert json.loads(run("grave", "--json")) == []
    with pytest.raises(NotFound):
        run("nothing")

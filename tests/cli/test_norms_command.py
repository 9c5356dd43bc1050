"""`handoff norms` as somebody runs it: what is listed, shown and ended, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot import reading
from bot.cli import command_line
from bot.cli.needs import voice
from bot.core.errors import NotFound, TooLate
from bot.desk import decide, norm_ruling, see
from scoring.types import FlagCode, Verdict
from tests.desk.world import BIA, ZOE, World, a_world, row, why

app = command_line()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """One "normal for Brazil" of one expert."""
    made = a_world(tmp_path)
    monkeypatch.setenv("HANDOFF_DATABASE_URL", made.database.url)
    review_id = str(made.take_in(row("ana.lima", growth_14d="22%")).fates[0].review_id)
    decide.normal(made.desk, review_id, BIA, why("every November", disputed=(FlagCode.GROWTH_SPIKE,)), Verdict.PROCEED)
    yield made
    made.close()


def run(*words: str) -> Result:
    done = CliRunner().invoke(app, ["norms", *words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def listed(*words: str) -> Any:
    return json.loads(run("list", "--json", *words).stdout)


def test_listed_shown_rejected_and_no_more(world: World) -> None:
    (norm,) = listed()
    assert (norm["state"], norm["market"], norm["flag"], norm["reach"]) == ("forming", "BR", "growth_spike", 0.22)
    assert listed("--market", "Russia") == []
    said = run("list").stdout
    assert "Brazil: followers up to +22% in 14 days · Instagram" in said and "Not a norm yet" in said
    world.clock.move(seconds=1)
    norm_ruling.confirm(world.desk, norm["id"], ZOE)
    shown = run("show", norm["id"]).stdout
    assert "Active: the warning counts for 50%." in shown and "Ana Lima" in shown
    touched = str(world.take_in(row("caio", growth_14d="22%")).fates[0].review_id)
    case = see.case(world.desk, touched)
    assert f"counts for 50% by norm {norm['id']}" in reading.as_text(case, (), voice())
    assert reading.as_json(case, ())["ai"]["flags"][0]["market_norm"] == {"id": norm["id"], "factor": 0.5}
    whole = json.loads(run("show", norm["id"], "--json").stdout)
    assert [case["said"] for case in whole["cases"]] == ["confirmed", "normal"]
    assert whole["cases"][1]["person"] == BIA and whole["factor"] == 0.5
    assert "retired" in run("retire", norm["id"]).stdout
    with pytest.raises(TooLate):
        run("retire", norm["id"])
    assert "rejected" in run("reject", norm["id"]).stdout
    assert listed()[0]["state"] == "rejected" and listed()[0]["factor"] == 1.0


def test_an_unknown_one_and_none_at_all(world: World) -> None:
    with pytest.raises(NotFound):
        run("show", "nm_0")
    assert "No norms yet" in run("list", "--market", "KR").stdout

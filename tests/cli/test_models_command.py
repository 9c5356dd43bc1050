"""`handoff retrain` and `handoff models` as somebody runs them: learned, shown, promoted, turned down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import command_line, main
from bot.core.candidate_objects import read_candidate_objects
from bot.core.errors import NotFound, TooLate
from bot.core.types import Reason
from bot.desk import decide, intake, see
from scoring.model import Broken, Model
from tests.desk.answers import WIDE, answered, numbered
from tests.desk.world import BIA, World, a_world, why

app = command_line()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = a_world(tmp_path, limits=WIDE)
    monkeypatch.setenv("HANDOFF_DATABASE_URL", made.database.url)
    monkeypatch.chdir(tmp_path)
    yield made
    made.close()


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def listed() -> Any:
    return json.loads(run("models", "list", "--json"))


def test_nothing_to_learn_from_is_said_and_keeps_nothing(world: World, tmp_path: Path) -> None:
    answered(world, 4)
    said = run("retrain", "--out", "models.json")
    assert "fraud: 4 labels, 2 true (0 outcomes, 0 blind judgements, 4 judgements" in said
    assert "too few labels" in said and "nothing was learned" in said
    assert json.loads((tmp_path / "models.json").read_text()) == {}
    assert listed() == [] and "the scorecard recommends" in run("models", "list")


def test_learned_shown_promoted_and_turned_down(world: World, tmp_path: Path) -> None:
    answered(world, 80)
    assert "Nothing kept" in run("retrain", "--target", "fraud", "--dry-run")
    assert listed() == []
    said = run("retrain", "--target", "fraud", "--out", "models.json")
    assert "On the latest 24 labels (since 2026-11-23), unseen:" in said
    assert "Brier" in said and "PR-AUC" in said and "Decided differently:" in said
    assert "fraud-1 is in shadow" in said
    (written,) = json.loads((tmp_path / "models.json").read_text()).values()
    assert Model.from_json(json.dumps(written)).sha256 == listed()[0]["sha256"]
    written["delta"][0] += 0.1
    with pytest.raises(Broken, match="SHA-256"):
        Model.from_json(json.dumps(written))

    world.take_in(numbered(102))
    assert "would have turned 1 of 1 candidates" in run("models", "list")
    shown = run("models", "show", "fraud-1")
    assert "fraud-1: shadow, SHA-256" in shown and "Log-odds per unit" in shown and "credib" in shown
    assert json.loads(run("models", "show", "fraud-1", "--json"))["model"]["name"] == "fraud-1"

    assert "recommends from now on" in run("models", "promote", "fraud-1")
    report = world.take_in(numbered(106))
    review = str(report.fates[0].review_id)
    assert see.case(world.desk, review).recommendation.model == "scorecard-1+fraud-1"
    (learned,) = json.loads(run("review", "show", review, "--json"))["ai"]["learned"]
    assert learned["model"] == "fraud-1" and learned["log_odds"]["off.low_credibility"] > 0
    with pytest.raises(TooLate):
        run("models", "promote", "fraud-1")
    assert "rejected" in run("models", "reject", "fraud-1")
    assert listed()[0]["state"] == "rejected"


def test_what_goes_wrong_is_a_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotFound):
        run("models", "show", "fraud-9")
    monkeypatch.setattr("sys.argv", ["handoff", "models", "promote", "fraud-9"])
    with pytest.raises(SystemExit):
        main()
    assert "There is no learned model “fraud-9”" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["handoff", "retrain", "--out", "no/such/folder/models.json"])
    with pytest.raises(SystemExit):
        main()
    assert "No such file" in capsys.readouterr().err


def test_your_own_ai_is_compared_with_ours(world: World) -> None:
    assert run("models", "theirs").startswith("No decided candidate came with a verdict")
    whole = {
        "platform": "instagram", "country": "BR", "followers": 84000, "engagement_rate": 0.04, "growth_14d": 0.02,
        "credibility": 0.9, "categories": ["Beauty"], "measured_on": "2026-11-20",
    }  # fmt: skip
    said = [("a", "proceed"), ("b", "decline"), ("c", "decline"), ("d", None)]
    objects = [{**whole, "handle": handle, "ai_verdict": verdict} for handle, verdict in said]
    report = intake.admit(world.desk, read_candidate_objects(objects), source="api", digest="0", campaign="aurora")
    reviews = {fate.handle: str(fate.review_id) for fate in report.fates}
    for handle in ("a", "b", "d"):
        decide.approve(world.desk, reviews[handle], BIA)
    decide.override(world.desk, reviews["c"], BIA, why("", Reason.FRAUD_EVIDENCE))
    told = run("models", "theirs")
    assert "3 decided candidates with both verdicts: 1 alike. Proceed: ours 3, yours 1." in told
    assert "no outcome known: 3, both right 1, only ours 1, only yours 1, neither 0" in told
    assert "By what became of the deals: nothing yet" in told
    plain = json.loads(run("models", "theirs", "--json"))
    assert (plain["cases"], plain["agree"], plain["markets"]) == (3, 1, {"BR": [3, 1]})

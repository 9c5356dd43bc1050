"""The audit as people read it on the command line: who, when, what, from what to what."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from bot.cli import command_line
from bot.core.errors import TooLate
from bot.core.types import Reason
from bot.desk import decide, hand_over
from bot.desk import object as objections
from scoring.types import Verdict
from tests.desk.world import BIA, CAIO, FLAGS, MAYA, ZOE, World, why

app = command_line()


@pytest.fixture
def lived(world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    """A review that was passed on, answered, taken back, answered again, answered too late and turned round."""
    monkeypatch.setenv("HANDOFF_DATABASE_URL", world.database.url)
    review_id = world.one()
    world.clock.move(minutes=1)
    hand_over.pass_on(world.desk, review_id, BIA, CAIO, "yours\nthen")
    decide.approve(world.desk, review_id, CAIO)
    decide.undo(world.desk, review_id, CAIO)
    decide.override(world.desk, review_id, CAIO, why("I know her"))
    with pytest.raises(TooLate) as late:
        decide.normal(
            world.desk, review_id, BIA, why("it is normal", Reason.MARKET_NORM, disputed=FLAGS[:1]), Verdict.DECLINE
        )
    objections.drop_draft(world.desk, str(late.value.params["draft_id"]), BIA)
    objections.note(world.desk, review_id, MAYA, "thank you")
    objections.dissent(world.desk, review_id, MAYA, why("no", Reason.FRAUD_EVIDENCE))
    objections.reverse(world.desk, review_id, ZOE)
    return review_id


def test_every_change_has_its_line(lived: str) -> None:
    said = CliRunner().invoke(app, ["audit", "show", lived])
    assert said.exit_code == 0, said.output
    heads = re.findall(r"^2026-11-23T[0-9:]+Z  (.*)$", said.output, re.MULTILINE)
    assert heads == [
        "queued, import",
        "opened, queue",
        f"passed on, Bia ({BIA})",
        f"passed on note, Bia ({BIA})",
        f"answered, Caio ({CAIO})",
        f"undone, Caio ({CAIO})",
        f"answered, Caio ({CAIO})",
        f"came late, Bia ({BIA})",
        f"discarded, Bia ({BIA})",
        f"noted, Maya ({MAYA})",
        f"objected, Maya ({MAYA})",
        f"reversed, Zoe ({ZOE})",
        f"resolved, Zoe ({ZOE})",
    ]
    assert f"    expert: {BIA} → {CAIO}\n" in said.output
    assert "    state: decided → reopened\n" in said.output
    assert "    note: yours then\n" in said.output, "one line, whatever was typed"
    assert "    version:" not in said.output.partition("opened, queue")[2]


def test_scripts_get_every_value(lived: str) -> None:
    said = CliRunner().invoke(app, ["audit", "show", lived, "--json"])
    told = json.loads(said.output)
    assert [one["what"] for one in told][:3] == ["queued", "opened", "passed_on"]
    assert told[0]["before"] == {}
    assert told[0]["after"]["state"] == "pending"
    assert told[2]["at"] == "2026-11-23T09:01:00Z"
    assert (told[2]["actor"], told[2]["before"]["expert"], told[2]["after"]["expert"]) == (BIA, BIA, CAIO)
    assert all(one.keys() == {"at", "actor", "what", "before", "after"} for one in told)


def test_a_review_that_is_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_DATABASE_URL", world.database.url)
    said = CliRunner().invoke(app, ["audit", "show", "rv_NOBODY0000"])
    assert said.exit_code == 1

"""`handoff audit setup`: who changed people and campaigns, on the command line and in Slack, told alike."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import command_line
from bot.core.types import Role
from bot.desk import campaigns, staff
from tests.desk.world import BIA, CAMPAIGN, MAYA, ZOE, a_world

app = command_line()


def run(*words: str) -> Result:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done


def test_what_is_changed_anywhere_is_on_record_with_who_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world(tmp_path)
    monkeypatch.setenv("HANDOFF_DATABASE_URL", world.database.url)
    assert "Nothing has been changed" in run("audit", "setup").output
    run("member", "add", "U0NEW00001", "--role", "expert", "--market", "BR")
    run("member", "add", "U0NEW00001", "--role", "expert", "--market", "BR")
    run("member", "remove", "U0NEW00001", "--role", "expert", "--market", "BR")
    run("trust", "add", "Nina Orlova")
    run("campaign", "add", "luma", "--name", "Luma", "--market", "BR", "--channel", "C0LUMA0001", "--owner", MAYA)
    staff.place(world.desk, ZOE, BIA, [(Role.EXPERT, "BR"), (Role.EXPERT, "PT")], None)
    campaigns.change(world.desk, MAYA, replace(CAMPAIGN, name="Aurora II"))
    edited = run("campaign", "edit", "aurora", "--recommends", "theirs", "--budget", "900")
    assert "Campaign aurora: budget, recommends changed." in edited.output
    told = json.loads(run("audit", "setup", "--json").output)
    assert [(one["actor"], one["what"]) for one in told] == [
        ("command line", "role_given"), ("command line", "role_taken"), ("command line", "referrer_trusted"),
        ("command line", "campaign_opened"), (ZOE, "role_given"), (MAYA, "campaign_changed"),
        ("command line", "campaign_changed"),
    ]  # fmt: skip
    assert told[-2]["before"] == {"key": "aurora", "name": "Aurora Summer"}
    assert told[-1]["after"] == {"key": "aurora", "budget": 900.0, "recommends": "theirs"}
    said = run("audit", "setup").output
    assert "name: Aurora Summer → Aurora II" in said
    assert "Zoe (U0ZOE00001)" in said
    world.close()

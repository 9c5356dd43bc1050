"""The manifest: valid for Slack, and no scope short of or beyond what the bot calls."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import yaml

from bot.api import PATH
from bot.slack.features import EVENTS

with warnings.catch_warnings():
    # The validator is a copied script that leaves its files to the garbage collector.
    warnings.simplefilter("ignore")
    from tests.slack_rules import validate_manifest

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "manifest.yml"
HTTP = ROOT / "docs" / "manifest-http.yml"
ADDRESS = "https://handoff.example.com" + PATH
CALLS = (
    "auth.test", "chat.postMessage", "chat.update", "conversations.open", "conversations.history", "conversations.info",
    "conversations.replies", "files.info", "users.info", "dnd.teamInfo", "views.open", "views.push", "views.update",
    "views.publish", "files.getUploadURLExternal", "files.completeUploadExternal",
)  # fmt: skip


@pytest.mark.parametrize("path", [MANIFEST, HTTP], ids=["socket", "http"])
def test_the_manifest_is_valid_and_asks_for_what_is_called(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        found = validate_manifest.check(  # type: ignore[no-untyped-call]
            str(path), [{"method": m, "args": {}} for m in CALLS]
        )
    assert [row for row in found if row[0] in ("ERROR", "WARN") or "not explained" in row[2]] == []


def test_what_the_bot_listens_to_is_what_the_manifest_subscribes_to() -> None:
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert manifest["settings"]["socket_mode_enabled"] is True
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]
    # message.channels and its like are all of the type "message".
    assert {name.partition(".")[0] for name in subscribed} == set(EVENTS)
    assert {name for name in subscribed if "." in name} == {"message.channels", "message.groups", "message.im"}
    assert [c["command"] for c in manifest["features"]["slash_commands"]] == ["/handoff"]


def test_over_http_it_is_the_same_app_but_for_the_way_in() -> None:
    """Socket Mode and HTTP exclude each other in Slack's settings, so there are two; nothing else may differ."""
    plain, http = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (MANIFEST, HTTP))
    settings = http["settings"]
    assert settings.pop("socket_mode_enabled") is False
    assert plain["settings"].pop("socket_mode_enabled") is True
    ways_in = [settings["event_subscriptions"], settings["interactivity"]]
    assert [way.pop("request_url") for way in ways_in] == [ADDRESS] * 2
    assert [command.pop("url") for command in http["features"]["slash_commands"]] == [ADDRESS]
    assert http == plain


def test_its_comments_are_the_same_too() -> None:
    def comments(path: Path) -> list[str]:
        body = path.read_text(encoding="utf-8").partition("_metadata:")[2]
        return [line.strip() for line in body.splitlines() if line.strip().startswith("#")]

    assert comments(HTTP) == comments(MANIFEST)

"""The manifest: valid for Slack, and no scope short of or beyond what the bot calls."""

from __future__ import annotations

import warnings
from pathlib import Path

import yaml

from bot.slack.features import EVENTS

with warnings.catch_warnings():
    # The validator is a copied script that leaves its files to the garbage collector.
    warnings.simplefilter("ignore")
    from tests.slack_rules import validate_manifest

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
CALLS = (
    "auth.test", "chat.postMessage", "chat.update", "conversations.open", "conversations.history", "conversations.info",
    "users.info", "views.open", "views.push", "views.update", "views.publish",
)  # fmt: skip


def test_the_manifest_is_valid_and_asks_for_what_is_called() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        found = validate_manifest.check(  # type: ignore[no-untyped-call]
            str(MANIFEST), [{"method": m, "args": {}} for m in CALLS]
        )
    assert [row for row in found if row[0] in ("ERROR", "WARN") or "not explained" in row[2]] == []


def test_what_the_bot_listens_to_is_what_the_manifest_subscribes_to() -> None:
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS)
    assert [c["command"] for c in manifest["features"]["slash_commands"]] == ["/handoff"]

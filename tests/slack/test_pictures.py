"""The picture beneath a learned model's message: once, with words for those who cannot see it, never in the way."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web

from bot.core.learned_model import LearnedModel, State
from bot.desk import members, models, see
from db.tables import OUTBOX
from scoring.model import Model
from scoring.types import Target
from tests.slack.hands import House, Json

_SAID = {
    "auc": 0.87, "pr_auc": 0.79, "brier": 0.09, "calibration_error": 0.04,
    "curve": [[0.08, 0.05, 5], [0.42, 0.4, 5], [0.88, 0.8, 4]],
}  # fmt: skip
HELD_OUT = {
    "all": 24, "since": "2026-11-02", "figures": dict.fromkeys(("scorecard", "active", "new"), _SAID),
    "changed_count": 5, "markets": {"BR": {"cases": 20, "changed": 4}},
}  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n"


def put(house: House, **card: Any) -> LearnedModel:
    model, now = Model(Target.FRAUD, "fraud-1", intercept=0.5), house.clock()
    made = LearnedModel(
        "md_1", "fraud-1", Target.FRAUD, State.SHADOW, model.to_json(), model.sha256, 60, card, now, "U0ZOE", now
    )
    with house.desk.store.unit() as unit:
        models.register(unit, [made], now)
    return made


def files(house: House) -> list[tuple[Json, Json]]:
    """(message, file) of every file that stands in the lead's messages."""
    return [(m, file) for m in house.slack.messages["D0ZOE"] for file in m.get("files") or ()]


def left(house: House) -> list[str]:
    """Kinds that are still to be sent, or were laid aside."""
    with house.desk.store.reading() as unit:
        return [kind for (kind,) in unit.execute(sa.select(OUTBOX.c.kind).where(OUTBOX.c.state != "sent"))]


async def test_it_stands_beneath_the_message_and_is_told_in_words(house: House) -> None:
    put(house, held_out=HELD_OUT)
    await house.deliver()
    ((message, file),) = files(house)
    (told,) = [m for m in house.slack.messages["D0ZOE"] if "fraud-1 has learned" in str(m.get("text"))]
    assert message["thread_ts"] == told["ts"]
    assert house.slack.uploads[file["id"]].startswith(PNG)
    assert int.from_bytes(house.slack.uploads[file["id"]][16:20], "big") == 828
    (asked,) = house.slack.to("files.getUploadURLExternal")
    assert asked["alt_txt"].endswith(
        "in use now: 8% → 5%, 42% → 40%, 88% → 80%. the new one: 8% → 5%, 42% → 40%, 88% → 80%."
    )
    assert file["title"] == "Calibration of fraud-1"
    await house.deliver()
    assert len(files(house)) == 1
    assert left(house) == []


async def test_it_speaks_the_leads_language(house: House) -> None:
    lead = see.person(house.desk, "U0ZOE")
    assert lead is not None
    members.remember(house.desk, type(lead)(**{**_fields(lead), "locale": "ru-RU"}))
    put(house, held_out=HELD_OUT)
    await house.deliver()
    ((_, file),) = files(house)
    assert file["title"].startswith("Калибровка fraud-1")


def _fields(lead: Any) -> dict[str, Any]:
    return {name: getattr(lead, name) for name in lead.__dataclass_fields__}


async def test_where_nothing_was_held_out_there_is_none(house: House) -> None:
    put(house)
    await house.deliver()
    assert files(house) == [] and left(house) == []
    assert house.slack.to("chat.postMessage")


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize("error", ["missing_scope", "file_uploads_disabled", "invalid_arguments"])
async def test_where_slack_does_not_take_it_the_message_stands_and_nothing_waits(
    house: House, method: str, error: str
) -> None:
    house.slack.fail(method, error)
    put(house, held_out=HELD_OUT)
    await house.deliver()
    assert files(house) == [] and left(house) == []
    assert "fraud-1 has learned" in str(house.slack.messages["D0ZOE"])
    assert len(house.slack.to(method)) == 1, "what is refused is not asked for again"


async def test_a_place_that_does_not_take_it_is_no_reason_to_wait(house: House) -> None:
    house.slack.upload_answer = web.Response(status=500, text="<html>no</html>")
    put(house, held_out=HELD_OUT)
    await house.deliver()
    assert files(house) == [] and left(house) == []


async def test_when_the_answer_is_lost_it_is_looked_for_and_not_shown_twice(house: House) -> None:
    lost = [True]

    async def drop(_args: Json) -> Any:
        return "drop" if lost and lost.pop() else None

    house.slack.faults["files.completeUploadExternal"] = drop
    put(house, held_out=HELD_OUT)
    await house.deliver()
    assert left(house) == ["model_curve"]
    for _ in range(3):
        house.clock.move(minutes=2)
        await house.deliver()
    assert len(files(house)) == 1
    assert left(house) == []

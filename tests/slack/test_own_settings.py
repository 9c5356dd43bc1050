"""One's own settings, as a form and as words after /handoff; through the real app."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.cards import ids
from bot.core.types import Member
from bot.core.working_time import Hours
from bot.desk import see
from tests.slack.hands import House, Json


def me(house: House, user: str = "U0BIA") -> Member:
    found = see.person(house.desk, user)
    assert found is not None
    return found


async def opened(house: House, user: str = "U0BIA") -> Json:
    await house.tap(user, ids.SETTINGS, "settings", home=True)
    return house.slack.last_view


def filled(view: Json, **values: object) -> Json:
    """The form's state as Slack sends it, with these in place of what it shows."""
    state: Json = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"]
        kind = element["type"]
        key, start = {
            "static_select": ("selected_option", "initial_option"),
            "multi_static_select": ("selected_options", "initial_options"),
            "timepicker": ("selected_time", "initial_time"),
            "datepicker": ("selected_date", "initial_date"),
        }[kind]
        value = element.get(start)
        if name in values:
            given = values[name]
            value = {"value": given} if kind == "static_select" else given
            if kind == "multi_static_select":
                value = [{"value": day} for day in str(given)]
        state[name] = {element["action_id"]: {"type": kind, key: value}}
    return {**view, "state": {"values": state}}


async def save(house: House, view: Json, user: str = "U0BIA", **values: object) -> Json:
    payload = house.base("view_submission", user) | {"response_urls": [], "view": filled(view, **values)}
    return (await house.send(payload)).body


async def test_what_the_form_shows_is_what_it_saves(house: House) -> None:
    before = me(house)
    assert await save(house, await opened(house)) == {}
    assert me(house) == before


async def test_language_hours_and_backup_are_kept_and_spoken_at_once(house: House) -> None:
    await house.event({"type": "app_home_opened", "user": "U0BIA", "tab": "home", "channel": "D1", "event_ts": "1"})
    view = await opened(house)
    typed = {"language": "ru", "days": "1245", "from": "10:00", "to": "00:00", "backup": "U0CAIO"}
    assert await save(house, view, **typed) == {}
    now = me(house)
    assert (now.language, now.hours, now.backup, now.away) == ("ru", Hours(600, 1440, "1245"), "U0CAIO", None)
    home = str(house.slack.to("views.publish")[-1]["view"])
    assert "Настройки" in home
    assert "пн" in home
    assert (await opened(house))["title"]["text"] == "Мои настройки"
    usual = {"language": "-", "days": "", "backup": "-"}
    assert await save(house, await opened(house), **usual) == {}
    assert (me(house).language, me(house).hours, me(house).backup) == (None, None, None)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"from": "18:00", "to": "18:00"}, "to"),
        ({"until": "2026-11-20"}, "until"),
        ({"backup": "U0MAYA"}, "backup"),
        ({"language": "pt"}, "language"),
    ],
)
async def test_what_cannot_be_is_said_at_its_field_and_nothing_is_kept(house: House, typed: Json, field: str) -> None:
    before = me(house)
    answer = await save(house, await opened(house), **typed)
    assert list(answer["errors"]) == [field]
    assert me(house) == before


async def test_away_gives_what_waits_to_the_backup_and_back_ends_it(house: House) -> None:
    mine = [name for name in house.ids if house.case(name).review.expert == "U0BIA"]
    assert await save(house, await opened(house), backup="U0ZOE", until="2026-11-27") == {}
    # Midnight of that day in São Paulo.
    assert me(house).away == (house.clock.now, datetime(2026, 11, 27, 3, tzinfo=UTC))
    assert {house.case(name).review.expert for name in mine} == {"U0ZOE"}
    view = await opened(house)
    assert "back on 27 Nov" in str(view["blocks"])
    assert await save(house, view) == {}
    assert me(house).away is not None, "saved as it is, it goes on"
    await house.tap("U0BIA", ids.BACK, "back", view=view)
    assert me(house).away is None
    assert ids.BACK not in str(house.slack.views[view["id"]]["blocks"])


async def test_what_can_be_typed(house: House) -> None:
    said = await house.command("U0BIA", "away until friday")
    assert "27 Nov 2026" in said.body["text"]
    assert me(house).away == (house.clock.now, datetime(2026, 11, 27, 3, tzinfo=UTC))
    assert "Nothing was changed" in (await house.command("U0BIA", "away someday")).body["text"]
    assert me(house).away is not None
    assert "You are back" in (await house.command("U0BIA", "back")).body["text"]
    assert me(house).away is None
    await house.command("U0BIA", "settings")
    assert house.slack.last_view["callback_id"] == ids.SETTINGS_FORM


async def test_im_back_under_an_answer_replaces_it(house: House) -> None:
    await house.command("U0BIA", "away until 4 dec")
    await house.tap("U0BIA", ids.BACK, "back")
    assert me(house).away is None
    assert house.slack.to("response_url")[-1]["replace_original"]
    assert "You are back" in house.whispers[-1]


async def test_rubbish_in_the_form_keeps_nothing(house: House) -> None:
    before, view = me(house), await opened(house)
    for values in ({}, {"v": 5}, {"days": {"v": {"selected_options": "x"}}, "from": {"v": {"selected_time": "9"}}}):
        payload = house.base("view_submission", "U0BIA") | {"view": {**view, "state": {"values": values}}}
        assert (await house.send(payload)).status == 200
    assert (me(house).language, me(house).away) == (before.language, None)


async def test_somebody_nobody_knows_is_answered_kindly(house: House) -> None:
    answer = await house.command("U0SAM", "settings")
    assert answer.status == 200
    assert answer.body.get("text") or house.slack.views

"""An owner on a phone: a hot deal in two taps, a ping, more time from the lead; and reminders that change in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.core.working_time import Hours
from bot.desk import settings
from bot.sandbox import seed
from bot.sandbox.demo import Demo
from tests.cards.rules import complaints
from tests.e2e.hands import Person

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Words:
    language: str
    head: str
    hot: str
    tag: str
    ping: str
    pinged: str
    ask: str
    asks: str
    give: str
    given: str
    reminder: str
    agree: str
    agreed: str


EN = Words(
    "en", "no answer yet", "Hot deal…", "hot deal", "Ping", "is reminded now", "Ask Zoe", "asks for more time",
    "Give 24 h", "More time given by", "your answer", "Agree: decline", "agreed with the AI",
)  # fmt: skip
RU = Words(
    "ru", "пока без ответа", "Сделка горит…", "сделка горит", "Напомнить", "получает напоминание", "Спросить: Zoe",
    "просит ещё времени", "Дать ещё 24", "Время добавлено", "вашего ответа", "Как ИИ: отказ", "как и ИИ",
)  # fmt: skip


@pytest.mark.parametrize("words", [EN, RU], ids=["en", "ru"])
async def test_from_the_owners_message(demo: Demo, phone: Page, shots: Path, words: Words) -> None:
    person, desk = Person(phone, demo), demo.handoff.desk
    for user in (seed.BIA, seed.MAYA, seed.ZOE):
        await desk.run(settings.save, user, language=words.language, hours=Hours(0, 1440, "1234567"), backup=None)

    async def shot(name: str) -> None:
        await phone.screenshot(path=shots / f"6{name}-{words.language}.png")

    await person.dm(seed.MAYA)
    await demo.jump(timedelta(hours=37))
    await person.says(words.head)
    message = person.message(words.head)
    await message.scroll_into_view_if_needed()
    await shot("0-owner")

    # Hot: two taps, one of them on what is preset.
    await person.button(message, words.hot).first.click()
    await shot("1-hot-form")
    await person.submit()
    await person.gone()
    await expect(person.message(words.head)).to_contain_text(words.tag)

    await person.button(person.message(words.head), words.ping).first.click()
    await expect(phone.get_by_test_id("ephemeral").last).to_contain_text(words.pinged)
    await shot("2-pinged")
    await phone.wait_for_timeout(2000)  # until the message has changed for good: a menu that is open goes with it

    await person.message(words.head).get_by_test_id("overflow").last.click()
    await phone.get_by_test_id("overflow-option").filter(has_text=words.ask).click()
    await shot("3-ask-form")
    await person.submit()
    await person.gone()

    await person.dm(seed.ZOE)
    await person.says(words.asks)
    await shot("4-lead-asked")
    await person.tap(words.asks, words.give)
    await person.says(words.asks, words.given)
    await shot("5-lead-answered")

    await person.dm(seed.BIA)
    reminder = person.message(words.reminder)
    await reminder.scroll_into_view_if_needed()
    await shot("6-reminder")
    await person.button(reminder, words.agree).first.click()
    await expect(phone.get_by_test_id("message").filter(has_text=words.agreed).last).to_be_visible()
    await phone.get_by_test_id("message").filter(has_text=words.agreed).last.scroll_into_view_if_needed()
    await shot("7-reminder-answered")
    assert complaints(demo.workspace.calls) == []
    assert not demo.workspace.failures

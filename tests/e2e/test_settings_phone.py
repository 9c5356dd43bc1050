"""One's own settings on a phone: a form of one screen, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.core.working_time import Hours
from bot.desk import see
from bot.sandbox import seed
from bot.sandbox.demo import Demo
from tests.cards.rules import complaints
from tests.e2e.hands import Person

pytestmark = pytest.mark.browser


async def test_settings_are_changed_on_a_phone(demo: Demo, phone: Page, shots: Path) -> None:
    person = Person(phone, demo)
    home = await person.home(seed.OLEG)
    await person.button(home, "Изменить").click()
    await expect(person.modal).to_contain_text("Мои настройки")
    await phone.screenshot(path=shots / "40-settings-ru.png")
    await person.modal.get_by_label("С какого часа").fill("10:00")
    await person.modal.get_by_label("Язык").select_option("en")
    await person.modal.get_by_label("До какого часа").fill("10:00")
    await person.submit()
    await expect(person.modal).to_contain_text("Рабочим часам")
    await person.modal.get_by_label("До какого часа").fill("19:00")
    await person.submit()
    await person.gone()
    await expect(home).to_contain_text("10:00–\u206019:00, Moscow · English")
    await phone.screenshot(path=shots / "41-home-changed.png")
    kept = see.person(demo.handoff.desk, seed.OLEG)
    assert kept is not None
    assert (kept.language, kept.hours) == ("en", Hours(600, 1140, "1234567"))
    await person.button(home, "Change").click()
    await expect(person.modal).to_contain_text("My settings")
    await phone.screenshot(path=shots / "42-settings-en.png")
    assert complaints(demo.workspace.calls) == []

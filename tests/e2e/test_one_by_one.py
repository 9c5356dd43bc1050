"""What waits, answered one by one on a phone: from the Home tab in English, from /handoff inbox in Russian."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.sandbox import seed
from bot.sandbox.demo import Demo
from tests.cards.rules import complaints
from tests.e2e.hands import Person

pytestmark = pytest.mark.browser
A_LOOK = 700
"""Milliseconds that somebody looks at a card at least: an earlier tap counts as the second half of a double tap."""


async def test_an_inbox_session(demo: Demo, phone: Page, shots: Path) -> None:
    person = Person(phone, demo)
    home = await person.home(seed.BIA)
    await phone.screenshot(path=shots / "20-home.png")
    await person.button(home, "Answer one by one").click()
    await expect(person.modal).to_contain_text("Review 1 of 3")
    await phone.screenshot(path=shots / "21-walk.png")
    await person.button(person.modal, "Approve: proceed").click()
    await expect(person.modal).to_contain_text("Review 2 of 3")
    await expect(person.modal).to_contain_text("You can undo until")
    await phone.screenshot(path=shots / "22-walk-next.png")
    await person.button(person.modal, "Override: decline…").click()
    await person.modal.get_by_label("Too expensive").check()
    await person.modal.get_by_label("Almost certain").check()
    await person.submit()
    await expect(person.modal).to_contain_text("Review 3 of 3")
    await person.button(person.modal, "Agree: decline").click()
    await expect(person.modal).to_contain_text("3 answered: 1 proceed, 2 decline")
    await phone.screenshot(path=shots / "23-walk-end.png")
    await person.modal.get_by_test_id("modal-close").click()
    await person.gone()
    await expect(home).to_contain_text("Nothing waits for your answer")
    assert complaints(demo.workspace.calls) == []


async def test_an_inbox_session_with_an_undo_in_russian(demo: Demo, phone: Page, shots: Path) -> None:
    person = Person(phone, demo)
    await person.go(seed.OLEG, seed.RUSSIA)
    await phone.get_by_test_id("composer").fill("/handoff inbox")
    await phone.get_by_test_id("send").click()
    await person.button(phone.get_by_test_id("ephemeral").last, "Ответить подряд").click()
    await expect(person.modal).to_contain_text("Проверка 1 из\u00a03")
    await phone.screenshot(path=shots / "24-walk-ru.png")
    first = await person.modal.locator("h3, h4, [role=heading]").last.text_content()
    await person.button(person.modal, "Как ИИ").click()
    await expect(person.modal).to_contain_text("Проверка 2 из\u00a03")
    await phone.screenshot(path=shots / "25-walk-next-ru.png")
    await phone.wait_for_timeout(A_LOOK)
    await person.button(person.modal, "Отменить").click()
    await expect(person.modal).to_contain_text("Проверка 1 из\u00a03")
    await expect(person.modal).to_contain_text(str(first))
    await expect(person.modal).to_contain_text("Снова открыто")
    await person.button(person.modal, "Дальше").click()
    await expect(person.modal).to_contain_text("Проверка 2 из\u00a03")
    await person.button(person.modal, "Дальше").click()
    await expect(person.modal).to_contain_text("Проверка 3 из\u00a03")
    await person.button(person.modal, "Дальше").click()
    await expect(person.modal).to_contain_text("3 из\u00a0них ещё ждут вашего ответа")
    await phone.screenshot(path=shots / "26-walk-end-ru.png")
    assert complaints(demo.workspace.calls) == []

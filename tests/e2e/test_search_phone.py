"""Search on a phone, in both languages: a case arises by clicks, is found by every way in, and not by outsiders."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.sandbox import seed
from bot.sandbox.demo import Demo
from tests.cards.rules import complaints
from tests.e2e.hands import Person

pytestmark = pytest.mark.browser


async def _ask(phone: Page, words: str) -> None:
    await phone.get_by_test_id("composer").first.fill(words)
    await phone.get_by_test_id("send").first.click()


async def _override(person: Person, card: str, button: str, reason: str, sure: str, words: str, why: str) -> None:
    await person.tap(card, button)
    await person.modal.get_by_label(reason).check()
    await person.modal.get_by_label(sure).check()
    await person.modal.get_by_label(words).fill(why)
    await person.submit()
    await person.gone()


async def test_found_on_a_phone_by_every_way_in(demo: Demo, phone: Page, shots: Path) -> None:
    person = Person(phone, demo)
    await phone.goto(demo.url)
    await _override(
        person, "Gabi Costa for Aurora Summer?", "Override: decline…", "Wrong audience", "Fairly sure (80%)",
        "In your own words", "Those followers came from a giveaway in March and most of them left",
    )  # fmt: skip
    await person.says("Decline: Gabi Costa for Aurora Summer")

    await _ask(phone, "/handoff search giveaway market:brazil")
    found = phone.get_by_test_id("ephemeral").last
    await expect(found).to_contain_text("“giveaway” in Brazil: 1 case.")
    await expect(found).to_contain_text("Gabi Costa · Nov 2026 · not resolved")
    await expect(found.locator("b", has_text="giveaway").last).to_be_visible()
    await found.scroll_into_view_if_needed()
    await phone.screenshot(path=shots / "20-search.png")

    await _ask(phone, "/handoff search giveaway market:ru flag:comment")
    nothing = phone.get_by_test_id("ephemeral").last
    await expect(nothing).to_contain_text("Nothing yet about “giveaway comment” in Russia")
    await nothing.scroll_into_view_if_needed()
    await phone.screenshot(path=shots / "21-search-nothing.png")
    await nothing.get_by_test_id("action").filter(has_text="Without the market").click()
    await expect(phone.get_by_test_id("ephemeral").last).to_contain_text("Gabi Costa")

    await _ask(phone, "/handoff search")
    await expect(person.modal).to_contain_text("What about?")
    await phone.screenshot(path=shots / "22-search-form.png")
    await person.modal.get_by_label("What about?").fill("giveaway")
    await person.submit()
    await expect(person.modal).to_contain_text("“giveaway”: 1 case.")
    await phone.screenshot(path=shots / "23-search-modal.png")
    await person.modal.get_by_test_id("action").filter(has_text="Change search…").click()
    await expect(person.modal.get_by_label("What about?")).to_have_value("giveaway")

    await person.modal.get_by_test_id("modal-close").first.click()
    await person.gone()
    await person.home(seed.BIA)
    await phone.get_by_test_id("action").filter(has_text="Search past cases…").click()
    await expect(person.modal).to_contain_text("Who was right")
    await phone.screenshot(path=shots / "24-home-search.png")
    assert complaints(demo.workspace.calls) == []
    assert not demo.workspace.failures


async def test_the_same_in_russian_and_from_a_message(demo: Demo, phone: Page, shots: Path) -> None:
    person = Person(phone, demo)
    await person.go(seed.OLEG, seed.RUSSIA)
    await _override(
        person, "Анна Котова: берём", "Против ИИ: берём…", "Близко местной аудитории", "Почти наверняка",
        "Своими словами", "Думали, накрутили подписчиков, а это розыгрыш: каждый ноябрь",
    )  # fmt: skip
    await person.says("Берём: Анна Котова, Aurora Лето")
    await _ask(phone, "/handoff поиск накрутка подписчиков рынок:россия")
    found = phone.get_by_test_id("ephemeral").last
    await expect(found).to_contain_text("«накрутка подписчиков», Россия: 1")
    await expect(found).to_contain_text("Анна Котова")
    await phone.screenshot(path=shots / "25-search-ru.png")
    await _ask(phone, "/handoff поиск")
    await expect(person.modal).to_contain_text("Что ищем?")
    await phone.screenshot(path=shots / "26-search-form-ru.png")
    await person.modal.get_by_test_id("modal-close").first.click()
    asked = await demo.server.people.post(seed.OLEG, seed.RUSSIA, "У неё розыгрыш или накрутили подписчиков?")
    said = phone.locator(f'[data-testid="message"][data-ts="{asked.ts}"]')
    await said.get_by_test_id("message-menu").click()
    await phone.get_by_test_id("overflow-option").filter(has_text="Find similar cases").click()
    await expect(person.modal).to_contain_text("Анна Котова")
    await phone.screenshot(path=shots / "27-similar-ru.png")
    assert complaints(demo.workspace.calls) == []


async def test_outside_a_channel_that_has_become_private_nothing_is_found(demo: Demo, phone: Page) -> None:
    person = Person(phone, demo)
    await phone.goto(demo.url)
    await _override(
        person, "Gabi Costa for Aurora Summer?", "Override: decline…", "Wrong audience", "Fairly sure (80%)",
        "In your own words", "A giveaway in March",
    )  # fmt: skip
    await person.says("Decline: Gabi Costa for Aurora Summer")
    demo.workspace.channels[seed.BRAZIL].is_private = True
    people = demo.server.people
    dm = demo.workspace.im(seed.OLEG)
    assert seed.OLEG not in demo.workspace.channels[seed.BRAZIL].members
    await people.slash(seed.OLEG, dm.id, "/handoff", "search giveaway")
    await demo.workspace.until(lambda: [m for m in demo.workspace.messages.get(dm.id, []) if m.ephemeral_to])
    (told,) = [m.text for m in demo.workspace.messages[dm.id] if m.ephemeral_to]
    assert "Gabi" not in told
    people.join(seed.OLEG, seed.BRAZIL, invited_by=seed.BIA)
    people.leave(seed.OLEG, seed.BRAZIL)

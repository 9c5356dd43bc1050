"""The first minute with Handoff, by clicks in a real browser on a phone: everything that the README promises."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.sandbox import seed
from bot.sandbox.demo import Demo
from tests.cards.rules import complaints
from tests.e2e.hands import Person

pytestmark = pytest.mark.browser


async def test_the_whole_path_on_a_phone(demo: Demo, phone: Page, shots: Path) -> None:
    person = Person(phone, demo)
    await phone.goto(demo.url)

    # It opens on the disagreement in Brazil: a card that calls Bia by name and says why in plain words.
    await person.says(
        "Ana Lima for Aurora Summer?", "Bia", "AI says decline", "What looks off", "9.4%", "decline stands"
    )
    await phone.screenshot(path=shots / "01-opening.png")

    # Approve in one tap, undo.
    await person.tap("Bruno Reis for Aurora Summer?", "Approve: proceed")
    await person.says("Proceed: Bruno Reis for Aurora Summer", "agreed with the AI", "can undo")
    await phone.screenshot(path=shots / "02-approved.png")
    await person.tap("Proceed: Bruno Reis", "Undo")
    await person.says("Bruno Reis for Aurora Summer?", "AI says proceed")

    # Override, with what is missing said under the field and nothing typed lost.
    await person.tap("Gabi Costa for Aurora Summer?", "Override: decline…")
    await expect(person.modal).to_contain_text("Decline: Gabi Costa")
    await phone.screenshot(path=shots / "03-override.png")
    await person.modal.get_by_label("In your own words").fill("She moved to Lisbon in March: https://example.com/gabi")
    await person.submit()
    await expect(person.modal.get_by_test_id("field-error").first).to_be_visible()
    await expect(person.modal.get_by_label("In your own words")).to_have_value(
        "She moved to Lisbon in March: https://example.com/gabi"
    )
    await person.modal.get_by_label("Wrong audience").check()
    await person.modal.get_by_label("Fairly sure (80%)").check()
    await person.submit()
    await person.gone()
    await person.says("Decline: Gabi Costa for Aurora Summer", "overrode the AI", "wrong audience", "Lisbon")
    await phone.screenshot(path=shots / "04-overridden.png")

    # Normal for this market: the AI's answer turns round before the eyes.
    await person.tap("Ana Lima for Aurora Summer?", "Normal for Brazil…")
    await person.modal.get_by_label("Engagement 9.4%").check()
    await person.modal.get_by_label("Followers +22%").check()
    await expect(person.modal).to_contain_text("the AI says proceed")
    await phone.screenshot(path=shots / "05-normal.png")
    await person.submit()
    await person.gone()
    await person.says("Proceed: Ana Lima for Aurora Summer", "Normal for Brazil: engagement")

    # Two days later: the AI's answer stands where nobody answered, the card says so, and the marketer is told.
    await demo.jump(timedelta(hours=49))
    await person.says(
        "Proceed: Bruno Reis for Aurora Summer", "No answer by the deadline", "No expert has confirmed it"
    )
    await phone.screenshot(path=shots / "06-deadline.png")
    await person.dm(seed.MAYA)
    await person.says("deadlines passed without an answer", "Bruno Reis")
    await person.says("Proceed: Ana Lima for Aurora Summer")
    await phone.screenshot(path=shots / "07-marketer.png")

    assert complaints(demo.workspace.calls) == []
    assert not demo.workspace.failures


async def test_who_may_not_answer_is_told_kindly(demo: Demo, phone: Page, shots: Path) -> None:
    person = Person(phone, demo)
    for user in (seed.SAM, seed.MAYA, seed.OLEG):
        channel = seed.BRAZIL
        if user == seed.OLEG:
            demo.workspace.channels[channel].members.append(user)
        await person.go(user, channel)
        await person.tap("Bruno Reis for Aurora Summer?", "Approve: proceed")
        refused = phone.get_by_test_id("ephemeral").last
        await expect(refused).to_be_visible()
        await expect(refused).to_contain_text("Ничего не изменилось" if user == seed.OLEG else "Nothing was changed")
        await phone.screenshot(path=shots / f"08-refused-{user}.png")
    await person.says("Bruno Reis for Aurora Summer?", "AI says proceed")


async def test_the_same_in_russian(demo: Demo, phone: Page, shots: Path) -> None:
    person = Person(phone, demo)
    await person.go(seed.OLEG, seed.RUSSIA)
    await person.says("Анна Котова: берём в Aurora Лето?", "ИИ: отказ", "Что настораживает", "МСК")
    await phone.screenshot(path=shots / "09-card-ru.png")
    await person.tap("Анна Котова: берём", "Против ИИ: берём…")
    await expect(person.modal).to_contain_text("Насколько вы уверены?")
    await phone.screenshot(path=shots / "10-override-ru.png")
    await person.modal.get_by_label("Близко местной аудитории").check()
    await person.modal.get_by_label("Почти наверняка").check()
    await person.modal.get_by_label("Своими словами").fill("Розыгрыш каждый ноябрь")
    await person.submit()
    await person.gone()
    await person.says("Берём: Анна Котова, Aurora Лето", "против ИИ", "Розыгрыш каждый ноябрь")
    await person.tap("Дан Рокотов: берём", "Норма для России…")
    await expect(person.modal).to_contain_text("Что для России норма?")
    await phone.screenshot(path=shots / "11-normal-ru.png")
    assert complaints(demo.workspace.calls) == []


async def test_more_on_the_card(demo: Demo, phone: Page, shots: Path) -> None:
    """Details, a disclosure, passing on, a note."""
    person = Person(phone, demo)
    await phone.goto(demo.url)
    await person.more("Ana Lima for Aurora Summer?", "Details")
    await expect(person.modal).to_contain_text("All checks")
    await expect(person.modal).to_contain_text("Why you?")
    await phone.screenshot(path=shots / "12-details.png", full_page=True)
    await person.modal.get_by_test_id("modal-close").click()
    await person.gone()

    await person.more("Ana Lima for Aurora Summer?", "Pass on")
    await expect(person.modal).to_contain_text("caio")
    await phone.screenshot(path=shots / "13-pass-on.png")
    await person.submit()
    await expect(person.modal).to_contain_text("Passed on to")
    await person.modal.get_by_test_id("modal-close").click()
    await person.gone()
    await person.says("Ana Lima for Aurora Summer?", "Caio")

    await person.tap("Bruno Reis for Aurora Summer?", "Approve: proceed")
    await person.more("Proceed: Bruno Reis", "Add a note")
    await person.modal.locator("textarea").fill("Met him in May. *Kind*, <!channel> punctual.")
    await person.submit()
    await person.gone()
    await person.says("Proceed: Bruno Reis", "Kind", "<!channel>")
    assert complaints(demo.workspace.calls) == []


async def test_home_and_inbox(demo: Demo, phone: Page, shots: Path) -> None:
    person = Person(phone, demo)
    for user, words in (
        (seed.BIA, "need your answer"),
        (seed.MAYA, "Aurora Summer"),
        (seed.OLEG, "вашего ответа"),
        (seed.SAM, "Nothing waits for you here"),
    ):
        home = await person.home(user)
        await expect(home).to_contain_text(words)
        await phone.screenshot(path=shots / f"14-home-{user}.png")
    await person.go(seed.BIA, seed.BRAZIL)
    await phone.get_by_test_id("composer").fill("/handoff inbox")
    await phone.get_by_test_id("send").click()
    await expect(phone.get_by_test_id("ephemeral").last).to_contain_text("need your answer")
    await phone.screenshot(path=shots / "15-inbox.png")
    await person.button(phone.get_by_test_id("ephemeral").last, "Open").first.click()
    await expect(person.modal).to_contain_text("Aurora Summer")
    await phone.screenshot(path=shots / "16-opened.png")
    await person.button(person.modal, "Approve: proceed").click()
    await expect(person.modal).to_contain_text("agreed with the AI")
    assert complaints(demo.workspace.calls) == []


async def test_objection_and_reversal(demo: Demo, phone: Page, shots: Path) -> None:
    """After the deadline an expert objects; the lead turns it round; the owner is told."""
    person = Person(phone, demo)
    await demo.jump(timedelta(hours=49))
    await phone.goto(demo.url)
    await person.tap("Decline: Ana Lima", "Object…")
    await person.modal.get_by_label("Right for the local audience").check()
    await phone.screenshot(path=shots / "16-object.png")
    await person.submit()
    await person.gone()
    await person.dm(seed.ZOE)
    await person.says("Ana Lima", "Bia")
    await phone.screenshot(path=shots / "17-objection.png")
    await person.tap("Bia", "Reverse")
    await person.go(seed.BIA, seed.BRAZIL)
    await person.says("Proceed: Ana Lima for Aurora Summer", "Zoe")
    await phone.screenshot(path=shots / "18-reversed.png")
    assert complaints(demo.workspace.calls) == []

"""What answers cost in taps, counted in the page and held against docs/taps.md."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.core.types import UserId
from bot.desk import hand_over, see
from bot.sandbox import seed
from bot.sandbox.demo import Demo
from tests.cards.rules import complaints
from tests.e2e.hands import Person

pytestmark = pytest.mark.browser
TABLE = Path(__file__).parents[2] / "docs" / "taps.md"
A_LOOK = 700
"""Milliseconds that somebody looks at a card at least: an earlier tap counts as the second half of a double tap."""
LATE = {"Mark a deal hot", "Object after a deadline", "Pass a review on"}
"""What can only be done late, and is counted in a test of its own."""
_ROW = re.compile(r"\| (?P<what>[^|]+) \| (?P<taps>\d+) \| (?P<most>\d+) \|")
_COUNTING = "window.taps = 0; addEventListener('pointerdown', () => { window.taps += 1; }, true);"


def documented() -> dict[str, tuple[int, int]]:
    """What the table says: taps, and how many they may be at most."""
    found = _ROW.finditer(TABLE.read_text(encoding="utf-8"))
    return {row["what"].strip(): (int(row["taps"]), int(row["most"])) for row in found}


class Taps:
    """A person whose taps are counted."""

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page, self.demo, self.person = page, demo, Person(page, demo)
        self.counted: dict[str, int] = {}

    async def look(self, user: UserId, channel: str) -> None:
        await self.person.go(user, channel)
        await self.page.evaluate(_COUNTING)

    async def done(self, what: str) -> None:
        """So many since the last time."""
        self.counted[what] = await self.page.evaluate("const n = window.taps; window.taps = 0; n")

    async def form(self, *ticks: str) -> None:
        for words in ticks:
            await self.person.modal.get_by_label(words).first.check()
        await self.person.submit()
        await self.person.gone()


async def five_for_bia(demo: Demo) -> None:
    """Whatever waits in Brazil waits for her."""
    desk = demo.handoff.desk
    for case in (await desk.read(see.inbox, seed.CAIO)).waiting:
        await desk.run(hand_over.pass_on, case.review.id, seed.CAIO, seed.BIA, "")


async def five_in_the_inbox(taps: Taps) -> None:
    person = taps.person
    await five_for_bia(taps.demo)
    home = await person.home(seed.BIA)
    await expect(home).to_contain_text("5 creators need your answer")
    await person.page.evaluate(_COUNTING)
    await person.button(home, "Answer one by one").click()
    for n in range(1, 6):
        await expect(person.modal).to_contain_text(f"Review {n} of 5")
        await person.page.wait_for_timeout(A_LOOK)
        await person.button(person.modal, "Approve").or_(person.button(person.modal, "Agree")).click()
    await expect(person.modal).to_contain_text("5 answered")
    await person.modal.get_by_test_id("modal-close").click()
    await person.gone()
    await taps.done("Five reviews from the inbox")


async def test_taps_are_as_the_handbook_says(demo: Demo, phone: Page) -> None:
    taps = Taps(phone, demo)
    person = taps.person

    await taps.look(seed.OLEG, seed.RUSSIA)
    await person.tap("Илья Громов: берём", "Как ИИ: берём")
    await person.says("Берём: Илья Громов")
    await taps.done("Agree with the AI")
    await person.tap("Дан Рокотов: берём", "Против ИИ: берём…")
    await taps.form("Близко местной аудитории", "Почти наверняка")
    await taps.done("Override")
    await person.tap("Анна Котова: берём", "Норма для России…")
    await person.modal.get_by_label("Вовлечённость").check()
    await expect(person.modal).to_contain_text("Без этого сигнала ИИ")
    await taps.form()
    await taps.done("Normal for this market")

    await five_in_the_inbox(taps)
    await taps.look(seed.BIA, seed.BRAZIL)
    await person.tap("Decline: Ana Lima", "Undo")
    await person.says("Ana Lima for Aurora Summer?")
    await taps.done("Take an answer back")
    await person.tap("Ana Lima for Aurora Summer?", "Override: proceed…")
    await taps.form("Normal for this market", "Fairly sure (80%)", "Engagement 9.4%")
    await taps.done("Override because it is normal here")
    await person.tap("Proceed: Gabi Costa", "Undo")
    await person.says("Gabi Costa for Aurora Summer?")
    await phone.evaluate("window.taps = 0")
    await person.tap("Gabi Costa for Aurora Summer?", "Normal for Brazil…")
    await person.modal.get_by_label("Followers +19%").check()
    await expect(person.modal).to_contain_text("Without that, the AI still says proceed")
    await taps.form("Decline")
    await taps.done("Normal for this market, and another verdict than the AI then has")

    await demo.jump(timedelta(minutes=11))
    await taps.look(seed.MAYA, demo.workspace.im(seed.MAYA).id)
    await person.tap("Proceed: Bruno Reis", "Outreach sent")
    await person.says("Proceed: Bruno Reis", "outreach sent")
    await taps.done("Say what became of a deal")

    table = documented()
    assert taps.counted == {what: table[what][0] for what in taps.counted}
    assert {what for what, (count, most) in table.items() if count > most} == set()
    assert set(table) - set(taps.counted) == LATE, "counted below"
    assert complaints(demo.workspace.calls) == []


async def test_a_hot_deal_and_an_objection_in_russian(demo: Demo, phone: Page, shots: Path) -> None:
    taps = Taps(phone, demo)
    person = taps.person
    await taps.look(seed.OLEG, seed.RUSSIA)
    await person.more("Илья Громов: берём", "Передать…")
    await person.submit()
    await expect(person.modal).to_contain_text("Передано:")
    await taps.done("Pass a review on")
    await person.modal.get_by_test_id("modal-close").click()
    await person.gone()
    await demo.jump(timedelta(hours=37))
    await taps.look(seed.MAYA, demo.workspace.im(seed.MAYA).id)
    await person.button(person.message("If nobody answers"), "Hot deal…").first.click()
    await taps.form()
    await taps.done("Mark a deal hot")
    await demo.jump(timedelta(hours=12))
    await taps.look(seed.OLEG, seed.RUSSIA)
    await person.tap("Отказ: Анна Котова", "Возразить…")
    await expect(person.modal).to_contain_text("Почему")
    await phone.screenshot(path=shots / "30-object-ru.png")
    await taps.form("Близко местной аудитории")
    await person.says("Отказ: Анна Котова", "Возражение", "близко местной аудитории")
    await taps.done("Object after a deadline")
    await phone.screenshot(path=shots / "31-objected-ru.png")
    home = await person.home(seed.ZOE)
    await expect(home).to_contain_text("objects and says proceed")
    await phone.screenshot(path=shots / "32-home-lead.png")
    await person.button(home, "Rule…").first.click()
    await expect(person.modal).to_contain_text("Анна Котова")
    await person.button(person.modal, "Reverse").click()
    await expect(person.button(person.modal, "Reverse")).to_have_count(0)
    await phone.screenshot(path=shots / "33-ruled.png")
    await person.go(seed.OLEG, seed.RUSSIA)
    await person.says("Берём: Анна Котова", "Zoe")
    assert taps.counted == {what: documented()[what][0] for what in LATE}
    assert complaints(demo.workspace.calls) == []

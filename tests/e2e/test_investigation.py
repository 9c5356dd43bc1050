"""A disagreement from its beginning to its end, by clicks on a phone: override, thread, reply, lesson, outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.desk import see
from bot.sandbox import seed
from bot.sandbox.demo import Demo
from db import replies
from tests.cards.rules import complaints
from tests.e2e.hands import Person

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Words:
    """What is said and tapped in one channel; Sam and Maya speak English everywhere."""

    expert: str
    name: str
    channel: str
    question: str
    override: str
    reason: str
    sure: str
    headline: str
    open: str
    thread: str
    asks: str
    own_case: str
    reply: str
    who_right: str
    ended: str
    lesson: str
    more: str
    fraud: str
    overturned: str
    ai_right: str


EN = Words(
    seed.BIA, "bia", seed.BRAZIL, "Ana Lima for Aurora Summer?", "Override: proceed…", "Right for the local audience",
    "Fairly sure (80%)", "Proceed: Ana Lima for Aurora Summer", "Disagreement open", "and the AI disagree",
    "what do you know?", "about your own answer", "I saw the giveaway, it was real", "Who was right?…", "Resolved by",
    "November giveaways lift followers in Brazil", "What became of it…", "fraud confirmed", "overturned by it",
    "the AI was right",
)  # fmt: skip
RU = Words(
    seed.OLEG, "oleg", seed.RUSSIA, "Анна Котова: берём в Aurora Лето?", "Против ИИ: берём…",
    "Близко местной аудитории", "Почти наверняка", "Берём: Анна Котова, Aurora Лето", "Идёт разбор", "разошлись",
    "что знаете вы?", "Речь о вашем ответе", "Розыгрыш был настоящий, видел сам", "Кто был прав?…", "Итог:",
    "В ноябре подписчиков поднимают розыгрыши", "Итог сделки…", "накрутка подтвердилась", "Прежний вывод",
    "прав ИИ",
)  # fmt: skip


class Thread:
    """The thread under a card, as somebody has it open."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.node = person.page.get_by_test_id("thread")

    async def open(self, card: str) -> None:
        await self.person.message(card).get_by_test_id("thread-open").click()
        await self.node.wait_for()

    def says(self, text: str) -> Locator:
        return self.node.get_by_test_id("message").filter(has_text=text).last

    async def tap(self, text: str, button: str) -> None:
        await Person.button(self.says(text), button).click()

    async def write(self, text: str) -> None:
        await self.person.page.get_by_test_id("thread-composer").fill(text)
        await self.person.page.get_by_test_id("thread-send").click()
        await expect(self.says(text)).to_be_visible()


class Story:
    """The steps of a disagreement, each with its picture."""

    def __init__(self, demo: Demo, phone: Page, shots: Path, words: Words) -> None:
        self.demo, self.phone, self.words, self.shots = demo, phone, words, shots
        self.person = Person(phone, demo)
        self.thread = Thread(self.person)

    async def shot(self, name: str) -> None:
        language = "en" if self.words is EN else "ru"
        await self.phone.screenshot(path=self.shots / f"30-{name}.{language}.png")

    async def override(self) -> None:
        """The card says that it is open to others, and the thread asks them."""
        person, words = self.person, self.words
        await person.go(words.expert, words.channel)
        await person.tap(words.question, words.override)
        await person.modal.get_by_label(words.reason).check()
        await person.modal.get_by_label(words.sure).check()
        await person.submit()
        await person.gone()
        await person.says(words.headline, words.open)
        await self.thread.open(words.headline)
        await expect(self.thread.says(words.thread)).to_contain_text(words.asks)
        await self.shot("thread")

    async def no_judge_in_their_own_case(self) -> None:
        await self.thread.tap(self.words.thread, self.words.who_right)
        await expect(self.phone.get_by_test_id("ephemeral").last).to_contain_text(self.words.own_case)
        await self.shot("own-case")

    async def somebody_without_a_role(self) -> None:
        """Heard, and does not resolve."""
        await self.person.go(seed.SAM, self.words.channel)
        await self.thread.open(self.words.headline)
        await self.thread.write(self.words.reply)
        await until_kept(self.demo, self.words.reply)
        await self.thread.tap(self.words.thread, self.words.who_right)
        await expect(self.phone.get_by_test_id("ephemeral").last).to_contain_text("not on the list yet")
        await self.shot("reply-and-refusal")

    async def resolve(self) -> None:
        """The campaign's owner says who was right and what was learned; without a lesson it is not over."""
        person, words = self.person, self.words
        await person.go(seed.MAYA, words.channel)
        await self.thread.open(words.headline)
        await self.thread.tap(words.thread, words.who_right)
        await expect(person.modal).to_contain_text("What did you find?")
        await person.submit()
        await expect(person.modal.get_by_test_id("field-error").first).to_be_visible()
        await person.modal.get_by_label(f"{words.name} was right").check()
        await person.modal.locator("textarea").fill(words.lesson)
        await self.shot("form")
        await person.submit()
        await person.gone()
        await expect(self.thread.says(words.ended)).to_contain_text(words.lesson)
        await self.shot("resolved")

    async def became(self, what: str) -> None:
        """The owner says on the card what became of the deal."""
        person, words = self.person, self.words
        await person.go(seed.MAYA, words.channel)
        await person.more(words.headline, words.more)
        await person.modal.get_by_label(what).check()
        await self.shot(f"outcome-{what.split(maxsplit=1)[0].lower()}")
        await person.submit()
        await person.gone()

    async def overturned(self) -> None:
        await self.person.says(self.words.headline, self.words.fraud)
        await self.shot("card-overturned")
        await self.thread.open(self.words.headline)
        said = self.thread.says(self.words.overturned)
        await expect(said).to_contain_text(self.words.ai_right)
        await expect(said).to_contain_text(self.words.lesson)
        await self.shot("overturned")


@pytest.mark.parametrize("words", [EN, RU], ids=["en", "ru"])
async def test_from_an_override_to_the_outcome_that_overturns(
    demo: Demo, phone: Page, shots: Path, words: Words
) -> None:
    story = Story(demo, phone, shots, words)
    await story.override()
    await story.no_judge_in_their_own_case()
    await story.somebody_without_a_role()
    await story.resolve()
    await story.became("Signed")
    await story.became("Fraud confirmed")
    await story.overturned()
    assert complaints(demo.workspace.calls) == []
    assert not demo.workspace.failures


async def until_kept(demo: Demo, text: str) -> None:
    """The reply has reached the records."""

    def kept() -> bool:
        with demo.handoff.desk.store.reading() as unit:
            found = see.all_lines(demo.handoff.desk)
            cases = [see.case(demo.handoff.desk, line.review_id) for line in found if line.decision]
            ids = [i.disagreement.id for case in cases for i in case.investigations]
            return any(r.text == text for listed in replies.of_many(unit, ids).values() for r in listed)

    await demo.server.socket.settled()
    await demo.handoff.settled()
    assert kept()


async def test_between_two_people_and_what_nobody_ends(demo: Demo, phone: Page, shots: Path) -> None:
    """An objection to a person: the lead rules in one tap; another case runs out after two weeks."""
    person, thread = Person(phone, demo), Thread(Person(phone, demo))
    await person.go(seed.BIA, seed.BRAZIL)
    await person.tap("Gabi Costa for Aurora Summer?", "Override: decline…")
    await person.modal.get_by_label("Wrong audience").check()
    await person.modal.get_by_label("Fairly sure (80%)").check()
    await person.submit()
    await person.gone()
    await demo.jump(timedelta(minutes=11))
    await person.go(seed.CAIO, seed.BRAZIL)
    await person.says("Decline: Gabi Costa", "Details")
    await person.more("Decline: Gabi Costa", "Object")
    await person.modal.get_by_label("Right for the local audience").check()
    await person.modal.locator("textarea").fill("Lisbon or not, her people are here")
    await person.submit()
    await person.gone()
    await person.dm(seed.ZOE)
    await person.says("Caio Martins", "Wrong audience", "Lisbon or not")
    await phone.screenshot(path=shots / "31-objection-side-by-side.png")
    await person.go(seed.ZOE, seed.BRAZIL)
    await thread.open("Decline: Gabi Costa")
    both = thread.says("Who was right?")
    for words in ("bia was right", "caio was right"):
        await expect(Person.button(both, words)).to_be_visible()
    await phone.screenshot(path=shots / "31-two-experts.png")
    await Person.button(both, "caio was right").click()
    await expect(thread.says("Resolved by")).to_contain_text("Caio Martins was right")
    await phone.screenshot(path=shots / "32-ruled.png")
    await demo.jump(timedelta(days=8))
    await person.dm(seed.ZOE)
    await person.says("nobody has said yet who was right", "Gabi Costa")
    await phone.screenshot(path=shots / "33-reminder.png")
    await demo.jump(timedelta(days=8))
    await person.go(seed.BIA, seed.BRAZIL)
    await person.says("Decline: Gabi Costa", "Not resolved")
    assert complaints(demo.workspace.calls) == []

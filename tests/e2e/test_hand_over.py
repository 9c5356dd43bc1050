"""A review in other hands, on a phone: passed on in three taps, and a colleague's opinion from question to answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.sandbox import seed
from bot.sandbox.demo import Demo
from tests.cards.rules import complaints
from tests.e2e.hands import Person

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Words:
    """What is said and tapped by the expert; Zoe and Caio speak English everywhere."""

    language: str
    expert: str
    to: str
    channel: str
    question: str
    name: str
    pass_on: str
    best: str
    done: str
    ask: str
    lead: str
    what: str
    opinion_of: str
    details: str
    opinions: str


EN = Words(
    "en", seed.BIA, seed.CAIO, seed.BRAZIL, "Ana Lima for Aurora Summer?", "Ana Lima", "Pass on…",
    "Whoever knows Brazil", "Passed on to", "Ask a colleague…", r"zoe.*\(lead\)", "Is this growth real?",
    "on Ana Lima", "Details", "What colleagues think",
)  # fmt: skip
RU = Words(
    "ru", seed.OLEG, seed.ZOE, seed.RUSSIA, "Анна Котова: берём в Aurora Лето?", "Анна Котова", "Передать…",
    "Других экспертов по", "Передано:", "Спросить коллегу…", r"zoe.*\(руководитель\)", "Рост настоящий?",
    "мнение: Анна Котова", "Подробнее", "Мнения коллег",
)  # fmt: skip
SAID = "I asked her agent: the giveaway was real"


@pytest.mark.parametrize("words", [EN, RU], ids=["en", "ru"])
async def test_a_colleague_is_asked_then_it_is_passed_on(demo: Demo, phone: Page, shots: Path, words: Words) -> None:
    person = Person(phone, demo)

    async def shot(name: str) -> None:
        await phone.screenshot(path=shots / f"34-{name}.{words.language}.png")

    await person.go(words.expert, words.channel)
    await person.more(words.question, words.ask)
    await person.modal.get_by_label(re.compile(words.lead, re.IGNORECASE)).check()
    await person.modal.locator("textarea").fill(words.what)
    await shot("ask")
    await person.submit()
    await person.gone()

    await person.dm(seed.ZOE)
    await person.says("asks what you think", words.what)
    await shot("asked")
    await person.tap("asks what you think", "Say what you think…")
    await person.modal.locator("textarea").fill(SAID)
    await shot("opinion-form")
    await person.submit()
    await person.gone()
    await person.says("asks what you think", SAID)

    await person.dm(words.expert)
    await person.says(words.opinion_of, SAID)
    await shot("opinion")
    await person.go(words.expert, words.channel)
    await person.more(words.question, words.details)
    await expect(person.modal).to_contain_text(words.opinions)
    await shot("details")
    await person.modal.get_by_test_id("modal-close").click()
    await person.gone()

    await person.more(words.question, words.pass_on)
    await expect(person.modal).to_contain_text(words.best)
    await shot("pass")
    await person.submit()
    await expect(person.modal).to_contain_text(words.done)
    await shot("passed")
    await person.dm(words.to)
    await person.says("passed this on to you", words.name)
    await shot("passed-on")
    assert complaints(demo.workspace.calls) == []
    assert not demo.workspace.failures

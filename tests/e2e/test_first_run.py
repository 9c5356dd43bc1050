"""The guided first run on a phone: from an empty database to a real card, by clicks only, in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.sandbox import seed
from bot.sandbox.demo import Demo, running
from tests.cards.rules import complaints
from tests.e2e.hands import Person

pytestmark = pytest.mark.browser

WORDS = {
    "en": {
        "nobody": "Nobody runs Handoff here yet", "lead": "I’ll run it", "head": "Three steps to your first card",
        "person": "Add a person…", "market": "Brazil", "expert": "expert for Brazil", "next2": "Next: step 2",
        "campaign": "New campaign…", "appear": "Cards will appear in", "next3": "Next: step 3", "people": "People…",
        "sample": "Use the sample list", "coming": "The sample is coming in", "agree": "Approve: proceed",
        "card": "Sam Calm (sample) for Aurora Summer?", "decided": "Proceed: Sam Calm",
        "welcome": "You answer for Brazil in Handoff now",
        "account": "2 of 3 rows of sample.csv came into Aurora Summer",
    },
    "ru": {
        "nobody": "Handoff здесь пока никто не ведёт", "lead": "Буду вести", "head": "Три шага до первой карточки",
        "person": "Добавить человека…", "market": "Россия", "expert": "эксперт по России", "next2": "Дальше: шаг 2",
        "campaign": "Новая кампания…", "appear": "Карточки появятся в", "next3": "Дальше: шаг 3", "people": "Люди…",
        "sample": "Взять пример списка", "coming": "Пример загружается", "agree": "Как ИИ: берём",
        "card": "Sam Calm (sample): берём в Aurora Summer?", "decided": "Берём: Sam Calm",
        "welcome": "Теперь вы отвечаете в Handoff за рынки: Россия",
        "account": "Aurora Summer: загружено 2 из 3 строк, sample.csv",
    },
}  # fmt: skip
Shot = Callable[[str], Awaitable[object]]


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[Demo]:
    """People and channels, and a bot that knows nothing of them."""
    async with running(tmp_path, seeded=False) as up:
        yield up


async def choose(form: Locator, field: str, *names: str) -> None:
    """Tick something in a long list that folds."""
    fold = form.locator(f"details[data-field-block={field}]")
    await fold.locator("summary").click()
    for name in names:
        await fold.get_by_label(name, exact=True).check()
    await fold.locator("summary").click()


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_from_nothing_to_a_real_card(bare: Demo, phone: Page, shots: Path, language: str) -> None:
    person, say, ws = Person(phone, bare), WORDS[language], bare.workspace
    expert, channel = (seed.OLEG, seed.RUSSIA) if language == "ru" else (seed.BIA, seed.BRAZIL)
    ws.users[seed.ZOE].locale = "ru-RU" if language == "ru" else "en-GB"

    async def shot(name: str) -> None:
        await phone.screenshot(path=shots / f"first-run-{name}.{language}.png")

    # Whoever comes first is offered to run it.
    home = await person.home(seed.ZOE)
    await expect(home).to_contain_text(say["nobody"])
    await shot("0-offer")
    await person.button(home, say["lead"]).click()
    await expect(home).to_contain_text(say["head"])
    await shot("1-steps")
    await _who_checks(person, home, say, expert, shot)

    # Left and come back to: what is done is done.
    await person.dm(expert)
    await person.says(say["welcome"])
    home = await person.home(seed.ZOE)
    await expect(home).to_contain_text(say["next2"])
    await shot("3-step-two")
    await _one_campaign(person, home, say, channel, shot)

    # The sample, and a real card in the channel, which the expert answers.
    await person.button(home, say["sample"]).click()
    await expect(person.modal).to_contain_text(say["coming"])
    await person.modal.get_by_test_id("modal-close").click()
    await expect(person.button(home, say["people"])).to_be_visible()
    await expect(home).not_to_contain_text(say["head"])
    await shot("6-over")
    await person.go(expert, channel)
    await person.says(say["card"])
    await shot("7-card")
    if await person.button(person.message(say["card"]), say["agree"]).count():  # one in five is asked blind
        await person.tap(say["card"], say["agree"])
        await person.says(say["decided"])
    await person.dm(seed.ZOE)
    await person.says(say["account"])
    await shot("8-account")
    assert complaints(ws.calls) == []
    assert not ws.failures


async def _who_checks(person: Person, home: Locator, say: dict[str, str], expert: str, shot: Shot) -> None:
    await person.button(home, say["person"]).click()
    await person.modal.locator("select[data-block-id=person]").select_option(expert)
    await choose(person.modal, "market", say["market"])
    await shot("2-person")
    await person.submit()
    await expect(person.modal).to_contain_text(say["expert"])
    await person.modal.get_by_test_id("modal-close").click()
    await expect(home).to_contain_text(say["next2"])


async def _one_campaign(person: Person, home: Locator, say: dict[str, str], channel: str, shot: Shot) -> None:
    await person.button(home, say["campaign"]).click()
    await person.modal.locator("input[data-block-id=name]").fill("Aurora Summer")
    await choose(person.modal, "market", say["market"])
    await person.modal.locator("select[data-block-id=channel]").select_option(channel)
    await shot("4-campaign")
    await person.submit()
    await expect(person.modal).to_contain_text(say["appear"])
    await shot("5-campaign-saved")
    await person.modal.get_by_test_id("modal-close").click()
    await expect(home).to_contain_text(say["next3"])


async def test_a_list_of_ones_own_through_the_form_and_as_a_message(
    demo: Demo, phone: Page, shots: Path, tmp_path: Path
) -> None:
    person, ws = Person(phone, demo), demo.workspace
    file = tmp_path / "instagram_new.csv"
    file.write_text("handle,name,country,followers\nnew.one,New One,Brazil,84000\n,Nobody,Brazil,5\n", encoding="utf-8")
    home = await person.home(seed.MAYA)
    await person.button(home, "Import a list…").click()
    await person.modal.locator("select[data-block-id=campaign]").select_option("luma")
    await person.modal.locator("input[type=file]").set_input_files(file)
    await phone.screenshot(path=shots / "import-form.png")
    await person.submit()
    await expect(person.modal).to_contain_text("1 of 2 rows of instagram_new.csv would come into Luma Home")
    await phone.screenshot(path=shots / "import-preview.png")
    await person.submit()
    await expect(person.modal).to_contain_text("1 of 2 rows of instagram_new.csv came into Luma Home")
    await person.modal.get_by_test_id("modal-close").click()

    # The same file again, sent to the bot as a message.
    await person.dm(seed.MAYA)
    await phone.get_by_test_id("attach").set_input_files(file)
    await person.says("For which campaign is instagram_new.csv?")
    asked = person.message("For which campaign is instagram_new.csv?")
    await asked.locator("select").select_option("luma")
    await person.says("0 of 2 rows of instagram_new.csv would come into Luma Home", "1 there already (line 2)")
    await phone.screenshot(path=shots / "import-message.png")
    await person.tap("0 of 2 rows", "Every row left out")
    await expect(person.modal).to_contain_text("Line 3")
    assert complaints(ws.calls) == []
    assert not ws.failures

"""From "normal for Brazil" to a market norm, to what it changes, to its end: the whole loop by clicks on a phone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.core.outcome import What
from bot.core.types import Stakes
from bot.desk import intake, members, norm_list, outcomes
from bot.sandbox import seed
from bot.sandbox.demo import Demo
from scoring.market_norms import State
from tests.cards.rules import complaints
from tests.e2e.hands import Person

pytestmark = pytest.mark.browser

HEAD = "handle,name,country,followers,engagement rate,growth 14d,credibility,category,measured on,audience"
WINTER = "C0WINTER01"


class Loop:
    """Two campaigns in Brazil, each with its channel, and one in Russia; creators whose followers jumped."""

    def __init__(self, demo: Demo, page: Page) -> None:
        self.demo, self.page, self.person = demo, page, Person(page, demo)
        self.reviews: dict[str, str] = {}

    async def open(self) -> None:
        everybody = [seed.BIA, seed.CAIO, seed.MAYA, seed.ZOE]
        self.demo.workspace.add_channel(WINTER, "creators-br-winter", everybody)
        first = seed.CAMPAIGNS[0]
        winter = replace(first, key="winter", name="Aurora Winter", channel=WINTER, stakes=Stakes.MEDIUM)
        await self.demo.handoff.desk.run(members.add_campaign, winter)

    async def take(self, name: str, campaign: str, country: str = "Brazil", credibility: str = "90%") -> None:
        handle = name.lower().replace(" ", ".")
        line = f'{handle},{name},{country},84000,4%,22%,{credibility},Lifestyle,2026-11-20,"{country}: 80%"'
        report = await self.demo.handoff.desk.run(
            intake.take_in, f"{HEAD}\n{line}\n".encode(), file_name="instagram.csv", campaign=campaign
        )
        self.reviews[name] = str(report.fates[0].review_id)
        self.demo.handoff.edge.wake()

    async def normal(self, user: str, channel: str, name: str, campaign: str) -> None:
        """Somebody calls the jump normal, by three taps."""
        await self.take(name, campaign)
        await self.person.go(user, channel)
        await self.person.says(f"{name} for", "Followers +22% in 14 days")
        await self.person.tap(f"{name} for", "Normal for Brazil…")
        await expect(self.person.modal).to_contain_text("Followers +22%")
        await self.person.submit()
        await self.person.gone()
        await self.person.says(f"Proceed: {name}", "Normal for Brazil: ")

    async def shot(self, shots: Path, name: str) -> None:
        await self.page.screenshot(path=shots / f"{name}.png")

    async def fraud(self, name: str) -> None:
        await self.demo.handoff.desk.run(outcomes.record, self.reviews[name], What.FRAUD)
        self.demo.handoff.edge.wake()

    def threads(self, words: str) -> list[str]:
        """In which threads the app says this."""
        found = [m for said in self.demo.workspace.messages.values() for m in said if words in m.text]
        return [m.thread_ts for m in found if m.thread_ts]


async def test_four_by_two_experts_in_two_campaigns_until_fraud_ends_it(demo: Demo, phone: Page, shots: Path) -> None:
    loop = Loop(demo, phone)
    await loop.open()
    await loop.normal(seed.BIA, seed.BRAZIL, "Nina Alves", "aurora-br")
    await loop.normal(seed.CAIO, WINTER, "Otto Braga", "winter")
    await loop.normal(seed.BIA, WINTER, "Pia Cunha", "winter")
    views = await demo.handoff.desk.read(norm_list.every)
    assert [v.norm.state for v in views] == [State.FORMING], "three are not enough"
    await loop.normal(seed.CAIO, seed.BRAZIL, "Raul Dias", "aurora-br")

    await _is_announced(loop, shots)
    await _weighs_less(loop, shots)
    await _is_withdrawn(loop, shots)
    assert complaints(demo.workspace.calls) == []
    assert not demo.workspace.failures


async def _is_announced(loop: Loop, shots: Path) -> None:
    """Born in public, in both channels and with the lead; whoever sees a channel sees its cases, leads may end it."""
    person, phone = loop.person, loop.page
    await person.says("New norm for Brazil", "Followers up to +22% in 14 days: normal in Brazil", "2 experts, 4 cases")
    await person.message("New norm for Brazil").scroll_into_view_if_needed()
    await loop.shot(shots, "40-norm-announced")
    await person.go(seed.MAYA, WINTER)
    await person.says("New norm for Brazil", "counts for 50%")
    await person.dm(seed.ZOE)
    await person.says("New norm for Brazil")

    await person.go(seed.BIA, seed.BRAZIL)
    await person.tap("New norm for Brazil", "See the 4 cases")
    await expect(person.modal).to_contain_text("Raul Dias")
    await expect(person.modal).to_contain_text("Otto Braga")
    await loop.shot(shots, "41-norm-cases")
    await person.modal.get_by_test_id("modal-close").click()
    await person.gone()
    await person.tap("New norm for Brazil", "Narrow or reject…")
    refused = phone.get_by_test_id("ephemeral").last
    await expect(refused).to_contain_text("Nothing was changed")
    await loop.shot(shots, "42-norm-refused")


async def _weighs_less(loop: Loop, shots: Path) -> None:
    """The fifth says why; a card of another market is as it was."""
    person = loop.person
    await loop.take("Sara Fontes", "aurora-br")
    await person.says("Sara Fontes for", "Experts: normal up to +22%, so it counts for 50%", "Fraud risk 17/100")
    await person.message("Sara Fontes for").scroll_into_view_if_needed()
    await loop.shot(shots, "43-norm-on-the-card")
    await person.more("Sara Fontes for", "Details")
    await expect(person.modal).to_contain_text("1 market norm applied.")
    await person.modal.get_by_test_id("modal-close").click()
    await person.gone()
    await loop.take("Вера Лис", "aurora-ru", "Russia")
    await person.go(seed.OLEG, seed.RUSSIA)
    await person.says("Вера Лис", "29/100")
    await expect(person.message("Вера Лис")).not_to_contain_text("Эксперты:")


async def _is_withdrawn(loop: Loop, shots: Path) -> None:
    """Fraud is confirmed in three of the four: the threads that it came from say so, and the cards that it touched."""
    person, demo = loop.person, loop.demo
    for name in ("Nina Alves", "Otto Braga"):
        await loop.fraud(name)
        assert [v.norm.active for v in await demo.handoff.desk.read(norm_list.every, "BR")] == [True]
    await loop.fraud("Pia Cunha")
    await person.go(seed.BIA, seed.BRAZIL)
    await person.says("No longer a norm for Brazil", "3 cases speak against it", "The warning counts in full again.")
    await person.message("No longer a norm for Brazil").scroll_into_view_if_needed()
    await loop.shot(shots, "44-norm-withdrawn")
    await person.says("Sara Fontes for", "by a norm that has been withdrawn since")
    await loop.take("Tina Gomes", "aurora-br")
    await person.says("Tina Gomes for", "Fraud risk 29/100")
    await expect(person.message("Tina Gomes for")).not_to_contain_text("Experts:")
    await loop.take("Uma Horta", "aurora-br", credibility="61%")
    await person.says("Uma Horta for", "AI says decline")
    await person.more("Uma Horta for", "Details")
    await person.button(person.modal, "similar cases").click()
    await expect(person.modal).to_contain_text("The market norm that it spoke for no longer holds.")
    await loop.shot(shots, "49-norm-over-in-precedents")
    for _ in range(2):
        await person.modal.get_by_test_id("modal-close").click()
    await person.gone()
    await person.message("Proceed: Nina Alves").get_by_test_id("thread-open").click()
    await person.says("The norm is withdrawn: 3 cases speak against it.")
    await loop.shot(shots, "47-norm-over-in-a-thread")
    assert len(set(loop.threads("No longer a norm for Brazil: followers up to +22%"))) == 4, "every thread it came from"


async def test_the_short_way_one_normal_and_the_lead(demo: Demo, phone: Page, shots: Path) -> None:
    loop = Loop(demo, phone)
    person = loop.person
    await loop.open()
    await loop.normal(seed.BIA, seed.BRAZIL, "Nina Alves", "aurora-br")
    await person.message("Proceed: Nina Alves").get_by_test_id("thread-open").click()
    await person.says("Nina Alves: @Bia Souza calls a warning normal", "Confirm as norm…")
    await loop.shot(shots, "48-norm-in-a-thread")
    home = await person.home(seed.ZOE)
    await expect(home).to_contain_text("Not a norm yet; a lead can confirm it.")
    await loop.shot(shots, "45-norm-home")
    await person.button(home, "Rule…").click()
    await person.modal.get_by_label("Confirm: it is normal").check()
    await loop.shot(shots, "46-norm-confirm")
    await person.submit()
    await expect(person.modal).to_contain_text("Active: the warning counts for 50%.")
    await person.modal.get_by_test_id("modal-close").click()
    await person.gone()
    await expect(home).to_contain_text("Active: the warning counts for 50%.")
    await person.go(seed.BIA, seed.BRAZIL)
    await person.says("New norm for Brazil", "1 expert, 1 case, 1 campaign. Confirmed by a lead.")
    await loop.take("Sara Fontes", "aurora-br")
    await person.says("Sara Fontes for", "Experts: normal up to +22%, so it counts for 50%")
    assert complaints(demo.workspace.calls) == []

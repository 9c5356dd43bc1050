"""What a person does on the page, by the page's own hooks."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from bot.sandbox.demo import Demo


class Person:
    """Somebody looking at the workspace in a browser."""

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page, self.demo = page, demo

    async def go(self, user: str, channel: str) -> None:
        """Look at a channel as somebody."""
        await self.page.goto("about:blank")
        await self.page.goto(f"{self.demo.server.page_url}#as={user}&channel={channel}")
        await self.page.get_by_test_id("message").first.wait_for()

    async def dm(self, user: str) -> None:
        """Look at one's own messages from the app."""
        await self.go(user, self.demo.workspace.im(user).id)

    async def home(self, user: str) -> Locator:
        await self.page.goto("about:blank")
        await self.page.goto(f"{self.demo.server.page_url}#as={user}&home=1")
        home = self.page.get_by_test_id("home")
        await home.wait_for()
        return home

    def message(self, text: str) -> Locator:
        """The newest message that says this."""
        return self.page.get_by_test_id("message").filter(has_text=text).last

    async def tap(self, text: str, button: str) -> None:
        """Press a button of the message that says this."""
        await self.button(self.message(text), button).click()

    @staticmethod
    def button(inside: Locator, words: str) -> Locator:
        """By what stands on it: its name for a screen reader says more."""
        return inside.get_by_test_id("action").filter(has_text=words)

    async def more(self, text: str, option: str) -> None:
        """Choose from the ⋯ menu of a message."""
        await self.message(text).get_by_test_id("overflow").click()
        await self.page.get_by_test_id("overflow-option").filter(has_text=option).click()

    @property
    def modal(self) -> Locator:
        return self.page.get_by_test_id("modal").last

    async def submit(self) -> None:
        await self.modal.get_by_test_id("modal-submit").click()

    async def gone(self) -> None:
        """The modal has closed."""
        await expect(self.page.get_by_test_id("modal")).to_have_count(0)

    async def says(self, text: str, *more: str) -> None:
        """Some message says this, and the same one says the rest too."""
        found = self.message(text)
        await expect(found).to_be_visible()
        for part in more:
            await expect(found).to_contain_text(part)

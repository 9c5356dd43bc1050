"""The local workspace without a bot, on which any surface can be set up and photographed as Slack would show it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page

from bot.cards.blocks import Message
from bot.sandbox.server import Server, start
from bot.sandbox.workspace import Workspace
from tests import factories as f
from tests.cards.gallery import NOW, Made

CHANNEL = "C0SHOTS001"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
_PEOPLE = {f.BIA: "Bia", f.CAIO: "Caio", f.MAYA: "Maya", f.ZOE: "Zoe", f.OLEG: "Oleg", f.IGOR: "Igor"}
_LOCALES = {"ru": ("ru-RU", "Europe/Moscow")}


class Stage:
    """One person's view of the workspace; a surface at a time."""

    def __init__(self, server: Server, reader: str) -> None:
        self.server, self.reader = server, reader
        self.workspace = server.workspace

    async def show(self, page: Page, surface: Made) -> Locator:
        """Set a surface up where it belongs (channel, modal, Home), and what of the page is it."""
        self.workspace.stacks[self.reader] = []
        if isinstance(surface, Message):
            return await self._posted(page, surface)
        if surface["type"] == "home":
            self.workspace.homes[self.reader] = self.workspace.new_view(self.reader, surface)
            await self._go(page, "home=1")
            shown = page.get_by_test_id("home")
        else:
            await self._go(page, f"channel={CHANNEL}")
            self.workspace.open_modal(self.reader, surface)
            shown = page.get_by_test_id("modal").last
        await shown.wait_for()
        return shown

    async def _posted(self, page: Page, surface: Message) -> Locator:
        self.workspace.messages[CHANNEL] = []
        self.workspace.post(CHANNEL, self.workspace.bot_user_id, surface.text, blocks=surface.blocks)
        await self._go(page, f"channel={CHANNEL}")
        shown = page.get_by_test_id("message").last
        await shown.wait_for()
        return shown

    async def _go(self, page: Page, where: str) -> None:
        await page.goto("about:blank")
        await page.goto(f"{self.server.page_url}#as={self.reader}&{where}")
        await (
            page.get_by_test_id("message")
            .first.or_(page.get_by_test_id("home"))
            .or_(page.get_by_test_id("composer"))
            .first.wait_for()
        )


@asynccontextmanager
async def stage(language: str) -> AsyncIterator[Stage]:
    """A workspace whose clock stands at the gallery's hour, looked at by somebody of that language."""
    workspace = Workspace(lambda: NOW)
    locale, zone = _LOCALES.get(language, ("en-US", "America/Sao_Paulo"))
    for user, name in _PEOPLE.items():
        workspace.add_user(user, name.lower(), name, tz=zone, locale=locale)
    workspace.add_channel(CHANNEL, "creators", list(_PEOPLE))
    server = await start(workspace)
    try:
        yield Stage(server, f.BIA)
    finally:
        await server.aclose()


async def page_of(browser: Browser, size: Any, *, phone: bool) -> Page:
    """A page of a size, as a phone or a desktop is."""
    context = await browser.new_context(
        viewport=size, device_scale_factor=2 if phone else 1, has_touch=phone, is_mobile=phone, locale="en-GB",
        color_scheme="light", reduced_motion="reduce",
    )  # fmt: skip
    page = await context.new_page()
    page.set_default_timeout(10_000)
    return page


_NEEDED = "e => Math.max(e.scrollHeight, ...[...e.querySelectorAll('*')].map(c => c.scrollHeight))"


async def photograph(page: Page, place: Locator, size: Any, path: Path) -> None:
    """All of it, however much higher than the screen: what one would see by swiping."""
    needed = await place.evaluate(_NEEDED)
    await page.set_viewport_size({"width": size["width"], "height": max(size["height"], needed + 240)})
    box = await place.bounding_box()
    assert box is not None
    box["height"] = min(box["height"], needed + 8)
    await page.screenshot(path=path, clip=box, animations="disabled")
    await page.set_viewport_size(size)

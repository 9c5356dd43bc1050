"""The demo, running, and a browser that looks at it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from bot.sandbox.demo import Demo, running

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
ROOT = Path(__file__).parents[2]
KEPT = bool(os.environ.get("KEEP_SHOTS"))
"""Whether anybody will look at pictures: without a graphics card each takes a second or two to draw."""


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with running(tmp_path) as up:
        yield up


@pytest.fixture
async def browser(chromium: dict[str, Any]) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(**chromium)
        yield started
        await started.close()


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[Page]:
    async for page in _page(browser, PHONE, phone=True):
        yield page


@pytest.fixture
async def desktop(browser: Browser) -> AsyncIterator[Page]:
    async for page in _page(browser, DESKTOP, phone=False):
        yield page


async def _page(browser: Browser, size: Any, *, phone: bool) -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport=size, device_scale_factor=2 if KEPT else 1, has_touch=phone, is_mobile=phone, locale="en-GB"
    )
    page = await context.new_page()
    if not KEPT:
        page.screenshot = _unseen  # type: ignore[method-assign]
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda line: broken.append(line.text) if line.type == "error" else None)
    page.set_default_timeout(10_000)
    yield page
    await context.close()
    assert not broken, f"the page complained: {broken}"


async def _unseen(**_: Any) -> bytes:
    return b""


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go: test-artifacts/ in the checkout when KEEP_SHOTS is set, else a folder thrown away."""
    folder = ROOT / "test-artifacts" if KEPT else tmp_path / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder

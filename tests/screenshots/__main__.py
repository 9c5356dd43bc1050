"""Photographs every surface in both languages, as a phone and as a desktop shows it, with an index to look through."""

from __future__ import annotations

import argparse
import asyncio
import html
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from tests.cards.gallery import LANGUAGES, Made, gallery
from tests.conftest import NO_CHROMIUM, ROOT, chromium_options, find_chromium
from tests.screenshots.stage import DESKTOP, PHONE, page_of, photograph, stage

FOLDER = ROOT / "docs" / "images" / "surfaces"
_SIZES: dict[str, Any] = {"phone": PHONE, "desktop": DESKTOP}


def main() -> None:
    """Write docs/images/surfaces/NAME.LANGUAGE.SIZE.png and index.html."""
    parser = argparse.ArgumentParser(prog="make screenshots ARGS=…", description=main.__doc__)
    parser.add_argument("names", nargs="*", help="only surfaces whose names begin like this")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args()
    if find_chromium() is None:
        raise SystemExit(NO_CHROMIUM)
    asked.folder.mkdir(parents=True, exist_ok=True)
    made = asyncio.run(_all(asked.folder, asked.names))
    (asked.folder / "index.html").write_text(_index(made), encoding="utf-8")
    sys.stdout.write(f"{len(made) * 4} pictures of {len(made)} surfaces: {asked.folder / 'index.html'}\n")


def _chosen(names: Sequence[str], language: str) -> Iterator[tuple[str, Made]]:
    for name, surface in gallery(language).items():
        if not names or name.startswith(tuple(names)):
            yield name, surface


async def _all(folder: Path, names: Sequence[str]) -> list[str]:
    shown: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium_options())
        for language in LANGUAGES:
            shown = [name for name, _ in _chosen(names, language)]
            for size, pixels in _SIZES.items():
                async with stage(language) as here:
                    page = await page_of(browser, pixels, phone=size == "phone")
                    for name, surface in _chosen(names, language):
                        place = await here.show(page, surface)
                        await photograph(page, place, pixels, folder / f"{name}.{language}.{size}.png")
                    await page.context.close()
        await browser.close()
    return shown


def _index(names: Sequence[str]) -> str:
    """A page with the four pictures of each surface side by side."""
    rows = "".join(
        f"<h2 id='{name}'>{html.escape(name)}</h2><div>"
        + "".join(
            f"<img loading=lazy class={size} alt='{name}, {language}, {size}' src='{name}.{language}.{size}.png'>"
            for size in _SIZES
            for language in LANGUAGES
        )
        + "</div>"
        for name in names
    )
    style = "body{font:14px sans-serif;margin:24px}div{display:flex;gap:12px;align-items:flex-start;overflow-x:auto}"
    style += "img{border:1px solid #ccc;max-width:none}.phone{width:390px}.desktop{width:620px}"
    return f"<!doctype html><meta charset=utf-8><title>Handoff's surfaces</title><style>{style}</style>{rows}"


if __name__ == "__main__":
    main()

"""Search: /handoff search, its form and its pages, and "Find similar disagreements" on any message.

Looking is no decision: Slack may be asked who sees what, but only once the click is acknowledged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.cards import found, ids, search_form
from bot.cards.blocks import Block
from bot.core.found import Page
from bot.core.search_query import Reader, words_of
from bot.desk import find
from bot.i18n.labels import labels
from bot.slack import visible
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import drawn, guard, showing
from bot.slack.visible import Sight
from scoring.text import plain

WORDS = frozenset({"search", "find", "поиск", "найти", "искать"})
"""What /handoff may begin with."""
#: Draws a view of what somebody may see.
Draw = Callable[[Sight], Awaitable[Block]]


async def command(click: Click, typed: str) -> None:
    """`/handoff search …`; without a question the form."""
    # Slack escapes these three in what follows a command.
    typed = typed.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
    if not typed:
        await _in_view(click, lambda sight: _form(click, sight, ""))
        return
    sight = await _at_hand(click)
    if sight is not None:
        said = found.message(await _page(click, sight, typed), click.who.voice)
        await click.ack(text=said.text, blocks=said.blocks, response_type="ephemeral")
        return
    await click.ack()

    async def answer() -> None:
        page = await _page(click, await _sight(click), typed)
        await click.edge.screens.whisper(click.response_url, found.message(page, click.who.voice))

    showing(click, "answer a search", answer)


async def change(click: Click) -> None:
    """[Change search…], and every way in that has no question yet."""
    _, typed = ids.parse_asked(click.value)
    await _in_view(click, lambda sight: _form(click, sight, typed))


async def turn(click: Click) -> None:
    """[N more], [Back], what would find something: another page in place of this one; from Home, one's own month."""
    start, typed = ids.parse_asked(click.value)
    if click.view.get("id"):
        await _in_view(click, lambda sight: _viewed(click, sight, typed, start))
        return
    await click.ack()

    async def replace() -> None:
        page = await _page(click, await _sight(click), typed, start)
        await click.edge.screens.replace(click.response_url, found.message(page, click.who.voice))

    showing(click, "turn a page", replace)


async def submit(click: Click) -> None:
    """The form: what it finds stands where the form was."""
    typed = search_form.typed(click.view)
    sight = await _at_hand(click)
    if sight is not None:
        await click.ack(response_action="update", view=await _viewed(click, sight, typed))
        return
    await click.ack(response_action="update", view=found.looking(click.who.voice))
    view_id = str(click.view.get("id"))
    showing(click, "show what was found", lambda: _fill(click, view_id, lambda sight: _viewed(click, sight, typed)))


async def similar(click: Click) -> None:
    """The shortcut: the message's words are the question."""
    message = click.body.get("message")
    query = words_of(plain(str(message.get("text") or "") if isinstance(message, Mapping) else ""))
    draw = _form if query.empty else _viewed
    await _in_view(click, lambda sight: draw(click, sight, query.text))


# What is shown


async def _page(click: Click, sight: Sight, typed: str, start: int = 0) -> Page:
    query = (await _reader(click, sight)).read(typed)
    return await click.read(find.page, query, sight.channels, click.who.id, start, complete=sight.complete)


async def _viewed(click: Click, sight: Sight, typed: str, start: int = 0) -> Block:
    return found.view(await _page(click, sight, typed, start), click.who.voice)


async def _form(click: Click, sight: Sight, typed: str) -> Block:
    query = (await _reader(click, sight)).read(typed)
    choices = await click.read(find.choices, sight.channels)
    return search_form.form(query, choices, click.who.voice, now=click.now)


async def _reader(click: Click, sight: Sight) -> Reader:
    vocabulary = await click.read(find.vocabulary, sight.channels, labels())
    return Reader(vocabulary, click.now, click.who.voice.zone, me=click.who.id)


# Where it is shown


async def _sight(click: Click) -> Sight:
    return await visible.sight(click.edge, click.who.id)


async def _at_hand(click: Click) -> Sight | None:
    return await visible.at_hand(click.edge, click.who.id)


async def _in_view(click: Click, draw: Draw) -> None:
    """In the modal in which they tapped, else in a new one: a trigger lives three seconds, Slack may take longer."""
    await click.ack()

    async def work() -> None:
        screens, trigger = click.edge.screens, str(click.body.get("trigger_id") or "")
        if click.view.get("type") == "modal":
            await _fill(click, str(click.view.get("id")), draw)
            return
        sight = await _at_hand(click)
        if sight is not None:
            await screens.open(trigger, await draw(sight))
            return
        opened = await screens.open(trigger, found.looking(click.who.voice))
        await _fill(click, opened, draw)

    showing(click, "open a view", work)


async def _fill(click: Click, view_id: str, draw: Draw) -> None:
    async def seen() -> Block:
        return await draw(await _sight(click))

    await click.edge.screens.update(view_id, await drawn(click, "draw what was found", seen))


def register(app: Any, edge: Edge) -> None:
    app.action(ids.SEARCH_OPEN)(guard(edge, change, guests=True))
    for action in (ids.SEARCH_NEXT, ids.SEARCH_BACK, ids.MONTH_OPEN, *ids.SEARCH_TRY):
        app.action(action)(guard(edge, turn, guests=True))
    app.view(ids.SEARCH_FORM)(guard(edge, submit, guests=True))
    app.shortcut(ids.SIMILAR)(guard(edge, similar, guests=True))

"""Lists brought into Slack: through a form, or as a file sent to the bot; shown first, imported by one tap."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from bot.cards import campaign as campaign_cards
from bot.cards import fields, ids
from bot.cards import upload as cards
from bot.cards.blocks import Block
from bot.core.errors import Busy, HandoffError, Invalid, NotAllowed, NotFound, TooLate
from bot.core.setup import Reach
from bot.core.types import Campaign
from bot.core.upload import Stage, Upload
from bot.desk import campaigns, sample, see, uploads
from bot.desk.desk import Desk
from bot.slack import people, staff
from bot.slack.access import Body
from bot.slack.arrivals import Reaction
from bot.slack.campaigns import reach
from bot.slack.click import Click, picked
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening, showing

log = logging.getLogger(__name__)

WORDS = frozenset({"import", "upload", "загрузить", "список"})
"""What /handoff may begin with."""
_ATTEMPTS, _PAUSE = 3, 2.0
Read = Callable[[Desk, str, bytes, int], Upload]


# Through a form


async def ask(click: Click) -> None:
    """Which campaign and which file; without a campaign there is nothing to ask."""
    chosen = click.value.partition(":")[2]
    found = await click.read(campaigns.mine, click.who.id)
    if not found:
        raise NotFound("campaign_first")
    await click.ack()

    async def draw() -> Block:
        return cards.form(found[:100], chosen or None, click.who.voice)

    opening(click, draw)


async def submit(click: Click) -> None:
    """What was chosen is read behind a view that says so."""
    file = fields.picked_file(click.view, ids.FILE)
    if file is None:
        raise Invalid("file_choice", field=ids.FILE)
    key, view_id = fields.picked_one(click.view, ids.CAMPAIGN), str(click.view.get("id"))
    market = fields.picked_one(click.view, ids.MARKET)
    said = None if market == ids.ANY else market
    upload = await click.run(uploads.begin, click.who.id, view_id, file[0], file[1], key, said)
    await click.ack(response_action="update", view=await _drawn(click.edge, upload, click))

    async def work() -> None:
        read = await _go_on(click.edge, upload, uploads.survey)
        await click.edge.screens.update(view_id, await _drawn(click.edge, read, click))

    click.after("read a list", work)


async def confirm(click: Click) -> None:
    """Import it: from the form, or by the button of the message."""
    in_form = click.kind == "view_submission"
    upload_id = str(click.view.get("private_metadata") or "") if in_form else click.value
    upload = await click.run(uploads.confirm, click.who.id, upload_id)
    view_id = str(click.view.get("id"))
    if in_form:
        await click.ack(response_action="update", view=await _drawn(click.edge, upload, click))
    else:
        await click.ack()

    async def work() -> None:
        done = await _go_on(click.edge, upload, _take(click.edge))
        if in_form:
            await click.edge.screens.update(view_id, await _drawn(click.edge, done, click))
        await staff.home_again(click)

    click.after("import a list", work)


async def _drawn(edge: Edge, upload: Upload, click: Click) -> Block:
    return cards.view(upload, await _campaign(edge, upload), click.who.voice)


async def _campaign(edge: Edge, upload: Upload) -> Campaign | None:
    return next((c for c in await edge.desk.read(see.every_campaign) if c.key == upload.campaign), None)


async def drop(click: Click) -> None:
    await click.run(uploads.drop, click.who.id, click.value)
    await click.ack()


async def choose(click: Click) -> None:
    """For which campaign a list is that was sent to the bot."""
    upload_id = str(click.action.get("block_id") or "").partition(":")[2]
    upload = await click.run(uploads.choose, click.who.id, upload_id, click.value)
    await click.ack()
    click.after("read a list", lambda: _go_on(click.edge, upload, uploads.survey))


async def rows(click: Click) -> None:
    """Every row that was left out: in a modal of its own, or another page of it."""
    upload_id, _, start = click.value.partition(":")
    upload = await click.read(uploads.one, upload_id)
    if upload.person != click.who.id:
        raise NotAllowed("not_your_list", owner=upload.person)
    await click.ack()
    view = cards.rows_view(upload, click.who.voice, int(start) if start.isdecimal() else 0)
    if click.view.get("callback_id") == ids.UPLOAD_ROWS_VIEW:
        showing(click, "turn a page", lambda: click.edge.screens.update(str(click.view["id"]), view))
        return

    async def draw() -> Block:
        return view

    opening(click, draw)


# The work itself


async def _go_on(edge: Edge, upload: Upload, verb: Read) -> Upload:
    """Fetch the file and read or import it, one list at a time; what goes wrong is on record and is told."""
    try:
        async with edge.lists:
            return await _patiently(edge, upload, verb)
    except TooLate:  # another process has gone on with it
        return await edge.desk.read(uploads.one, upload.id)
    except HandoffError as error:
        log.info("a list was not taken (%s): %s", upload.id, error.reason)
        return await edge.desk.chore(uploads.fail, upload, error)
    except Exception as error:
        log.exception("a list was not taken: %s", upload.id)
        await edge.desk.chore(uploads.fail, upload, HandoffError("unexpected"))
        raise error from None
    finally:
        edge.wake()


def _take(edge: Edge) -> Read:
    """The import, with fresh numbers where there is a source of them."""
    return partial(uploads.take, numbers_of=edge.numbers())


async def _patiently(edge: Edge, upload: Upload, verb: Read) -> Upload:
    """Again when Slack or the database is busy: what has come in of a list stays in, and the rest follows."""
    for _ in range(_ATTEMPTS - 1):
        with suppress(Busy):
            return await edge.desk.beside(verb, upload.id, await _data(edge, upload), edge.list_bytes)
        await asyncio.sleep(_PAUSE)
    return await edge.desk.beside(verb, upload.id, await _data(edge, upload), edge.list_bytes)


async def _data(edge: Edge, upload: Upload) -> bytes:
    if upload.file == sample.NAME:
        return sample.sample_list(await edge.desk.read(campaigns.one, upload.person, str(upload.campaign)))
    return await edge.screens.file(upload.file, edge.list_bytes)


async def recover(edge: Edge) -> None:
    """Take up what was being read or imported when the process ended: once, at the start."""
    try:
        for upload in await edge.desk.read(uploads.unfinished):
            log.info("a list is taken up again: %s", upload.id)
            await _go_on(edge, upload, uploads.survey if upload.stage is Stage.READING else _take(edge))
    except Exception as error:  # noqa: BLE001 - whoever brought it can bring it again
        log.warning("lists were not taken up again: %s", type(error).__name__)


# As a file sent to the bot


def _files(body: Body) -> list[dict[str, Any]]:
    """Files that a person sent in their direct message with the bot."""
    event = body.get("event") or {}
    sent = event.get("subtype") == "file_share" and event.get("channel_type") == "im" and not event.get("bot_id")
    found = event.get("files")
    return [f for f in found if isinstance(f, dict) and f.get("id")] if sent and isinstance(found, list) else []


async def _sent(_edge: Edge, body: Body) -> bool:
    return bool(_files(body))


async def take_in(edge: Edge, body: Body) -> None:
    """Each file is a list; who may bring none is told so, and nothing is read."""
    event = body["event"]
    person = str(event.get("user") or "")
    for file in _files(body):
        source = f"{event.get('channel')}:{event.get('ts')}"
        name = str(file.get("name") or file.get("title") or file["id"])
        try:
            who = await people.admit(edge, body)
            upload = await edge.desk.chore(uploads.begin, who.id, source, str(file["id"]), name, None)
        except HandoffError as error:
            await edge.desk.chore(uploads.refuse, person, source, str(file["id"]), name, error)
        else:
            if upload.stage is Stage.READING:
                edge.spawn.start("read a list", lambda upload=upload: _go_on(edge, upload, uploads.survey))  # type: ignore[misc]
        edge.wake()


REACTION = Reaction(take_in, _sent)


# The sample


async def sample_list(click: Click) -> None:
    """The sample goes into the newest campaign of whoever asks, once its cards can appear somewhere."""
    found = await click.read(campaigns.mine, click.who.id)
    if not found:
        raise NotFound("campaign_first")
    campaign, voice = found[0], click.who.voice
    await click.ack()

    async def work() -> None:
        screens, edge = click.edge.screens, click.edge
        view_id = await _shown(click, cards.sample_asking(campaign, voice))
        there = await reach(edge, campaign.channel)
        if there is not Reach.HERE:
            await screens.update(view_id, cards.sample_held(campaign, there, voice))
            return
        upload = await click.run(uploads.begin_sample, click.who.id, campaign.key)
        await screens.update(view_id, cards.sample_coming(campaign, voice))
        await _go_on(edge, upload, uploads.take)
        await staff.home_again(click)

    showing(click, "bring the sample in", work)


async def _shown(click: Click, view: Block) -> str:
    """In the modal in which they tapped, else in a new one; its id."""
    if click.view.get("type") == "modal":
        view_id = str(click.view.get("id"))
        await click.edge.screens.update(view_id, view)
        return view_id
    return await click.edge.screens.open(str(click.body.get("trigger_id") or ""), view)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.IMPORT)(guard(edge, ask))
    app.action(ids.CAMPAIGN_MORE, matchers=[picked(campaign_cards.IMPORT)])(guard(edge, ask))
    app.action(ids.SAMPLE)(guard(edge, sample_list))
    app.action(ids.UPLOAD_CONFIRM)(guard(edge, confirm))
    app.action(ids.UPLOAD_DROP)(guard(edge, drop))
    app.action(ids.UPLOAD_CAMPAIGN)(guard(edge, choose))
    app.action(ids.UPLOAD_ROWS)(guard(edge, rows))
    app.action(ids.UPLOAD_ROWS_BACK)(guard(edge, rows))
    app.view(ids.IMPORT_FORM)(guard(edge, submit))
    app.view(ids.UPLOAD_VIEW)(guard(edge, confirm))

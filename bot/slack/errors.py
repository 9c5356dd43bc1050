"""The one place of the edge that catches errors and says them kindly to whom they concern."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError

from bot import web_api
from bot.cards import one_by_one, rationale
from bot.cards.blocks import Block, Message
from bot.cards.refusal import refusal
from bot.core.case import Case
from bot.core.errors import Busy, HandoffError, Invalid, NotAllowed, NotFound, TooLate
from bot.desk import see
from bot.i18n.catalog import error_text
from bot.log import about
from bot.slack import answered, late, people, walk
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.spawn import Work

log = logging.getLogger(__name__)

_JUST_NOW = timedelta(minutes=1)

Listener = Callable[[Click], Awaitable[None]]
#: Shows a form again, with what was typed, when it lacks the field that an error is about.
Redraw = Callable[[Click], Awaitable[Block]]


def guard(
    edge: Edge, listener: Listener, *, redraw: Redraw | None = None, guests: bool = False
) -> Callable[..., Awaitable[None]]:
    """A Bolt listener: access, then `listener`; whatever goes wrong is answered, acknowledged and logged by id.

    `guests` lets in people who may look and not act.
    """

    async def handle(ack: Any, body: dict[str, Any]) -> None:
        click = Click(edge, body, ack)
        with about(action=_tapped(click), review=_review_of(click)):
            try:
                click.who = await people.admit(edge, body, guests=guests)
                await listener(click)
                if not click.acked:
                    await click.ack()
            except HandoffError as error:
                await _refused(click, error, redraw)
            except Exception:
                log.exception("%s failed", listener.__name__)
                await _broke(click)
            finally:
                click.settle()

    handle.__name__ = f"{listener.__module__.rpartition('.')[2]}_{listener.__name__}"
    return handle


def opening(click: Click, draw: Callable[[], Awaitable[Block]]) -> None:
    """Show a view once the ack is settled; if Slack does not take it, say so where they tapped."""

    async def work() -> None:
        await click.show(await draw())

    showing(click, "open a view", work)


def showing(click: Click, what: str, show: Work) -> None:
    """The same for what is shown in any other way."""

    async def work() -> None:
        try:
            await show()
        except Exception as error:  # noqa: BLE001 - the person is told, whatever it was
            await _whisper(click, _told_of(error, what), None)

    click.after(what, work)


async def drawn(click: Click, what: str, draw: Callable[[], Awaitable[Block]]) -> Block:
    """A view for a modal that is open already; in place of one that cannot be drawn, why."""
    try:
        return await draw()
    except Exception as error:  # noqa: BLE001 - the person is told, whatever it was
        return late.closing(click.who.voice, refusal(_told_of(error, what), click.who.voice, None, now=click.now))


def _told_of(error: Exception, what: str) -> HandoffError:
    said = web_api.said(error) if isinstance(error, SlackApiError) else type(error).__name__
    log.warning("%s failed: %s", what, said)
    return error if isinstance(error, HandoffError) else Busy("view")


async def _refused(click: Click, error: HandoffError, redraw: Redraw | None) -> None:
    """Never raises: a refusal that fails is still an acknowledged click."""
    if click.acked:
        log.error("refused after the ack: %s", error.reason)
        return
    try:
        if not click.who.id:
            click.who = await people.greet(click.edge, click.body)
        if _said_just_now(error, click):
            await click.ack()
            answered.answered(click, _review_of(click))
        elif click.kind == "view_submission":
            await _in_form(click, error, redraw)
        elif click.kind == "command":
            told = refusal(error, click.who.voice, None, now=click.now)
            await click.ack(text=told.text, blocks=told.blocks, response_type="ephemeral")
        else:
            case = await _case_of(click)
            await click.ack()
            click.after("say why not", lambda: _whisper(click, error, case))
    except Exception:
        log.exception("a refusal failed")
        await _broke(click)


def _said_just_now(error: HandoffError, click: Click) -> bool:
    """The same person, the same answer, a moment later: a double tap, or a click that Slack brought twice.

    They wanted it and it is so: that looks like the success that it is. Words beyond the first answer are another
    matter, and later on they may have forgotten: then it is said.
    """
    at = error.params.get("at")
    fresh = isinstance(at, datetime) and click.now - at < _JUST_NOW
    return error.reason == "already_yours" and fresh and "kept" not in error.params


async def _broke(click: Click) -> None:
    """Something unexpected: acknowledged all the same, and said so, unless the change had already gone through."""
    if click.acked:
        return
    try:
        error = HandoffError("unexpected")
        if click.committed:
            await click.ack()
        elif click.kind == "view_submission":
            await _in_form(click, error, None)
        else:
            await click.ack()
            click.after("say that it broke", lambda: _whisper(click, error, None))
    except Exception:
        log.exception("the last word failed")
        await click.ack()


# Where a refusal is said


async def _in_form(click: Click, error: HandoffError, redraw: Redraw | None) -> None:
    """Under the field, so that nothing typed is lost; instead of the form when it can no longer count."""
    over = isinstance(error, (TooLate, NotAllowed, NotFound))
    inputs = [str(b.get("block_id")) for b in click.view.get("blocks") or () if b.get("type") == "input"]
    named = rationale.block_of(click.view, str(error.params.get("field") or ""))
    text = error_text(click.who.voice, error, now=click.now)
    if over or not inputs:
        await click.ack(response_action="update", view=await late.instead(click, error, await _case_of(click)))
        click.after("refresh the modal", lambda: answered.refresh_behind(click, _review_of(click)))
    elif named in inputs:
        await click.ack(response_action="errors", errors={named: text})
    elif redraw is not None and isinstance(error, Invalid):
        await click.ack(response_action="update", view=await redraw(click))
    else:
        await click.ack(response_action="errors", errors={inputs[0]: text})


async def _whisper(click: Click, error: HandoffError, case: Case | None) -> None:
    """To whoever tapped: beside the message, or on top of what they see where there is no message."""
    message = refusal(error, click.who.voice, case, now=click.now)
    if click.response_url:
        await click.edge.screens.whisper(click.response_url, message)
    elif walk.inside(click) and isinstance(error, TooLate):
        # Nothing to close: it says so, and the next one stands below.
        said = one_by_one.refused(case, message) if case is not None else message.text
        await answered.refresh_behind(click, _review_of(click), said)
    elif click.kind == "block_actions":
        await _on_top(click, message)
        await answered.refresh_behind(click, case.review.id if case is not None else None)


async def _on_top(click: Click, message: Message) -> None:
    await click.show(late.closing(click.who.voice, message))


async def _case_of(click: Click) -> Case | None:
    review_id = _review_of(click)
    if review_id is None:
        return None
    try:
        return await click.read(see.case, review_id)
    except HandoffError:
        return None


def _tapped(click: Click) -> str | None:
    """What was tapped or sent, for logs."""
    said = click.action.get("action_id") or click.view.get("callback_id") or click.body.get("command")
    return said if isinstance(said, str) else None


def _review_of(click: Click) -> str | None:
    """The review that this is about, as far as the payload says; for logs and for what is true now."""
    try:
        if click.kind in ("view_submission", "view_closed"):
            return click.meta().review_id
        return click.review() if click.action else None
    except NotFound:
        return None


def catch_all(app: Any, edge: Edge) -> None:
    """Registered last: buttons and forms that no feature knows any more get an answer too."""

    async def unknown(_click: Click) -> None:
        raise NotFound("review")

    app.action(re.compile(".*"))(guard(edge, unknown))
    app.view(re.compile(".*"))(guard(edge, unknown))
    app.error(unanswered)


async def unanswered(error: Exception, body: dict[str, Any]) -> None:
    """Nothing was acknowledged, so Slack sends it again. Its type only: Bolt's own line would hold the payload."""
    log.warning("a payload was not taken in (%s): %s", body.get("event_id") or "no event", type(error).__name__)

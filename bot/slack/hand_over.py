"""A review changes hands: pass it on, or "I know this creator" and stay with that disclosed."""

from __future__ import annotations

from typing import Any

from bot.cards import hand_over as cards
from bot.cards import ids, rationale
from bot.cards.blocks import Block
from bot.core.errors import NotFound
from bot.desk import hand_over
from bot.slack.answered import answered
from bot.slack.click import Click, picked, remembering
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening
from bot.slack.looked import looked

_NOTE = 300
"""Characters of a conflict's explanation that travel to the form for passing on."""


async def ask(click: Click) -> None:
    case, able = await click.read(hand_over.passing, click.review(), click.who.id)
    await click.ack()
    looked(click, case)

    async def draw() -> Block:
        return cards.pass_form(case, click.who.voice, able)

    opening(click, draw)


def _note(click: Click) -> tuple[str, bool]:
    """What goes with it, and whether they have said that they are too close to this creator."""
    recalled = click.recalled()
    return rationale.read_form(click.view).rationale.narrative or str(recalled.get("note") or ""), "note" in recalled


async def submit(click: Click) -> None:
    """To whoever was chosen in the list, else to whoever knows the market."""
    answer, (note, conflict) = rationale.read_form(click.view), _note(click)
    review_id = click.meta().review_id
    case = await click.run(hand_over.pass_on, review_id, click.who.id, answer.person, note, conflict=conflict)
    await click.ack(response_action="update", view=cards.passed(case, click.who.voice))
    answered(click, review_id)


async def submit_to(click: Click) -> None:
    """To whoever's button it was."""
    try:
        person, review_id, _ = ids.parse_choice(click.value)
    except ValueError as rubbish:
        raise NotFound("review") from rubbish
    note, conflict = _note(click)
    case = await click.run(hand_over.pass_on, review_id, click.who.id, person, note, conflict=conflict)
    await click.ack()

    async def show() -> None:
        await click.edge.screens.update(str(click.view["id"]), cards.passed(case, click.who.voice))

    if click.view.get("id"):
        click.after("say to whom it went", show)
    answered(click, review_id)


async def ask_how(click: Click) -> None:
    case, _ = await click.read(hand_over.passing, click.review(), click.who.id)
    await click.ack()
    looked(click, case)

    async def draw() -> Block:
        return rationale.know_form(case, click.who.voice)

    opening(click, draw)


async def disclose(click: Click) -> None:
    answer, review_id = rationale.read_form(click.view), click.meta().review_id
    told = answer.rationale.narrative
    if answer.choice == rationale.CONFLICT:
        case, able = await click.read(hand_over.passing, review_id, click.who.id)
        form = remembering(cards.pass_form(case, click.who.voice, able), note=told.strip()[:_NOTE])
        kept = {k: str(v) for k, v in click.recalled().items() if k in ("back", "page")}
        await click.ack(response_action="update", view=remembering(form, **kept))
        return
    case = await click.run(hand_over.disclose, review_id, click.who.id, told)
    await click.ack()
    answered(click, case.review.id)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.MORE, matchers=[picked("pass")])(guard(edge, ask))
    app.view(ids.PASS_FORM)(guard(edge, submit))
    app.action(ids.PASS_TO)(guard(edge, submit_to))
    app.action(ids.MORE, matchers=[picked("know")])(guard(edge, ask_how))
    app.view(ids.KNOW_FORM)(guard(edge, disclose))

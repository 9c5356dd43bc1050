"""The card of one review in its campaign's channel, and the same as a modal: one total function of its state."""

from __future__ import annotations

from datetime import date, datetime

from bot.cards import blocks, decided, ids, lists, pending, words
from bot.cards.blocks import Block, Message
from bot.core.case import Case
from bot.core.types import State
from bot.i18n.catalog import Voice


def today(case: Case, now: datetime) -> date:
    return case.today or now.date()


def card(case: Case, voice: Voice, *, now: datetime) -> Message:
    """Whatever there is to say of a review now: open, held, open again, decided or withdrawn."""
    state = case.review.state
    if state is State.WITHDRAWN:
        return withdrawn(case, voice)
    if state.awaits:
        parts = [blocks.header(words.question(case, voice)), *pending.body(case, voice, today(case, now))]
        return blocks.message(pending.notification(case, voice), [*parts, pending.answers(case, voice)])
    parts = [*decided.body(case, voice, now), decided.buttons(case, voice, now)]
    return blocks.message(decided.notification(case, voice), parts)


def withdrawn(case: Case, voice: Voice) -> Message:
    """Nothing is asked any more, and nothing that is past can be clicked."""
    head = blocks.esc(words.question_withdrawn(case, voice))
    done = voice.t("withdrawn.done")
    parts = [
        blocks.section(f"*{head}*", done),
        blocks.context(words.ai_small(case.recommendation, voice)),
        blocks.actions(lists.details_button(case, voice)),
    ]
    return blocks.message(f"{head}. {done}", parts)


def opened(case: Case, voice: Voice, *, now: datetime, may_answer: bool) -> Block:
    """One review as a modal, from the Home tab or the inbox; without answers for somebody who may not give them."""
    state = case.review.state
    if state.awaits:
        parts = [blocks.header(words.question(case, voice)), *pending.body(case, voice, today(case, now))]
        last = pending.answers(case, voice) if may_answer else blocks.actions(lists.details_button(case, voice))
        parts.append(last)
    elif state is State.WITHDRAWN:
        parts = withdrawn(case, voice).blocks
    else:
        last = decided.buttons(case, voice, now) if may_answer else blocks.actions(lists.details_button(case, voice))
        parts = [*decided.body(case, voice, now), last]
    title, close = voice.t("opened.title"), voice.t("form.close")
    return blocks.modal(ids.OPEN_VIEW, title, parts, close=close, meta=ids.value(case.review))

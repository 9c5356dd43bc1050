"""One review after the other in one modal: a card in short, its answers, and at the end what was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.cards import blocks, decided, ids, lists, pending, words
from bot.cards.blocks import Block, Message
from bot.cards.candidate import today
from bot.cards.words import Pen
from bot.core.case import Case, Stop
from bot.core.nudges import hides
from bot.core.types import State
from bot.i18n.catalog import Voice
from scoring.types import Verdict

_DONE = 20
_GONE = 3


def view(stop: Stop, voice: Voice, *, now: datetime, may_answer: bool, said: str = "") -> Block:
    """Where somebody is; `said` is why their last tap did not count."""
    walk, case = stop.walk, stop.case
    told = [said] if said else [_gone(passed, voice) for passed in stop.gone[-_GONE:]]
    news = [blocks.context(*told)] if told else []
    if case is None:
        parts, title = [*_end(stop, voice, now), *news], voice.t("walk.end")
    else:
        parts = [*news, *_asked(stop, case, voice, now, may_answer=may_answer), *_last(stop, voice, now)]
        title = voice.t("walk.title", n=walk.at + 1, total=len(walk.reviews))
    return blocks.modal(ids.WALK_VIEW, title, parts, close=voice.t("form.done"), meta=ids.pack_walk(walk))


def refused(case: Case, message: Message) -> str:
    """Why a tap did not count, where another review stands on the screen by now: with the name."""
    said = str(message.blocks[0]["text"]["text"])
    return f"*{blocks.said(case.candidate.name, words.NAME)}:* {words.lower_first(said)}"


def _asked(stop: Stop, case: Case, voice: Voice, now: datetime, *, may_answer: bool) -> list[Block]:
    """The review on the screen, its answers, and the way on."""
    parts = [blocks.header(words.question(case, voice))]
    if hides(case.review, stop.person):
        when = voice.when(case.review.deadline_at)
        parts += [
            blocks.section(voice.t("nudge.hidden"), lists.capital(voice.t("nudge.blind", when=when))),
            blocks.actions(lists.open_button(case, voice)),
        ]
    elif case.review.state.awaits:
        last = pending.answers(case, voice) if may_answer else blocks.actions(lists.details_button(case, voice))
        parts += [*pending.short(case, voice, today(case, now)), last]
    else:
        parts += [blocks.section(_gone(case, voice)), blocks.actions(lists.details_button(case, voice))]
    return [*parts, *_ways(stop, voice)]


def _ways(stop: Stop, voice: Voice) -> list[Block]:
    walk = stop.walk
    if len(walk.reviews) < 2:
        return []
    here = str(walk.at)
    ways = [blocks.button(voice.t("button.next"), ids.NEXT, here, label=voice.t("a11y.next"))]
    if walk.at > 0:
        ways.insert(0, blocks.button(voice.t("button.previous"), ids.PREVIOUS, here, label=voice.t("a11y.previous")))
    return [blocks.actions(*ways)]


def _last(stop: Stop, voice: Voice, now: datetime) -> list[Block]:
    """The answer before this one, while it can be taken back."""
    case = stop.last
    return [blocks.divider(), _answered(case, voice, now)] if case and _undoable(case, stop, now) else []


def _undoable(case: Case, stop: Stop, now: datetime) -> bool:
    mine = case.decision is not None and case.decision.person == stop.person.id
    return mine and decided.undoable(case, now)


def _answered(case: Case, voice: Voice, now: datetime) -> Block:
    """'*Proceed: Ana Lima for Aurora Summer*. You can undo until 18:22.' with the button that does it."""
    until = case.review.undo_until
    head = f"*{blocks.esc(decided.title(case, voice))}*"
    if until is None or not decided.undoable(case, now):
        return blocks.section(head, accessory=lists.details_button(case, voice))
    label = voice.t("a11y.undo", name=blocks.one_line(case.candidate.name, 28))
    undo = blocks.button(voice.t("button.undo"), ids.UNDO, ids.value(case.review), label=label)
    return blocks.section(head, voice.t("walk.undo", at=voice.clock(until)), accessory=undo)


def _gone(case: Case, voice: Voice) -> str:
    """Why a review is passed by: 'Ana Lima: @caio agreed with the AI, in 40 min.'."""
    pen = Pen(case, voice)
    if case.review.state is State.WITHDRAWN:
        return voice.t("walk.withdrawn", name=pen.name)
    if case.decision is None or case.review.state.awaits:
        return voice.t("walk.elsewhere", name=pen.name)
    return voice.t("walk.gone", name=pen.name, outcome=words.outcome(pen, case.decision))


def _end(stop: Stop, voice: Voice, now: datetime) -> list[Block]:
    """What was done, what still waits, and each answer with its undo."""
    more = [voice.n("walk.left", stop.waiting)] if stop.waiting else []
    more += [voice.n("walk.others", stop.others)] if stop.others else []
    if not more:
        more = [voice.t("walk.nothing")]
    parts = [blocks.header(_counted(stop.done, voice)), blocks.section(*more)]
    if stop.waiting or stop.others:
        parts.append(blocks.actions(lists.one_by_one(voice)))
    parts += [_answered(case, voice, now) for case in stop.done[:_DONE]]
    return parts


def _counted(done: Sequence[Case], voice: Voice) -> str:
    if not done:
        return voice.t("walk.none")
    proceed = sum(case.decision is not None and case.decision.verdict is Verdict.PROCEED for case in done)
    return voice.n("walk.done", len(done), proceed=proceed, decline=len(done) - proceed)

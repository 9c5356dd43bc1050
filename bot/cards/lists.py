"""One review as two lines with a way in: for the inbox, the Home tab and messages that name several."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import blocks, evidence, ids, words
from bot.cards.blocks import Block
from bot.cards.words import Pen
from bot.core.case import Case
from bot.core.nudges import hides
from bot.core.types import Member, OnDeadline, State
from bot.i18n.catalog import Voice

SHOWN = 20


def title(case: Case, voice: Voice) -> str:
    """'*Ana Lima* · Aurora Summer', of a hot deal with that said."""
    return f"*{blocks.said(case.candidate.name, 60)}*{words.SEPARATOR}{campaign(case, voice)}"


def campaign(case: Case, voice: Voice) -> str:
    """'Aurora Summer · *hot deal*'."""
    hot = voice.t("hot.tag") if case.review.hot_at is not None and case.review.state.awaits else ""
    return words.SEPARATOR.join(part for part in (blocks.said(case.campaign.name, 40), hot) if part)


def otherwise(case: Case, voice: Voice) -> str:
    """'Tue 24 Nov, 18:00, else *decline*.': the deadline and what happens then."""
    pen = Pen(case, voice)
    review = case.review
    when = voice.when(review.deadline_at)
    if review.state is not State.HELD and not review.held_once and review.on_deadline is OnDeadline.HOLD:
        if case.lead and case.lead != review.expert:
            return voice.t("else.hold", when=when, lead=pen.who(case.lead), hours=pen.hold)
        return voice.t("else.hold_alone", when=when, verdict=pen.ai, hours=pen.hold)
    declines = review.on_deadline is OnDeadline.DECLINE and review.state is not State.HELD
    return voice.t("else", when=when, verdict=voice.t("verdict.decline") if declines else pen.ai)


def capital(text: str) -> str:
    """For the start of a line: a Russian weekday is small."""
    return text[:1].upper() + text[1:]


def matters(pen: Pen, most: int = 2) -> str:
    """The one line that matters: the worst of what looks off, each with what is usual."""
    flags = pen.case.recommendation.flags
    if not flags:
        return pen.t("flags.none")
    said = []
    for flag in flags[:most]:
        head = evidence.label_of(flag, pen, value=evidence.value_of(flag, pen.voice))
        usual = evidence.usual_of(flag, pen.voice)
        said.append(pen.t("nudge.flag", head=head, usual=usual) if usual else head)
    return words.SEPARATOR.join(said)


def looks(case: Case, voice: Voice) -> str:
    """How many things look off; of two AIs that differ, who says what: our reasons are none for the other's call."""
    if case.recommendation.disputed:
        return words.ai_says(case.recommendation, voice)
    flags = len(case.recommendation.flags)
    return voice.n("flags.off", flags) if flags else voice.t("flags.none")


def how_it_ended(case: Case, voice: Voice) -> str:
    """'*Proceed.* @bia agreed with the AI, in 40 min.', or who has it now."""
    pen = Pen(case, voice)
    if case.review.state is State.WITHDRAWN:
        return voice.t("nudge.withdrawn")
    if case.decision is None or case.review.state.awaits:
        return voice.t("nudge.elsewhere", who=pen.who(case.review.expert))
    return f"*{voice.t(f'title.{case.decision.verdict.value}')}.* {words.outcome(pen, case.decision)}"


def entry(case: Case, voice: Voice, reader: Member | None = None) -> Block:
    """Until when and what happens else, what matters, and [Open]; what hides the AI's call hides it here."""
    if hides(case.review, reader):
        when = voice.when(case.review.deadline_at)
        said = [f"{capital(voice.t('else.hidden', when=when))} {voice.t('nudge.hidden')}"]
    else:
        said = [f"{capital(otherwise(case, voice))} {looks(case, voice)}"]
        if case.recommendation.flags:
            said.append(matters(Pen(case, voice), 1))
    return blocks.section(title(case, voice), *said, accessory=open_button(case, voice))


def open_button(case: Case, voice: Voice) -> Block:
    label = voice.t("a11y.open", name=blocks.one_line(case.candidate.name, 40))
    return blocks.button(voice.t("button.open"), ids.OPEN, ids.value(case.review), label=label)


def entries(cases: Sequence[Case], voice: Voice, *, queued: int = 0, reader: Member | None = None) -> list[Block]:
    """The soonest SHOWN, then how many more there are and how many have no card yet."""
    parts = [entry(case, voice, reader) for case in cases[:SHOWN]]
    more = len(cases) - SHOWN
    small = [
        voice.n("inbox.more", more) if more > 0 else "",
        voice.n("inbox.queued", queued) if queued > 0 else "",
    ]
    return [*parts, blocks.context(*small)] if any(small) else parts


def one_by_one(voice: Voice) -> Block:
    """The way to answer everything that waits without leaving one modal."""
    return blocks.button(voice.t("button.one_by_one"), ids.ONE_BY_ONE, "inbox", primary=True)


def first_words(cases: Sequence[Case], voice: Voice) -> str:
    """The notification of a list: how many, and the first by name, deadline and default."""
    head = voice.n("inbox.head", len(cases))
    if not cases:
        return head
    first = cases[0]
    when = voice.when(first.review.deadline_at)
    default = voice.t("else.hidden", when=when) if hides(first.review, None) else otherwise(first, voice)
    said = voice.t("inbox.first", name=blocks.said(first.candidate.name, 60), otherwise=default)
    return words.bare(f"{head}. {said}")


def details_button(case: Case, voice: Voice) -> Block:
    label = voice.t("a11y.details", name=blocks.one_line(case.candidate.name, 28))
    return blocks.button(voice.t("button.details"), ids.DETAILS, ids.value(case.review), label=label)

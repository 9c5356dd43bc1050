"""Reminders: an expert answers them where they stand; an owner sees what will fall to the AI, or is short of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.cards import blocks, fresh, hurry, ids, lists, notice, pending, words
from bot.cards.blocks import Block, Message
from bot.cards.words import Pen
from bot.core.case import Case, Told
from bot.core.nudges import hides
from bot.core.types import Member, OnDeadline, ReviewId, State, UserId
from bot.i18n.catalog import Voice
from scoring.types import Verdict

SHOWN = 5
_OWNED = 15
_OVER = 10
"""Of what is over, so many by name."""


def reminder(told: Told, voice: Voice, reader: Member | None, *, apart: int) -> Message:
    """To whoever is asked: each by deadline with what happens else, the line that matters, and its answers.

    What is over says how it ended, in place of its buttons. `apart` are the hours between two reminders.
    """
    cases = told.still
    if not cases:
        return done(told, voice)
    parts = [blocks.header(voice.n("inbox.head", len(cases)))]
    if len(cases) > 1:
        parts.append(blocks.actions(lists.one_by_one(voice)))
    for case in cases[:SHOWN]:
        parts += _asked(case, voice, reader, told.instead.get(case.review.id))
    parts += _ended(told, voice)
    more = len(cases) - SHOWN
    small = [voice.n("nudge.more", more)] if more > 0 else []
    small.append(voice.n("nudge.next", apart, city=voice.city))
    parts.append(blocks.context(*small))
    first = f"{blocks.said(cases[0].candidate.name, words.NAME)} {_default(Pen(cases[0], voice, plain=True), reader)}"
    text = f"{voice.n('inbox.head', len(cases))}. {voice.t('nudge.first', first=first)}"
    return blocks.message(words.bare(text), parts)


def opened(told: Told, voice: Voice) -> Message:
    """To the expert, once it is their day: these are yours. What has ended since is said below."""
    if not told.still:
        return done(told, voice)
    said = notice.opened_together(told.still, voice)
    return blocks.message(said.text, [*said.blocks, *_ended(told, voice)])


def _ended(told: Told, voice: Voice) -> list[Block]:
    """How each that is over ended, as a line without a button; what a newer reminder asks for is only counted."""
    lines = [f"{lists.title(case, voice)}\n{lists.how_it_ended(case, voice)}" for case in told.over[:_OVER]]
    more = len(told.over) - _OVER
    small = [voice.n("nudge_owner.more", more)] if more > 0 else []
    small += [voice.n("nudge.newer", len(told.newer))] if told.newer else []
    return [*(blocks.section(line) for line in lines), *([blocks.context(*small)] if small else [])]


def done(told: Told, voice: Voice) -> Message:
    """Nothing in it is waited for any more, or a newer one says all of it: the message shrinks."""
    head = voice.t("nudge.all_newer") if told.newer else voice.t("nudge.all_over")
    return blocks.message(head, [blocks.section(f"*{head}*"), *_ended(replace(told, newer=()), voice)])


def _asked(case: Case, voice: Voice, reader: Member | None, instead: UserId | None) -> list[Block]:
    pen = Pen(case, voice)
    lines = [lists.title(case, voice), lists.capital(_default(pen, reader)), _matters(pen, reader), fresh.line(pen)]
    if instead:
        lines.append(voice.t("nudge.instead", who=pen.who(instead)))
    if hides(case.review, reader):
        name = blocks.one_line(case.candidate.name, 40)
        label = voice.t("a11y.open", name=name)
        return [
            blocks.section(*lines),
            blocks.actions(blocks.button(voice.t("button.open"), ids.OPEN, ids.value(case.review), label=label)),
        ]
    return [blocks.section(*lines), pending.short_answers(case, voice)]


def _default(pen: Pen, reader: Member | None) -> str:
    """By when to answer, and what happens if nobody does: 'by Tue 18:00, else the AI's decline stands.'."""
    case, review = pen.case, pen.case.review
    when = pen.voice.near(review.deadline_at)
    if hides(review, reader):
        return pen.t("nudge.blind", when=when)
    waits = review.state is not State.HELD and not review.held_once
    if waits and review.on_deadline is OnDeadline.HOLD:
        if case.lead and case.lead != review.expert:
            return pen.t("nudge.hold", when=when, lead=pen.who(case.lead), hours=pen.hold)
        return pen.t("nudge.hold_alone", when=when, verdict=pen.ai, hours=pen.hold)
    if waits and review.on_deadline is OnDeadline.DECLINE:
        return pen.t("nudge.decline", when=when, verdict=pen.verdict(Verdict.DECLINE))
    return pen.t("nudge.follow_ai", when=when, verdict=pen.ai)


def _matters(pen: Pen, reader: Member | None) -> str:
    """The one line that matters: what looks off, worst first."""
    if hides(pen.case.review, reader):
        return pen.t("nudge.hidden")
    return lists.matters(pen)


def to_owner(told: Told, voice: Voice, reader: Member | None, *, said: Mapping[str, int]) -> Message:
    """To the campaign's owner: what happens if nobody answers, result first; how often its expert was reminded."""
    cases = told.still
    if not cases:
        return done(told, voice)
    several = len({case.campaign.key for case in cases}) > 1
    head = voice.n("nudge_owner.head", len(cases))
    parts = [blocks.header(head), blocks.section(voice.t("nudge_owner.else"))]
    for case in cases[:_OWNED]:
        parts.append(_fate(case, voice, reader, said.get(case.review.id, 0), named=several))
        parts.append(hurry.owner_row(case, voice))
    parts += _ended(told, voice)
    more = len(cases) - _OWNED
    small = [voice.n("nudge_owner.more", more)] if more > 0 else []
    small.append(_who_has_them(cases, voice))
    parts.append(blocks.context(*(line for line in small if line)))
    if len(cases) > 1:
        parts.append(blocks.actions(_ping_all(told, voice)))
    named = ", ".join(_result(Pen(case, voice, plain=True), reader) for case in cases[:3])
    return blocks.message(words.bare(f"{head}. {voice.t('nudge_owner.text', results=named)}"), parts)


def _result(pen: Pen, reader: Member | None) -> str:
    """'Ana Lima: decline, Tue 22:00', or who rules then."""
    review = pen.case.review
    when = pen.voice.near(review.deadline_at)
    if hides(review, reader):
        return pen.t("nudge_owner.hidden", name=pen.name, when=when)
    if review.on_deadline is OnDeadline.HOLD and review.state is not State.HELD and not review.held_once:
        lead = pen.case.lead
        key = "nudge_owner.hold" if lead else "nudge_owner.hold_alone"
        return pen.t(key, name=pen.name, when=when, lead=pen.who(lead) if lead else "", hours=pen.hold)
    declines = review.on_deadline is OnDeadline.DECLINE and review.state is not State.HELD
    verdict = pen.verdict(Verdict.DECLINE) if declines else pen.ai
    return pen.t("nudge_owner.result", name=pen.name, when=when, verdict=verdict)


def _fate(case: Case, voice: Voice, reader: Member | None, said: int, *, named: bool) -> Block:
    pen, lines = Pen(case, voice), []
    lines.append(_result(pen, reader))
    if case.review.opened_at is None:
        why = voice.t("nudge_owner.unopened")
    elif hides(case.review, case_expert(case)):
        why = voice.t("nudge_owner.only_you")
    else:
        rec = case.recommendation
        close = not rec.confident and not rec.disputed
        why = voice.t("nudge_owner.close") if close else lists.looks(case, voice)
    reminded = voice.n("nudge_owner.reminded", said) if said else ""
    campaign = blocks.said(case.campaign.name, 40) if named else ""
    lines += [" ".join(part for part in (why, reminded) if part), fresh.line(pen)]
    hot = voice.t("hot.tag") if case.review.hot_at is not None else ""
    return blocks.section(*lines, words.SEPARATOR.join(part for part in (campaign, hot) if part))


def _ping_all(told: Told, voice: Voice) -> Block:
    """One tap for all of them; they are named where one person has them all."""
    asked = {hurry.asked_of(case) for case in told.still}
    if len(asked) == 1:
        label = voice.n("button.ping_all_one", len(told.still), ping=hurry.ping_label(told.still[0], voice))
    else:
        label = voice.n("button.ping_all", len(told.still))
    return blocks.button(label, ids.PING_ALL, told.ref, primary=True)


def case_expert(case: Case) -> Member | None:
    """Whoever is asked, as far as hiding goes: what their route hides is hidden from them."""
    return Member(case.review.expert, case.review.expert) if case.review.expert else None


def _who_has_them(cases: Sequence[Case], voice: Voice) -> str:
    people = list(dict.fromkeys(case.review.expert for case in cases if case.review.expert))
    if len(people) == 1:
        return voice.n("nudge_owner.one_person", len(cases), who=words.person(people[0]))
    return voice.t("nudge_owner.people", who=", ".join(words.person(p) for p in people[:5])) if people else ""


def scarce(told: Told, voice: Voice, *, hours: int, mondays: Mapping[ReviewId, datetime]) -> Message:
    """To the owner, when they open: too little of whoever is asked's working time lies before the deadline.

    `mondays` says where the deadline of each may be moved, of those that may.
    """
    cases = told.still
    if not cases:
        return done(told, voice)
    campaign = cases[0].campaign
    head = voice.n("scarce.head", len(cases), campaign=blocks.said(campaign.name, 60))
    why = voice.n("scarce.why", hours)
    lines = [
        f"• {pen.name}: {pen.who(case.review.expert)}, {_due(case, voice)}"
        for case in cases[:_OWNED]
        for pen in (Pen(case, voice),)
    ]
    more = len(cases) - _OWNED
    parts = [blocks.section(f"*{head}*", why), blocks.section(*lines), *_ended(told, voice)]
    if more > 0:
        parts.append(blocks.context(voice.n("nudge_owner.more", more)))
    movable = [mondays[case.review.id] for case in cases if case.review.id in mondays]
    if movable:
        parts.append(blocks.section(voice.n("scarce.monday", len(movable), when=voice.near(max(movable)))))
        parts.append(blocks.actions(blocks.button(voice.t("button.monday"), ids.MONDAY, told.ref)))
    return blocks.message(words.bare(f"{head}. {why.rstrip(':')}."), parts)


def _due(case: Case, voice: Voice) -> str:
    """By when, and that it was moved there."""
    when = voice.near(case.review.deadline_at)
    return voice.t("scarce.moved", when=when) if case.review.moved_at is not None else when

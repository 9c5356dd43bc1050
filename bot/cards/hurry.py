"""What an owner can do about time: the row of buttons, its forms, and what is said when it is done or asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.cards import blocks, fields, ids, lists, words
from bot.cards.blocks import Block, Message
from bot.cards.words import Pen
from bot.core.case import Case
from bot.core.hurry import GIVEN, MORE, Asked, Ping, Request, can_have_time
from bot.core.nudges import hides
from bot.core.types import Member, State, UserId
from bot.i18n.catalog import Voice

_NAME = 20
"""Of somebody's name on a button."""
#: Until when a competing offer may stand, as choices: hours from now.
_HOURS = (4, 8, 24)
_CHOSEN = re.compile(r"(h|at)([0-9]{1,10})")
"""Hours from now, or the very moment that was shown."""
_PRESET = 8
OTHER = "other"
"""The choice of a time that one sets oneself."""


def owner_row(case: Case, voice: Voice, *, inside: bool = False) -> Block:
    """Ping, hot, and the rest behind ⋯: beside each review of an owner's message, and `inside` Details."""
    value, name = ids.value(case.review), blocks.one_line(case.candidate.name, 28)
    hot = voice.t("button.is_hot" if case.review.hot_at is not None else "button.hot")
    return blocks.actions(
        blocks.button(ping_label(case, voice), ids.PING, value, label=voice.t("a11y.ping", name=name)),
        blocks.button(hot, ids.HOT, value, label=voice.t("a11y.hot", name=name)),
        blocks.overflow(ids.OWNER_MORE, [blocks.option(*each) for each in _more(case, voice, inside=inside)]),
    )


def ping_label(case: Case, voice: Voice) -> str:
    return voice.t("button.ping", who=_plain_name(case, asked_of(case), voice))


def asked_of(case: Case) -> UserId | None:
    """Whose answer is waited for: of what is held, the lead's."""
    return case.lead or case.review.expert if case.review.state is State.HELD else case.review.expert


def _plain_name(case: Case, person: UserId | None, voice: Voice) -> str:
    return blocks.one_line(case.names.get(person or "") or voice.t("the_expert"), _NAME)


def _more(case: Case, voice: Voice, *, inside: bool) -> list[tuple[str, str]]:
    asks = voice.t("more.ask_lead", who=_plain_name(case, case.lead, voice)) if case.lead else ""
    labels = {"hand": voice.t("more.hand"), "ask": asks, "withdraw": voice.t("more.withdraw"),
              "details": "" if inside else voice.t("button.details")}  # fmt: skip
    return [(label, ids.choice(name, case.review)) for name, label in labels.items() if label]


# Forms


def hot_form(case: Case, voice: Voice, now: datetime) -> Block:
    """Until when the other offer stands; the answer is then due by that moment, if that is sooner."""
    options = [
        blocks.option(voice.n("hot.in_hours", hours, at=voice.near(now + timedelta(hours=hours))), f"h{hours}")
        for hours in _HOURS
    ]
    noon = tomorrow_noon(voice, now)
    options.append(blocks.option(voice.t("hot.tomorrow_noon", at=voice.near(noon)), f"at{int(noon.timestamp())}"))
    options.append(blocks.option(voice.t("hot.other"), OTHER))
    stays = voice.t("hot.shortens", when=voice.when(case.review.deadline_at))
    parts = [
        blocks.section(f"*{blocks.esc(words.question(case, voice))}*", stays),
        blocks.field(ids.CHOICE, voice.t("hot.until"), blocks.one_of(ids.FIELD, options, f"h{_PRESET}")),
        blocks.field(ids.UNTIL, voice.t("hot.own_time"), {"type": "datetimepicker", "action_id": ids.FIELD},
                     optional=True),
    ]  # fmt: skip
    return _form(ids.HOT_FORM, "hot.title", parts, voice, case, submit="hot.submit")


def tomorrow_noon(voice: Voice, now: datetime) -> datetime:
    """12:00 of the reader's next day."""
    local = now.astimezone(voice.zone) + timedelta(days=1)
    return local.replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)


def read_until(view: Mapping[str, Any], now: datetime) -> datetime | None:
    """The moment that was set or chosen, None for nothing."""
    own = fields.values_of(view).get(ids.UNTIL, {}).get("selected_date_time")
    if own is not None:
        # Whoever set a time of their own meant it, whatever is preset above it.
        return datetime.fromtimestamp(own, UTC) if type(own) is int and 0 < own < 2**33 else None
    chosen = _CHOSEN.fullmatch(fields.picked_one(view, ids.CHOICE) or "")
    if chosen is None:
        return None
    kind, number = chosen[1], int(chosen[2])
    if kind == "at":
        # As it was shown, also when it is sent after midnight.
        return datetime.fromtimestamp(number, UTC)
    return now + timedelta(hours=number) if number in _HOURS else None


def ask_form(case: Case, voice: Voice, possible: Collection[Asked], *, leads: bool) -> Block:
    """More time or a ruling; to a lead, who gives it at once, only time."""
    head = f"*{blocks.esc(words.question(case, voice))}*"
    if not possible:
        why = voice.t("ask.nothing_left" if case.lead else "ask.no_lead")
        return blocks.modal(ids.ASK_FORM, voice.t("ask.title"), [blocks.section(head, why)],
                            close=voice.t("form.close"), meta=ids.pack(case.review))  # fmt: skip
    hours = round(MORE / timedelta(hours=1))
    labels = {Asked.TIME: voice.n("ask.time", hours), Asked.RULING: voice.t("ask.ruling")}
    options = [blocks.option(labels[what], what.value) for what in Asked if what in possible]
    said = voice.t("ask.gives_at_once") if leads else voice.t("ask.who", lead=words.person(case.lead))
    parts = [
        blocks.section(head, said),
        blocks.field(ids.CHOICE, voice.t("ask.what"), blocks.one_of(ids.FIELD, options, options[0]["value"])),
    ]
    if not leads:
        parts.append(fields.narrative(voice.t("ask.why"), voice.t("ask.why_hint"), None))
    return _form(ids.ASK_FORM, "ask.title", parts, voice, case, submit="ask.give" if leads else "ask.submit")


def withdraw_form(case: Case, voice: Voice) -> Block:
    """It cannot be undone, so it is asked once more."""
    parts = [blocks.section(f"*{blocks.esc(words.question(case, voice))}*", voice.t("withdraw.means"))]
    return _form(ids.WITHDRAW_FORM, "withdraw.title", parts, voice, case, submit="withdraw.submit")


def _form(callback: str, title: str, parts: Sequence[Block], voice: Voice, case: Case, *, submit: str) -> Block:
    cancel, meta = voice.t("form.cancel"), ids.pack(case.review)
    return blocks.modal(callback, voice.t(title), parts, close=cancel, submit=voice.t(submit), meta=meta)


# What is said when it is done


def ping_said(candidate: str, expert: UserId | None, ping: Ping, again_at: datetime | None, voice: Voice) -> str:
    """'Ana Lima: Bia is off until Mon 09:00, so Caio is asked.'."""
    name, who = blocks.said(candidate, words.NAME), words.person(expert)
    if again_at is not None:
        return voice.t("ping.again", name=name, at=voice.clock(again_at))
    if ping.to is not None and ping.instead is None:
        return voice.t("ping.done", name=name, who=words.person(ping.to))
    back = voice.near(ping.back_at) if ping.back_at is not None else ""
    if ping.to is not None:
        key = "ping.backup" if back else "ping.backup_for_good"
        return voice.t(key, name=name, who=who, at=back, backup=words.person(ping.to))
    return voice.t("ping.nobody" if back else "ping.nobody_for_good", name=name, who=who, at=back)


def pinged(lines: Sequence[str], voice: Voice) -> Message:
    """To whoever pinged, beside what they tapped."""
    shown = list(lines[:15])
    more = len(lines) - len(shown)
    tail = [voice.n("nudge_owner.more", more)] if more > 0 else []
    return blocks.message(words.bare(" ".join(shown)), [blocks.section(*shown, *tail)])


def nobody_there(case: Case, voice: Voice, *, expert: UserId, back_at: datetime | None) -> Message:
    """To whoever marked it hot: that nobody was called, since when somebody is there, and what can be done."""
    said = ping_said(case.candidate.name, expert or None, Ping(None, None, back_at), None, voice)
    return blocks.message(words.bare(said), [blocks.section(said), blocks.actions(lists.details_button(case, voice))])


# What the lead is asked, and what the owner hears of it


def asked(case: Case, voice: Voice, reader: Member | None, request: Request) -> Message:
    """To the lead: who asks for what, by when it falls and how, and the ways to answer; then what was answered."""
    by, what, note, answer = request.by, request.what, request.note, request.answer
    pen, plain = Pen(case, voice), Pen(case, voice, plain=True)
    head = pen.t(f"asked.{what.value}", who=pen.who(by), name=pen.name)
    said = plain.t(f"asked.{what.value}", who=plain.who(by), name=plain.name)
    quote = blocks.quote(note, words.QUOTE)
    if answer is not None or not case.review.state.awaits:
        done = _answered(case, voice, request)
        parts = [blocks.section(f"*{head}*", quote, done), blocks.actions(lists.details_button(case, voice))]
        return blocks.message(words.bare(f"{said}. {done}"), parts)
    hidden = hides(case.review, reader)
    blind = voice.t("nudge.blind", when=voice.near(case.review.deadline_at))
    default = blind if hidden else lists.otherwise(case, voice)
    looks = "" if hidden else lists.looks(case, voice)
    parts = [blocks.section(f"*{head}*", quote, lists.campaign(case, voice), lists.capital(default), looks)]
    rows = [_time_row(case, voice), *([] if hidden else [_ruling_row(case, voice)])]
    parts += rows if what is Asked.TIME else rows[::-1]
    return blocks.message(words.bare(f"{said}. {lists.capital(default)}"), parts)


def _time_row(case: Case, voice: Voice) -> Block:
    value, name = ids.value(case.review), blocks.one_line(case.candidate.name, 28)
    hours = round(MORE / timedelta(hours=1))
    give = blocks.button(
        voice.n("button.give_time", hours), ids.GIVE_TIME, value, label=voice.t("a11y.give_time", name=name)
    )
    leave = blocks.button(voice.t("button.leave"), ids.LEAVE, value, label=voice.t("a11y.leave", name=name))
    able = [give] if can_have_time(case.review) else []
    return blocks.actions(*able, leave, lists.open_button(case, voice))


def _ruling_row(case: Case, voice: Voice) -> Block:
    """The same answers as on the card, worded as what they are here: the one is a tap, the other a form."""
    value, name, ai = ids.value(case.review), blocks.one_line(case.candidate.name, 28), case.recommendation.verdict
    agree, override = f"button.rule.{ai.value}", f"button.rule_form.{ai.opposite.value}"
    return blocks.actions(
        blocks.button(voice.t(agree), ids.APPROVE, value, label=voice.t(f"a11y.agree.{ai.value}", name=name)),
        blocks.button(
            voice.t(override), ids.OVERRIDE, value, label=voice.t(f"a11y.override.{ai.opposite.value}", name=name)
        ),
    )


def _answered(case: Case, voice: Voice, request: Request) -> str:
    answer, by = request.answer, request.answered_by
    if answer == GIVEN:
        return voice.t("asked.given", who=words.person(by), when=voice.when(case.review.deadline_at))
    if answer is not None and case.review.state.awaits:
        return voice.t("asked.left", who=words.person(by))
    return lists.how_it_ended(case, voice)


def time_given(case: Case, voice: Voice, *, by: UserId) -> Message:
    """To whoever asked: how long it is open now."""
    return _news(case, voice, "time_given", by)


def left_as_is(case: Case, voice: Voice, *, by: UserId) -> Message:
    """To whoever asked: nothing has changed."""
    return _news(case, voice, "left_as_is", by)


def _news(case: Case, voice: Voice, key: str, by: UserId) -> Message:
    pen, plain = Pen(case, voice), Pen(case, voice, plain=True)
    when = voice.when(case.review.deadline_at)
    said = voice.t(key, who=pen.who(by), when=when)
    bare = voice.t(key, who=plain.who(by), when=when)
    parts = [blocks.section(f"*{pen.name}*", said), blocks.actions(lists.details_button(case, voice))]
    return blocks.message(words.bare(f"{pen.name}. {bare}"), parts)

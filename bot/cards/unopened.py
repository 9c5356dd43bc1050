"""Unopened at half its window: the list for owner and lead with its three ways out, and their forms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from bot.cards import blocks, fell, ids
from bot.cards.blocks import Block, Message
from bot.cards.words import bare, person
from bot.core.case import Line
from bot.core.types import Campaign, Member, UserId
from bot.i18n.catalog import Voice

_SECTIONS = 20


class Unopened(Protocol):
    """What a form asks of the desk's."""

    @property
    def campaign(self) -> Campaign: ...
    @property
    def count(self) -> int: ...
    @property
    def proceed(self) -> int: ...
    @property
    def kept(self) -> int: ...
    @property
    def able(self) -> tuple[Member, ...]: ...
    @property
    def load(self) -> dict[UserId, int]: ...


def half_window(campaign: Campaign, lines: Sequence[Line], voice: Voice, *, ref: str, ended: int) -> Message:
    """Half the time is over and these have no card yet: every name, by whom they wait for, and what can be done.

    `ended` is of how many that is over by now.
    """
    over = voice.n("half.over", ended) if ended else ""
    name = blocks.said(campaign.name, 60)
    if not lines:
        done = voice.t("half.done", campaign=name)
        return blocks.message(bare(f"{done} {over}".rstrip()), [blocks.section(f"*{done}*", over)])
    head = voice.n("half.head", len(lines), campaign=name)
    waiting: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        last = max(other.deadline_at for other in lines if other.reviewer == line.reviewer)
        waiting[voice.t("half.group", who=person(line.reviewer), by=voice.by(last))].append(line)
    more = sum(len(lines) for lines in list(waiting.values())[_SECTIONS:])
    shown = fell.named(dict(list(waiting.items())[:_SECTIONS]))[: 2 * _SECTIONS]
    parts = [
        blocks.section(f"*{head}*", voice.t("half.why")),
        *(shown or [blocks.section(voice.t("half.none"))]),
        *([blocks.context(voice.n("nudge_owner.more", more))] if more else []),
        blocks.context(voice.t("half.ways"), over),
        _ways(len(lines), ref, voice),
    ]
    return blocks.message(f"{head}. {voice.t('half.why')}", parts)


def _ways(count: int, ref: str, voice: Voice) -> Block:
    return blocks.actions(
        blocks.button(voice.n("button.half_open", count), ids.HALF_OPEN, ref),
        blocks.button(voice.t("button.half_hand"), ids.HALF_HAND, ref),
        blocks.button(voice.t("button.half_leave"), ids.HALF_LEAVE, ref),
    )


def hand_form(found: Unopened, ref: str, voice: Voice) -> Block:
    """To whom, with how many they have already."""
    title, head = voice.t("half_hand.title"), _head(found, voice)
    if not found.able:
        said = blocks.section(head, voice.t("half_hand.nobody"))
        return blocks.modal(ids.HALF_HAND_FORM, title, [said], close=voice.t("form.close"), meta=ref)
    options = [
        blocks.option(voice.n("half_hand.person", found.load.get(m.id, 0), who=blocks.one_line(m.name, 40)), m.id)
        for m in found.able
    ]
    to_whom = blocks.one_of(ids.FIELD, options, placeholder=voice.t("pass.hint"))
    parts = [blocks.section(head, voice.t("half_hand.means")), blocks.field(ids.PERSON, voice.t("pass.to"), to_whom)]
    cancel, submit = voice.t("form.cancel"), voice.t("pass.submit")
    return blocks.modal(ids.HALF_HAND_FORM, title, parts, close=cancel, submit=submit, meta=ref)


def leave_form(found: Unopened, ref: str, voice: Voice) -> Block:
    """What the AI would make of them; what only a lead may leave to it stays."""
    title, free = voice.t("half_leave.title"), found.count - found.kept
    kept = voice.n("half_leave.kept", found.kept) if found.kept else ""
    if not free:
        said = blocks.section(_head(found, voice), kept)
        return blocks.modal(ids.HALF_LEAVE_FORM, title, [said], close=voice.t("form.close"), meta=ref)
    counts = voice.t("fell.counts", proceed=found.proceed, decline=free - found.proceed)
    parts = [blocks.section(_head(found, voice), voice.t("half_leave.means", counts=counts), kept)]
    cancel, submit = voice.t("form.cancel"), voice.t("half_leave.submit")
    return blocks.modal(ids.HALF_LEAVE_FORM, title, parts, close=cancel, submit=submit, meta=ref)


def _head(found: Unopened, voice: Voice) -> str:
    return f"*{voice.n('half.head', found.count, campaign=blocks.said(found.campaign.name, 60))}*"

"""The morning digest of whoever owns campaigns: what was decided, by whom or what, what waits, what is lost."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import blocks, ranked, words
from bot.cards.blocks import Block, Message
from bot.core.morning import Ended, Morning, News
from bot.i18n.catalog import Voice
from scoring.types import Verdict

_CAMPAIGNS = 15
_NAMES = 5
"""Of one kind, so many by name."""


def morning(found: Morning, voice: Voice) -> Message:
    """One section for each campaign, the figures of all of them first."""
    news = found.campaigns
    head = voice.t("morning.head", since=voice.near(found.since))
    total = _counts(
        voice,
        decided=sum(len(one.decided) for one in news),
        on_the_ai=sum(len(one.on_the_ai) for one in news),
        waiting=sum(len(one.waiting) for one in news),
        lost=sum(len(one.lost) for one in news),
    )
    parts: list[Block] = [blocks.header(head), blocks.section(f"*{total}*")]
    for one in news[:_CAMPAIGNS]:
        key, name = one.campaign.key, one.campaign.name
        lines = [f"*{blocks.said(name, 60)}*", *_lines(one, voice)]
        parts.append(blocks.section(*lines, accessory=ranked.way_in(key, name, voice)))
    more = len(news) - _CAMPAIGNS
    if more > 0:
        parts.append(blocks.context(voice.n("inbox.more_campaigns", more)))
    return blocks.message(words.bare(f"{head}. {total}"), parts)


def _counts(voice: Voice, **counted: int) -> str:
    """'5 decided, 2 on the AI’s word, 3 waiting.', without what is none."""
    said = [voice.n(f"morning.{name}", n) for name, n in counted.items() if n]
    return f"{', '.join(said)}." if said else voice.t("morning.nothing")


def _lines(one: News, voice: Voice) -> list[str]:
    lines = []
    if one.decided:
        proceed = sum(each.verdict is Verdict.PROCEED for each in one.decided)
        lines.append(
            voice.n("morning.by_people", len(one.decided), proceed=proceed, decline=len(one.decided) - proceed)
        )
    for verdict in Verdict:
        alone = [each for each in one.on_the_ai if each.verdict is verdict]
        if alone:
            lines.append(voice.n(f"morning.ai.{verdict.value}", len(alone), names=_named(alone, voice)))
    if one.waiting:
        first = one.waiting[0]
        name = blocks.said(first.candidate, words.NAME)
        lines.append(voice.n("morning.waits", len(one.waiting), name=name, when=voice.near(first.deadline_at)))
    if one.lost:
        lines.append(voice.n("morning.slow", len(one.lost), names=_named(one.lost, voice)))
    return lines


def _named(ended: Sequence[Ended], voice: Voice) -> str:
    """'Ana Lima, Bruno Reis and 3 more'."""
    names = ", ".join(blocks.said(each.candidate, words.NAME) for each in ended[:_NAMES])
    more = len(ended) - _NAMES
    return f"{names}, {voice.n('nudge_owner.more', more)}" if more > 0 else names

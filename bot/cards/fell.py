"""Lists for a campaign's owner: deadlines that passed without an answer, and what was left to the AI."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bot.cards import blocks, ids, words
from bot.cards.blocks import Block, Message
from bot.core.case import Line
from bot.core.types import Campaign
from bot.i18n.catalog import Voice
from scoring.types import Verdict

#: Lines with a button of their own; a message holds fifty blocks.
_BUTTONS = 40
_NAMES = 2600
"""Characters of names in one section, which holds three thousand."""


def fell(campaign: Campaign, lines: Sequence[Line], voice: Voice, *, left: bool = False) -> Message:
    """Several deadlines passed: what became of each, with Object, and of those beyond a message's room by name.

    With `left` they were left to the AI instead.
    """
    key = "left_to_ai.head" if left else "fell.head"
    head = voice.n(key, len(lines), campaign=blocks.said(campaign.name, 60))
    counts = voice.t(
        "fell.counts",
        proceed=sum(line.decision is Verdict.PROCEED for line in lines),
        decline=sum(line.decision is Verdict.DECLINE for line in lines),
    )
    rest: dict[str, list[Line]] = defaultdict(list)
    for line in lines[_BUTTONS:]:
        rest[voice.t(f"verdict.{(line.decision or line.ai_verdict).value}")].append(line)
    parts = [
        blocks.section(f"*{head}*", voice.t("fell.why")),
        *(_line(line, voice) for line in lines[:_BUTTONS]),
        *named(rest)[: 50 - _BUTTONS - 3],
        blocks.context(counts),
    ]
    return blocks.message(words.bare(f"{head} {counts}"), parts)


def _line(line: Line, voice: Voice) -> Block:
    verdict = line.decision or line.ai_verdict
    said = voice.t(
        "fell.ai" if verdict is line.ai_verdict else "fell.rule", verdict=voice.t(f"verdict.{verdict.value}")
    )
    unopened = "" if line.opened else voice.t("fell.unopened")
    label = voice.t(f"a11y.object.{verdict.value}", name=blocks.one_line(line.candidate, 28))
    way = blocks.button(voice.t("button.object"), ids.DISSENT, ids.value(line), label=label)
    return blocks.section(f"*{blocks.said(line.candidate, 60)}*", f"{said} {unopened}".strip(), accessory=way)


def named(groups: dict[str, list[Line]]) -> list[Block]:
    """'*Heading:* name, name, …' in as many sections as the names need."""
    parts: list[Block] = []
    for heading, lines in groups.items():
        text = ""
        for line in lines:
            name = blocks.said(line.candidate, 60)
            if len(text) + len(name) > _NAMES:
                parts.append(blocks.section(f"*{heading}*", text))
                text = ""
            text = f"{text}, {name}" if text else name
        parts.append(blocks.section(f"*{heading}*", text))
    return parts

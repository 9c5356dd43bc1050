"""A campaign's candidates in the AI's order, each with its reason in one line, whatever their route."""

from __future__ import annotations

from bot.cards import blocks, evidence, ids, words
from bot.cards.blocks import Block
from bot.cards.words import Pen
from bot.core.case import Case, Ranked
from bot.i18n.catalog import Voice

SHOWN = 40
"""In one view: Slack takes a hundred blocks, a phone fewer."""


def view(found: Ranked, voice: Voice) -> Block:
    """The list as a view, best first, with a way into each."""
    parts = [_entry(place, case, found, voice) for place, case in enumerate(found.cases, 1)]
    if not parts:
        parts = [blocks.section(voice.t("ranked.none"))]
    more = found.total - len(found.cases)
    about = [voice.t("ranked.order"), voice.n("ranked.more", more, key=found.campaign.key) if more > 0 else ""]
    head = blocks.section(f"*{blocks.said(found.campaign.name, 60)}*")
    return blocks.modal(
        ids.RANKED_VIEW, voice.t("ranked.title"), [head, *parts, blocks.context(*about)], close=voice.t("form.close")
    )


def way_in(found_key: str, name: str, voice: Voice) -> Block:
    """The button beside a campaign."""
    label = voice.t("a11y.ranked", name=blocks.one_line(name, 40))
    return blocks.button(voice.t("button.ranked"), ids.RANKED, found_key, label=label)


def reason(case: Case, voice: Voice) -> str:
    """'Followers +48% in 14 days': what the AI's call turns on, in one line."""
    pen = Pen(case, voice)
    rec = case.recommendation
    weak = evidence.weak_match(pen)
    worst = rec.flags[0] if rec.flags else None
    if weak and (worst is None or not worst.contribution):
        return weak
    if worst is not None:
        if value := evidence.value_of(worst, voice):
            return evidence.label_of(worst, pen, value=value)
        return evidence.label_of(worst, pen, value=evidence.hits_of(worst, voice))
    parts = [evidence.part_said(part, value, voice) for part, value in rec.match_parts.items()]
    return ", ".join([voice.t("flags.none").rstrip("."), *parts])


def stands(case: Case, voice: Voice) -> str:
    """What has been decided, or until when it is open."""
    if case.decision is not None and case.review.state.value == "decided":
        return voice.t("ranked.decided", verdict=voice.t(f"verdict.{case.decision.verdict.value}"))
    return voice.t("ranked.due", when=voice.when(case.review.deadline_at))


def _entry(place: int, case: Case, found: Ranked, voice: Voice) -> Block:
    name = blocks.one_line(case.candidate.name, 40)
    button = blocks.button(
        voice.t("button.open"), ids.OPEN, ids.value(case.review), label=voice.t("a11y.open", name=name)
    )
    title = f"*{place}. {blocks.said(case.candidate.name, 60)}*{words.SEPARATOR}{stands(case, voice)}"
    if found.hides(case.review):
        return blocks.section(title, voice.t("ranked.hidden"), accessory=button)
    return blocks.section(title, words.ai_small(case.recommendation, voice), reason(case, voice), accessory=button)

"""Similar cases: a line on an open card, a button in Details, the list behind it. Nothing before a blind answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.cards import blocks, ids, words
from bot.cards.blocks import Block
from bot.cards.words import Pen
from bot.core.case import Case, Thread
from bot.core.disagreement import Kind, Standing
from bot.core.precedents import Precedent, SeenBefore, Tally, hidden, overturned, whose
from bot.i18n.catalog import Voice

_SAID = 160
"""About three lines of a phone."""
_LESSON = 300


def _seen(case: Case) -> SeenBefore | None:
    """What may be shown; asked here once more, so that no card can forget it."""
    return None if hidden(case.review) else case.before


def line(pen: Pen) -> str:
    """'*Seen before:* in 2 of 3 similar cases in Brazil the expert was right, not the AI.'; "" when nothing is known.

    This creator's own cases before others'. A count, and never a share: there are ten at most.
    """
    seen = _seen(pen.case)
    if seen is None:
        return ""
    return _counted(pen, "creator", seen.of_creator) or _counted(pen, "similar", seen.of_similar)


def _counted(pen: Pen, of: str, found: Tally) -> str:
    if not found.expert and not found.ai:
        return ""
    side = "even" if found.expert == found.ai else "expert" if found.expert > found.ai else "ai"
    if found.cases == 1:
        return pen.t(f"before.{of}.one.{side}", market_in=pen.market_in)
    numbers = {"right": max(found.expert, found.ai), "expert": found.expert, "ai": found.ai}
    return pen.voice.n(f"before.{of}.{side}", found.cases, market_in=pen.market_in, **numbers)


def button(pen: Pen) -> list[Block]:
    """'3 similar cases', where there are any."""
    seen = _seen(pen.case)
    if seen is None or not seen.cases:
        return []
    label = pen.voice.n("button.precedents", len(seen.cases))
    return [blocks.actions(blocks.button(label, ids.PRECEDENTS, ids.value(pen.case.review)))]


def listed(case: Case, found: Sequence[Precedent], voice: Voice) -> Block:
    """The cases themselves: who, when, who was right, what was learned, in whose words, and where it stands."""
    pen, seen = Pen(case, voice), _seen(case)
    parts: list[Block] = []
    if seen is not None:
        by_id = {one.found.id: one for one in found}
        groups = (
            ("precedents.creator", seen.creator),
            ("precedents.similar", seen.similar),
            ("precedents.other_way", (seen.other_way,) if seen.other_way else ()),
        )
        for head, listed_here in groups:
            parts += _group(pen, head, [by_id[one.id] for one in listed_here if one.id in by_id])
    if not parts:
        parts.append(blocks.section(voice.t("precedents.none")))
    parts.append(blocks.context(voice.t("precedents.only_you")))
    return blocks.modal(
        ids.PRECEDENTS_VIEW,
        voice.t("precedents.title"),
        parts,
        close=voice.t("form.close"),
        meta=ids.value(case.review),
    )


def _group(pen: Pen, head: str, found: Iterable[Precedent]) -> list[Block]:
    shown = [blocks.section(*_told(one, pen.voice)) for one in found]
    return [blocks.section(pen.t(head, market_in=pen.market_in)), *shown] if shown else []


def _told(one: Precedent, voice: Voice) -> list[str]:
    """'*Lia Prado* · March 2026 · *the expert was right*', the sides, the lesson, and what whoever disagreed wrote."""
    found = one.found
    name = words.link(one.link, blocks.said(one.creator, words.NAME))
    side = whose(found)
    ended = side.value if side else "open" if found.standing is Standing.OPEN else "none"
    won = voice.t(f"precedents.won.{ended}")
    head = words.SEPARATOR.join((f"*{name}*", _when(one, voice), f"*{won}*"))
    return [head, _sides(one, voice), *_learned(one, voice), blocks.quote(one.said, _SAID) if one.said.strip() else ""]


def _sides(one: Precedent, voice: Voice) -> str:
    found = one.found
    who, ai = words.person(found.expert), voice.t(f"verdict.{found.ai_verdict.value}")
    if found.kind is Kind.FLAG:
        normal = words.disputed_said(found.disputed, voice)
        return voice.t("precedents.sides_flag", ai=ai, who=who, market_of=voice.market_of(found.market), what=normal)
    return voice.t("precedents.sides", ai=ai, who=who, verdict=voice.t(f"verdict.{found.verdict.value}"))


def _learned(one: Precedent, voice: Voice) -> list[str]:
    """The lesson; none that an outcome has refuted. And what has become of it since."""
    lines = [voice.t("precedents.turned")] if overturned(one.found) else []
    if lesson := _lesson(one):
        lines.append(voice.t("precedents.lesson", lesson=lesson))
    return [*lines, voice.t("precedents.norm_gone")] if one.norm_gone else lines


def sides(pen: Pen, thread: Thread) -> list[Block]:
    """The closest case for each side, in the thread of a disagreement: '• For the AI: Duda Melo, August 2026, …'."""
    if not thread.similar:
        return []
    lines = [pen.t("precedents.closest")]
    for side, one in thread.similar:
        name, lesson = words.link(one.link, blocks.said(one.creator, words.NAME)), _lesson(one)
        said = ", ".join(part for part in (name, _when(one, pen.voice), lesson) if part)
        lines.append("• " + pen.t(f"precedents.for.{side.value}", case=said))
    return [blocks.section(*lines)]


def _when(one: Precedent, voice: Voice) -> str:
    return f"{voice.month(one.found.opened_at.month)} {one.found.opened_at.year}"


def _lesson(one: Precedent) -> str:
    """What was learned, unless an outcome has refuted it."""
    return "" if overturned(one.found) or not one.found.lesson else blocks.said(one.found.lesson, _LESSON)

"""What the team's own AI says, as theirs: a line on the card and in Details, beside our own call and never in it."""

from __future__ import annotations

from bot.cards import blocks
from bot.cards.words import SEPARATOR, Pen
from bot.core.types import Whose
from scoring.recommend import own

_SHOWN = 3


def line(pen: Pen) -> str:
    """'Your own AI: proceed · match 81 of 100 · fraud risk 30/100 · warns of: pods'; empty where it said nothing.

    Without its verdict where that is the recommendation, and stands above already.
    """
    said, voice = pen.case.candidate.theirs, pen.voice
    if said is None:
        return ""
    above = pen.case.recommendation.theirs
    parts = [f"*{pen.verdict(said.verdict)}*"] if said.verdict is not None and not above else []
    parts += [voice.t("theirs.match", match=voice.number(said.match, 0))] if said.match is not None else []
    parts += [voice.t("theirs.risk", risk=voice.risk(said.risk))] if said.risk is not None else []
    if said.flags:
        named = ", ".join(blocks.said(flag, 60) for flag in said.flags[:_SHOWN])
        more = len(said.flags) - _SHOWN
        named += voice.n("theirs.more", more) if more > 0 else ""
        parts.append(voice.t("theirs.flags", flags=named))
    return voice.t("theirs.says", what=SEPARATOR.join(parts)) if parts else ""


def compared(pen: Pen) -> str:
    """Whether it says the same as ours; empty where it gave no verdict."""
    said = pen.case.candidate.theirs
    if said is None or said.verdict is None:
        return ""
    rec = pen.case.recommendation
    if said.verdict is own(rec).verdict:
        return pen.t("theirs.same")
    if rec.theirs:
        return pen.t("theirs.differs_decides")
    kept = pen.case.campaign.recommends is Whose.THEIRS and rec.severe
    return pen.t("theirs.differs_severe" if kept else "theirs.differs")

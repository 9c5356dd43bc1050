"""What became of a deal: what is known so far, and what its owner can say in one tap."""

from __future__ import annotations

from datetime import datetime

from bot.cards import blocks, decided, ids, lists
from bot.cards.blocks import Block
from bot.core.case import Case
from bot.core.outcome import LOST, still_to_say
from bot.i18n.catalog import Voice
from scoring.types import Verdict


def lines(case: Case, voice: Voice, now: datetime) -> list[Block]:
    """What became of the deal so far, and what can be said of it in one tap; nothing before it is final.

    That it was lost can be taken back: a finger slips, and creators come back.
    """
    known = ", ".join(voice.t(f"outcome.{what.value}") for what in case.outcomes)
    parts = [blocks.section(voice.t("thread.since", what=known))] if known else []
    goes = case.decision is not None and case.decision.verdict is Verdict.PROCEED
    left = still_to_say(case.outcomes) if goes and not decided.undoable(case, now) else ()
    name, taps = blocks.one_line(case.candidate.name, 40), []
    for what in left:
        said = voice.t(f"outcome.{what.value}")
        label = voice.t("a11y.outcome", name=name, what=said)
        taps.append(blocks.button(lists.capital(said), ids.OUTCOME_TAPS[what], ids.value(case.review), label=label))
    if set(case.outcomes) & LOST:
        said = voice.t("button.not_lost")
        label = voice.t("a11y.outcome", name=name, what=said)
        taps.append(blocks.button(said, ids.OUTCOME_BACK, ids.value(case.review), label=label))
    return [*parts, blocks.actions(*taps)] if taps else parts

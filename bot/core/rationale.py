"""What an answer must say: reasons that fit its direction, words for "other", flags when it is the norm."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from bot.core.errors import Invalid
from bot.core.types import REASONS, Decision, How, Judgement, Rationale, Reason, UserId
from scoring.types import FlagCode, Recommendation, Verdict

_URL = re.compile(r"https?://[^\s<>|\"']+")


def with_evidence(rationale: Rationale) -> Rationale:
    """The first URL of the narrative is the evidence link; trailing punctuation is the sentence's, not the link's.

    >>> with_evidence(Rationale(narrative="see https://e.com/a. And more")).evidence
    'https://e.com/a'
    """
    found = _URL.search(rationale.narrative)
    return replace(rationale, evidence=found.group().rstrip(".,;:!?)]»”") if found else None)


def disputable(rec: Recommendation) -> tuple[FlagCode, ...]:
    """The raised flags that may be called normal: never brand safety."""
    return tuple(f.code for f in rec.flags if f.disputable)


def check_override(rationale: Rationale, verdict: Verdict, rec: Recommendation) -> Rationale:
    """Raises Invalid naming the field when the answer lacks what it must say."""
    if not rationale.reasons:
        raise Invalid("reason_needed", field="reasons")
    if any(r not in REASONS[verdict] for r in rationale.reasons):
        raise Invalid("reason_needed", field="reasons")
    if rationale.confidence is None:
        raise Invalid("confidence_needed", field="confidence")
    if Reason.OTHER in rationale.reasons and not rationale.narrative.strip():
        raise Invalid("text_needed", field="narrative")
    asked = Reason.MARKET_NORM in rationale.reasons and disputable(rec)
    kept = _raised(rationale, rec) if asked else ()
    if asked and not kept:
        raise Invalid("flags_needed", field="flags")
    return with_evidence(replace(rationale, disputed=kept))


def may_explain(judgement: Judgement | None, decision: Decision | None, person: UserId) -> bool:
    """Whether this person agreed with the AI in one tap, that counts, and has not yet said why: nobody must."""
    if judgement is None or decision is None:
        return False
    plain = judgement.how is How.APPROVE and not judgement.rationale.reasons
    return plain and decision.by == judgement.expert == person


def check_agreement(reasons: Collection[Reason], verdict: Verdict, narrative: str) -> tuple[Reason, ...]:
    """The reasons of an agreement, in the form's order, for either way of agreeing. Raises Invalid naming the field.

    "Normal for this market" is none of them: it says which warnings, and has a form of its own.
    """
    if any(r not in agreeing(verdict) for r in reasons):
        raise Invalid("reason_needed", field="reasons")
    if Reason.OTHER in reasons and not narrative.strip():
        raise Invalid("text_needed", field="narrative")
    return tuple(r for r in agreeing(verdict) if r in reasons)


def agreeing(verdict: Verdict) -> tuple[Reason, ...]:
    """Which reasons an agreement with this verdict can have."""
    return tuple(r for r in REASONS[verdict] if r is not Reason.MARKET_NORM)


def check_norm(rationale: Rationale, rec: Recommendation) -> Rationale:
    """Normal for this market: at least one raised flag that can be disputed; the reason records itself."""
    kept = _raised(rationale, rec)
    if not kept:
        raise Invalid("flags_needed", field="flags")
    return with_evidence(replace(rationale, disputed=kept, reasons=(Reason.MARKET_NORM,), confidence=None))


def _raised(rationale: Rationale, rec: Recommendation) -> tuple[FlagCode, ...]:
    return tuple(code for code in disputable(rec) if code in rationale.disputed)

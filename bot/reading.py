"""One review on the command line: as text for a person, as JSON for a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.case import Case
from bot.core.types import Judgement
from bot.i18n.catalog import Voice
from db.events import Happened
from scoring.types import Recommendation


def _recommendation(rec: Recommendation) -> dict[str, Any]:
    return {
        "verdict": rec.verdict.value,
        "match": rec.match,
        "risk": round(rec.risk, 4),
        "risk_interval": [round(rec.risk_low, 4), round(rec.risk_high, 4)],
        "confident": rec.confident,
        "flags": [
            {
                "code": f.code.value,
                "value": f.value,
                "severity": f.severity.value,
                "contribution": round(f.contribution, 4),
            }
            for f in rec.flags
        ],
        "not_measured": [code.value for code in rec.unmeasured],
        "model": rec.model,
    }


def _judgement(judgement: Judgement) -> dict[str, Any]:
    why = judgement.rationale
    return {
        "by": judgement.expert,
        "how": judgement.how.value,
        "verdict": judgement.verdict.value,
        "reasons": [r.value for r in why.reasons],
        "confidence": why.confidence.value if why.confidence else None,
        "narrative": why.narrative,
        "evidence": why.evidence,
        "disputed": [f.value for f in why.disputed],
        "at": judgement.at.isoformat(),
    }


def as_json(whole: Case, happened: Sequence[Happened]) -> dict[str, Any]:
    """What `handoff review show --json` adds to a row of the list."""
    return {
        "rule": whole.review.rule,
        "stakes": whole.review.stakes.value,
        "backup": whole.review.backup,
        "ai": _recommendation(whole.recommendation),
        "judgement": _judgement(whole.judgement) if whole.judgement else None,
        "objections": [_judgement(j) for j in whole.dissents],
        "notes": [{"by": c.author, "text": c.text, "at": c.at.isoformat()} for c in whole.comments],
        "history": [
            {"at": h.at.isoformat(), "actor": h.actor, "what": h.what, "before": dict(h.before), "after": dict(h.after)}
            for h in happened
        ],
    }


def as_text(whole: Case, happened: Sequence[Happened], voice: Voice) -> str:
    """The same for the eye, a line each."""
    rec, review = whole.recommendation, whole.review
    match = "unknown" if rec.match is None else f"{rec.match:.0f} of 100"
    interval = voice.interval(rec.risk_low, rec.risk_high)
    asked = f"With {review.expert or 'nobody'}, backup {review.backup or 'nobody'}"
    lines = [
        f"{whole.candidate.name} (@{whole.candidate.handle}) for {whole.campaign.name}",
        f"{review.state.value}, {review.route.value} (rule {review.rule}), {review.stakes} stakes, {review.market}",
        f"AI: {rec.verdict.value}, risk {voice.risk(rec.risk)} ({interval}), match {match}",
        *(f"  looks off: {f.code.value} ({f.severity.value})" for f in rec.flags),
        f"{asked}, deadline {voice.when(review.deadline_at)}",
    ]
    if whole.decision:
        lines.append(
            f"Decision: {whole.decision.verdict.value} by {whole.decision.by}, {voice.when(whole.decision.at)}"
        )
    lines += [f"  {voice.when(h.at)}  {h.what}  {h.actor}" for h in happened]
    return "\n".join(lines)

"""One review on the command line: as text for a person, as JSON for a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.case import Case, Happened, Line
from bot.core.disagreement import Disagreement
from bot.core.types import Judgement, Whose
from bot.i18n.catalog import Voice
from scoring.learned import contributions
from scoring.recommend import own
from scoring.types import Recommendation, RiskFlag


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def line_json(line: Line) -> dict[str, Any]:
    """One object of `handoff review list --json`: people script against it, so it only ever grows."""
    return {
        "id": line.review_id,
        "candidate": line.candidate,
        "handle": line.handle,
        "campaign": line.campaign,
        "market": line.market,
        "route": line.route.value,
        "state": line.state.value,
        "open": line.opened,
        "deadline_at": _iso(line.deadline_at),
        "recommendation": line.ai_verdict.value,
        "decision": line.decision.value if line.decision else None,
        "decided_by": line.decided_by,
        "reviewer": line.reviewer,
    }


def _recommendation(rec: Recommendation) -> dict[str, Any]:
    return {
        "verdict": rec.verdict.value,
        "whose": (Whose.THEIRS if rec.theirs else Whose.OURS).value,
        "ours": own(rec).verdict.value,
        "match": rec.match,
        "risk": round(rec.risk, 4),
        "risk_interval": [round(rec.risk_low, 4), round(rec.risk_high, 4)],
        "confident": rec.sure,
        "flags": [
            {
                "code": f.code.value,
                "value": f.value,
                "severity": f.severity.value,
                "contribution": round(f.contribution, 4),
                "market_norm": {"id": f.eased.norm_id, "factor": round(f.eased.factor, 3)} if f.eased else None,
            }
            for f in rec.flags
        ],
        "not_measured": [code.value for code in rec.unmeasured],
        "model": rec.model,
        "learned": [
            {
                "model": one.model,
                "target": one.target.value,
                "slope": one.slope,
                "intercept": one.intercept,
                "log_odds": contributions(rec, one),
            }
            for one in rec.learned
        ],
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
        "at": _iso(judgement.at),
    }


def _disagreement(found: Disagreement) -> dict[str, Any]:
    return {
        "id": found.id, "kind": found.kind.value, "by": found.expert, "standing": found.standing.value,
        "winner": found.winner.value if found.winner else None, "lesson": found.lesson,
        "resolved_by": found.resolved_by, "opened_at": _iso(found.opened_at),
    }  # fmt: skip


def as_json(whole: Case, happened: Sequence[Happened]) -> dict[str, Any]:
    """What `handoff review show --json` adds to a row of the list."""
    return {
        "rule": whole.review.rule,
        "stakes": whole.review.stakes.value,
        "backup": whole.review.backup,
        "ai": _recommendation(whole.recommendation),
        "judgement": _judgement(whole.judgement) if whole.judgement else None,
        "objections": [_judgement(j) for j in whole.dissents],
        "disagreements": [_disagreement(i.disagreement) for i in whole.investigations],
        "outcomes": [what.value for what in whole.outcomes],
        "notes": [{"by": c.author, "text": c.text, "at": _iso(c.at)} for c in whole.comments],
        "history": [happened_json(h) for h in happened],
    }


def happened_json(one: Happened) -> dict[str, Any]:
    """One object of `handoff audit show --json`."""
    return {
        "at": _iso(one.at), "actor": one.actor, "what": one.what, "before": dict(one.before), "after": dict(one.after),
    }  # fmt: skip


def audit_lines(happened: Sequence[Happened], names: Mapping[str, str]) -> list[str]:
    """Each change with its time and its author, and under it what was what: 'state: pending → decided'."""
    found = []
    for one in happened:
        name = names.get(one.actor)
        who = f"{name} ({one.actor})" if name and name != one.actor else one.actor
        found.append(f"{_iso(one.at)}  {one.what.replace('_', ' ')}, {who}")
        fields = dict.fromkeys([*one.before, *one.after])
        if one.before:
            # The version counts the changes; that it went up says nothing to a reader.
            fields.pop("version", None)
        found += [f"    {name}: {_change(one, name)}" for name in fields]
    return found


def _change(one: Happened, name: str) -> str:
    if name not in one.before:
        return _value(one.after[name])
    return f"{_value(one.before[name])} → {_value(one.after.get(name))}"


def _value(value: object) -> str:
    """One line, whatever somebody typed."""
    return "none" if value is None or value == "" else " ".join(str(value).split())


def _eased(flag: RiskFlag) -> str:
    return f", counts for {flag.eased.factor:.0%} by norm {flag.eased.norm_id}" if flag.eased else ""


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
        *(f"  looks off: {f.code.value} ({f.severity.value}){_eased(f)}" for f in rec.flags),
        f"{asked}, deadline {voice.when(review.deadline_at)}",
    ]
    if whole.decision:
        lines.append(
            f"Decision: {whole.decision.verdict.value} by {whole.decision.by}, {voice.when(whole.decision.at)}"
        )
    lines += [f"  {voice.when(h.at)}  {h.what}  {h.actor}" for h in happened]
    return "\n".join(lines)

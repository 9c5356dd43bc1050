"""What the API answers, as models: they make the JSON, and OpenAPI describes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from bot.core.candidate_objects import SAMPLE
from bot.core.case import Case
from bot.core.follower_objects import COLUMNS, MOST
from bot.core.headers import FIELDS, Kind
from bot.core.types import Route, Whose
from bot.desk.intake import Fate, ImportReport
from bot.i18n.catalog import voice_for
from bot.i18n.errors import row_text
from scoring.recommend import own

MOST_CANDIDATES = 1000
_NUMBERS = frozenset({Kind.COUNT, Kind.AVERAGE, Kind.RATIO, Kind.SHARE, Kind.MONEY})


class CellNote(BaseModel):
    """Something in a candidate that could not be used, and counts as missing."""

    field: str
    code: str
    value: str


class Row(BaseModel):
    """What became of one candidate."""

    row: int
    """Its place in the request, from 1."""
    handle: str | None
    fate: str
    """accepted, duplicate or rejected."""
    reason: str | None = None
    detail: str | None = None
    review_id: str | None = None
    route: str | None = None
    rule: str | None = None
    reviewer: str | None = None
    notes: list[CellNote] = []


class Account(BaseModel):
    """The account of a request, row by row; `import_id` is null where nothing was new, or on a dry run."""

    campaign: str
    import_id: str | None
    dry_run: bool
    accepted: int
    duplicates: int
    rejected: int
    opened: int
    """Cards that experts have now; the others wait for their turn."""
    history: int
    """New numbers kept for creators that were known already."""
    no_expert: list[str]
    warnings: list[str]
    rows: list[Row]


class DecisionSaid(BaseModel):
    """The decision that stands; until `final` it may be taken back, so nothing should leave the house before."""

    verdict: str
    by: str
    """A Slack user's id, "ai" or "deadline"."""
    basis: str
    at: datetime
    final: bool
    final_at: datetime | None = None
    reasons: list[str] = []
    confidence: str | None = None
    differs_from_ai: bool


class Recommended(BaseModel):
    """What the AI said."""

    verdict: str
    whose: str
    """ours, or theirs where the campaign goes by the team's own AI; all numbers are ours."""
    ours: str
    """What our AI says."""
    match: float | None
    risk: float
    risk_low: float
    risk_high: float
    confident: bool
    flags: list[str]
    not_measured: list[str]
    model: str


class TheirsSaid(BaseModel):
    """What the team's own AI said when the candidate came."""

    verdict: str | None
    match: float | None
    risk: float | None
    flags: list[str]


class ReviewSaid(BaseModel):
    """Where a candidate stands. `ai` is null while somebody is to judge without knowing it."""

    id: str
    campaign: str
    candidate: str
    handle: str
    platform: str
    market: str
    route: str
    rule: str
    stakes: str
    state: str
    reviewer: str | None
    deadline_at: datetime
    ai: Recommended | None
    own_ai: TheirsSaid | None
    decision: DecisionSaid | None
    outcomes: list[str]


def account(report: ImportReport, campaign: str, *, dry_run: bool) -> Account:
    """The account as it is answered. The codes are for programs; the sentences, in English, for their logs."""
    voice = voice_for("en", "UTC", None, personal=True)
    noted = {row.line: row.notes for row in report.file.rows}

    def said(fate: Fate) -> Row:
        detail = row_text(voice, fate.reason, **fate.params) if fate.reason else None
        notes = [CellNote(field=n.field, code=n.code, value=n.value) for n in noted.get(fate.line, ())]
        return Row(
            row=fate.line, handle=fate.handle, fate=fate.fate, reason=fate.reason, detail=detail,
            review_id=fate.review_id if not dry_run else None, route=fate.route.value if fate.route else None,
            rule=fate.rule, reviewer=fate.reviewer, notes=notes,
        )  # fmt: skip

    return Account(
        campaign=campaign, import_id=report.import_id, dry_run=dry_run, accepted=report.count("accepted"),
        duplicates=report.count("duplicate"), rejected=report.count("rejected"), opened=report.opened,
        history=report.history, no_expert=list(report.no_expert), rows=[said(fate) for fate in report.fates],
        warnings=[row_text(voice, f"warning_{w.code}", **w.params) for w in report.file.warnings],
    )  # fmt: skip


def review(case: Case, now: datetime) -> ReviewSaid:
    """A review as other programs see it: codes and numbers, and nothing of what people wrote in their channel."""
    of, rec = case.review, case.recommendation
    # What is hidden from whoever judges is hidden everywhere: an answer may stand on any dashboard.
    hidden = of.state.awaits and of.route in (Route.BLIND, Route.PANEL)
    ai = Recommended(
        verdict=rec.verdict.value, whose=(Whose.THEIRS if rec.theirs else Whose.OURS).value,
        ours=own(rec).verdict.value, match=rec.match, risk=rec.risk, risk_low=rec.risk_low, risk_high=rec.risk_high,
        confident=rec.sure, flags=[f.code.value for f in rec.flags],
        not_measured=[c.value for c in rec.unmeasured], model=rec.model,
    )  # fmt: skip
    return ReviewSaid(
        id=of.id, campaign=of.campaign, candidate=case.candidate.name, handle=case.candidate.handle,
        platform=case.candidate.platform, market=of.market, route=of.route.value, rule=of.rule,
        stakes=of.stakes.value, state=of.state.value, reviewer=of.expert, deadline_at=of.deadline_at,
        ai=None if hidden else ai, own_ai=None if hidden else _theirs(case), decision=_decision(case, now),
        outcomes=[what.value for what in case.outcomes],
    )  # fmt: skip


def _theirs(case: Case) -> TheirsSaid | None:
    said = case.candidate.theirs
    if said is None:
        return None
    verdict = said.verdict.value if said.verdict is not None else None
    return TheirsSaid(verdict=verdict, match=said.match, risk=said.risk, flags=list(said.flags))


def _decision(case: Case, now: datetime) -> DecisionSaid | None:
    made = case.decision
    if made is None:
        return None
    until = case.review.undo_until
    why = case.judgement.rationale if case.judgement is not None else None
    return DecisionSaid(
        verdict=made.verdict.value, by=str(made.by), basis=made.basis.value, at=made.at,
        final=until is None or until <= now, final_at=until, differs_from_ai=case.differs,
        reasons=[r.value for r in why.reasons] if why else [],
        confidence=why.confidence.value if why and why.confidence else None,
    )  # fmt: skip


def request_schema() -> dict[str, Any]:
    """What a request may hold, for OpenAPI: written from the fields that the reader knows."""
    one = {
        "type": "object",
        "description": "Fields as in docs/files.md. Null and absent are missing, never zero; shares are fractions, "
        "or text such as 9.4%. `handle` or `profile_url` says whose it is.",
        "properties": {**{name: _field(name, kind) for name, kind in FIELDS.items()}, SAMPLE: _sample()},
    }  # fmt: skip
    return {
        "type": "object",
        "required": ["campaign", "candidates"],
        "additionalProperties": False,
        "properties": {
            "campaign": {"type": "string", "description": "the campaign's key"},
            "candidates": {"oneOf": [one, {"type": "array", "minItems": 1, "maxItems": MOST_CANDIDATES, "items": one}]},
            "platform": {"enum": ["instagram", "youtube", "tiktok"], "description": "fills blanks only"},
            "market": {"type": "string", "description": "country code or name; fills blanks only"},
            "dry_run": {"type": "boolean", "description": "say what would happen, write nothing"},
        },
    }


def _sample() -> dict[str, Any]:
    follower = {"type": "object", "properties": {name: {} for name in COLUMNS}}
    return {"type": ["array", "null"], "maxItems": MOST, "items": follower,
            "description": "some of the creator's followers, of whom the share of fakes is worked out"}  # fmt: skip


def _field(name: str, kind: Kind) -> dict[str, Any]:
    if kind in _NUMBERS:
        return {"type": ["number", "string", "null"]}
    if kind is Kind.FLAG:
        return {"type": ["boolean", "string", "null"]}
    if kind is Kind.AUDIENCE:
        share = {"type": "number", "minimum": 0, "maximum": 1}
        return {"type": ["object", "string", "null"], "additionalProperties": share}
    if kind is Kind.CATEGORY or name in ("brand_safety", "captions", "contact", "ai_flags"):
        return {"type": ["array", "string", "null"], "items": {"type": "string"}}
    return {"type": ["string", "null"]}

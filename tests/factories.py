"""Small builders of the domain's values for tests: Ana Lima in Brazil, unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.core.case import Case
from bot.core.disagreement import Disagreement, Kind, Standing, Winner
from bot.core.types import (
    Basis,
    By,
    Campaign,
    Candidate,
    Confidence,
    Decision,
    How,
    Judgement,
    Member,
    OnDeadline,
    Rationale,
    Reason,
    Review,
    Role,
    Route,
    Stakes,
    State,
)
from scoring.types import (
    Band,
    Check,
    FlagCode,
    MatchPart,
    Metrics,
    Recommendation,
    RiskFlag,
    Severity,
    Verdict,
)

BIA, CAIO, MAYA, ZOE, OLEG, IGOR = "U0BIA00001", "U0CAIO0001", "U0MAYA0001", "U0ZOE00001", "U0OLEG0001", "U0IGOR0001"
NAMES = {BIA: "Bia", CAIO: "Caio", MAYA: "Maya", ZOE: "Zoe", OLEG: "Oleg", IGOR: "Igor"}
INTAKE = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
DEADLINE = INTAKE + timedelta(hours=48)
MEASURED = date(2026, 11, 20)


def member(user: str = BIA, name: str | None = None, *markets: str, role: Role = Role.EXPERT, **changes: Any) -> Member:
    """An expert of `markets` (Brazil by default), or a marketer or lead of none."""
    wanted: tuple[str | None, ...] = (markets or ("BR",)) if role is Role.EXPERT else (None,)
    roles = tuple((role, market) for market in wanted)
    return Member(id=user, name=name or NAMES.get(user, user), roles=roles, **changes)


def campaign(**changes: Any) -> Campaign:
    made = Campaign(key="aurora", name="Aurora Summer", markets=("BR",), channel="C0BRAZIL01", owner=MAYA)
    return replace(made, **changes)


def metrics(**changes: Any) -> Metrics:
    made = Metrics(
        followers=84_000,
        engagement_rate=0.094,
        growth_14d=0.22,
        credibility=0.88,
        suspicious_share=0.14,
        fake_follower_share=0.12,
        fake_sample=500,
        comments_per_100_likes=1.9,
        views_per_like=6.2,
        sponsored_share=0.12,
        audience={"BR": 0.71},
        brand_safety=(),
        measured_on=MEASURED,
    )
    return replace(made, **changes)


def candidate(**changes: Any) -> Candidate:
    made = Candidate(
        id="cd_1",
        campaign="aurora",
        creator_id="cr_1",
        platform="instagram",
        handle="ana.lima",
        name="Ana Lima",
        market="BR",
        country="BR",
        categories=("beauty",),
        metrics=metrics(),
        url="https://example.com/ana.lima",
        fee=4500,
        currency="EUR",
    )
    return replace(made, **changes)


def _usual(market: str) -> dict[FlagCode, tuple[float | None, Band | None]]:
    """Each check's value and its usual band, in the order of FlagCode."""
    return {
        FlagCode.ENGAGEMENT_OFF_NORM: (0.094, Band(0.021, 0.068, 412, market)),
        FlagCode.GROWTH_SPIKE: (0.22, Band(None, 0.09)),
        FlagCode.LOW_CREDIBILITY: (0.88, Band(0.75, None)),
        FlagCode.SUSPICIOUS_AUDIENCE: (0.14, Band(None, 0.25)),
        FlagCode.FAKE_FOLLOWER_SHARE: (0.12, Band(None, 0.20)),
        FlagCode.COMMENT_LIKE_RATIO: (1.9, Band(0.5, 5.0)),
        FlagCode.VIEWS_PER_LIKE: (6.2, Band(2.0, 10.0)),
        FlagCode.AUDIENCE_GEO_MISMATCH: (0.71, Band(0.6, None)),
        FlagCode.SPONSORED_SATURATION: (0.12, Band(None, 0.20)),
        FlagCode.BRAND_SAFETY: (None, None),
        FlagCode.COMMENT_POD: (None, None),
    }


def checks(*off: FlagCode, market: str = "BR") -> tuple[Check, ...]:
    """Every check, comment pods without data; those in `off` look off."""
    return tuple(
        Check(
            code=code,
            value=value,
            norm=band,
            measured=code is not FlagCode.COMMENT_POD,
            off=code in off,
            window=14 if code is FlagCode.GROWTH_SPIKE else None,
            sample=500 if code is FlagCode.FAKE_FOLLOWER_SHARE else None,
        )
        for code, (value, band) in _usual(market).items()
    )


def flag(code: FlagCode = FlagCode.ENGAGEMENT_OFF_NORM, *, market: str = "BR", **changes: Any) -> RiskFlag:
    value, band = _usual(market)[code]
    window = 14 if code is FlagCode.GROWTH_SPIKE else None
    return replace(RiskFlag(code, value, band, Severity.MAJOR, 0.29, window=window), **changes)


def declines(market: str = "BR", **changes: Any) -> Recommendation:
    """The AI says decline, a close call, two flags."""
    codes = (FlagCode.ENGAGEMENT_OFF_NORM, FlagCode.GROWTH_SPIKE)
    made = Recommendation(
        verdict=Verdict.DECLINE,
        match=81,
        risk=0.466,
        risk_low=0.38,
        risk_high=0.55,
        confident=False,
        flags=tuple(flag(code, market=market) for code in codes),
        checks=checks(*codes, market=market),
        match_parts={
            MatchPart.CATEGORY: 100,
            MatchPart.AUDIENCE: 71,
            MatchPart.ENGAGEMENT: 0,
            MatchPart.PRICE_TIER: 100,
        },
        model="handoff-2026.11",
        similar=412,
    )
    return replace(made, **changes)


def proceeds(market: str = "BR", **changes: Any) -> Recommendation:
    """The AI says proceed, surely, nothing looks off."""
    parts = {MatchPart.CATEGORY: 100.0, MatchPart.AUDIENCE: 71.0, MatchPart.ENGAGEMENT: 100.0}
    clear = {"verdict": Verdict.PROCEED, "match": 88, "risk": 0.08, "risk_low": 0.05, "risk_high": 0.13}
    calm = {"confident": True, "flags": (), "checks": checks(market=market), "match_parts": parts}
    return replace(declines(market), **{**clear, **calm, **changes})


def review(**changes: Any) -> Review:
    made = Review(
        id="rv_7Q2K",
        candidate_id="cd_1",
        campaign="aurora",
        market="BR",
        route=Route.EXPERT,
        rule="default",
        stakes=Stakes.MEDIUM,
        state=State.PENDING,
        expert=BIA,
        backup=CAIO,
        intake_at=INTAKE,
        deadline_at=DEADLINE,
        on_deadline=OnDeadline.FOLLOW_AI,
        why_me="market_least_open",
        opened_at=INTAKE,
        version=3,
    )
    return replace(made, **changes)


def judgement(**changes: Any) -> Judgement:
    """Bia overrides: normal for this market."""
    why = Rationale(
        (Reason.MARKET_NORM, Reason.CULTURAL_FIT),
        Confidence.FAIRLY,
        "She runs a giveaway every November. Same jump in 2024 and 2025, and the followers stayed.",
    )
    at = INTAKE + timedelta(hours=2, minutes=10)
    made = Judgement("jd_1", "rv_7Q2K", 1, BIA, Verdict.PROCEED, How.OVERRIDE, why, ai_visible=True, at=at)
    return replace(made, **changes)


def decision(**changes: Any) -> Decision:
    made = Decision("rv_7Q2K", 1, Verdict.PROCEED, BIA, Basis.EXPERT, INTAKE + timedelta(hours=2, minutes=10))
    return replace(made, **changes)


def case(
    rec: Recommendation | None = None, *, market: str = "BR", names: dict[str, str] | None = None, **changes: Any
) -> Case:
    """An open review of Ana Lima that the AI would decline; `changes` are fields of Case."""
    made = Case(
        review=review(market=market),
        campaign=campaign(markets=(market,)),
        candidate=candidate(market=market, country=market),
        recommendation=rec or declines(market),
        lead=ZOE,
        names=NAMES if names is None else names,
        today=date(2026, 11, 22),
    )
    return replace(made, **changes)


def decided(rec: Recommendation | None = None, *, by: str = BIA, agrees: bool = False, **changes: Any) -> Case:
    """A decided review: Bia overrode the AI (or `agrees`), and can undo it; or whoever or whatever `by` says."""
    made = case(rec)
    person = by not in (By.DEADLINE, By.AI)
    at = INTAKE + timedelta(hours=2, minutes=10) if person else DEADLINE
    said = made.recommendation.verdict
    verdict = said.opposite if person and not agrees else said
    basis = Basis.EXPERT if person else Basis.FOLLOW_AI if by == By.DEADLINE else Basis.AI_ALONE
    stood = decision(by=by, verdict=verdict, basis=basis, at=at)
    until = at + timedelta(minutes=10) if person else None
    answered = judgement(expert=by, verdict=verdict, at=at) if person else None
    if answered and agrees:
        answered = replace(answered, how=How.APPROVE, rationale=Rationale())
    closed = replace(made.review, state=State.DECIDED, undo_until=until)
    return replace(made, review=closed, decision=stood, judgement=answered, **changes)


def disagreement(key: str = "dg_1", **changes: Any) -> Disagreement:
    """Bia would proceed with another creator of Brazil, the AI would not; nobody has said yet who was right."""
    made = Disagreement(
        id=key,
        review_id=f"rv_{key}",
        round=1,
        judgement_id=f"jd_{key}",
        kind=Kind.VERDICT,
        campaign="luma",
        channel="C0BRAZIL01",
        platform="instagram",
        market="BR",
        tier="mid",
        creator_id="cr_9",
        expert=BIA,
        ai_verdict=Verdict.DECLINE,
        verdict=Verdict.PROCEED,
        flags=(FlagCode.ENGAGEMENT_OFF_NORM, FlagCode.GROWTH_SPIKE),
        disputed=(),
        reasons=(Reason.CULTURAL_FIT,),
        ai_visible=True,
        opened_at=datetime(2026, 3, 12, 15, 0, tzinfo=UTC),
    )
    return replace(made, **changes)


def resolved(winner: Winner, key: str = "dg_1", **changes: Any) -> Disagreement:
    """The same, and who was right."""
    said = {"standing": Standing.RESOLVED, "winner": winner, "resolved_by": ZOE, "lesson": "Check the dates first"}
    at = datetime(2026, 3, 14, 15, 0, tzinfo=UTC)
    return replace(disagreement(key), **(said | {"resolved_at": at} | changes))

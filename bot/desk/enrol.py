"""From rows of a file to candidates with a recommendation, a route and a name: worked out first, written at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.core.assignment import Assignment, Knowing, assign
from bot.core.candidate_file import ParsedRow
from bot.core.candidate_row import metrics_of
from bot.core.nudges import time_left
from bot.core.routing import POLICY_VERSION, Routed, comparable_fee, route
from bot.core.theirs import Theirs
from bot.core.types import Basis, By, Campaign, Candidate, Decision, Member, Review, Route, State, Whose
from bot.desk import tally
from bot.desk.desk import Desk, new_id
from db import events, handing, lists, people, reviews
from db.store import Unit
from scoring.learned import InUse
from scoring.market_norms import Book
from scoring.norms import NormTable
from scoring.recommend import adopted, recommend
from scoring.types import Creator, Recommendation

#: Month over which fast-tracked referrals are counted.
_MONTH = timedelta(days=30)
_UNKNOWN_PLATFORM = "other"


@dataclass(frozen=True, slots=True)
class Placed:
    """One new candidate, ready to be written."""

    row: ParsedRow
    candidate: Candidate
    creator: Mapping[str, Any] | None
    """The creator's row, when it is new."""
    recommendation: Recommendation
    routed: Routed
    review: Review
    decision: Decision | None
    named: Assignment


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that no market or nobody can take."""

    row: ParsedRow
    reason: str
    params: Mapping[str, object]


def key_of(row: ParsedRow) -> tuple[str, str]:
    """What makes a creator the same one: platform, and handle however it was typed."""
    return row.platform or _UNKNOWN_PLATFORM, unicodedata.normalize("NFC", row.handle).casefold()


def market_of(row: ParsedRow, said: str | None, campaign: Campaign) -> str | None:
    """Its own country, else what the import says, else the campaign's only market."""
    only = campaign.markets[0] if len(campaign.markets) == 1 else None
    return row.market or row.country or row.audience_country or said or only


def _candidate(row: ParsedRow, creator_id: str, campaign: Campaign, market: str) -> Candidate:
    text = "\n".join(t for t in (row.name, row.bio, row.captions, row.contact) if t)
    return Candidate(
        id=new_id("cd"),
        campaign=campaign.key,
        creator_id=creator_id,
        platform=row.platform or _UNKNOWN_PLATFORM,
        handle=row.handle,
        name=row.name or row.handle,
        market=market,
        country=row.country or row.audience_country,
        categories=row.categories,
        metrics=metrics_of(row),
        url=row.profile_url,
        fee=row.fee,
        currency=row.currency,
        referred_by=row.referred_by,
        strategic=bool(row.strategic),
        past_outcome=row.past_outcome,
        contact=row.contact,
        text=text,
        theirs=Theirs(row.ai_verdict, row.ai_score, row.ai_risk, row.ai_flags) or None,
        asked=row.asked,
    )


def score(
    campaign: Campaign,
    rows: Sequence[ParsedRow],
    said_market: str | None,
    norms: NormTable,
    accepted: Book,
    models: InUse,
    now: datetime,
    step: Callable[[int, int], None],
) -> dict[int, Recommendation]:
    """What the AI says of each row, by its line. Touches no database, so that nobody has to wait for it."""
    found: dict[int, Recommendation] = {}
    for done, row in enumerate(rows, 1):
        market = market_of(row, said_market, campaign)
        if market is not None:
            said = judged(_candidate(row, "", campaign, market), campaign, norms, accepted, models, now)
            theirs = row.ai_verdict if campaign.recommends is Whose.THEIRS else None
            found[row.line] = said if theirs is None else adopted(said, theirs)
        step(done, len(rows))
    return found


def place(
    unit: Unit,
    desk: Desk,
    campaign: Campaign,
    rows: Sequence[tuple[ParsedRow, str | None]],
    said_market: str | None,
    scores: Mapping[int, Recommendation],
    now: datetime,
) -> tuple[list[Placed], list[Refused]]:
    """Route and assign every row, best match first, so that the best are asked about first."""
    members = people.members(unit)
    scored: list[tuple[ParsedRow, Candidate, bool, Recommendation]] = []
    refused: list[Refused] = []
    nobody: dict[str | None, str] = {}
    for row, creator_id in rows:
        market = market_of(row, said_market, campaign)
        if market not in nobody:
            nobody[market] = nobody_for(market, members)
        reason = nobody[market]
        if market is None or reason:
            refused.append(Refused(row, reason, {"market": market}))
        else:
            candidate = _candidate(row, creator_id or new_id("cr"), campaign, market)
            scored.append((row, candidate, creator_id is None, scores[row.line]))
    scored.sort(key=lambda s: (-(s[3].match if s[3].match is not None else -1.0), s[0].line))
    return _assigned(unit, desk, campaign, scored, members, now, refused), refused


def nobody_for(market: str | None, members: Sequence[Member]) -> str:
    """Why nobody could take a candidate of this market; empty when somebody can."""
    if market is None:
        return "market_unknown"
    able = any(m.active and (m.is_lead or m.is_expert_of(market)) for m in members)
    return "" if able else "market_without_people"


def judged(
    candidate: Candidate, campaign: Campaign, norms: NormTable, accepted: Book, models: InUse, now: datetime
) -> Recommendation:
    """What the AI says of a candidate with the numbers that it has here."""
    creator = Creator(
        candidate.platform, candidate.market, candidate.country, candidate.categories, candidate.text, candidate.metrics
    )
    fee = comparable_fee(campaign, candidate)
    return recommend(creator, campaign.brief, norms, accepted=accepted, fee=fee, today=now.date(), models=models)


def _assigned(
    unit: Unit,
    desk: Desk,
    campaign: Campaign,
    scored: Sequence[tuple[ParsedRow, Candidate, bool, Recommendation]],
    members: Sequence[Member],
    now: datetime,
    refused: list[Refused],
) -> list[Placed]:
    load = reviews.load_of(unit)
    trusted = people.trusted(unit)
    sped_up = lists.fast_tracked_since(unit, now - _MONTH)
    knows = lists.knowers(unit, [c.creator_id for _, c, new, _ in scored if not new])
    campaign_known = lists.campaign_knowers(unit, campaign.key)
    awake: dict[timedelta, dict[str, timedelta]] = {}
    placed: list[Placed] = []
    for row, candidate, new, rec in scored:
        referrer = (candidate.referred_by or "").strip().casefold()
        capped = bool(referrer) and sped_up.get(referrer, 0) >= desk.limits.referrals_per_month
        routed = route(campaign, candidate, rec, desk.rng, trusted=referrer in trusted, capped=capped)
        if routed.window not in awake:
            awake[routed.window] = time_left(members, now, now + routed.window)
        knowing = Knowing(knows.get(candidate.creator_id, {}), campaign_known)
        named = assign(
            candidate.market, members, load, referred_by=candidate.referred_by, knowing=knowing, now=now,
            awake=awake[routed.window],
        )  # fmt: skip
        if named is None:
            refused.append(Refused(row, "only_the_referrer", {"market": candidate.market}))
            continue
        if routed.route is Route.FAST_TRACK and referrer:
            sped_up[referrer] = sped_up.get(referrer, 0) + 1
        review = _review(campaign, candidate, routed, named.expert, named.backup, named.why, now)
        decision = _born_decided(review, rec, now)
        if decision is None:
            load[named.expert] = load.get(named.expert, 0) + 1
        else:
            review = replace(review, state=State.DECIDED)
        creator = _creator_row(candidate, row) if new else None
        placed.append(Placed(row, candidate, creator, rec, routed, review, decision, named))
    return placed


def _review(
    campaign: Campaign, candidate: Candidate, routed: Routed, expert: str, backup: str | None, why: str, now: datetime
) -> Review:
    return Review(
        id=new_id("rv"),
        candidate_id=candidate.id,
        campaign=campaign.key,
        market=candidate.market,
        route=routed.route,
        rule=routed.rule,
        stakes=routed.stakes,
        state=State.PENDING,
        expert=expert,
        backup=backup,
        intake_at=now,
        deadline_at=now + routed.window,
        on_deadline=routed.on_deadline,
        why_me=why,
    )


def _born_decided(review: Review, rec: Recommendation, now: datetime) -> Decision | None:
    basis = {Route.AI: Basis.AI_ALONE, Route.FAST_TRACK: Basis.FAST_TRACK}.get(review.route)
    return Decision(review.id, 1, rec.verdict, By.AI, basis, now) if basis is not None else None


def _creator_row(candidate: Candidate, row: ParsedRow) -> dict[str, Any]:
    platform, handle_key = key_of(row)
    return {
        "id": candidate.creator_id,
        "platform": platform,
        "handle": candidate.handle,
        "handle_key": handle_key,
        "name": candidate.name,
        "country": candidate.country,
        "categories": list(candidate.categories),
    }


def record(unit: Unit, placed: Sequence[Placed], now: datetime) -> None:
    """Write the reviews, what was decided at birth, and one line of audit for each."""
    reviews.add_many(
        unit,
        [
            reviews.values(p.review)
            | {
                "wanted": p.routed.wanted.value,
                "policy": POLICY_VERSION,
                "propensity": p.routed.propensity,
                "recommended": p.recommendation.verdict.value,
                "rank": p.recommendation.match if p.recommendation.match is not None else -1.0,
                "half_at": now + (p.review.deadline_at - now) / 2 if p.review.queued else None,
                "grounds": handing.plain(p.named.grounds),
                "owner_at": now,  # looked at by the next sweep: nobody who imports waits for it
            }
            for p in placed
        ],
    )
    born = [p.decision for p in placed if p.decision is not None]
    reviews.add_decisions(unit, born)
    tally.decided(unit, born)
    events.record_many(
        unit,
        [
            {
                "review_id": p.review.id,
                "actor": By.AI.value if p.decision is not None else "import",
                "what": "decided" if p.decision is not None else "queued",
                "at": now,
                "before": {},
                "after": _born(p),
            }
            for p in placed
        ],
    )


def _born(placed: Placed) -> dict[str, Any]:
    """All that a review is when it begins: the changes after it, applied in order, give the row."""
    known = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in reviews.values(placed.review).items()
        if value is not None and name not in {"id", "candidate_id", "campaign"}
    }
    return known if placed.decision is None else known | {"verdict": placed.decision.verdict.value}

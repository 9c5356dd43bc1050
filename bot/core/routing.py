"""Who owns which decision: the default policy as data, first match wins."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random

from bot.core.types import Campaign, Candidate, DecisionType, OnDeadline, Route, Stakes
from scoring.types import FlagCode, Recommendation, Verdict


class Fact(StrEnum):
    """What a rule may ask about a candidate."""

    ANOMALY = "anomaly"
    BRAND_SAFETY = "brand_safety"
    AI_PROCEEDS = "ai_proceeds"
    SEVERE = "severe"
    HIGH_STAKES = "high_stakes"
    LOW_STAKES = "low_stakes"
    DISCOVERY = "discovery"
    PROVEN = "proven"
    KNOWN = "known"
    TRUSTED = "trusted"
    CAPPED = "capped"
    CONFIDENT = "confident"
    PAST_FRAUD = "past_fraud"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the policy: holds when all of `when`, one of `any_of` (if given) and none of `unless` are facts."""

    code: str
    number: int
    route: Route
    when: frozenset[Fact] = frozenset()
    any_of: frozenset[Fact] = frozenset()
    unless: frozenset[Fact] = frozenset()
    window: timedelta | None = None
    """At most this long; None is the campaign's own window."""
    sample: float = 0.0
    """This share of the cases goes to `sample_route` instead, drawn at random."""
    sample_route: Route = Route.BLIND
    sample_code: str = ""

    def holds(self, facts: AbstractSet[Fact]) -> bool:
        return self.when <= facts and not (self.unless & facts) and (not self.any_of or bool(self.any_of & facts))


def _of(*facts: Fact) -> frozenset[Fact]:
    return frozenset(facts)


#: DOMAIN's default policy, in its order and with its numbers. Versioned: a card names the rule and the version.
DEFAULT_POLICY: tuple[Rule, ...] = (
    Rule("anomaly", 1, Route.EXPERT, when=_of(Fact.ANOMALY)),
    Rule("brand_safety", 1, Route.EXPERT, when=_of(Fact.BRAND_SAFETY)),
    Rule(
        "fast_track",
        2,
        Route.FAST_TRACK,
        when=_of(Fact.AI_PROCEEDS),
        any_of=_of(Fact.PROVEN, Fact.TRUSTED),
        # Nor past a confirmed fraud, whoever referred the creator: see baseline_ai.
        unless=_of(Fact.SEVERE, Fact.HIGH_STAKES, Fact.CAPPED, Fact.PAST_FRAUD),
    ),
    Rule(
        "known_declined",
        2,
        Route.EXPERT,
        any_of=_of(Fact.KNOWN, Fact.TRUSTED),
        unless=_of(Fact.AI_PROCEEDS),
        window=timedelta(hours=12),
    ),
    Rule("high_stakes", 3, Route.PANEL, when=_of(Fact.HIGH_STAKES)),
    Rule("severe", 3, Route.EXPERT, when=_of(Fact.SEVERE)),
    Rule(
        "baseline_ai",
        4,
        Route.AI,
        when=_of(Fact.CONFIDENT),
        any_of=_of(Fact.LOW_STAKES, Fact.DISCOVERY),
        # Not in the rules we were given: a creator whose fraud was confirmed is never waved through unseen.
        unless=_of(Fact.PAST_FRAUD),
        sample=0.05,
        sample_code="audit_sample",
    ),
    Rule("default", 5, Route.EXPERT, sample=0.20, sample_code="default"),
)

POLICY_VERSION = 1

#: Routes that have a way of asking already; the others fall back to one expert until they do.
BUILT: frozenset[Route] = frozenset({Route.AI, Route.FAST_TRACK, Route.EXPERT})

#: How a past campaign must have ended to count as a good outcome.
GOOD_OUTCOMES = frozenset({"signed", "on_plan", "above_plan"})


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a candidate goes and why; propensity is the probability of this very draw."""

    route: Route
    wanted: Route
    rule: str
    number: int
    stakes: Stakes
    window: timedelta
    on_deadline: OnDeadline
    propensity: float


def comparable_fee(campaign: Campaign, candidate: Candidate) -> float | None:
    """The fee in the campaign's currency; None when it is unknown or in another one: we hold no rates."""
    same = candidate.currency is None or candidate.currency == campaign.currency
    return candidate.fee if same else None


def stakes_of(campaign: Campaign, candidate: Candidate) -> Stakes:
    """The campaign's stakes, and high as well above its fee line or for a strategic creator."""
    fee = comparable_fee(campaign, candidate)
    dear = fee is not None and campaign.fee_line is not None and fee > campaign.fee_line
    return Stakes.HIGH if dear or candidate.strategic else campaign.stakes


def facts_of(
    campaign: Campaign, candidate: Candidate, rec: Recommendation, *, trusted: bool, capped: bool = False
) -> frozenset[Fact]:
    """What is true of a candidate. `trusted`: the referrer is on the trusted list; `capped`: too many this month."""
    stakes = stakes_of(campaign, candidate)
    past_fraud = candidate.past_outcome == "fraud"
    held = {
        Fact.ANOMALY: campaign.type is DecisionType.ANOMALY,
        Fact.BRAND_SAFETY: any(f.code is FlagCode.BRAND_SAFETY for f in rec.flags),
        Fact.AI_PROCEEDS: rec.verdict is Verdict.PROCEED,
        Fact.SEVERE: rec.severe,
        Fact.HIGH_STAKES: stakes is Stakes.HIGH,
        Fact.LOW_STAKES: stakes is Stakes.LOW,
        Fact.DISCOVERY: campaign.type is DecisionType.DISCOVERY,
        Fact.PROVEN: candidate.past_outcome in GOOD_OUTCOMES,
        Fact.KNOWN: candidate.past_outcome is not None and not past_fraud,
        Fact.TRUSTED: trusted,
        # The cap is the referrer's: a partner who has proved good needs no referral.
        Fact.CAPPED: capped and candidate.past_outcome not in GOOD_OUTCOMES,
        Fact.CONFIDENT: rec.sure,
        Fact.PAST_FRAUD: past_fraud,
    }
    return frozenset(fact for fact, true in held.items() if true)


def route(
    campaign: Campaign,
    candidate: Candidate,
    rec: Recommendation,
    rng: Random,
    *,
    trusted: bool,
    capped: bool = False,
    policy: tuple[Rule, ...] = DEFAULT_POLICY,
) -> Routed:
    """The first rule that holds, its random share drawn, and what happens at the deadline."""
    facts = facts_of(campaign, candidate, rec, trusted=trusted, capped=capped)
    rule = next(r for r in policy if r.holds(facts))
    wanted, code, propensity = rule.route, rule.code, 1.0
    if rule.sample:
        drawn = rng.random() < rule.sample
        propensity = rule.sample if drawn else 1 - rule.sample
        if drawn:
            wanted, code = rule.sample_route, rule.sample_code or rule.code
    stakes = stakes_of(campaign, candidate)
    on_deadline = campaign.on_deadline or (OnDeadline.HOLD if stakes is Stakes.HIGH else OnDeadline.FOLLOW_AI)
    window = min(campaign.window, rule.window) if rule.window else campaign.window
    built = wanted if wanted in BUILT else Route.EXPERT
    return Routed(built, wanted, code, rule.number, stakes, window, on_deadline, propensity)

"""The AI's recommendation of one candidate, and what is left of it when an expert calls flags normal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from scoring.features import measured
from scoring.flags import Case, checks
from scoring.learned import SCORECARD, InUse, called, corrected
from scoring.lines import DEFAULT_LINES, Lines
from scoring.market_norms import EMPTY, Book, eased
from scoring.match import believable, match_parts
from scoring.norms import NormTable
from scoring.scorecard import DEFAULT, Scorecard, judged, raised, weighed
from scoring.types import Brief, Creator, FlagCode, MatchPart, Recommendation, RiskFlag, Verdict

MODEL = "scorecard-1"
"""Name of this model; a change of rules or default numbers needs a new one."""


def recommend(
    creator: Creator,
    brief: Brief,
    norms: NormTable,
    *,
    accepted: Book = EMPTY,
    fee: float | None = None,
    today: date,
    scorecard: Scorecard = DEFAULT,
    lines: Lines = DEFAULT_LINES,
    models: InUse = SCORECARD,
) -> Recommendation:
    """Verdict, match, fraud risk and reasons for one candidate; total: odd numbers become gaps, never errors.

    `fee` is in the currency of the brief's budget; `norms` must not come from the batch being judged; `today` tells how
    old the numbers are (unknown age is not stale). `accepted` are the market norms of experts that are active now: what
    they call normal weighs less, in the fraud risk and in the match, and the flag says by which norm. `models` are the
    learned ones that are active now; without any it is the scorecard, to the last digit.
    """
    seen = measured(creator.metrics, creator.platform, today)
    metrics, dropped = seen.metrics, seen.dropped
    if fee is not None and not believable(fee):
        fee, dropped = None, (*dropped, "fee")
    tier = lines.for_(creator.platform, creator.market).tier_of(metrics.followers)
    norm = norms.nearest(creator.platform, creator.market, tier, "engagement_rate", creator.categories)
    case = Case(metrics, tier, creator.text, brief, lines.for_(creator.platform, creator.market, tier), norm)
    all_checks = checks(case)
    flags = raised(all_checks, scorecard)
    parts = match_parts(case, creator.categories, fee, scorecard)
    here = accepted.get((creator.platform.lower(), creator.market.upper())) if accepted and flags else None
    if here:
        month = (metrics.measured_on or today).month
        flags = weighed(eased(flags, here, tier, creator.categories, month), scorecard)
        parts = _eased_match(parts, flags)
    age = None if metrics.measured_on is None else (today - metrics.measured_on).days
    stale = age is not None and age > case.lines.stale_days
    call = judged(flags, [c.code for c in all_checks if not c.measured], parts, stale=stale, card=scorecard)
    said = Recommendation(
        verdict=call.verdict,
        match=call.match,
        risk=call.risk,
        risk_low=call.risk_low,
        risk_high=call.risk_high,
        confident=call.confident,
        flags=flags,
        checks=all_checks,
        match_parts=parts,
        model=MODEL,
        similar=None if norm is None else norm.creators,
        measured_on=metrics.measured_on,
        age_days=age,
        stale=stale,
        dropped=dropped,
    )
    return said if models is SCORECARD else corrected(said, models, scorecard)


def _eased_match(parts: Mapping[MatchPart, float], flags: Collection[RiskFlag]) -> dict[MatchPart, float]:
    """An engagement outside the band costs the match only what is left of its weight."""
    found = dict(parts)
    for flag in flags:
        if flag.code is FlagCode.ENGAGEMENT_OFF_NORM and flag.eased is not None and MatchPart.ENGAGEMENT in found:
            found[MatchPart.ENGAGEMENT] = 100.0 * (1.0 - flag.eased.factor)
    return found


def without(rec: Recommendation, codes: Collection[FlagCode], scorecard: Scorecard = DEFAULT) -> Recommendation:
    """The recommendation as it would be if these flags were normal in the market; the same one if none was raised.

    Flags go; checks stay, for they are what was seen. A disputed engagement counts as inside the band in the match, and
    a disputed sponsored saturation no longer lowers it. A disputed audience mismatch leaves the match alone: calling
    the share normal puts nobody into the campaign's markets. Learned models that took part take part again, with what
    the recommendation keeps of them. Where the team's own AI has the word its verdict stays, which nobody can work out
    again, and ours beside it changes. Raises ValueError for brand safety, which nobody disputes.
    """
    if FlagCode.BRAND_SAFETY in codes:
        raise ValueError("brand safety is not disputable")
    kept = [flag for flag in rec.flags if flag.code not in codes]
    if len(kept) == len(rec.flags):
        return rec
    parts = dict(rec.match_parts)
    if FlagCode.ENGAGEMENT_OFF_NORM in codes and MatchPart.ENGAGEMENT in parts:
        parts[MatchPart.ENGAGEMENT] = 100.0
    again = called(replace(rec, flags=weighed(kept, scorecard), match_parts=parts), scorecard)
    return again if rec.ours is None else replace(again, verdict=rec.verdict, ours=again.verdict)


def adopted(rec: Recommendation, verdict: Verdict) -> Recommendation:
    """The recommendation with the verdict of the team's own AI; our numbers, our reasons and our call stay beside it.

    A severe warning is not overruled by a system of which we know no reasons: there our call stays.
    """
    if rec.severe and verdict is not rec.verdict:
        return rec
    return replace(rec, verdict=verdict, ours=rec.verdict)


def own(rec: Recommendation) -> Recommendation:
    """What our AI says by itself."""
    return rec if rec.ours is None else replace(rec, verdict=rec.ours, ours=None)

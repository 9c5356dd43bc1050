"""Market norms from what people answer: each word is counted with the answer, and a norm begins or ends in that unit.

What a lead rules of them is in norm_ruling.py, what can be told of them in norm_list.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.market_norm import Case, Key, Norm, in_force, speaks, word_of
from bot.core.outcome import What, standing
from bot.core.types import Candidate, Judgement
from bot.desk.announce import current_lead, say, say_all
from bot.desk.change import File
from bot.desk.desk import Desk, new_id
from db import candidates, disagreements, events, market_norms, outcomes
from db.store import Unit
from scoring.lines import DEFAULT_LINES
from scoring.market_norms import (
    Book,
    State,
    Tally,
    Vote,
    Why,
    Word,
    begins,
    book,
    count,
    following,
    is_above,
    measure_of,
)
from scoring.types import Recommendation, RiskFlag

#: A campaign in which nothing has come in for so long, and nothing waits, is over as far as its channel is concerned.
_LIVELY = timedelta(days=60)
#: Every lane is told by itself: the outbox need not follow one message in the others.
_EACH = {"copy": True}


def heard(unit: Unit, file: File, judgement: Judgement, now: datetime) -> None:
    """Count what an answer says of the warnings that were raised: normal here, or part of the signs of fraud."""
    if not speaks(judgement):
        return
    of = file.review.candidate_id
    candidate, said = candidates.get(unit, of), candidates.recommendation(unit, of)
    if candidate is None or said is None:
        raise LookupError(of)
    spoken = [(flag, word) for flag in said.flags if (word := word_of(judgement, flag)) is not None]
    fraud = bool(spoken) and What.FRAUD in standing(outcomes.of_review(unit, file.review.id))
    # In one order for everybody: of two answers about the same warnings, neither holds what the other waits for.
    for flag, word in sorted(spoken, key=lambda pair: pair[0].code):
        norm = market_norms.found_or_new(unit, _key(candidate, file.review.market, flag), new_id("nm"), now)
        market_norms.add_case(unit, _case(norm, file, candidate, judgement, flag, word, now, turned=fraud))
        recount(unit, norm, now)


def taken_back(unit: Unit, review_id: str, round_: int, now: datetime) -> None:
    """An answer that was undone is no evidence, and what became a norm by it is none any longer."""
    if not market_norms.of_review(unit, review_id):
        return
    since = market_norms.void(unit, review_id, round_)
    for norm in market_norms.locked(unit, since):
        left = recount(unit, norm, now)
        by_itself = left.active and left.changed_by is None and left.changed_at >= since[norm.id]
        if by_itself and not begins(left.tally):
            settle(unit, left, replace(left, state=State.RETIRED, why=Why.UNDONE, changed_at=now), None, now)


def outcome_known(unit: Unit, desk: Desk, review_id: str, outcome: What, now: datetime) -> None:  # noqa: ARG001
    """Fraud that was confirmed turns what was said in this very case: "normal" now speaks against the norm."""
    if outcome is not What.FRAUD:
        return
    concerned = market_norms.of_review(unit, review_id)
    if concerned:
        market_norms.turn(unit, review_id, turned=True)
        _recount_all(unit, concerned, now)


def fade(unit: Unit, desk: Desk, now: datetime, size: int) -> int:  # noqa: ARG001 - a step of the sweep
    """End what too little is left of; how many."""
    due = market_norms.faded(unit, now, size)
    _recount_all(unit, due, now)
    return len(due)


def accepted(unit: Unit, now: datetime) -> Book:
    """The norms that are active now, with what is left of them: what a recommendation takes into account."""
    return book(norm for found in market_norms.active(unit) if (norm := in_force(found, now)) is not None)


def used(unit: Unit, recommended: Iterable[tuple[str, Recommendation]]) -> None:
    """Remember which candidates (by id) a norm was applied to, so that their cards can say when it has ended."""
    market_norms.use(unit, [(of, eased.norm_id) for of, said in recommended for eased in said.eased])


def recount(unit: Unit, norm: Norm, now: datetime) -> Norm:
    """Count what was said, and let a norm begin or end by it."""
    tally = tallied(unit, norm, now)
    state, why = following(norm.state, tally)
    if norm.state is not State.FORMING and state is not State.ACTIVE:
        tally = replace(tally, reach=norm.tally.reach)  # what it was a norm for is said of it after its end, too
    after = replace(norm, tally=tally)
    if state is not norm.state:
        after = replace(after, state=state, why=why, changed_at=now, changed_by=None)
    moved = norm.active and after.active and tally.reach != norm.tally.reach
    return settle(unit, norm, after, None, now, also="reach" if moved else None)


def tallied(unit: Unit, norm: Norm, now: datetime) -> Tally:
    """What was said of it until now, weighed."""
    return count([case.vote for case in counted(unit, norm)], now, above_band=is_above(norm.key.measure))


def counted(unit: Unit, norm: Norm) -> tuple[Case, ...]:
    """What is evidence for this norm as a lead has left it."""
    return tuple(case for case in market_norms.cases(unit, norm.id) if case.counts(norm))


def settle(unit: Unit, before: Norm, after: Norm, actor: str | None, now: datetime, *, also: str | None = None) -> Norm:
    """Write a norm, and what follows from a change of its state: the audit, the announcement, threads and cards."""
    changed = after.state is not before.state
    if changed and not after.active:
        market_norms.use_up(unit, after.id)
    what = after.state.value if changed else also
    if what is not None:
        events.record(unit, None, actor or "norms", f"norm_{what}", now, _told(before), _told(after))
        after = _announce(unit, before, after, what, now)
    market_norms.save(unit, after)
    if changed and (before.active or after.active):
        _spread(unit, after, now)
    return after


def _announce(unit: Unit, before: Norm, after: Norm, what: str, now: datetime) -> Norm:
    """Once, when it first becomes active; what changes later goes under that message, wherever it stands."""
    if after.announced_to:
        say_all(unit, "norm", after.id, after.announced_to, now, _EACH)
        say_all(unit, "norm_changed", after.id, after.announced_to, now, {"changes": [what]})
        return after
    if not after.active or before.active:
        return after
    lively = market_norms.open_campaigns(unit, now - _LIVELY)
    channels = [channel for _, channel, markets in lively if after.key.market in markets]
    told = tuple(dict.fromkeys(lane for lane in (*channels, current_lead(unit)) if lane))
    say_all(unit, "norm", after.id, told, now, _EACH)
    return replace(after, announced_to=told)


def _spread(unit: Unit, norm: Norm, now: datetime) -> None:
    """The threads from which it came show what it is now; that it has proved wrong is also said there and on cards."""
    judgements = [case.judgement_id for case in market_norms.cases(unit, norm.id) if case.judgement_id]
    for opened in disagreements.of_judgements(unit, judgements):
        say(unit, "investigation", opened.id, opened.channel, now)
        if not norm.active and norm.why is not Why.FADED:
            say(unit, "norm_over", f"{norm.id}:{opened.id}", opened.channel, now)
    if not norm.active:
        for review_id, channel in market_norms.touched(unit, norm.id):
            say(unit, "card", review_id, channel, now)


def _recount_all(unit: Unit, ids: Collection[str], now: datetime) -> None:
    for norm in market_norms.locked(unit, ids):
        recount(unit, norm, now)


def _key(candidate: Candidate, market: str, flag: RiskFlag) -> Key:
    return Key(candidate.platform, market, flag.code, measure_of(flag) or "")


def _case(
    norm: Norm, file: File, candidate: Candidate, judgement: Judgement, flag: RiskFlag, word: Word, now: datetime,
    *, turned: bool,
) -> Case:  # fmt: skip
    review = file.review
    said = Vote(
        judgement.expert, review.campaign, word, judgement.at, flag.value, not judgement.ai_visible,
        turned=turned,
    )  # fmt: skip
    tier = DEFAULT_LINES.for_(candidate.platform, review.market).tier_of(candidate.metrics.followers)
    measured = candidate.metrics.measured_on or now.date()
    categories = tuple(dict.fromkeys(name.strip().lower() for name in candidate.categories if name.strip()))
    return Case(new_id("nv"), norm.id, said, judgement.id, review.id, judgement.round, tier, categories, measured.month)


def _told(norm: Norm) -> dict[str, object]:
    """A norm for the audit."""
    tally, scope = norm.tally, norm.scope
    return {
        "norm": norm.id,
        "state": norm.state.value,
        "why": norm.why.value if norm.why else None,
        "for": round(tally.for_, 3),
        "against": round(tally.against, 3),
        "reach": tally.reach,
        "tier": scope.tier.value if scope.tier else None,
        "category": scope.category,
        "months": list(scope.months),
    }

"""Market norms, what was said of each, and which candidates they were applied to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.market_norm import Case, Key, Norm
from db.norm_tables import IN_FORCE, MARKET_NORMS, NORM_USES, NORM_VOTES, VALID_VOTE
from db.store import Unit, new, sliced
from db.tables import AWAITING, CAMPAIGNS, REVIEWS
from scoring.market_norms import Scope, State, Tally, Vote, Why, Word, fades_at
from scoring.types import FlagCode, Tier

_NORMS, _VOTES, _USES = MARKET_NORMS, NORM_VOTES, NORM_USES
_TALLIED = ("experts", "campaigns", "cases", "opposed", "turned", "confirmed", "reach")


def _norm(row: Any) -> Norm:
    return Norm(
        row.id,
        Key(row.platform, row.market, FlagCode(row.flag), row.measure),
        State(row.state),
        Tally(row.for_weight, row.against_weight, row.counted_at, **{name: getattr(row, name) for name in _TALLIED}),
        row.changed_at,
        row.changed_by,
        Why(row.why) if row.why else None,
        Scope(Tier(row.tier) if row.tier else None, row.category, tuple(row.months)),
        row.since,
        tuple(row.announced_to),
    )


def _values(norm: Norm) -> dict[str, Any]:
    tally, scope = norm.tally, norm.scope
    return {
        "state": norm.state.value,
        "for_weight": tally.for_,
        "against_weight": tally.against,
        "counted_at": tally.at,
        **{name: getattr(tally, name) for name in _TALLIED},
        "tier": scope.tier.value if scope.tier else None,
        "category": scope.category,
        "months": list(scope.months),
        "since": norm.since,
        "fades_at": fades_at(tally) if norm.active else None,
        "changed_at": norm.changed_at,
        "changed_by": norm.changed_by,
        "why": norm.why.value if norm.why else None,
        "announced_to": list(norm.announced_to),
    }


def _case(row: Any) -> Case:
    said = Vote(row.person, row.campaign, Word(row.word), row.at, row.value, row.blind, row.turned)
    tier = Tier(row.tier) if row.tier else None
    return Case(
        row.id, row.norm_id, said, row.judgement_id, row.review_id, row.round, tier, tuple(row.categories), row.month
    )


def found_or_new(unit: Unit, key: Key, norm_id: str, now: datetime) -> Norm:
    """The norm of this key, locked until the commit: of two who say something of it, the second counts both."""
    named = {"platform": key.platform, "market": key.market, "flag": key.flag.value, "measure": key.measure}
    fresh = Norm(norm_id, key, State.FORMING, Tally(0.0, 0.0, now), now)
    unit.execute(new(unit, _NORMS), {"id": norm_id, **named, **_values(fresh)})
    same = sa.and_(*(_NORMS.c[name] == value for name, value in named.items()))
    return _norm(unit.execute(sa.select(_NORMS).where(same).with_for_update()).one())


def locked(unit: Unit, ids: Collection[str]) -> tuple[Norm, ...]:
    """These norms, locked until the commit, always in the same order."""
    found = sa.select(_NORMS).where(_NORMS.c.id.in_(sorted(ids))).order_by(_NORMS.c.id).with_for_update()
    return tuple(_norm(row) for row in unit.execute(found))


def get(unit: Unit, norm_id: str) -> Norm | None:
    row = unit.execute(sa.select(_NORMS).where(_NORMS.c.id == norm_id)).first()
    return _norm(row) if row is not None else None


def some(unit: Unit, ids: Collection[str]) -> dict[str, Norm]:
    found: dict[str, Norm] = {}
    for part in sliced(sorted(ids)):
        found.update((row.id, _norm(row)) for row in unit.execute(sa.select(_NORMS).where(_NORMS.c.id.in_(part))))
    return found


def every(unit: Unit) -> tuple[Norm, ...]:
    """All there are: active ones first, then by market and warning."""
    order = (_NORMS.c.market, _NORMS.c.platform, _NORMS.c.flag, _NORMS.c.measure)
    rows = unit.execute(sa.select(_NORMS).order_by(*order))
    return tuple(sorted((_norm(row) for row in rows), key=lambda norm: not norm.active))


def active(unit: Unit) -> tuple[Norm, ...]:
    return tuple(_norm(row) for row in unit.execute(sa.select(_NORMS).where(IN_FORCE).order_by(_NORMS.c.id)))


def faded(unit: Unit, now: datetime, limit: int) -> tuple[str, ...]:
    """Active ones of which too little is left, the longest first."""
    due = sa.select(_NORMS.c.id).where(IN_FORCE, _NORMS.c.fades_at <= now).order_by(_NORMS.c.fades_at).limit(limit)
    return tuple(unit.execute(due).scalars())


def save(unit: Unit, norm: Norm) -> None:
    unit.execute(sa.update(_NORMS).where(_NORMS.c.id == norm.id).values(_values(norm)))


# What was said


def add_case(unit: Unit, case: Case) -> None:
    said = case.vote
    unit.execute(
        new(unit, _VOTES),
        {
            "id": case.id,
            "norm_id": case.norm_id,
            "judgement_id": case.judgement_id,
            "review_id": case.review_id,
            "round": case.round,
            "campaign": said.campaign,
            "person": said.person,
            "word": said.word.value,
            "value": said.value,
            "tier": case.tier.value if case.tier else None,
            "categories": list(case.categories),
            "month": case.month,
            "blind": said.blind,
            "turned": said.turned,
            "void": False,
            "at": said.at,
        },
    )


def cases(unit: Unit, norm_id: str) -> tuple[Case, ...]:
    """What was said of a norm and not undone, oldest first."""
    said = sa.select(_VOTES).where(_VOTES.c.norm_id == norm_id, VALID_VOTE).order_by(_VOTES.c.at, _VOTES.c.id)
    return tuple(_case(row) for row in unit.execute(said))


def of_judgements(unit: Unit, ids: Sequence[str]) -> dict[str, tuple[Case, ...]]:
    """What each judgement said of norms; those that said nothing are absent."""
    found: dict[str, tuple[Case, ...]] = {}
    for part in sliced(ids):
        said = sa.select(_VOTES).where(_VOTES.c.judgement_id.in_(part), VALID_VOTE).order_by(_VOTES.c.id)
        for row in unit.execute(said):
            found[row.judgement_id] = (*found.get(row.judgement_id, ()), _case(row))
    return found


def of_review(unit: Unit, review_id: str) -> frozenset[str]:
    """The norms of which something was said in a review."""
    said = sa.select(_VOTES.c.norm_id).where(_VOTES.c.review_id == review_id, VALID_VOTE).distinct()
    return frozenset(unit.execute(said).scalars())


def void(unit: Unit, review_id: str, round_: int) -> dict[str, datetime]:
    """What was said in a round that is undone no longer counts; of which norms it was, and since when."""
    mine = sa.and_(_VOTES.c.review_id == review_id, _VOTES.c.round == round_, VALID_VOTE)
    gone = unit.execute(sa.update(_VOTES).where(mine).values(void=True).returning(_VOTES.c.norm_id, _VOTES.c.at))
    since: dict[str, datetime] = {}
    for norm_id, at in gone:
        since[norm_id] = min(at, since.get(norm_id, at))
    return since


def use_up(unit: Unit, norm_id: str) -> None:
    """A lead's confirmation stands for the norm that it confirmed: once that has ended, it takes a new one."""
    mine = sa.and_(_VOTES.c.norm_id == norm_id, _VOTES.c.word == Word.CONFIRMED.value, VALID_VOTE)
    unit.execute(sa.update(_VOTES).where(mine).values(void=True))


def turn(unit: Unit, review_id: str, *, turned: bool) -> None:
    """Fraud was confirmed in this case, or was not after all."""
    mine = sa.and_(_VOTES.c.review_id == review_id, _VOTES.c.turned.is_not(sa.true() if turned else sa.false()))
    unit.execute(sa.update(_VOTES).where(mine).values(turned=turned))


# Where it was applied


def use(unit: Unit, pairs: Iterable[tuple[str, str]]) -> None:
    """(candidate, norm): the recommendation of this candidate took the norm into account."""
    rows = [{"candidate_id": candidate, "norm_id": norm} for candidate, norm in pairs]
    if rows:
        unit.execute(sa.insert(_USES), rows)


def touched(unit: Unit, norm_id: str) -> tuple[tuple[str, str], ...]:
    """(review, channel) of each open card that took the norm into account."""
    shown = (
        sa.select(REVIEWS.c.id, CAMPAIGNS.c.channel)
        .join(_USES, _USES.c.candidate_id == REVIEWS.c.candidate_id)
        .join(CAMPAIGNS, CAMPAIGNS.c.key == REVIEWS.c.campaign)
        .where(_USES.c.norm_id == norm_id, AWAITING, REVIEWS.c.opened_at.is_not(None))
        .order_by(REVIEWS.c.id)
    )
    return tuple((row.id, row.channel) for row in unit.execute(shown))


def uses(unit: Unit, ids: Sequence[str]) -> dict[str, int]:
    """On how many candidates each was applied; those on none are absent."""
    found: dict[str, int] = {}
    for part in sliced(ids):
        counted = sa.select(_USES.c.norm_id, sa.func.count()).where(_USES.c.norm_id.in_(part)).group_by(_USES.c.norm_id)
        found.update((norm_id, many) for norm_id, many in unit.execute(counted))
    return found


def open_campaigns(unit: Unit, since: datetime) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(key, channel, markets) of campaigns with something unanswered, or with candidates or a beginning since then."""
    lively = sa.exists().where(REVIEWS.c.campaign == CAMPAIGNS.c.key, sa.or_(AWAITING, REVIEWS.c.intake_at >= since))
    found = (
        sa.select(CAMPAIGNS.c.key, CAMPAIGNS.c.channel, CAMPAIGNS.c.markets)
        .where(sa.or_(lively, CAMPAIGNS.c.created_at >= since))
        .order_by(CAMPAIGNS.c.key)
    )
    return tuple((row.key, row.channel, tuple(row.markets)) for row in unit.execute(found))

"""precedents: what an open card resembles, of a hundred thousand past disagreements, beside comparing it with all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from bot.core.disagreement import Disagreement, Kind, Standing, Winner
from bot.core.precedents import towards
from bot.desk import precedents, see
from bot.desk.desk import Desk
from db.knowledge_tables import DISAGREEMENTS
from db.precedent_tables import BY_FLAG, PRECEDENTS
from db.precedents import plain
from db.store import Unit
from db.tables import JUDGEMENTS, REVIEWS
from scoring.similarity import Likeness, nearest
from scoring.types import FlagCode
from tests import postgres
from tests.benchmarks.agency import CAMPAIGNS, MARKETS, Agency, Shape, Stock, channel, desk_of
from tests.benchmarks.lines import Goal, Line, middle, p99, timed
from tests.factories import disagreement

_FLAGS = (FlagCode.ENGAGEMENT_OFF_NORM, FlagCode.GROWTH_SPIKE, FlagCode.LOW_CREDIBILITY, FlagCode.VIEWS_PER_LIKE,
          FlagCode.COMMENT_POD, FlagCode.SPONSORED_SATURATION)  # fmt: skip
_WORDS = tuple(f"word{n}" for n in range(3000))
_CHUNK = 5_000


def precedents_(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    many, turns, naive = (600, 4, 2) if quick else (100_000, 40, 5)
    shape = Shape(4, 10, 0, 40) if quick else Shape(10, 10, 0, 490)
    for kind, aim in (("sqlite", 6), ("postgres", 8)):
        if kind == "postgres" and postgres.why_not():
            continue
        agency = stock.agency(shape, kind)
        with stock.copy(shape, kind) as url:
            desk = desk_of(url)
            try:
                _fill(desk, many)
                yield _measured(desk, agency, kind, turns, naive, Goal("value", 2 * aim, aim))
            finally:
                desk.close()


def _measured(desk: Desk, agency: Agency, kind: str, turns: int, naive: int, goal: Goal) -> Line:
    cases = [c for c in see.cases(desk, [tap.review for tap in agency.taps]) if c.recommendation.flags][:turns]
    channels = frozenset(channel(n) for n in range(CAMPAIGNS))
    spent: dict[str, list[float]] = {"indexed": [], "naive": []}
    with desk.store.reading() as unit:
        for case in cases:
            precedents.of_case(unit, case, channels)
        for case in cases:
            with timed() as watch:
                found = precedents.of_case(unit, case, channels)
            assert found is not None
            assert found.similar, "every case resembles something here"
            spent["indexed"].append(1000 * watch.seconds)
        for case in cases[:naive]:
            alike = precedents.likeness(case.candidate, case.recommendation.flags)
            with timed() as watch:
                _all(unit, case.review.market, alike, channels)
            spent["naive"].append(1000 * watch.seconds)
    parts = {"p99": p99(spent["indexed"]), "cases": len(found.similar)}
    return Line(f"precedents {kind}", middle(spent["indexed"]), "ms", middle(spent["naive"]),
                "comparing with all of the market", goal, parts)  # fmt: skip


def _all(unit: Unit, market: str, case: Likeness, channels: frozenset[str]) -> list[str]:
    """The same without an index and without a bound: every disagreement of the market is read and compared."""
    wanted = (
        sa.select(DISAGREEMENTS.c.id, PRECEDENTS.c.likeness)
        .join(PRECEDENTS, PRECEDENTS.c.disagreement_id == DISAGREEMENTS.c.id)
        .where(DISAGREEMENTS.c.market == market, DISAGREEMENTS.c.channel.in_(channels))
    )
    rows = [(id_, has) for id_, has in unit.execute(wanted) if case.flags.keys() & has["flags"].keys()]
    others = [Likeness(has["flags"], frozenset(has["words"].split()), has["numbers"]) for _, has in rows]
    return [rows[place][0] for place in nearest(case, others)[:10]]


# Filling


def _fill(desk: Desk, many: int) -> None:
    """As disagreements are written, but by thousands; most are of one market, as most of an agency's are."""
    rng = Random(4)
    with desk.store.reading() as unit:
        reviews = unit.execute(sa.select(REVIEWS.c.id, REVIEWS.c.candidate_id)).all()
        creators = dict(unit.execute(sa.text("SELECT id, creator_id FROM candidates")).tuples().all())
    for start in range(0, many, _CHUNK):
        with desk.store.unit() as unit:
            made = []
            for seq in range(start + 1, min(start + _CHUNK, many) + 1):
                review, candidate = rng.choice(reviews)
                made.append((seq, _one(rng, seq, review, creators[candidate], desk)))
            _write(unit, made, rng)
    if not desk.store.sqlite:
        with desk.store.unit() as unit:
            unit.execute(sa.text("ANALYZE"))


def _one(rng: Random, seq: int, review: str, creator: str, desk: Desk) -> Disagreement:
    winner = rng.choice((Winner.EXPERT, Winner.EXPERT, Winner.AI, Winner.BOTH, None))
    return disagreement(
        f"dg_{seq}", review_id=review, creator_id=creator, campaign=f"campaign-{seq % CAMPAIGNS}",
        channel=channel(seq % CAMPAIGNS), market=rng.choice(MARKETS) if seq % 2 else MARKETS[0], winner=winner,
        kind=Kind.VERDICT, flags=tuple(sorted(rng.sample(_FLAGS, rng.randint(1, 3)))),
        standing=Standing.RESOLVED if winner else Standing.OPEN, resolved_by="U0LEAD0001" if winner else None,
        opened_at=desk.clock() - timedelta(minutes=5 * (200_000 - seq)),
    )  # fmt: skip


def _write(unit: Unit, made: list[tuple[int, Disagreement]], rng: Random) -> None:
    judged = {"round": 1, "how": "override", "reasons": [], "narrative": "", "disputed": [], "ai_visible": True}
    unit.execute(sa.insert(JUDGEMENTS), [
        {"id": d.judgement_id, "review_id": d.review_id, "expert": d.expert, "verdict": d.verdict.value,
         "at": d.opened_at, **judged}
        for _, d in made
    ])  # fmt: skip
    unit.execute(sa.insert(DISAGREEMENTS), [_row(d) for _, d in made])
    unit.execute(sa.insert(PRECEDENTS), [
        {"seq": seq, "disagreement_id": d.id, "likeness": plain(_likeness(d, rng))} for seq, d in made
    ])  # fmt: skip
    won = {Winner.EXPERT: "expert", Winner.AI: "ai"}
    unit.execute(sa.insert(BY_FLAG), [
        {"market": d.market, "flag": code.value, "towards": towards(d).value, "seq": seq, "channel": d.channel,
         "won": won.get(d.winner, "") if d.winner else ""}
        for seq, d in made for code in d.flags
    ])  # fmt: skip


def _row(d: Disagreement) -> dict[str, Any]:
    plain = asdict(d)
    for name in ("kind", "ai_verdict", "verdict", "standing"):
        plain[name] = plain[name].value
    return plain | {"winner": d.winner.value if d.winner else None, "flags": list(d.flags), "disputed": [],
                    "reasons": [r.value for r in d.reasons]}  # fmt: skip


def _likeness(d: Disagreement, rng: Random) -> Likeness:
    return Likeness({code.value: 0.29 for code in d.flags}, frozenset(rng.sample(_WORDS, 40)), _numbers(rng))


def _numbers(rng: Random) -> dict[str, float]:
    names = ("followers", "engagement_rate", "growth_14d", "credibility", "suspicious_share", "fake_follower_share",
             "comments_per_100_likes", "views_per_like", "sponsored_share", "fee EUR")  # fmt: skip
    return {name: round(rng.gauss(1, 2), 3) for name in names if rng.random() < 0.9}

"""Creators, their numbers over time, candidates, what the AI said of them, and the imports that they came in with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.core.fresh import asked_from_json, asked_to_json
from bot.core.theirs import theirs_from_json, theirs_to_json
from bot.core.types import Candidate
from db.store import Unit, new, sliced
from db.tables import CANDIDATES, CREATORS, IMPORTS, RECOMMENDATIONS, SNAPSHOTS, ImportRow
from scoring.record import recommendation_from_json, recommendation_to_json
from scoring.types import Metrics, Recommendation

_SAID = RECOMMENDATIONS.c


def metrics_to_json(metrics: Metrics) -> dict[str, Any]:
    """Only what was measured: a missing number has no key, so it can never turn into a zero."""
    out: dict[str, Any] = {}
    for name in Metrics.__dataclass_fields__:
        value = getattr(metrics, name)
        if value is None or (name == "audience" and not value):
            continue
        out[name] = value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
    if "audience" in out:
        out["audience"] = dict(out["audience"])
    return out


def metrics_from_json(data: Mapping[str, Any]) -> Metrics:
    values = dict(data)
    if "measured_on" in values:
        values["measured_on"] = date.fromisoformat(values["measured_on"])
    if "brand_safety" in values:
        values["brand_safety"] = tuple(values["brand_safety"])
    return Metrics(**values)


def _from(row: Any) -> Candidate:
    return Candidate(
        id=row.id,
        campaign=row.campaign,
        creator_id=row.creator_id,
        platform=row.platform,
        handle=row.handle,
        name=row.name,
        market=row.market,
        country=row.country,
        categories=tuple(row.categories),
        metrics=metrics_from_json(row.metrics),
        url=row.url,
        fee=row.fee,
        currency=row.currency,
        referred_by=row.referred_by,
        strategic=row.strategic,
        past_outcome=row.past_outcome,
        contact=row.contact,
        text=row.text,
        theirs=theirs_from_json(row.theirs),
        asked=asked_from_json(row.asked),
    )


def _to(candidate: Candidate, import_id: str, line: int) -> dict[str, Any]:
    return {
        "id": candidate.id,
        "campaign": candidate.campaign,
        "creator_id": candidate.creator_id,
        "import_id": import_id,
        "line": line,
        "market": candidate.market,
        "name": candidate.name,
        "handle": candidate.handle,
        "platform": candidate.platform,
        "country": candidate.country,
        "categories": list(candidate.categories),
        "metrics": metrics_to_json(candidate.metrics),
        "url": candidate.url,
        "fee": candidate.fee,
        "currency": candidate.currency,
        "referred_by": candidate.referred_by,
        "strategic": candidate.strategic,
        "past_outcome": candidate.past_outcome,
        "contact": candidate.contact,
        "text": candidate.text,
        "theirs": theirs_to_json(candidate.theirs) if candidate.theirs is not None else None,
        "asked": asked_to_json(candidate.asked) if candidate.asked is not None else None,
    }


def get(unit: Unit, candidate_id: str) -> Candidate | None:
    return many(unit, [candidate_id]).get(candidate_id)


def referrer(unit: Unit, candidate_id: str) -> str | None:
    """Who referred a candidate, as the file had it."""
    return referrers(unit, [candidate_id]).get(candidate_id)


def referrers(unit: Unit, candidate_ids: Sequence[str]) -> dict[str, str | None]:
    """The same of several, by candidate."""
    found: dict[str, str | None] = {}
    for part in sliced(candidate_ids):
        rows = unit.execute(sa.select(CANDIDATES.c.id, CANDIDATES.c.referred_by).where(CANDIDATES.c.id.in_(part)))
        found.update((candidate, referrer) for candidate, referrer in rows)
    return found


def creator_of(unit: Unit, candidate_id: str) -> str:
    """Whose candidacy it is; empty for a candidate that does not exist."""
    found = unit.execute(sa.select(CANDIDATES.c.creator_id).where(CANDIDATES.c.id == candidate_id))
    return found.scalar_one_or_none() or ""


def many(unit: Unit, ids: Sequence[str]) -> dict[str, Candidate]:
    found: dict[str, Candidate] = {}
    for part in sliced(ids):
        rows = unit.execute(sa.select(CANDIDATES).where(CANDIDATES.c.id.in_(part)))
        found.update((row.id, _from(row)) for row in rows)
    return found


def recommendation(unit: Unit, candidate_id: str) -> Recommendation | None:
    return recommendations(unit, [candidate_id]).get(candidate_id)


def recommendations(unit: Unit, ids: Sequence[str]) -> dict[str, Recommendation]:
    found: dict[str, Recommendation] = {}
    for part in sliced(ids):
        wanted = sa.select(_SAID.candidate_id, _SAID.record).where(_SAID.candidate_id.in_(part))
        found.update((of, recommendation_from_json(record)) for of, record in unit.execute(wanted))
    return found


@dataclass(frozen=True, slots=True)
class KnownCreator:
    """A creator that we already have, and where it is a candidate of the campaign at hand."""

    id: str
    candidate_id: str | None
    candidate_line: int | None
    import_id: str | None
    import_file: str | None


def known_creators(
    unit: Unit, campaign: str, handles: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], KnownCreator]:
    """(platform, casefolded handle) -> what we have of it; those that we do not have are absent."""
    wanted = set(handles)
    found: dict[tuple[str, str], KnownCreator] = {}
    for part in sliced([handle for _, handle in handles]):
        rows = unit.execute(
            sa.select(
                CREATORS.c.platform,
                CREATORS.c.handle_key,
                CREATORS.c.id,
                CANDIDATES.c.id.label("candidate_id"),
                CANDIDATES.c.line,
                CANDIDATES.c.import_id,
                IMPORTS.c.file_name,
            )
            .outerjoin(
                CANDIDATES,
                sa.and_(CANDIDATES.c.creator_id == CREATORS.c.id, CANDIDATES.c.campaign == campaign),
            )
            .outerjoin(IMPORTS, IMPORTS.c.id == CANDIDATES.c.import_id)
            .where(CREATORS.c.handle_key.in_(part))
        )
        for platform, key, creator_id, candidate_id, line, import_id, file_name in rows:
            if (platform, key) in wanted:
                found[platform, key] = KnownCreator(creator_id, candidate_id, line, import_id, file_name)
    return found


def add_creators(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(unit, CREATORS, rows)


def unseen_snapshots(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those numbers that we do not have of these creators yet."""
    known: set[tuple[str, str]] = set()
    for part in sliced([r["creator_id"] for r in rows]):
        found = unit.execute(
            sa.select(SNAPSHOTS.c.creator_id, SNAPSHOTS.c.digest).where(SNAPSHOTS.c.creator_id.in_(part))
        )
        known.update((creator, digest) for creator, digest in found)
    fresh = {(r["creator_id"], r["digest"]): r for r in rows if (r["creator_id"], r["digest"]) not in known}
    return list(fresh.values())


def add_snapshots(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(unit, SNAPSHOTS, rows)


def count_import(unit: Unit, **values: Any) -> None:
    """Begin an import, or add to what it has brought so far."""
    if unit.execute(new(unit, IMPORTS).returning(IMPORTS.c.id), values).first() is None:
        more = {name: IMPORTS.c[name] + values[name] for name in ("accepted", "duplicates", "rejected")}
        unit.execute(sa.update(IMPORTS).where(IMPORTS.c.id == values["id"]).values(**more))


def add_candidates(unit: Unit, rows: Iterable[tuple[Candidate, int]], import_id: str) -> None:
    _insert(unit, CANDIDATES, [_to(candidate, import_id, line) for candidate, line in rows])


def add_recommendations(unit: Unit, rows: Iterable[tuple[str, Recommendation]], now: datetime) -> None:
    _insert(
        unit,
        RECOMMENDATIONS,
        [
            {
                "candidate_id": candidate_id,
                # By whom the verdict is; the record has our model's name either way.
                "model": f"own AI, beside {rec.model}" if rec.theirs else rec.model,
                "verdict": rec.verdict.value,
                "match": rec.match,
                "risk": rec.risk,
                "confident": rec.sure,
                "record": recommendation_to_json(rec),
                "at": now,
            }
            for candidate_id, rec in rows
        ],
    )


def _insert(unit: Unit, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        unit.execute(sa.insert(table), list(rows))


def history(
    unit: Unit, limit: int, before: datetime | None = None
) -> Iterator[tuple[str, str, str | None, tuple[str, ...], Metrics]]:
    """(platform, creator, country, categories, numbers) of the latest snapshots, oldest first: what norms come from.

    `before` takes the latest of those that are older.
    """
    latest = sa.select(SNAPSHOTS.c.id).order_by(SNAPSHOTS.c.taken_at.desc()).limit(limit)
    if before is not None:
        latest = latest.where(SNAPSHOTS.c.taken_at < before)
    rows = unit.execute(
        sa.select(
            CREATORS.c.platform, CREATORS.c.id, CREATORS.c.country, CREATORS.c.categories,
            SNAPSHOTS.c.metrics,
        )
        .join(SNAPSHOTS, SNAPSHOTS.c.creator_id == CREATORS.c.id)
        .where(SNAPSHOTS.c.id.in_(latest))
        .order_by(SNAPSHOTS.c.taken_at)
    )  # fmt: skip
    for platform, creator_id, country, categories, metrics in rows:
        yield platform, creator_id, country, tuple(categories), metrics_from_json(metrics)


def any_at_all(unit: Unit) -> bool:
    """Whether any candidate has ever come in."""
    return unit.execute(sa.select(CANDIDATES.c.id).limit(1)).first() is not None


def import_row(unit: Unit, import_id: str) -> ImportRow | None:
    return unit.get(ImportRow, import_id)

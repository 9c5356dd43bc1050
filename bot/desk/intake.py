"""Candidates come in: a file is read, scored, routed and handed out, in one transaction or not at all."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.candidate_file import CandidateFile, ParsedRow, RejectedRow, find_duplicates, read_candidate_file
from bot.core.errors import NotFound
from bot.core.types import Campaign, Route
from bot.desk import enrol
from bot.desk import models as learned
from bot.desk import norms as market_norms
from bot.desk.announce import lead_of, say_all
from bot.desk.change import open_next
from bot.desk.desk import Desk, new_id
from db import campaigns, candidates, models, people, turns
from db.candidates import KnownCreator, metrics_to_json
from db.store import Unit
from scoring.fake_followers import Follower
from scoring.lines import DEFAULT_LINES
from scoring.norms import NormRow, NormTable, build_norms, merged
from scoring.types import Metrics, Recommendation

Progress = Callable[[int, int], None]

#: History older than these many snapshots back says little about what is usual now.
_HISTORY = 20_000
_PLATFORMS = ("instagram", "youtube", "tiktok")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one row: accepted, duplicate or rejected, and why."""

    line: int
    handle: str | None
    fate: str
    reason: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    review_id: str | None = None
    route: Route | None = None
    rule: str | None = None
    reviewer: str | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The account of one file, row by row."""

    file: CandidateFile
    fates: tuple[Fate, ...]
    """One per row read, by line."""
    opened: int
    skipped: int
    """Rows beyond --limit, not read."""
    history: int
    """New numbers kept for creators that we had already."""
    no_expert: tuple[str, ...]
    """Markets whose reviews went to the lead, because nobody knows them."""
    import_id: str | None
    """None for a dry run, or when nothing was new."""

    def count(self, fate: str) -> int:
        return sum(f.fate == fate for f in self.fates)

    def routed(self, *routes: Route) -> int:
        return sum(f.route in routes for f in self.fates)


def take_in(
    desk: Desk,
    data: bytes,
    *,
    file_name: str,
    campaign: str,
    platform: str | None = None,
    market: str | None = None,
    limit: int | None = None,
    overrides: Mapping[str, str] | None = None,
    dry_run: bool = False,
    max_bytes: int = 20_000_000,
    followers_of: Callable[[str], Sequence[Follower]] | None = None,
    on_progress: Progress | None = None,
) -> ImportReport:
    """Import a list of candidates into a campaign. The same file twice adds nothing.

    `followers_of` gives a sample of the followers of a handle, empty where there is none.

    Raises CandidateFileError when it cannot be read as a list, NotFound('campaign'), Invalid when nobody could
    own a review; then nothing was written.
    """
    read = read_candidate_file(
        data, overrides=overrides, platform=platform or _platform(file_name), max_bytes=max_bytes
    )
    return admit(
        desk, read, source=file_name, digest=hashlib.sha256(data).hexdigest(), campaign=campaign, market=market,
        limit=limit, dry_run=dry_run, followers_of=followers_of, on_progress=on_progress,
    )  # fmt: skip


def admit(
    desk: Desk,
    read: CandidateFile,
    *,
    source: str,
    digest: str,
    campaign: str,
    market: str | None = None,
    limit: int | None = None,
    dry_run: bool = False,
    followers_of: Callable[[str], Sequence[Follower]] | None = None,
    on_progress: Progress | None = None,
    before: Callable[[Unit], None] | None = None,
    after: Callable[[Unit, ImportReport], None] | None = None,
) -> ImportReport:
    """Import candidates that have been read, wherever they come from; `source` is what a duplicate is said to be in.

    `before` and `after` work in the same unit of work: what they raise leaves nothing written.
    Raises NotFound('campaign'), and Invalid when nobody could own a review.
    """
    rows, rejected, skipped = _limited(read, limit)
    if followers_of is not None:
        rows = [enrol.sampled(row, sample) if (sample := followers_of(row.handle)) else row for row in rows]
    intake = _Intake(desk, campaign, source, digest, market, on_progress)
    # What takes long is worked out beside the writer: people go on clicking while a list comes in.
    with desk.store.reading() as unit:
        scores = intake.score(unit, rows)
    with desk.store.unit(keep=not dry_run) as unit:
        turns.to_import(unit)
        if before is not None:
            before(unit)
        fates, opened, history = intake.run(unit, rows, rejected, scores)
        import_id = intake.import_id if not dry_run and (intake.accepted or history) else None
        every = tuple(sorted(fates, key=lambda f: f.line))
        report = ImportReport(read, every, opened, skipped, history, tuple(sorted(intake.no_expert)), import_id)
        if after is not None:
            after(unit, report)
    return report


def _platform(file_name: str) -> str | None:
    """A platform named in the file's name, when only one is.

    >>> _platform("instagram_2022_03.csv"), _platform("list.csv")
    ('instagram', None)
    """
    named = [p for p in _PLATFORMS if p in file_name.casefold()]
    return named[0] if len(named) == 1 else None


def _limited(read: CandidateFile, limit: int | None) -> tuple[list[ParsedRow], list[RejectedRow], int]:
    both: list[ParsedRow | RejectedRow] = sorted([*read.rows, *read.rejected], key=lambda r: r.line)
    kept = both if limit is None else both[:limit]
    rows = [r for r in kept if isinstance(r, ParsedRow)]
    return rows, [r for r in kept if isinstance(r, RejectedRow)], len(both) - len(kept)


def _accepted(placed: enrol.Placed) -> Fate:
    row, review = placed.row, placed.review
    return Fate(row.line, row.handle, "accepted", None, {}, review.id, review.route, review.rule, review.expert)


class _Intake:
    """One import at work: what it knows while its transaction is open."""

    def __init__(
        self, desk: Desk, key: str, file_name: str, digest: str, market: str | None, on_progress: Progress | None
    ) -> None:
        self.desk, self.key, self.file_name, self.digest = desk, key, file_name, digest
        self.market, self.on_progress = market, on_progress
        self.import_id = new_id("im")
        self.no_expert: set[str] = set()
        self.accepted = 0
        self.serving = learned.Serving()

    def score(self, unit: Unit, rows: Sequence[ParsedRow]) -> dict[int, Recommendation]:
        """What the AI says of every row that is new here, by line."""
        campaign = self._campaign(unit)
        fresh = [row for row, _ in self._sort(unit, rows)[0]]
        now = self.desk.clock()
        accepted = market_norms.accepted(unit, now)
        self.serving = learned.serving(unit)
        norms, active = self._norms(unit), self.serving.active
        return enrol.score(campaign, fresh, self.market, norms, accepted, active, now, self._step)

    def _campaign(self, unit: Unit) -> Campaign:
        campaign = campaigns.get(unit, self.key)
        if campaign is None:
            raise NotFound("campaign", campaign=self.key, known=[c.key for c in campaigns.every(unit)])
        return campaign

    def run(
        self,
        unit: Unit,
        rows: Sequence[ParsedRow],
        rejected: Sequence[RejectedRow],
        scores: Mapping[int, Recommendation],
    ) -> tuple[list[Fate], int, int]:
        """(fate per row, cards opened, numbers kept as history).

        Sorted anew: another import may have brought some of the rows meanwhile, but none has become new.
        """
        campaign = self._campaign(unit)
        now = self.desk.clock()
        fates = [Fate(r.line, None, "rejected", r.code, dict(r.params)) for r in rejected]
        fresh, doubles, seen_again = self._sort(unit, rows)
        placed, refused = enrol.place(unit, self.desk, campaign, fresh, self.market, scores, now)
        fates += doubles + [Fate(r.row.line, r.row.handle, "rejected", r.reason, r.params) for r in refused]
        self.accepted = len(placed)
        self.no_expert = {p.review.market for p in placed if p.review.why_me == "lead_no_expert"}
        history = self._write(unit, campaign, placed, seen_again, len(doubles), len(refused) + len(rejected), now)
        opened = self._hand_out(unit, campaign, placed, now)
        fates += [_accepted(p) for p in placed]
        return fates, opened, history

    def _step(self, done: int, total: int) -> None:
        if self.on_progress is not None:
            self.on_progress(done, total)

    def _sort(
        self, unit: Unit, rows: Sequence[ParsedRow]
    ) -> tuple[list[tuple[ParsedRow, str | None]], list[Fate], list[tuple[ParsedRow, str]]]:
        """Rows that are new here (with their creator's id, if known), duplicates, and known creators' new numbers."""
        repeated = find_duplicates(rows)
        keys = [enrol.key_of(row) for row in rows]
        known = candidates.known_creators(unit, self.key, [k for i, k in enumerate(keys) if i not in repeated])
        fresh: list[tuple[ParsedRow, str | None]] = []
        doubles: list[Fate] = []
        again: list[tuple[ParsedRow, str]] = []
        for index, row in enumerate(rows):
            # Only the first of a creator's rows counts, so that the same file twice finds the same numbers.
            have: KnownCreator | None = known.get(keys[index]) if index not in repeated else None
            if index in repeated:
                first = rows[repeated[index]].line
                doubles.append(Fate(row.line, row.handle, "duplicate", "same_file", {"line": first}))
            elif have is not None and have.candidate_id is not None:
                params = {"line": have.candidate_line, "file": have.import_file}
                doubles.append(Fate(row.line, row.handle, "duplicate", "same_campaign", params))
            else:
                fresh.append((row, have.id if have is not None else None))
            if have is not None:
                again.append((row, have.id))
        return fresh, doubles, again

    def _norms(self, unit: Unit) -> NormTable:
        """What is usual, from creators of earlier imports where there are enough, else as shipped."""
        latest: dict[str, NormRow] = {}
        for platform, creator, country, categories, metrics in candidates.history(unit, _HISTORY):
            tier = DEFAULT_LINES.for_(platform, country or "").tier_of(metrics.followers)
            latest[creator] = NormRow(platform, country, tier, categories, metrics)
        return merged(build_norms(latest.values()), self.desk.norms) if latest else self.desk.norms

    def _write(
        self,
        unit: Unit,
        campaign: Campaign,
        placed: Sequence[enrol.Placed],
        again: Sequence[tuple[ParsedRow, str]],
        duplicates: int,
        rejected: int,
        now: datetime,
    ) -> int:
        snapshots = [self._snapshot(creator, enrol.metrics_of(row), now) for row, creator in again]
        new = candidates.unseen_snapshots(unit, snapshots)
        if not placed and not new:
            return 0
        candidates.add_import(
            unit, id=self.import_id, campaign=campaign.key, file_name=self.file_name[:200], digest=self.digest, at=now,
            accepted=len(placed), duplicates=duplicates, rejected=rejected,
        )  # fmt: skip
        candidates.add_creators(unit, [p.creator for p in placed if p.creator is not None])
        first = [self._snapshot(p.candidate.creator_id, p.candidate.metrics, now) for p in placed if p.creator]
        candidates.add_snapshots(unit, new + first)
        candidates.add_candidates(unit, [(p.candidate, p.row.line) for p in placed], self.import_id)
        candidates.add_recommendations(unit, [(p.candidate.id, p.recommendation) for p in placed], now)
        beside = [(p.candidate.id, p.recommendation) for p in placed] if self.serving.shadows else []
        models.add_calls(unit, [(of, by, would) for of, rec in beside for by, would in self.serving.beside(rec)])
        market_norms.used(unit, [(p.candidate.id, p.recommendation) for p in placed])
        enrol.record(unit, placed, now)
        return len(new)

    def _snapshot(self, creator_id: str, metrics: Metrics, now: datetime) -> Mapping[str, Any]:
        numbers = metrics_to_json(metrics)
        digest = hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()
        return {"id": new_id("sn"), "creator_id": creator_id, "import_id": self.import_id, "digest": digest,
                "metrics": numbers, "taken_at": now}  # fmt: skip

    def _hand_out(self, unit: Unit, campaign: Campaign, placed: Sequence[enrol.Placed], now: datetime) -> int:
        """Open what fits into people's hands, and tell of what was decided without asking anybody."""
        asked = Counter(p.review.expert for p in placed if p.review.state.awaits and p.review.expert)
        opened = sum(len(open_next(unit, self.desk, expert, now)) for expert in sorted(asked))
        quiet = {p.review.market for p in placed if p.review.route in (Route.AI, Route.FAST_TRACK)}
        if quiet:
            members = people.members(unit)
            lead = lead_of(members)
            told: list[str | None] = [campaign.owner]
            for market in sorted(quiet):
                experts = [m.id for m in members if m.active and m.is_expert_of(market)]
                told += experts or [lead]
            say_all(unit, "digest", self.import_id, told, now)
        return opened

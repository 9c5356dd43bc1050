"""Candidates come in: a file is read, scored, routed and handed out, in one transaction or not at all."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.assignment import assign
from bot.core.candidate_file import CandidateFile, ParsedRow, RejectedRow, find_duplicates, read_candidate_file
from bot.core.candidate_row import metrics_of, sampled
from bot.core.errors import NotFound
from bot.core.types import Campaign, Route
from bot.desk import enrol
from bot.desk import models as learned
from bot.desk import norms as market_norms
from bot.desk.announce import lead_of, say_all
from bot.desk.change import open_next
from bot.desk.desk import Desk, new_id
from bot.desk.usual import usual
from db import campaigns, candidates, models, people, turns
from db.candidates import KnownCreator, metrics_to_json
from db.store import Unit
from scoring.fake_followers import Follower
from scoring.types import Metrics, Recommendation

Progress = Callable[[int, int], None]
NumbersOf = Callable[[Sequence[ParsedRow]], Mapping[int, ParsedRow]]
"""Rows to those of them that a source of fresh numbers was asked about, by line. Raises nothing."""

#: Seconds between two parts of a list, in which whoever waits for the database comes in.
_GIVE_WAY = 0.05
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
    numbers_of: NumbersOf | None = None,
    on_progress: Progress | None = None,
) -> ImportReport:
    """Import a list of candidates into a campaign. The same file twice adds nothing.

    `followers_of` gives a sample of the followers of a handle, empty where there is none; `numbers_of` fresh numbers
    of those that lack some or whose are old, as far as they can be had in time.

    Raises CandidateFileError when it cannot be read as a list, NotFound('campaign'), Invalid when nobody could
    own a review; then nothing was written.
    """
    read = read_candidate_file(
        data, overrides=overrides, platform=platform or platform_of(file_name), max_bytes=max_bytes
    )
    return admit(
        desk, read, source=file_name, digest=hashlib.sha256(data).hexdigest(), campaign=campaign, market=market,
        limit=limit, dry_run=dry_run, followers_of=followers_of, numbers_of=numbers_of, on_progress=on_progress,
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
    numbers_of: NumbersOf | None = None,
    on_progress: Progress | None = None,
    before: Callable[[Unit], None] | None = None,
    after: Callable[[Unit, ImportReport], None] | None = None,
    import_id: str | None = None,
    most: int | None = None,
) -> ImportReport:
    """Import candidates that have been read, wherever they come from; `source` is what a duplicate is said to be in.

    In one unit of work, with `before` and `after` in it: what they raise leaves nothing written. With `most`, that many
    rows at a time, best match first, so that nobody waits long for the database: `before` then works in each unit and
    `after` in the last, and under the same `import_id` an import that was interrupted goes on where it was.
    Raises NotFound('campaign'), and Invalid when nobody could own a review.
    """
    rows, rejected, skipped = _limited(read, limit)
    if followers_of is not None:
        rows = [sampled(row, sample) if (sample := followers_of(row.handle)) else row for row in rows]
    intake = _Intake(desk, campaign, source, digest, market, on_progress, import_id)
    firsts, doubles = _once(rows)
    if numbers_of is not None:
        with desk.store.reading() as unit:
            new = {row.line for row in intake.new(unit, firsts)}
        fresh = numbers_of([row for row in firsts if row.line in new])
        firsts = [fresh.get(row.line, row) for row in firsts]
    # What takes long is worked out beside the writer: people go on clicking while a list comes in.
    with desk.store.reading() as unit:
        scores = intake.score(unit, firsts)
    fates = [Fate(r.line, None, "rejected", r.code, dict(r.params)) for r in rejected] + doubles
    left_out = {"duplicates": len(doubles), "rejected": len(rejected)}
    opened = history = 0

    def bring(part: Sequence[ParsedRow], *, last: bool) -> ImportReport:
        nonlocal opened, history, left_out
        with desk.store.unit(keep=not dry_run) as unit:
            turns.to_import(unit)
            if before is not None:
                before(unit)
            told, more, kept = intake.run(unit, part, scores, left_out, last=last)
            fates.extend(told)
            opened, history, left_out = opened + more, history + kept, {}
            made = intake.import_id if not dry_run and (intake.accepted or history) else None
            every = tuple(sorted(fates, key=lambda f: f.line))
            report = ImportReport(read, every, opened, skipped, history, tuple(sorted(intake.no_expert)), made)
            if after is not None and last:
                after(unit, report)
        return report

    *parts, final = _parts(firsts, scores, most)
    for part in parts:
        bring(part, last=False)
        time.sleep(_GIVE_WAY)
    return bring(final, last=True)


def foresee(
    desk: Desk, read: CandidateFile, *, campaign: str, market: str | None = None
) -> tuple[list[Fate], frozenset[str]]:
    """What would become of every row, without an AI's word and without writing, and the markets that go to a lead.

    Raises NotFound('campaign').
    """
    intake = _Intake(desk, campaign, "", "", market, None)
    firsts, doubles = _once(read.rows)
    fates = [Fate(r.line, None, "rejected", r.code, dict(r.params)) for r in read.rejected] + doubles
    with desk.store.reading() as unit:
        brief, members = intake.campaign(unit), people.members(unit)
        fresh, again, _ = intake.sort(unit, firsts)
    to_lead: set[str] = set()
    able: dict[str | None, str] = {}
    for row, _ in fresh:
        iso = enrol.market_of(row, market, brief)
        if iso not in able:
            able[iso] = enrol.nobody_for(iso, members)
        reason = able[iso]
        if not reason and iso and row.referred_by:
            named = assign(iso, members, {}, referred_by=row.referred_by, now=desk.clock())
            reason = "" if named else "only_the_referrer"
        if reason:
            fates.append(Fate(row.line, row.handle, "rejected", reason, {"market": iso}))
            continue
        fates.append(Fate(row.line, row.handle, "accepted"))
        if iso and not any(m.active and m.is_expert_of(iso) for m in members):
            to_lead.add(iso)
    return sorted([*fates, *again], key=lambda f: f.line), frozenset(to_lead)


def _once(rows: Sequence[ParsedRow]) -> tuple[list[ParsedRow], list[Fate]]:
    """The first row of each creator, and the others: only that counts, so that the same file twice finds the same."""
    repeated = find_duplicates(rows)
    doubles = [
        Fate(rows[i].line, rows[i].handle, "duplicate", "same_file", {"line": rows[first].line})
        for i, first in repeated.items()
    ]
    return [row for i, row in enumerate(rows) if i not in repeated], doubles


def _parts(
    rows: Sequence[ParsedRow], scores: Mapping[int, Recommendation], most: int | None
) -> list[Sequence[ParsedRow]]:
    """All of them at once, else the best first, so many at a time; never none, since what was left out is counted."""
    if most is None or len(rows) <= most:
        return [rows]

    def rank(row: ParsedRow) -> tuple[float, int]:
        said = scores.get(row.line)
        return (-1.0 if said is None or said.match is None else said.match), -row.line

    ordered = sorted(rows, key=rank, reverse=True)
    return [ordered[start : start + most] for start in range(0, len(ordered), most)]


def platform_of(file_name: str) -> str | None:
    """A platform named in the file's name, when only one is.

    >>> platform_of("instagram_2022_03.csv"), platform_of("list.csv")
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
        self, desk: Desk, key: str, file_name: str, digest: str, market: str | None, on_progress: Progress | None,
        import_id: str | None = None,
    ) -> None:  # fmt: skip
        self.desk, self.key, self.file_name, self.digest = desk, key, file_name, digest
        self.market, self.on_progress = market, on_progress
        self.import_id = import_id or new_id("im")
        self.no_expert: set[str] = set()
        self.quiet: set[str] = set()
        """Markets of which the AI has decided something by itself."""
        self.accepted = 0
        self.serving = learned.Serving()

    def score(self, unit: Unit, rows: Sequence[ParsedRow]) -> dict[int, Recommendation]:
        """What the AI says of every row that is new here, by line."""
        campaign = self.campaign(unit)
        fresh = self.new(unit, rows)
        now = self.desk.clock()
        accepted = market_norms.accepted(unit, now)
        self.serving = learned.serving(unit)
        norms, active = usual(unit, self.desk), self.serving.active
        return enrol.score(campaign, fresh, self.market, norms, accepted, active, now, self._step)

    def new(self, unit: Unit, rows: Sequence[ParsedRow]) -> list[ParsedRow]:
        """Rows that are new here: of no others is a source asked, so that the same list twice costs nothing."""
        self.campaign(unit)
        return [row for row, _ in self.sort(unit, rows)[0]]

    def campaign(self, unit: Unit) -> Campaign:
        campaign = campaigns.get(unit, self.key)
        if campaign is None:
            raise NotFound("campaign", campaign=self.key, known=[c.key for c in campaigns.every(unit)])
        return campaign

    def run(
        self, unit: Unit, rows: Sequence[ParsedRow], scores: Mapping[int, Recommendation], left_out: Mapping[str, int],
        *, last: bool,
    ) -> tuple[list[Fate], int, int]:  # fmt: skip
        """(fate per row, cards opened, numbers kept as history).

        Sorted anew: another import may have brought some of the rows meanwhile, but none has become new.
        """
        campaign = self.campaign(unit)
        now = self.desk.clock()
        fresh, fates, seen_again = self.sort(unit, rows)
        placed, refused = enrol.place(unit, self.desk, campaign, fresh, self.market, scores, now)
        duplicates = left_out.get("duplicates", 0) + len(fates)
        rejected = left_out.get("rejected", 0) + len(refused)
        fates += [Fate(r.row.line, r.row.handle, "rejected", r.reason, r.params) for r in refused]
        self.accepted += len(placed)
        self.no_expert |= {p.review.market for p in placed if p.review.why_me == "lead_no_expert"}
        self.quiet |= {p.review.market for p in placed if p.review.route in (Route.AI, Route.FAST_TRACK)}
        history = self._write(unit, campaign, placed, seen_again, duplicates, rejected, now)
        asked = Counter(p.review.expert for p in placed if p.review.state.awaits and p.review.expert)
        opened = sum(len(open_next(unit, self.desk, expert, now)) for expert in sorted(asked))
        if last and self.quiet:
            self._tell(unit, campaign, now)
        return fates + [_accepted(p) for p in placed], opened, history

    def _step(self, done: int, total: int) -> None:
        if self.on_progress is not None:
            self.on_progress(done, total)

    def sort(
        self, unit: Unit, rows: Sequence[ParsedRow]
    ) -> tuple[list[tuple[ParsedRow, str | None]], list[Fate], list[tuple[ParsedRow, str]]]:
        """Rows that are new here (with their creator's id, if known), duplicates, and known creators' new numbers.

        What this very import has brought already is neither.
        """
        keys = [enrol.key_of(row) for row in rows]
        known = candidates.known_creators(unit, self.key, keys)
        fresh: list[tuple[ParsedRow, str | None]] = []
        doubles: list[Fate] = []
        again: list[tuple[ParsedRow, str]] = []
        for row, key in zip(rows, keys, strict=True):
            have: KnownCreator | None = known.get(key)
            if have is not None and have.import_id == self.import_id:
                continue
            if have is not None and have.candidate_id is not None:
                params = {"line": have.candidate_line, "file": have.import_file}
                doubles.append(Fate(row.line, row.handle, "duplicate", "same_campaign", params))
            else:
                fresh.append((row, have.id if have is not None else None))
            if have is not None:
                again.append((row, have.id))
        return fresh, doubles, again

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
        snapshots = [self._snapshot(creator, metrics_of(row), now) for row, creator in again]
        new = candidates.unseen_snapshots(unit, snapshots)
        if not placed and not new:
            return 0
        candidates.count_import(
            unit, id=self.import_id, campaign=campaign.key, file_name=self.file_name[:200], digest=self.digest, at=now,
            accepted=len(placed), duplicates=duplicates, rejected=rejected,
        )  # fmt: skip
        candidates.add_creators(unit, [p.creator for p in placed if p.creator is not None])
        first = [self._snapshot(p.candidate.creator_id, p.candidate.metrics, now) for p in placed if p.creator]
        candidates.add_snapshots(unit, new + first)
        candidates.add_candidates(unit, [(p.candidate, p.row.line) for p in placed], self.import_id)
        candidates.add_recommendations(unit, [(p.candidate.id, p.recommendation) for p in placed], now)
        # A model on trial is compared with what our AI has said: where the team's own has the word, nobody saw ours.
        ours = [p for p in placed if not p.recommendation.theirs] if self.serving.shadows else []
        beside = [(p.candidate.id, p.recommendation) for p in ours]
        models.add_calls(unit, [(of, by, would) for of, rec in beside for by, would in self.serving.beside(rec)])
        market_norms.used(unit, [(p.candidate.id, p.recommendation) for p in placed])
        enrol.record(unit, placed, now)
        return len(new)

    def _snapshot(self, creator_id: str, metrics: Metrics, now: datetime) -> Mapping[str, Any]:
        numbers = metrics_to_json(metrics)
        digest = hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()
        return {"id": new_id("sn"), "creator_id": creator_id, "import_id": self.import_id, "digest": digest,
                "metrics": numbers, "taken_at": now}  # fmt: skip

    def _tell(self, unit: Unit, campaign: Campaign, now: datetime) -> None:
        """Tell of what was decided without asking anybody, once for the whole list."""
        members = people.members(unit)
        lead = lead_of(members)
        told: list[str | None] = [campaign.owner]
        for market in sorted(self.quiet):
            experts = [m.id for m in members if m.active and m.is_expert_of(market)]
            told += experts or [lead]
        say_all(unit, "digest", self.import_id, told, now)

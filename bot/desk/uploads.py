"""Lists that people bring into Slack: read beside the clicks, shown first, imported once, accounted for row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from bot.core.candidate_file import CandidateFile, read_candidate_file
from bot.core.errors import HandoffError, NotFound, TooLate
from bot.core.setup import keeps, require_opener
from bot.core.types import Campaign, Route, UserId
from bot.core.upload import Left, Outlook, Stage, Upload, require_own, require_stage
from bot.desk import campaigns as kept
from bot.desk import intake, sample
from bot.desk.announce import lead_of, say
from bot.desk.desk import Desk, new_id
from bot.desk.intake import Fate, ImportReport
from db import campaigns, lists, people, uploads
from db.store import Unit

KIND = "upload"
"""The message that accounts for a list, and is changed where it stands."""
_SLICE = 200
"""Rows written at once: a click meanwhile waits for a tenth of a second, or two."""


class _MovedOn(Exception):
    """Somebody else has ended this import meanwhile."""


def begin(
    desk: Desk, person: UserId, source: str, file: str, name: str, campaign: str | None, market: str | None = None
) -> Upload:
    """Take note of a list; the same one twice is the same. Without a campaign it is the only one, or is asked for.

    Raises NotFound('campaign'), NotAllowed: 'not_campaign_owner', 'opens_no_campaign' for somebody who has none.
    """
    with desk.store.unit() as unit:
        members = people.members(unit)
        who = next((m for m in members if m.id == person), None) or people.member(unit, person)
        if campaign is not None:
            kept.kept(unit, person, campaign)
        else:
            mine = [c.key for c in campaigns.every(unit) if keeps(who, person, c)]
            if not mine:
                require_opener(who, lead_of(members))
                raise NotFound("campaign_first")
            campaign = mine[0] if len(mine) == 1 else None
        stage = Stage.READING if campaign else Stage.ASKED
        upload = Upload(new_id("up"), person, source, file, name[:200], stage, campaign, market)
        if not uploads.add(unit, upload, desk.clock()):
            return uploads.at(unit, source, file) or upload
        _tell(unit, desk, upload)
        return upload


def one(desk: Desk, upload_id: str) -> Upload:
    """Raises NotFound('upload')."""
    with desk.store.reading() as unit:
        return _get(unit, upload_id)


def choices(desk: Desk, upload_id: str) -> tuple[Upload, tuple[Campaign, ...]]:
    """A list and the campaigns that it may go to. Raises NotFound('upload')."""
    with desk.store.reading() as unit:
        upload = _get(unit, upload_id)
        who = people.member(unit, upload.person)
        return upload, tuple(c for c in campaigns.every(unit) if keeps(who, upload.person, c))


def campaign_of(desk: Desk, upload: Upload) -> Campaign | None:
    """The campaign that it went to, also when that is somebody else's by now."""
    with desk.store.reading() as unit:
        return campaigns.get(unit, upload.campaign) if upload.campaign else None


def refuse(desk: Desk, person: UserId, source: str, file: str, name: str, error: HandoffError) -> None:
    """Whoever sent a list that they may not bring is told so, once."""
    with desk.store.unit() as unit:
        said = (error.code, error.reason, {name: _plain(value) for name, value in error.params.items()})
        upload = Upload(new_id("up"), person, source, file, name[:200], Stage.READING)
        if uploads.add(unit, upload, desk.clock()):
            _move(unit, desk, upload, Stage.FAILED, error=said)


def begin_sample(desk: Desk, person: UserId, campaign: str) -> Upload:
    """The sample comes in without a preview: it holds nothing that somebody could regret.

    Raises NotFound('campaign'), NotAllowed('not_campaign_owner').
    """
    with desk.store.unit() as unit:
        kept.kept(unit, person, campaign)
        upload = Upload(new_id("up"), person, new_id("S"), sample.NAME, sample.NAME, Stage.IMPORTING, campaign)
        uploads.add(unit, upload, desk.clock())
        return upload


def choose(desk: Desk, person: UserId, upload_id: str, campaign: str) -> Upload:
    """Say for which campaign it is. Raises NotAllowed, NotFound, TooLate('upload_…')."""
    with desk.store.unit() as unit:
        upload = _mine(unit, person, upload_id, Stage.ASKED)
        kept.kept(unit, person, campaign)
        return _move(unit, desk, upload, Stage.READING, campaign=campaign)


def survey(desk: Desk, upload_id: str, data: bytes, max_bytes: int) -> Upload:
    """Read it and see what would come of it; nothing is imported yet. Raises CandidateFileError, TooLate, NotFound.

    Takes long, and reads only until it has found out.
    """
    upload = one(desk, upload_id)
    require_stage(upload, Stage.READING)
    read = _read(upload, data, max_bytes)
    fates, no_expert = intake.foresee(desk, read, campaign=str(upload.campaign), market=upload.market)
    found = _outlook(read, fates, no_expert)
    with desk.store.unit() as unit:
        require_stage(_get(unit, upload_id), Stage.READING)
        return _move(unit, desk, upload, Stage.READY, outlook=found)


def confirm(desk: Desk, person: UserId, upload_id: str) -> Upload:
    """Import it, decided once. Raises NotAllowed, NotFound, TooLate('upload_…')."""
    with desk.store.unit() as unit:
        upload = _mine(unit, person, upload_id, Stage.READY)
        kept.kept(unit, person, str(upload.campaign))
        return _move(unit, desk, upload, Stage.IMPORTING)


def drop(desk: Desk, person: UserId, upload_id: str) -> Upload:
    """Leave it. Raises NotAllowed, NotFound, TooLate('upload_…')."""
    with desk.store.unit() as unit:
        upload = _mine(unit, person, upload_id, Stage.READY, Stage.ASKED)
        return _move(unit, desk, upload, Stage.DROPPED)


def take(desk: Desk, upload_id: str, data: bytes, max_bytes: int, numbers_of: intake.NumbersOf | None = None) -> Upload:
    """Import it, a few hundred rows at a time, however often it is taken up again; its account is said with the last.

    Raises CandidateFileError, NotFound.
    """
    upload = one(desk, upload_id)
    if upload.stage is not Stage.IMPORTING:
        return upload
    read = _read(upload, data, max_bytes)
    done: list[Upload] = []

    def before(unit: Unit) -> None:
        if _get(unit, upload_id).stage is not Stage.IMPORTING:
            raise _MovedOn

    def after(unit: Unit, report: ImportReport) -> None:
        done.append(_move(unit, desk, upload, Stage.DONE, outlook=_became(unit, upload, report)))

    try:
        intake.admit(
            desk, read, source=upload.name, digest=hashlib.sha256(data).hexdigest(), campaign=str(upload.campaign),
            market=upload.market, import_id=upload.import_id, most=_SLICE, numbers_of=numbers_of, before=before,
            after=after,
        )  # fmt: skip
    except _MovedOn:
        return one(desk, upload_id)
    return done[0]


def fail(desk: Desk, upload: Upload, error: HandoffError) -> Upload:
    """It cannot go on from where it was, and why: whoever brought it is told, unless somebody else has gone on."""
    with desk.store.unit() as unit:
        now = _get(unit, upload.id)
        if now.stage is not upload.stage or now.stage not in (Stage.READING, Stage.IMPORTING):
            return now
        params = {name: _plain(value) for name, value in error.params.items()}
        return _move(unit, desk, upload, Stage.FAILED, error=(error.code, error.reason, params))


def unfinished(desk: Desk) -> tuple[Upload, ...]:
    """Lists that were being read or imported when the process ended."""
    with desk.store.reading() as unit:
        return uploads.unfinished(unit)


def _read(upload: Upload, data: bytes, max_bytes: int) -> CandidateFile:
    return read_candidate_file(data, platform=intake.platform_of(upload.name), max_bytes=max_bytes)


def _get(unit: Unit, upload_id: str) -> Upload:
    found = uploads.get(unit, upload_id)
    if found is None:
        raise NotFound("upload")
    return found


def _mine(unit: Unit, person: UserId, upload_id: str, *stages: Stage) -> Upload:
    upload = _get(unit, upload_id)
    require_own(upload, person)
    require_stage(upload, *stages)
    return upload


def _move(
    unit: Unit, desk: Desk, upload: Upload, stage: Stage, *, campaign: str | None = None,
    outlook: Outlook | None = None, error: tuple[str, str, Mapping[str, object]] | None = None,
) -> Upload:  # fmt: skip
    moved = uploads.move(unit, upload, stage, campaign=campaign, outlook=outlook, error=error)
    if moved is None:
        raise TooLate(f"upload_{_get(unit, upload.id).stage.value}")
    _tell(unit, desk, moved)
    return moved


def _tell(unit: Unit, desk: Desk, upload: Upload) -> None:
    """What was sent to the bot is answered by a message throughout; of what came through a form, the end is told."""
    if upload.by_message or upload.stage in (Stage.DONE, Stage.FAILED):
        say(unit, KIND, upload.id, upload.person, desk.clock())


# What would come of it, and what has


def _outlook(read: CandidateFile, fates: Iterable[Fate], no_expert: Iterable[str]) -> Outlook:
    every = list(fates)
    return Outlook(
        rows=len(every),
        accepted=sum(f.fate == "accepted" for f in every),
        left=tuple(
            Left(f.line, f.handle, f.fate, f.reason or "other", {k: _plain(v) for k, v in f.params.items()})
            for f in every
            if f.fate != "accepted"
        ),
        columns=tuple((" ".join(use.header.split())[:60], use.field) for use in read.mapping),
        warnings=tuple((w.code, {k: _plain(v) for k, v in w.params.items()}) for w in read.warnings),
        no_expert=tuple(sorted(no_expert)),
    )


def _became(unit: Unit, upload: Upload, report: ImportReport) -> Outlook:
    """Counted in the database: what came in before the process was interrupted is part of it."""
    came = lists.lines(unit, import_id=upload.import_id)
    found = _outlook(report.file, report.fates, report.no_expert)
    routes = [line.route for line in came]
    return Outlook(
        rows=len(came) + len(found.left),
        accepted=len(came),
        left=found.left,
        columns=found.columns,
        warnings=found.warnings,
        no_expert=found.no_expert,
        history=report.history,
        alone=routes.count(Route.AI),
        fast=routes.count(Route.FAST_TRACK),
        asked=sum(route not in (Route.AI, Route.FAST_TRACK) for route in routes),
        opened=sum(line.opened and line.route not in (Route.AI, Route.FAST_TRACK) for line in came),
    )


def _plain(value: object) -> object:
    return value if isinstance(value, (int, float, str)) or value is None else str(value)

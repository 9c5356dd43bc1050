"""Candidates that another program sends: taken in as a list from a file is, and answered once per request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from bot.core.candidate_objects import read_candidate_objects
from bot.core.errors import Invalid
from bot.desk import keys
from bot.desk.desk import Desk
from bot.desk.intake import ImportReport, NumbersOf, admit
from db import api_keys
from db.api_keys import ApiKey
from db.store import Unit


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, read and checked for its form."""

    campaign: str
    candidates: Sequence[object]
    platform: str | None = None
    market: str | None = None
    dry_run: bool = False

    @property
    def digest(self) -> str:
        """The same for the same request, however its JSON was laid out."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer as JSON, and whether it was given before."""

    answer: str
    again: bool = False


class _Again(Exception):
    """Somebody else has sent the same request meanwhile, and this is what they were told."""

    def __init__(self, answer: str) -> None:
        super().__init__("again")
        self.answer = answer


def submit(
    desk: Desk,
    key: ApiKey,
    request: Request,
    token: str | None,
    answer: Callable[[ImportReport], str],
    numbers_of: NumbersOf | None = None,
) -> Answered:
    """Take candidates in. With a token the same request is done once and answered twice, to the letter.

    Raises NotAllowed('api_campaign'), Invalid('api_token_reused') for a token that was sent with another request, and
    what `admit` raises; then nothing was written.
    """
    keys.require(key, request.campaign)
    digest = request.digest
    with desk.store.reading() as unit:
        earlier = _earlier(unit, desk, key, token, digest)
    if earlier is not None:
        return Answered(earlier, again=True)
    made: list[str] = []

    def before(unit: Unit) -> None:
        # Looked for a second time where nobody else can write: two of the same may have come at once.
        told = _earlier(unit, desk, key, token, digest)
        if told is not None:
            raise _Again(told)

    def after(unit: Unit, report: ImportReport) -> None:
        made.append(answer(report))
        if token is not None and not request.dry_run:
            api_keys.keep(unit, key.id, token, digest, made[0], desk.clock())

    read = read_candidate_objects(request.candidates, platform=request.platform)
    try:
        admit(
            desk, read, source=f"API, {key.name}", digest=digest, campaign=request.campaign, market=request.market,
            dry_run=request.dry_run, numbers_of=numbers_of, before=before, after=after,
        )  # fmt: skip
    except _Again as again:
        return Answered(again.answer, again=True)
    return Answered(made[0])


def _earlier(unit: Unit, desk: Desk, key: ApiKey, token: str | None, digest: str) -> str | None:
    found = api_keys.answered(unit, key.id, token, desk.clock()) if token is not None else None
    if found is None:
        return None
    if found[0] != digest:
        raise Invalid("api_token_reused")
    return found[1]

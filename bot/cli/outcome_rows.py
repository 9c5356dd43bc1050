"""A file of outcomes, row by row: what was recorded, what was known, what could not be, and why."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.account import inert
from bot.core.errors import HandoffError, NotFound, TooLate
from bot.core.outcome_file import OutcomeRow, read_outcomes
from bot.desk import outcomes, see
from bot.desk.desk import Desk
from bot.i18n.catalog import Voice, error_text
from bot.i18n.errors import row_text


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one row: recorded, known or rejected."""

    line: int
    review: str
    outcome: str
    fate: str
    reason: str = ""


def take_in(desk: Desk, data: bytes, voice: Voice, *, max_bytes: int) -> tuple[Fate, ...]:
    """Record every row that can be; each by itself, so that the same file can be brought again.

    Raises CandidateFileError and Invalid for a file that is none.
    """
    found = _Reviews(desk)
    return tuple(_fate(desk, row, found, voice) for row in read_outcomes(data, max_bytes=max_bytes))


class _Reviews:
    """Reviews by campaign and handle, each campaign read once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._by_handle: dict[str, dict[str, list[str]]] = {}

    def of(self, row: OutcomeRow) -> str:
        """The one review that a row means. Raises NotFound('row_review') for none or several."""
        if row.review:
            return row.review
        if row.campaign not in self._by_handle:
            known: dict[str, list[str]] = {}
            for line in see.all_lines(self._desk, row.campaign or None):
                known.setdefault(line.handle.casefold(), []).append(line.review_id)
            self._by_handle[row.campaign] = known
        ids = self._by_handle[row.campaign].get(row.handle.casefold(), [])
        if len(ids) != 1:
            raise NotFound("several_reviews" if ids else "no_review", handle=row.handle)
        return ids[0]


def _fate(desk: Desk, row: OutcomeRow, found: _Reviews, voice: Voice) -> Fate:
    said = row.what.value if row.what else row.typed
    if row.problem is not None or row.what is None:
        why = row_text(voice, row.problem or "other", value=row.typed)
        return Fate(row.line, row.review or row.handle, said, "rejected", why)
    review = row.review or row.handle
    try:
        review = found.of(row)
        outcomes.record(desk, review, row.what, happened_at=row.happened_at)
    except TooLate as known:
        fate = "known" if known.reason in ("outcome_known", "already_yours") else "rejected"
        return Fate(row.line, review, said, fate, error_text(voice, known, now=desk.clock()))
    except HandoffError as error:
        return Fate(row.line, review, said, "rejected", error_text(voice, error))
    return Fate(row.line, review, said, "recorded")


def last_line(fates: Sequence[Fate]) -> str:
    """Sum it up: "12 rows: 9 recorded, 2 known already, 1 rejected"."""
    many = Counter(fate.fate for fate in fates)
    rows = f"{len(fates):,} row{'' if len(fates) == 1 else 's'}"
    return f"{rows}: {many['recorded']:,} recorded, {many['known']:,} known already, {many['rejected']:,} rejected"


def write(path: Path, fates: Sequence[Fate]) -> None:
    """Every row with its fate, as CSV that a spreadsheet will not execute."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        made = csv.writer(file)
        made.writerow(("line", "review", "outcome", "fate", "reason"))
        for fate in fates:
            row = (fate.line, fate.review, fate.outcome, fate.fate, fate.reason)
            made.writerow([inert(cell) for cell in row])

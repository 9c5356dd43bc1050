"""Candidates as another program sends them (JSON objects) to rows, by the reader and the rules of lists in files."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from bot.core.candidate_file import CandidateFile
from bot.core.candidate_row import Note, ParsedRow, RejectedRow, RowReader, sampled
from bot.core.columns import ColumnUse, FileWarning
from bot.core.follower_objects import read_follower_objects
from bot.core.headers import FIELDS, Kind

SAMPLE: Final = "followers_sample"
"""A key beside the fields: some of the candidate's followers (core/follower_objects.py), of whom only a share stays."""
#: How a list of words is written in one cell.
_JOIN: Final = "; "
_NAME_MAX: Final = 80
_UNKNOWN_MAX: Final = 50


def read_candidate_objects(objects: Sequence[object], *, platform: str | None = None) -> CandidateFile:
    """Read candidates whose keys are the fields of docs/files.md. Raises nothing: what is no candidate is rejected.

    Shares are fractions or text such as "9.4%"; null and an absent key are missing, never zero. A row's line is its
    place in the list, from 1. A key that is no field is left out and said once (warning `unknown_field`). A sample of
    followers under `SAMPLE` becomes the share of fakes, unless the candidate has one.
    """
    names = sorted({key for one in objects if isinstance(one, Mapping) for key in one})
    fields = [name for name in names if name in FIELDS]
    uses = [ColumnUse(at, name, name, "override", decimal=".") for at, name in enumerate(fields, start=1)]
    reader = RowReader(uses, platform, {})
    rows: list[ParsedRow] = []
    rejected: list[RejectedRow] = []
    for line, one in enumerate(objects, start=1):
        outcome = _read(reader, line, one, fields)
        if isinstance(outcome, ParsedRow):
            rows.append(outcome)
        else:
            rejected.append(outcome)
    unknown = [name for name in names if name not in FIELDS and name != SAMPLE][:_UNKNOWN_MAX]
    return CandidateFile(
        encoding="utf-8", delimiter="", header_line=None, platform=platform, mapping=tuple(uses), rows=tuple(rows),
        rejected=tuple(rejected), records=len(objects), blank=0,
        warnings=tuple(FileWarning("unknown_field", {"field": name[:_NAME_MAX]}) for name in unknown),
    )  # fmt: skip


def _read(reader: RowReader, line: int, one: object, fields: Sequence[str]) -> ParsedRow | RejectedRow:
    if not isinstance(one, Mapping):
        return RejectedRow(line, "no_object")
    cells: list[str] = []
    odd: list[Note] = []
    for name in fields:
        cell = _cell(name, one.get(name))
        if cell is None:
            odd.append(Note("unreadable", name, ""))
        cells.append(cell or "")
    outcome = reader.read(line, cells)
    if not isinstance(outcome, ParsedRow):
        return outcome
    if (listed := one.get(SAMPLE)) is not None:
        followers, why = read_follower_objects(listed)
        outcome = sampled(outcome, followers)
        odd += [Note(why, SAMPLE, "")] if why is not None else []
    return replace(outcome, notes=(*outcome.notes, *odd)) if odd else outcome


def _cell(name: str, value: Any) -> str | None:
    """The value as a list in a file would have it, "" for a missing one; None for what no cell can hold.

    >>> _cell("engagement_rate", 1e-05), _cell("audience", {"BR": 0.71, "PT": 0.05}), _cell("brand_safety", [])
    ('0.00001', 'BR: 71%; PT: 5%', 'none')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.replace("\0", " ")
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, Mapping) and name == "audience":
        return _audience(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        if name == "brand_safety" and not value:
            return "none"  # a scan that found nothing is not the same as no scan
        return _JOIN.join(value).replace("\0", " ") if FIELDS[name] in (Kind.CATEGORY, Kind.TEXT) else None
    return None


def _number(value: float) -> str | None:
    """Written out: no reader of cells takes 1e-05 for a number."""
    return format(Decimal(repr(value)), "f") if math.isfinite(value) and abs(value) < 1e30 else None


def _audience(shares: Mapping[Any, Any]) -> str | None:
    """Shares are fractions here, whatever their size: 1 is all of the audience and not one per cent of it."""
    parts = []
    for country, share in shares.items():
        if isinstance(share, bool) or not isinstance(share, int | float):
            return None
        written = _number(share)
        if written is None or not isinstance(country, str):
            return None
        parts.append(f"{country}: {format((Decimal(written) * 100).normalize(), 'f')}%")
    return _JOIN.join(parts)

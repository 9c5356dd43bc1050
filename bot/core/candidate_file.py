"""A list of candidates as people exchange it (CSV bytes) to rows, with every record accounted for.

Pure: no file is opened here. Errors carry a code and parameters, and everything that was left out is named.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.candidate_row import Note, ParsedRow, RejectedRow, RowReader
from bot.core.columns import IGNORE, MAX_COLUMNS, ColumnUse, FileWarning, MappedColumns, map_columns
from bot.core.countries import country_codes
from bot.core.csv_text import (
    MAX_BYTES,
    CandidateFileError,
    FileBinary,
    FileEmpty,
    FileEncoding,
    FileTooLarge,
    Record,
    decode,
    split_records,
)
from bot.core.headers import FIELDS, clean_header, read_header
from bot.core.values import is_missing, parse_date, parse_number

__all__ = [
    "MAX_BYTES",
    "BadMappingFile",
    "CandidateFile",
    "CandidateFileError",
    "ColumnUse",
    "FileBinary",
    "FileEmpty",
    "FileEncoding",
    "FileTooLarge",
    "FileWarning",
    "NoHandleColumn",
    "NoRows",
    "Note",
    "ParsedRow",
    "RejectedRow",
    "find_duplicates",
    "read_candidate_file",
    "read_mapping",
]

_HEADER_WITHIN: Final = 10  # records; a title and a date may stand above the header
_MAPPING_MAX: Final = 100_000


class NoHandleColumn(CandidateFileError):
    """No column holds handles. `headers`: what the columns are called, joined by commas."""

    code = "no_handle_column"


class NoRows(CandidateFileError):
    """A header and nothing below it."""

    code = "no_rows"


class BadMappingFile(CandidateFileError):
    """`problem`: unknown_column, unknown_field, not_readable or field_twice; `name`: which."""

    code = "bad_mapping_file"


@dataclass(frozen=True, slots=True)
class CandidateFile:
    """What one file holds. `records` = len(rows) + len(rejected); `blank` records are not among them."""

    encoding: str
    delimiter: str
    header_line: int | None
    """1-based line of the header; None if the file has none."""
    platform: str | None
    """The caller's platform, else what the headers give away."""
    mapping: tuple[ColumnUse, ...]
    rows: tuple[ParsedRow, ...]
    rejected: tuple[RejectedRow, ...]
    warnings: tuple[FileWarning, ...]
    records: int
    blank: int


def read_candidate_file(
    data: bytes,
    *,
    overrides: Mapping[str, str] | None = None,
    platform: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> CandidateFile:
    """Read a whole list. `overrides`: column header or `#position` -> field or `ignore`; `platform` fills blanks only.

    Raises a CandidateFileError (file_empty, file_binary, file_encoding, file_too_large, no_handle_column, no_rows,
    bad_mapping_file) and nothing else.
    """
    decoded = decode(data, max_bytes=max_bytes)
    delimiter, found = split_records(decoded.text)
    filled = [r for r in found if any(map(str.strip, r.cells))]
    at = _header_at(filled, overrides or {})
    headers = _headers(filled[at].cells) if at is not None else []
    body = filled if at is None else filled[at + 1 :]
    if not body:
        raise NoRows(headers=", ".join(headers)[:500])
    if at is None:
        headers = [""] * max(len(r.cells) for r in body[:_HEADER_WITHIN])
    cells = [r.cells for r in body if not r.broken]
    columns = map_columns(headers, cells, _positions(overrides or {}, headers), platform)
    if not {"handle", "profile_url"} & {u.field for u in columns.uses}:
        raise NoHandleColumn(headers=", ".join(h for h in headers if h)[:500])
    rows, rejected = _read_rows(body, headers, columns, platform)
    warnings = (
        []
        if decoded.warning is None
        else [FileWarning(decoded.warning, {"encoding": decoded.encoding, "lost": decoded.lost})]
    )
    if at:
        warnings.append(FileWarning("lines_before_header", {"count": at}))
    if at is None:
        warnings.append(FileWarning("no_header"))
    if platform is None and columns.platform is not None:
        warnings.append(FileWarning("platform_from_headers", {"platform": columns.platform}))
    return CandidateFile(
        encoding=decoded.encoding,
        delimiter=delimiter,
        header_line=None if at is None else filled[at].line,
        platform=platform or columns.platform,
        mapping=columns.uses,
        rows=rows,
        rejected=rejected,
        warnings=(*warnings, *columns.warnings),
        records=len(body),
        blank=len(found) - len(filled),
    )


def _header_at(records: Sequence[Record], overrides: Mapping[str, str]) -> int | None:
    """Find the header among the first records: the one with most headers that are known; None if the first is data."""
    named = {_name_key(name) for name in overrides}
    best, best_score = None, 0.0
    # The last record of several is data: "red" is a word for a network, and a colour.
    for at, record in enumerate(records[: min(_HEADER_WITHIN, max(1, len(records) - 1))]):
        texts = [c for c in record.cells[:MAX_COLUMNS] if c.strip()]
        known = sum(read_header(c).field is not None or _name_key(c) in named for c in texts)
        data = sum(_is_data(c) for c in texts)
        score = known - 2.0 * data
        if score > best_score and not record.broken:
            best, best_score = at, score
    if best is not None or not records:
        return best
    first = [c for c in records[0].cells[:MAX_COLUMNS] if c.strip()]
    below = [c for r in records[1:_HEADER_WITHIN] for c in r.cells[:MAX_COLUMNS]]
    # Nothing known: words above numbers are a header all the same.
    return 0 if not any(map(_is_data, first)) and any(map(_is_data, below)) else None


def _headers(cells: Sequence[str]) -> list[str]:
    """Clean the headers; beyond the columns that are read only their number matters."""
    return [clean_header(c) for c in cells[:MAX_COLUMNS]] + [""] * (len(cells) - MAX_COLUMNS)


def _is_data(cell: str) -> bool:
    return (
        parse_number(cell.strip().strip("%")) is not None
        or "://" in cell
        or (is_missing(cell) and cell.strip() not in {"#", "?"})
    )


def _read_rows(
    body: Sequence[Record], headers: Sequence[str], columns: MappedColumns, platform: str | None
) -> tuple[tuple[ParsedRow, ...], tuple[RejectedRow, ...]]:
    reader = RowReader(columns.uses, platform or columns.platform, _day_first(body, columns.uses))
    rows: list[ParsedRow] = []
    rejected: list[RejectedRow] = []
    width = len(headers)
    for record in body:
        read = _structural(record, headers) if record.broken or len(record.cells) > width else None
        if (
            read is None
            and record.cells[0]
            and clean_header(record.cells[0]) == headers[0]
            and _repeats(record, headers)
        ):
            read = RejectedRow(record.line, "repeated_header")
        outcome = read or reader.read(record.line, record.cells)
        if isinstance(outcome, ParsedRow):
            rows.append(outcome)
        else:
            rejected.append(outcome)
    return tuple(rows), tuple(rejected)


def _structural(record: Record, headers: Sequence[str]) -> RejectedRow | None:
    if record.broken:
        return RejectedRow(record.line, "broken_quotes")
    beyond = max((i + 1 for i, c in enumerate(record.cells) if c.strip()), default=0)
    if beyond > len(headers):
        return RejectedRow(record.line, "too_many_cells", {"cells": beyond, "columns": len(headers)})
    return None


def _repeats(record: Record, headers: Sequence[str]) -> bool:
    return _headers(record.cells) == list(headers) and any(headers)


def _day_first(body: Sequence[Record], uses: Sequence[ColumnUse]) -> dict[int, bool | None]:
    """Say per date column whether `05/11/2022` starts with the day: True or False where some cell proves it."""
    found: dict[int, bool | None] = {}
    for use in uses:
        if use.field != "measured_on":
            continue
        cells = {r.cells[use.position - 1] for r in body if use.position <= len(r.cells)}
        slashed = [c for c in cells if "." not in c and parse_date(c) is not None]
        as_day = any(parse_date(c, day_first=True) == parse_date(c) and _leads(c) for c in slashed)
        as_month = any(
            parse_date(c) is not None and not _leads(c) and c.strip()[:4].isdigit() is False and "/" in c
            for c in slashed
        )
        found[use.position] = None if as_day == as_month else as_day
    return found


def _leads(cell: str) -> bool:
    head = cell.strip().replace("-", "/").partition("/")[0]
    return head.isdecimal() and 12 < int(head) <= 31


def _name_key(text: str) -> str:
    return clean_header(text).casefold()


def _positions(overrides: Mapping[str, str], headers: Sequence[str]) -> dict[int, str]:
    """Turn `header or #position -> field` into 0-based position -> field. Raises BadMappingFile."""
    found: dict[int, str] = {}
    for column, name in overrides.items():
        wanted = name.strip().lower() if not name.startswith("audience:") else name
        if wanted not in FIELDS and wanted != IGNORE and wanted.removeprefix("audience:") not in country_codes():
            raise BadMappingFile(problem="unknown_field", name=name[:80])
        number = column.strip().removeprefix("#")
        by_name = [i for i, h in enumerate(headers) if _name_key(h) == _name_key(column) and h]
        if column.strip().startswith("#") and number.isascii() and number.isdecimal() and len(number) < 6:
            by_name = [int(number) - 1] if 0 < int(number) <= len(headers) else []
        if not by_name:
            raise BadMappingFile(problem="unknown_column", name=column[:80])
        found |= dict.fromkeys(by_name, wanted)
    return found


def read_mapping(data: bytes) -> dict[str, str]:
    """Read an overrides file: a JSON object, or lines `column = field` with column a header or `#position`.

    Raises BadMappingFile (`not_readable`, name = the line) when it is neither.
    """
    try:
        text = decode(data, max_bytes=_MAPPING_MAX).text.strip()
    except CandidateFileError as error:
        raise BadMappingFile(problem="not_readable", name=error.code) from None
    if text.startswith("{"):
        try:
            loaded = json.loads(text)
        except (ValueError, RecursionError):
            raise BadMappingFile(problem="not_readable", name="json") from None
        if not all(isinstance(value, str) for value in loaded.values()):
            raise BadMappingFile(problem="not_readable", name="json")
        return dict(loaded)
    found: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        column, equals, name = (part.strip() for part in line.rpartition("="))
        if not equals or not column or not name:
            raise BadMappingFile(problem="not_readable", name=line[:80])
        found[column] = name
    return found


def find_duplicates(rows: Sequence[ParsedRow]) -> dict[int, int]:
    """Return index -> index of the first row with the same platform and handle (case and composition aside)."""
    first: dict[tuple[str | None, str], int] = {}
    found: dict[int, int] = {}
    for index, row in enumerate(rows):
        key = (row.platform, unicodedata.normalize("NFC", row.handle).casefold())
        earlier = first.setdefault(key, index)
        if earlier != index:
            found[index] = earlier
    return found

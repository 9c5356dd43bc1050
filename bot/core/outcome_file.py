"""A list of outcomes as people keep it: which deal, what became of it, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.core.cell_text import parse_outcome, read_handle
from bot.core.csv_text import MAX_BYTES, decode, split_records
from bot.core.errors import Invalid
from bot.core.outcome import What
from bot.core.values import parse_date

_HEADERS: Final = {
    "review": ("review", "review id", "id", "проверка"),
    "campaign": ("campaign", "кампания"),
    "handle": ("handle", "creator", "username", "account", "аккаунт", "блогер"),
    "outcome": ("outcome", "result", "what", "итог", "итог сделки"),
    "date": ("date", "happened at", "happened on", "when", "дата"),
}
_SENT: Final = frozenset({"sent", "outreach sent", "outreach", "отправлено", "предложение отправлено"})
_NAMES: Final = {header: field for field, headers in _HEADERS.items() for header in headers}


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One line of the list; `problem` names why it cannot be read (a key `row.…` of the catalogues)."""

    line: int
    review: str = ""
    campaign: str = ""
    handle: str = ""
    what: What | None = None
    happened_at: datetime | None = None
    problem: str | None = None
    typed: str = ""
    """What could not be read."""


def read_outcomes(data: bytes, *, max_bytes: int = MAX_BYTES) -> tuple[OutcomeRow, ...]:
    """Every line below the headers. Raises CandidateFileError, and Invalid('outcome_columns') without what it needs."""
    _, records = split_records(decode(data, max_bytes=max_bytes).text)
    if not records:
        raise Invalid("outcome_columns", field="file")
    columns = [_NAMES.get(" ".join(cell.replace("_", " ").split()).casefold()) for cell in records[0].cells]
    known = set(columns)
    if "outcome" not in known or not (known & {"review", "handle"}):
        raise Invalid("outcome_columns", field="file")
    return tuple(
        _row(record.line, columns, record.cells) for record in records[1:] if any(map(str.strip, record.cells))
    )


def _row(line: int, columns: Sequence[str | None], cells: Sequence[str]) -> OutcomeRow:
    said = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
    review, campaign = said.get("review", ""), said.get("campaign", "")
    handle = read_handle(said.get("handle", "")).handle or ""
    about = OutcomeRow(line, review, campaign, handle)
    if not review and not handle:
        return _refused(about, "outcome_of_whom", "")
    what = what_of(said.get("outcome", ""))
    if what is None:
        return _refused(about, "outcome_unknown", said.get("outcome", ""))
    dated = said.get("date", "")
    day = parse_date(dated)
    if dated and day is None:
        return _refused(about, "date_unclear", dated)
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
    return OutcomeRow(line, review, campaign, handle, what, at)


def _refused(about: OutcomeRow, problem: str, typed: str) -> OutcomeRow:
    return OutcomeRow(about.line, about.review, about.campaign, about.handle, None, None, problem, typed)


def what_of(text: str) -> What | None:
    """An outcome by its identifier or as people write it; one that was lost for no named reason is lost, other.

    >>> what_of("Lost, too slow"), what_of("lost_slow"), what_of("maybe")
    (<What.LOST_SLOW: 'lost_slow'>, <What.LOST_SLOW: 'lost_slow'>, None)
    """
    if " ".join(text.split()).casefold() in _SENT:
        return What.SENT
    found = parse_outcome(text)
    return What.LOST_OTHER if found == "lost" else What(found) if found in set(What) else None

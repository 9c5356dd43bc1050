"""A list that somebody brought into Slack: where it stands, what would come in, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from bot.core.errors import HandoffError, NotAllowed, TooLate
from bot.core.types import UserId


class Stage(StrEnum):
    """Where a list stands."""

    ASKED = "asked"
    """Whoever sent it is asked for which campaign it is."""
    READING = "reading"
    READY = "ready"
    """Read and shown, to be imported by one tap."""
    IMPORTING = "importing"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Left:
    """A row that did not come in, and why."""

    line: int
    handle: str | None
    fate: str
    """duplicate or rejected."""
    reason: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would become of a list, or what has become of it."""

    rows: int
    accepted: int
    left: tuple[Left, ...] = ()
    columns: tuple[tuple[str, str | None], ...] = ()
    """(header, what it is read as), None for what is left out."""
    warnings: tuple[tuple[str, Mapping[str, object]], ...] = ()
    no_expert: tuple[str, ...] = ()
    """Markets whose reviews go to a lead."""
    alone: int = 0
    """Of those that came in, how many the AI decides."""
    fast: int = 0
    asked: int = 0
    opened: int = 0
    """Cards opened by it."""
    history: int = 0
    """New numbers kept of creators that were there already."""

    @property
    def known(self) -> int:
        """Of how many creators that are there already it has numbers, perhaps new ones."""
        return sum(one.reason == "same_campaign" for one in self.left)

    @property
    def worth(self) -> bool:
        """Whether importing it could add anything."""
        return self.accepted > 0 or self.known > 0

    def count(self, fate: str) -> int:
        return sum(one.fate == fate for one in self.left)

    @property
    def reasons(self) -> list[tuple[str, str, list[Left]]]:
        """(fate, reason, its rows): rejected rows first, then what is most frequent."""
        groups: dict[tuple[str, str], list[Left]] = {}
        for one in self.left:
            groups.setdefault((one.fate, one.reason), []).append(one)
        order = sorted(groups.items(), key=lambda g: (g[0][0] != "rejected", -len(g[1]), g[1][0].line))
        return [(fate, reason, rows) for (fate, reason), rows in order]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Outlook:
        return cls(
            **{
                **said,
                "left": tuple(Left(**one) for one in said["left"]),
                "columns": tuple((header, name) for header, name in said["columns"]),
                "warnings": tuple((code, params) for code, params in said["warnings"]),
                "no_expert": tuple(said["no_expert"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Upload:
    """One list that one person brought."""

    id: str
    person: UserId
    source: str
    """The view or the message that it came with."""
    file: str
    """Slack's id of the file."""
    name: str
    stage: Stage
    campaign: str | None = None
    market: str | None = None
    """Of rows that name none, as whoever brought it says."""
    outlook: Outlook | None = None
    error: tuple[str, str, Mapping[str, object]] | None = None
    """(code, reason, parameters) of what went wrong."""

    @property
    def by_message(self) -> bool:
        """Whether it was sent to the bot, and so is answered by messages throughout."""
        return self.source.startswith("D")

    @property
    def problem(self) -> HandoffError:
        """What went wrong, as it was raised."""
        code, reason, params = self.error or ("error", "unexpected", {})
        kind: type[HandoffError] = type("Remembered", (HandoffError,), {"code": code})
        return kind(reason, **params)

    @property
    def import_id(self) -> str:
        """Of the import that it becomes: the same one however often it is taken up again."""
        return "im_" + self.id.partition("_")[2]


def require_stage(upload: Upload, *stages: Stage) -> None:
    """Raises TooLate('upload_<stage>') when it has moved on."""
    if upload.stage not in stages:
        raise TooLate(f"upload_{upload.stage.value}")


def require_own(upload: Upload, person: UserId) -> None:
    """Raises NotAllowed('not_your_list')."""
    if upload.person != person:
        raise NotAllowed("not_your_list", owner=upload.person)

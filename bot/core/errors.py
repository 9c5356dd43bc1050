"""Everything that Handoff refuses, as one tree.

HandoffError
├── CandidateFileError      a file that cannot be read as a list of candidates (codes in core/candidate_file)
├── NotFound                a review, campaign or person that does not exist
├── NotAllowed              a person who may not do this; params name whom to ask
├── TooLate                 the review moved on before the answer arrived; params say what is true now
├── Invalid                 an input that breaks a rule; params name the field
└── Busy                    the store could not take the answer in time; nothing was changed

Each carries a code and parameters and no prose: only bot.i18n makes sentences of them, and only
slack/errors.py, api.py and bot/cli catch them.
"""

from __future__ import annotations

from typing import ClassVar


class HandoffError(Exception):
    """Rooted base: `code` names the sentence, `params` fill it."""

    code: ClassVar[str] = "error"

    def __init__(self, reason: str | None = None, /, **params: object) -> None:
        self.reason = reason or self.code
        self.params: dict[str, object] = params
        super().__init__(f"{self.reason} {params}" if params else self.reason)


class NotFound(HandoffError):
    code = "not_found"


class NotAllowed(HandoffError):
    code = "not_allowed"


class TooLate(HandoffError):
    code = "too_late"


class Invalid(HandoffError):
    code = "invalid"


class Busy(HandoffError):
    code = "busy"

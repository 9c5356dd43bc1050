"""Every refusal is a sentence: what is true, that nothing changed, what to do now."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import bot.core
from bot.core import errors as tree
from bot.core.errors import Busy, HandoffError, Invalid, NotAllowed, NotFound, TooLate
from bot.i18n.catalog import error_text, row_text, voice_for

VOICES = [voice_for("en", None, "BR", True), voice_for("ru", None, "RU", True)]
_KINDS = {"NotAllowed": NotAllowed, "TooLate": TooLate, "Invalid": Invalid, "NotFound": NotFound}
#: A bug in our own code, never a person's doing: the generic sentence is right for it.
_INTERNAL = {"deadline_early"}


def raised_in_core() -> list[tuple[type[HandoffError], str]]:
    """Every (kind, reason) that bot.core raises with a reason written out."""
    found = []
    for path in sorted(Path(next(iter(bot.core.__path__))).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _KINDS and node.args:
                reason = node.args[0]
                if isinstance(reason, ast.Constant) and reason.value not in _INTERNAL:
                    found.append((_KINDS[node.func.id], str(reason.value)))
    return found


_WHAT = {
    "candidate": "Ana Lima", "market": "BR", "markets": ("RU",), "expert": "Bia", "lead": "Zoe", "owner": "Maya",
    "verdict": "proceed", "by": "Oleg", "campaign": "aurora", "member": "U1", "value": "3x",
    "file": "list.csv", "line": 3, "column": "posts", "headers": "a, b",
}  # fmt: skip


@pytest.mark.parametrize("voice", VOICES, ids=["en", "ru"])
@pytest.mark.parametrize(("kind", "reason"), raised_in_core())
def test_what_the_core_raises_has_a_sentence_of_its_own(kind: type[HandoffError], reason: str, voice: object) -> None:
    said = error_text(voice, kind(reason, **_WHAT))  # type: ignore[arg-type]
    assert reason not in said
    assert "{" not in said
    assert "*" not in said


def test_every_kind_of_error_says_something() -> None:
    for voice in VOICES:
        for kind in (HandoffError, NotFound, NotAllowed, TooLate, Invalid, Busy):
            said = error_text(voice, kind())
            assert said.strip()
            assert "{" not in said


def test_what_is_not_known_is_left_out() -> None:
    english = VOICES[0]
    assert error_text(english, TooLate("decided")) == "Already decided. Your tap changed nothing."
    known = error_text(english, TooLate("decided", verdict="proceed", by="Oleg", against_ai=True))
    assert known == "Already decided: proceed, by Oleg, against the AI. Your tap changed nothing."
    assert error_text(english, NotAllowed("not_lead")) == "Only a lead can rule on this. Nothing was changed."


@pytest.mark.parametrize("voice", VOICES, ids=["en", "ru"])
@pytest.mark.parametrize(
    "error",
    [
        NotAllowed("not_your_market", **_WHAT | {"expert": "Zoe"}),
        NotAllowed("no_role", **_WHAT | {"expert": "Zoe"}),
        NotAllowed("marketer_asks", **_WHAT | {"expert": "Zoe"}),
        TooLate("resolved", **_WHAT | {"by": "Zoe", "winner": "ai"}),
    ],
    ids=lambda error: error.reason,
)
def test_nobody_is_named_twice(voice: object, error: HandoffError) -> None:
    """Where a market has no expert its lead is both."""
    assert error_text(voice, error).count("Zoe") == 1  # type: ignore[arg-type]


def test_an_unknown_reason_shows_its_code_and_parameters() -> None:
    said = error_text(VOICES[0], Invalid("too_green", value="<x>"))
    assert said == "This can’t be done (invalid: too_green; value: <x>)."


@pytest.mark.parametrize("voice", VOICES, ids=["en", "ru"])
def test_files_and_rows(voice: object) -> None:
    class FileError(HandoffError):
        code = "candidate_file"

    for reason in ("file_empty", "file_binary", "file_encoding", "file_too_large", "no_handle_column", "no_rows"):
        assert reason not in error_text(voice, FileError(reason))  # type: ignore[arg-type]
    for reason in ("no_handle", "handle_is_formula", "handle_too_long", "too_many_cells", "market_unknown"):
        assert reason not in row_text(voice, reason)  # type: ignore[arg-type]
    assert "odd_thing" in row_text(voice, "odd_thing")  # type: ignore[arg-type]


def test_the_tree_carries_no_prose() -> None:
    assert not re.search(r"[а-яё]", Path(tree.__file__).read_text(encoding="utf-8"))

"""The invented archive: threads of disagreements in English and Russian, and questions with what answers them.

threads.*.txt: a thread begins with `## id | creator | handle | market | flags | reasons | who was right`; then what the
expert wrote, replies after `>`, the lesson after `=`. questions.tsv says in its first line what its columns are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from db.search_index import Document

FOLDER = Path(__file__).parent
_FIRST = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    text: str
    language: str
    kind: str
    grades: dict[str, int]
    held_out: bool
    """Never looked at while the ranking was being made: every third."""

    def graded(self, language: str | None) -> dict[str, int]:
        return {id_: grade for id_, grade in self.grades.items() if language in (None, language_of(id_))}


def language_of(thread: str) -> str:
    return thread.split("-")[-2]


@cache
def threads() -> tuple[Document, ...]:
    found = []
    for language in ("en", "ru"):
        text = (FOLDER / f"threads.{language}.txt").read_text(encoding="utf-8")
        found += [_thread(block, n) for n, block in enumerate(text.split("## ")[1:])]
    return tuple(found)


def _thread(block: str, n: int) -> Document:
    head, *lines = block.strip().split("\n")
    id_, creator, handle, market, flags, reasons, won = (part.strip() for part in head.split("|"))
    return Document(
        disagreement_id=id_,
        review_id=f"rv_{id_}",
        campaign=f"campaign{n % 7}",
        channel=f"C0{market}",
        market=market,
        creator=creator,
        handle=handle,
        won=won,
        opened_at=_FIRST + timedelta(hours=31 * n),
        by=f"U0{market}",
        flags=tuple(flag for flag in flags.split(",") if flag),
        reasons=tuple(reasons.split(",")),
        lesson=" ".join(line[2:] for line in lines if line.startswith("= ")),
        narratives=(" ".join(line for line in lines if line[0] not in "=>"),),
        replies=tuple(line[2:] for line in lines if line.startswith("> ")),
    )


@cache
def questions() -> tuple[Question, ...]:
    known = [thread.disagreement_id for thread in threads()]
    lines = (FOLDER / "questions.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(_question(line, n % 3 == 2, known) for n, line in enumerate(lines[1:]))


def _question(line: str, held_out: bool, known: list[str]) -> Question:
    text, language, kind, judged = line.split("\t")
    grades: dict[str, int] = {}
    for part in judged.split():
        pattern, _, grade = part.rpartition(":")
        matching = [id_ for id_ in known if fnmatchcase(id_, pattern)]
        if not matching:
            raise LookupError(f"{text}: no thread {pattern}")
        grades |= dict.fromkeys(matching, int(grade))
    return Question(text, language, kind, grades, held_out)

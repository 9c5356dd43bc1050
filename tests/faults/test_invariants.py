"""The invariants can fail: a healthy town, and each rule broken on purpose."""

from __future__ import annotations

import asyncio
import copy
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cards import ids
from db.store import Store
from tests.faults import books, town
from tests.faults.books import Record
from tests.faults.invariants import Rules, violations
from tests.faults.rig import BIA, CAIO, living, until

WORDS = "She runs a giveaway every November"


async def _story(folder: Path) -> Record:
    """Seven answers of three kinds, one taken back, some deadlines: everything that the rules look at."""
    async with living(folder, undo_minutes=60, hold_hours=0.01) as up:
        up.feeder.feed(6, "calm")
        up.feeder.feed(4, "stern")
        up.handoff.ticker.wake()
        for number in range(3):
            message, review = await up.card(number=number)
            await up.tap(BIA, message, ids.APPROVE, review)
            await up.workspace.until(lambda m=message: ids.UNDO in str(m.blocks))  # type: ignore[misc]
        message, review = await up.card(ids.UNDO)
        await up.tap(BIA, message, ids.UNDO, review)
        message, review = await up.card(number=1)
        await up.form(CAIO, message, WORDS)
        await up.submit(CAIO, review, WORDS)
        up.jump(seconds=10)
        await until(lambda: not up.cards(ids.APPROVE, town.STERN) and up.cards(ids.DISSENT, town.STERN))
        await up.delivered()
        assert up.wrong() == []
        return up.record()


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Record]:
    folder = tmp_path_factory.mktemp("healthy")
    return folder / "handoff.sqlite3", asyncio.run(_story(folder))


class Broken:
    """A copy of the healthy town that can be spoiled: the books with SQL, the record in Python."""

    def __init__(self, file: Path, record: Record) -> None:
        self.file, self.record = file, record
        self._beside = sqlite3.connect(file, isolation_level=None)
        for trigger in ("events_no_update", "events_no_delete"):
            self._beside.execute(f"DROP TRIGGER {trigger}")
        self._beside.execute("PRAGMA foreign_keys=OFF")

    def sql(self, statement: str) -> None:
        assert self._beside.execute(statement).rowcount, f"that broke nothing: {statement}"

    def close(self) -> None:
        self._beside.close()

    def found(self) -> list[str]:
        store = Store(f"sqlite:///{self.file}")
        try:
            return violations(books.read(store), self.record, Rules())
        finally:
            store.close()


@pytest.fixture
def broken(healthy: tuple[Path, Record], tmp_path: Path) -> Iterator[Broken]:
    shutil.copyfile(healthy[0], tmp_path / "broken.sqlite3")
    made = Broken(tmp_path / "broken.sqlite3", copy.deepcopy(healthy[1]))
    yield made
    made.close()


def test_a_healthy_town_breaks_no_rule(broken: Broken) -> None:
    assert broken.found() == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM decisions WHERE by = 'deadline'", "has decisions of rounds []"),
        (("INSERT INTO decisions SELECT review_id, 7, verdict, by, basis, at, undone_at, judgement_id FROM decisions "
         "WHERE by = 'deadline' LIMIT 1"), "has decisions of rounds [1, 7]"),
        ("UPDATE decisions SET judgement_id = NULL WHERE judgement_id IS NOT NULL", "no judgement is behind it"),
        ("DELETE FROM judgements WHERE how = 'override'", "their form is nowhere"),
        (("INSERT INTO judgements SELECT 'jd_x', review_id, round, expert, verdict, how, reasons, confidence, "
         "narrative, evidence, disputed, ai_visible, at, undone_at FROM judgements WHERE how = 'override'"),
         "were counted 2 times"),
        (("INSERT INTO judgements SELECT 'jd_x', review_id, round, expert, verdict, how, reasons, confidence, "
         "'', evidence, disputed, ai_visible, at, undone_at FROM judgements WHERE how = 'approve' LIMIT 1"),
         "decided nothing"),
        ("DELETE FROM events WHERE what = 'answered'", "it is nowhere"),
        ("DELETE FROM events WHERE what = 'undone'", "their undo of"),
        ("DELETE FROM events WHERE what = 'opened'", "and the audit"),
        ("DELETE FROM events WHERE review_id = (SELECT review_id FROM decisions WHERE by = 'deadline' LIMIT 1)",
         "is in no audit"),
        ("UPDATE events SET \"after\" = json_set(\"after\", '$.verdict', 'maybe') WHERE what = 'expired'",
         "the audit tells of the decisions"),
        ("UPDATE events SET \"after\" = json_set(\"after\", '$.version', 9) WHERE what = 'expired'", "to 9"),
        ("UPDATE events SET at = '2020-01-01 00:00:00.000000' WHERE what = 'expired'",
         "is written after what happened at"),
        ("UPDATE reviews SET expert = 'U0NOBODY01' WHERE state = 'decided'", "and the audit ends with"),
        ("UPDATE reviews SET version = 99 WHERE state = 'decided'", "is at version 99"),
        ("UPDATE outbox SET state = 'dead', error = 'is_archived' WHERE kind = 'result'", "is dead (is_archived)"),
        ("UPDATE outbox SET state = 'ready' WHERE seq = (SELECT max(seq) FROM outbox)", "is ready"),
        ("DELETE FROM outbox WHERE kind = 'fell'", "that the deadline decided"),
        ("DELETE FROM outbox WHERE kind = 'result'", "nobody told"),
        ("UPDATE posts SET ts = '1.1' WHERE kind = 'card'", "and nothing does"),
        ("DELETE FROM disagreements", "differs, and has 0 disagreements"),
        ("UPDATE disagreements SET judgement_id = (SELECT id FROM judgements WHERE how = 'approve' LIMIT 1)",
         "agrees, and has 1 disagreements"),
        ("UPDATE disagreements SET standing = 'void'", "is void, and its answer was not undone"),
        ("UPDATE judgements SET undone_at = at WHERE how = 'override'", "is open, and its answer was undone"),
        ("DELETE FROM search_documents", "is open and has 0 documents"),
        ("DELETE FROM search_vectors", "is open and has 0 documents"),
        ("UPDATE disagreements SET standing = 'void'", "is void and has 1 documents"),
        ("UPDATE search_documents SET disagreement_id = 'dg_x'", "search finds dg_x"),
        ("DELETE FROM precedents", "is kept 0 times"),
        (("INSERT INTO norm_votes SELECT 'nv_x', 'nm_x', id, review_id, round, 'calm', expert, 'normal', NULL, NULL, "
         "'[]', 11, 0, 0, 1, at FROM judgements WHERE how = 'override'"), "said of norms counts"),
    ],
)  # fmt: skip
def test_books_that_are_wrong_are_found(broken: Broken, statement: str, said: str) -> None:
    broken.sql(statement)
    assert any(said in one for one in broken.found()), broken.found()


def _card(record: Record) -> tuple[list[books.Json], int]:
    messages = record.messages[town.CALM]
    return messages, next(i for i, m in enumerate(messages) if m.get("metadata"))


def _twice(record: Record) -> None:
    messages, at = _card(record)
    messages.append({**messages[at], "ts": "9999999999.000001"})


def _gone(record: Record) -> None:
    messages, at = _card(record)
    del messages[at]


def _stranger(record: Record) -> None:
    messages, at = _card(record)
    messages[at]["metadata"] = {"event_type": "x", "event_payload": {"id": "ob_unknown"}}


def _stale(record: Record) -> None:
    messages, at = _card(record)
    for element in [e for b in messages[at]["blocks"] for e in b.get("elements", ()) if "value" in e]:
        element["value"] = element["value"].rpartition(":")[0] + ":1"
    for element in [e for b in messages[at]["blocks"] for e in b.get("elements", ()) if "options" in e]:
        element["options"] = []


def _mute(record: Record) -> None:
    messages, at = _card(record)
    messages[at]["blocks"] = []


def _swapped(record: Record) -> None:
    messages, at = _card(record)
    messages[at], messages[at + 1] = messages[at + 1], messages[at]


def _investigation(record: Record) -> tuple[list[books.Json], int]:
    messages = record.messages[town.CALM]
    return messages, next(i for i, m in enumerate(messages) if m.get("thread_ts") not in (None, m["ts"]))


def _thread_gone(record: Record) -> None:
    messages, at = _investigation(record)
    del messages[at]


def _thread_twice(record: Record) -> None:
    messages, at = _investigation(record)
    messages.append({**messages[at], "ts": "9999999999.000001"})


def _elsewhere(record: Record) -> None:
    messages, at = _investigation(record)
    messages[at]["thread_ts"] = None


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_twice, "was posted 2 times"), (_twice, "stands 2 times in"), (_gone, "has no card"), (_gone, "nothing does"),
        (_stranger, "which the books do not know"), (_stale, "shows version 1"), (_mute, "has no button of it"),
        (_swapped, "which was to be said"), (_thread_gone, "stands 0 times in"), (_thread_twice, "stands 2 times in"),
        (_elsewhere, "does not stand under the card"),
    ],
)  # fmt: skip
def test_a_workspace_that_is_wrong_is_found(broken: Broken, spoil: Callable[[Record], None], said: str) -> None:
    spoil(broken.record)
    assert any(said in one for one in broken.found()), broken.found()


def test_an_answer_that_was_taken_and_is_not_there_is_found(broken: Broken) -> None:
    """Between the tap and its acknowledgement the review waited for an answer all the time."""
    mine = next(d for d in broken.record.deeds if d.what == "approve")
    stranger = replace(mine, who="U0STRANGE1", sent=mine.sent - 0.002, heard=mine.sent - 0.001)
    broken.record = replace(broken.record, deeds=(*broken.record.deeds, stranger))
    assert [one for one in broken.found() if "U0STRANGE1" in one and "it is nowhere" in one]


def test_what_was_refused_in_the_form_and_counts_is_found(broken: Broken) -> None:
    form = next(d for d in broken.record.deeds if d.what == "override")
    told = {"response_action": "errors", "errors": {"reasons": "The disk is full"}}
    broken.record = replace(broken.record, deeds=(replace(form, answer=told),))
    assert any("it was refused and counts all the same" in one for one in broken.found())
    kept = {"response_action": "update", "view": {}}
    broken.record = replace(broken.record, deeds=(replace(form, answer=kept, words="never written down"),))
    assert any("neither an answer nor a comment nor a draft" in one for one in broken.found())


def test_an_answer_that_was_refused_in_words_is_not_lost(broken: Broken) -> None:
    mine = next(d for d in broken.record.deeds if d.what == "approve")
    early = replace(mine, who="U0EXPERT08", sent=mine.sent - 0.002, heard=mine.sent - 0.001)
    broken.record = replace(broken.record, deeds=(*broken.record.deeds, early))
    assert any("it is nowhere" in one for one in broken.found())
    said = {"ts": f"{early.heard:.6f}", "ephemeral_to": early.who, "text": "The disk is full, and nothing was saved."}
    broken.record.messages[town.CALM].append(said)
    assert broken.found() == []

"""Backup while others write, restore of what was written, and nothing changed by what is no backup."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import command_line
from bot.core.errors import Busy, HandoffError, Invalid
from bot.desk import decide, see
from bot.desk.restoring import back_up, restore
from db import migrate
from db.alone import alone
from tests.database import SqliteDatabase
from tests.desk.world import BIA, START, World, a_world, row

app = command_line()
ROOT = Path(__file__).parents[2]


@pytest.fixture
def kind() -> str:
    """What follows is about files."""
    return "sqlite"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "copies").mkdir()
    return tmp_path / "copies" / "copy.db"


def file_of(world: World) -> Path:
    assert isinstance(world.database, SqliteDatabase)
    return world.database.file


def dump_of(file: Path) -> dict[str, list[object]]:
    with closing(sqlite3.connect(file)) as at:
        names = [n for (n,) in at.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [n for n in names if n != "alembic_version"]
        return {t: at.execute(f'SELECT * FROM "{t}" ORDER BY 1, 2').fetchall() for t in tables}  # noqa: S608 - our names


def folder(path: Path) -> set[str]:
    return {p.name for p in path.iterdir() if not p.name.endswith((".lock", "-wal", "-shm"))}


# Backup


def test_a_copy_has_every_row_and_is_one_file(world: World, target: Path) -> None:
    world.one()
    made = back_up(world.database.url, target)
    assert dump_of(target) == world.dump()
    assert (made.path, made.level, made.size) == (target, migrate.HEAD, target.stat().st_size)
    assert [p.name for p in target.parent.iterdir()] == ["copy.db"], "nothing unfinished beside it"
    assert target.stat().st_mode & 0o077 == 0, "others have no business in it"


_WRITES = """
import sqlite3, sys
at = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
print("go", flush=True)
n = 0
while True:
    n += 1
    at.execute("BEGIN IMMEDIATE")
    # Both or neither: a copy between the two would show.
    at.execute("INSERT INTO trusted_referrers VALUES (?, ?)", (f"a{n}", "x" * 500))
    at.execute("INSERT INTO members (id, name, guest, deleted) VALUES (?, 'n', 0, 0)", (f"a{n}",))
    at.execute("COMMIT")
"""


def test_copies_taken_while_another_process_writes_are_whole_transactions(world: World, target: Path) -> None:
    busy = [sys.executable, "-c", _WRITES, str(file_of(world))]
    with subprocess.Popen(busy, stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            sizes = []
            for _ in range(15):
                back_up(world.database.url, target, force=True)
                with closing(sqlite3.connect(target)) as at:
                    pairs = at.execute("SELECT COUNT(*) FROM trusted_referrers").fetchone()
                    assert pairs == at.execute("SELECT COUNT(*) FROM members WHERE id LIKE 'a%'").fetchone()
                sizes.append(pairs[0])
        finally:
            writer.kill()
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0], "nobody was kept waiting"


def test_clicks_go_on_while_copies_are_taken(world: World, target: Path) -> None:
    world.take_in(*(row(f"creator{n:02}") for n in range(10)))
    failed: list[Exception] = []

    def copies() -> None:
        try:
            for _ in range(10):
                back_up(world.database.url, target, force=True)
        except HandoffError as error:
            failed.append(error)

    taking = threading.Thread(target=copies)
    taking.start()
    for line in world.lines().values():
        if line.reviewer == BIA:
            decide.approve(world.desk, line.review_id, BIA)
    taking.join()
    assert not failed


def test_an_older_copy_is_written_over_only_when_that_is_said(world: World, target: Path) -> None:
    target.write_bytes(b"precious")
    with pytest.raises(Invalid, match="backup_exists"):
        back_up(world.database.url, target)
    assert target.read_bytes() == b"precious"
    back_up(world.database.url, target, force=True)
    assert dump_of(target)["members"]
    with pytest.raises(Invalid, match="backup_exists"):
        back_up(world.database.url, file_of(world), force=True)


@pytest.mark.parametrize("what", ["rubbish", "other", "torn", "absent"])
def test_a_database_with_something_wrong_gives_no_copy(tmp_path: Path, target: Path, what: str) -> None:
    source = broken(tmp_path, what)
    with pytest.raises(Invalid):
        back_up(f"sqlite:///{source}", target)
    assert not list(target.parent.iterdir())


def broken(tmp_path: Path, what: str) -> Path:
    source = tmp_path / "broken.db"
    if what == "rubbish":
        source.write_bytes(b"Dear Ana, " * 500)
    elif what == "other":
        with closing(sqlite3.connect(source)) as at:
            at.execute("CREATE TABLE photographs (id)")
    elif what == "torn":
        world = a_world(tmp_path)
        world.take_in(*(row(f"creator{n:02}") for n in range(50)))
        world.close()
        data = bytearray(file_of(world).read_bytes())
        for page in range(8, len(data) // 4096, 2):
            data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
        source.write_bytes(data)
    return source


# Restore


@pytest.fixture
def copied(world: World, target: Path) -> tuple[World, str, dict[str, list[object]]]:
    """A world one answer after its backup: (world, the review answered since, the rows of the backup)."""
    review_id = world.one()
    back_up(world.database.url, target)
    rows = dump_of(target)
    decide.approve(world.desk, review_id, BIA)
    world.desk.close()
    world.database.let_go()
    return world, review_id, rows


def test_a_restore_gives_the_rows_of_the_backup_and_keeps_what_was_there(
    copied: tuple[World, str, dict[str, list[object]]], target: Path
) -> None:
    world, review_id, rows = copied
    before, file = dump_of(file_of(world)), file_of(world)
    file.chmod(0o640)
    done = restore(world.database.url, target, START)
    after = dump_of(file)
    changed = {t for t in rows if rows[t] != after[t]}
    assert changed == {"outbox", "events"}
    assert after["events"][: len(rows["events"])] == rows["events"]
    assert [e[4] for e in after["events"][len(rows["events"]) :]] == ["restored"]
    assert done.aside == file.with_name(f"{file.name}.before-restore-20261123T090000Z")
    assert dump_of(done.aside) == before
    assert file.stat().st_mode & 0o777 == 0o640
    assert dump_of(target) == rows, "the backup itself stays as it is"
    world.reopen()
    assert see.case(world.desk, review_id).decision is None
    decide.approve(world.desk, review_id, BIA)


def test_what_was_unsent_is_looked_up_and_every_open_card_drawn_again(
    copied: tuple[World, str, dict[str, list[object]]], target: Path
) -> None:
    world, review_id, _ = copied
    done = restore(world.database.url, target, START)
    states = world.sql("SELECT kind, ref, state FROM outbox ORDER BY seq")
    looked_for = world.sql("SELECT tried_at = created_at FROM outbox WHERE state = 'unknown'")
    assert {since for (since,) in looked_for} == {1}, "it may have left as soon as it was said"
    assert done.doubtful == len(states) - 1 > 0
    assert {state for *_, state in states[:-1]} == {"unknown"}
    assert (states[-1], done.cards) == (("card", review_id, "ready"), 1)


@pytest.mark.parametrize("what", ["rubbish", "other", "torn", "absent", "newer", "itself"])
def test_what_is_no_backup_changes_nothing(
    copied: tuple[World, str, dict[str, list[object]]], tmp_path: Path, target: Path, what: str
) -> None:
    world, _, _ = copied
    source = broken(tmp_path, what)
    if what == "newer":
        source = target
        with closing(sqlite3.connect(target)) as at:
            at.execute("UPDATE alembic_version SET version_num = '9999'")
            at.commit()
    if what == "itself":
        source = file_of(world)
    before, there = dump_of(file_of(world)), folder(file_of(world).parent)
    with pytest.raises(Invalid):
        restore(world.database.url, source, START)
    assert dump_of(file_of(world)) == before
    assert folder(file_of(world).parent) == there


def test_nothing_is_restored_under_a_running_bot(
    copied: tuple[World, str, dict[str, list[object]]], target: Path
) -> None:
    world, _, _ = copied
    before = dump_of(file_of(world))
    world.reopen()
    with alone(world.desk.store), pytest.raises(Busy, match="already_running"):
        restore(world.database.url, target, START)
    see.everybody(world.desk)
    with pytest.raises(Busy, match="in_use"):  # another command has it open
        restore(world.database.url, target, START)
    world.desk.close()
    assert dump_of(file_of(world)) == before
    restore(world.database.url, target, START)


def test_a_ruined_database_is_replaced_with_its_log_put_aside(
    copied: tuple[World, str, dict[str, list[object]]], target: Path
) -> None:
    world, review_id, _ = copied
    file = file_of(world)
    file.write_bytes(b"ruined" * 1000)
    for left in ("-wal", "-shm"):
        file.with_name(file.name + left).write_bytes(b"left over")
    done = restore(world.database.url, target, START)
    assert done.aside is not None
    assert done.aside.read_bytes() == b"ruined" * 1000
    assert done.aside.with_name(done.aside.name + "-wal").read_bytes() == b"left over"
    world.reopen()
    assert see.case(world.desk, review_id).decision is None


def test_a_backup_of_an_older_version_is_brought_to_this_one(
    copied: tuple[World, str, dict[str, list[object]]], target: Path
) -> None:
    from db.store import Store

    world, _, _ = copied
    old = Store(f"sqlite:///{target}")
    migrate.migrate(old, "0002")
    old.close()
    assert restore(world.database.url, target, START).level == "0002"
    world.reopen()
    assert migrate.level(world.desk.store) == migrate.HEAD


def test_into_a_place_where_nothing_was(copied: tuple[World, str, dict[str, list[object]]], target: Path) -> None:
    new = target.parent / "new.db"
    done = restore(f"sqlite:///{new}", target, START)
    assert done.aside is None
    assert dump_of(new)["reviews"]


# The commands


def test_the_commands_say_what_they_did(world: World, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_DATABASE_URL", world.database.url)
    world.one()
    world.desk.close()
    world.database.let_go()
    said = CliRunner().invoke(app, ["backup", str(target)])
    assert said.exit_code == 0, said.output
    assert f"{target.stat().st_size:,} bytes, level {migrate.HEAD}, checked" in said.output
    said = CliRunner().invoke(app, ["restore", str(target)])
    assert said.exit_code == 0, said.output
    assert "1 open cards are drawn again" in said.output
    assert ".before-restore-" in said.output


@pytest.mark.parametrize(("verb", "program"), [("backup", "pg_dump -Fc"), ("restore", "pg_restore --clean")])
def test_postgresql_has_its_own_programs_and_they_are_named(verb: str, program: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", verb, "the copy.dump"], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"HANDOFF_DATABASE_URL": "postgresql+psycopg://me:secret@db.example/handoff", "COLUMNS": "500",
             "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 1
    assert program in done.stderr
    assert "postgresql://me@db.example/handoff" in done.stderr
    assert "'the copy.dump'" in done.stderr or "'--file=the copy.dump'" in done.stderr
    assert "secret" not in done.stderr

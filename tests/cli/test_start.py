"""What a command loads: only what it needs, so that it starts at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import _COMMANDS, command_line, main

ROOT = Path(__file__).parents[2]
#: Half a second and more of what `handoff status`, a container's health check, has no use for.
_NOT_FOR_STATUS = set(
    "aiohttp alembic apscheduler babel fastapi httpx jmespath matplotlib numpy prometheus_client psycopg rich scipy "
    "sklearn slack_bolt slack_sdk starlette uvicorn Stemmer bot.app bot.cards bot.core.case bot.desk.see bot.i18n "
    "bot.outbox bot.slack db.search".split()
)


_RUN = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
from bot.cli import main
main()
"""


def loaded(folder: Path, *words: str) -> set[str]:
    """Every module that is there when a command has ended."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *words], cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return set(done.stderr.split())


def test_status_loads_what_it_needs(tmp_path: Path) -> None:
    assert "alembic" in loaded(tmp_path, "status"), "the first one makes the database"
    again = loaded(tmp_path, "status")
    assert {"sqlalchemy", "bot.desk.counts", "db.tables"} <= again
    assert sorted(again & _NOT_FOR_STATUS) == []


def test_a_command_loads_no_other(tmp_path: Path) -> None:
    modules = {f"bot.cli.{where.partition(':')[0]}" for where in _COMMANDS.values()}
    assert modules & loaded(tmp_path, "outbox", "list") == {"bot.cli.outbox"}


def test_without_a_command_there_are_all(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for words in ([], ["--help"]):
        monkeypatch.setattr(sys, "argv", ["handoff", *words])
        with pytest.raises(SystemExit):
            main()
        shown = capsys.readouterr()
        lines = [line.strip("│ ") for line in (shown.out + shown.err).splitlines()]
        assert [name for name in _COMMANDS if not any(line.startswith(f"{name} ") for line in lines)] == []


def test_a_word_that_is_no_command_is_answered_with_one_that_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["handoff", "statsu"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "Did you mean 'status'" in capsys.readouterr().err.replace("\n", " ")


def test_whoever_stops_it_while_it_loads_sees_no_stack_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_module: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.cli.import_module", stopped)
    monkeypatch.setattr(sys, "argv", ["handoff", "run"])
    with pytest.raises((SystemExit, KeyboardInterrupt)) as ended:
        main()
    assert isinstance(ended.value, SystemExit)
    assert ended.value.code == 130


def test_every_command_has_the_name_that_leads_to_it() -> None:
    whole = command_line()
    names = {group.name for group in whole.registered_groups} | {one.name for one in whole.registered_commands}
    assert names == _COMMANDS.keys()

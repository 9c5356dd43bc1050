"""`handoff import` as somebody runs it: a process of its own on a real export, its last line, and its time."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_MOST_SECONDS = 9.0
"""For a thousand rows, all in: start, reading, scoring, routing, writing."""


class Shell:
    """Commands in an empty folder, with the database that they make there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def handoff(self, *words: str) -> tuple[list[str], float]:
        """(what it printed, line by line; processor seconds: others may use this machine, too)."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words], cwd=self._folder, capture_output=True, text=True, check=False,
            env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode == 0, done.stderr
        spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        return done.stdout.splitlines(), spent


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path)
    made.handoff("member", "add", "U0LEAD", "--role", "lead")
    made.handoff("member", "add", "U0BIA", "--role", "expert", "--market", "BR")
    made.handoff(
        "campaign", "add", "aurora", "--name", "Aurora", "--market", "BR", "--channel", "C0BR", "--owner", "U0MAYA"
    )
    return made


@pytest.mark.data
def test_a_thousand_rows_in_seconds_and_nothing_twice(shell: Shell, data_dir: Path) -> None:
    command = ("import", str(data_dir / "creators" / "instagram_2022_03.csv"), "--campaign", "aurora")
    said, seconds = shell.handoff(*command)
    assert said[-1].startswith("1,000 rows: 3 duplicates, 0 rejected; AI decides 0, fast track 0, experts 997;")
    assert seconds < _MOST_SECONDS
    again, _ = shell.handoff(*command)
    assert again[-1].startswith("1,000 rows: 1,000 duplicates, 0 rejected; AI decides 0, fast track 0, experts 0;")

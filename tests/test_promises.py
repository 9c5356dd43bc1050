"""What tests/conftest.py promises, shown by a run of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_PROMISES = """
import asyncio, os, socket, subprocess
import pytest

async def test_reaching_out():
    with pytest.raises(RuntimeError):
        await asyncio.open_connection("192.0.2.1", 80)

def test_looking_up_and_swallowing_it():
    try:
        socket.getaddrinfo("slack.example", 443)
    except RuntimeError:
        pass

async def test_this_machine_is_fine():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "localhost", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    assert await reader.read() == b""
    writer.close()
    server.close()

def test_no_token():
    assert "SLACK_BOT_TOKEN" not in os.environ

@pytest.mark.data
def test_data(data_dir): ...

@pytest.mark.browser
def test_browser(chromium): ...

@pytest.mark.postgres
def test_postgres(pg_url):
    assert pg_url.startswith("postgresql+psycopg://")

@pytest.mark.skip(reason="no tool")
def test_skipped(): ...
"""


def promised(folder: Path, *options: str) -> tuple[int, str]:
    """The exit code and the last lines of a run of its own, with no data, no browser and a token in the environment."""
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "conftest.py")
    (folder / "test_promises.py").write_text(_PROMISES, encoding="utf-8")
    absent = {
        "HANDOFF_DATA": str(folder / "none"),
        "CHROMIUM": str(folder / "none"),
        "SLACK_BOT_TOKEN": "xoxb-invented",
    }
    run = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder)]
    done = subprocess.run(
        [*run, "-p", "no:cacheprovider", "-n0", *options, "test_promises.py"],
        cwd=folder,
        env={**os.environ, **absent},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_nobody_outside_is_asked_and_nothing_is_skipped_unseen(tmp_path: Path) -> None:
    code, said = promised(tmp_path, "--no-skips")
    assert code == pytest.ExitCode.TESTS_FAILED, said
    # Both tests pass by themselves; what fails is that they asked.
    assert "this test reached out to '192.0.2.1'" in said
    assert "this test reached out to 'slack.example'" in said
    assert "5 passed, 3 skipped, 2 errors" in said
    blamed = said.partition("skipped for want of a tool")[2]
    assert "test_skipped: Skipped: no tool" in blamed
    assert "test_browser: Skipped: Chromium is not here" in blamed
    assert "test_data" not in blamed


def test_a_missing_tool_fails_the_run_by_itself(tmp_path: Path) -> None:
    only = ("-k", "no_token or data or browser")
    assert promised(tmp_path, *only)[0] == pytest.ExitCode.OK
    assert promised(tmp_path, "--no-skips", *only)[0] == pytest.ExitCode.TESTS_FAILED
    assert promised(tmp_path, "--no-skips", "-k", "no_token or data")[0] == pytest.ExitCode.OK

"""Opening the desk: who only looks takes nothing from a writer, and what is wrong is named."""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.core.errors import Busy, Invalid
from bot.desk.counts import counts
from bot.desk.opening import open_desk
from bot.settings import Settings
from tests.database import fresh
from tests.desk.world import norms


@pytest.fixture
def at(tmp_path: Path) -> Settings:
    return Settings(database_url=fresh("sqlite", tmp_path).url)


def other(tmp_path: Path, begin: str) -> sqlite3.Connection:
    """Another process in the middle of something."""
    made = sqlite3.connect(tmp_path / "handoff.db", isolation_level=None)
    made.execute("PRAGMA journal_mode=WAL")
    made.execute(begin)
    return made


def test_status_is_told_while_somebody_writes(at: Settings, tmp_path: Path) -> None:
    writer = other(tmp_path, "BEGIN IMMEDIATE")
    began = time.perf_counter()
    desk = open_desk(at, norms=norms())
    assert counts(desk)["open"] == 0
    assert time.perf_counter() - began < 1.5
    desk.close()
    writer.execute("ROLLBACK")
    writer.close()


def test_a_database_that_is_migrated_elsewhere_is_locked_and_not_gone(tmp_path: Path) -> None:
    writer = other(tmp_path, "BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="locked") as told:
        open_desk(Settings(database_url=f"sqlite:///{tmp_path / 'handoff.db'}"), norms=norms())
    assert told.value.reason == "locked"
    assert "handoff.db" in str(told.value.params["url"])
    writer.execute("ROLLBACK")
    writer.close()


def test_a_folder_is_unreachable_and_named(tmp_path: Path) -> None:
    with pytest.raises(Busy, match="unreachable") as told:
        open_desk(Settings(database_url=f"sqlite:///{tmp_path}"), norms=norms())
    assert told.value.params["url"] == f"sqlite:///{tmp_path}"
    assert "\n" not in str(told.value.params["detail"])


def test_a_database_of_a_later_version_is_left_alone(at: Settings, tmp_path: Path) -> None:
    beside = sqlite3.connect(tmp_path / "handoff.db")
    beside.execute("UPDATE alembic_version SET version_num = '9999'")
    beside.commit()
    beside.close()
    with pytest.raises(Invalid, match="database_newer"):
        open_desk(at, norms=norms())


# The level of the log


@pytest.mark.parametrize("said", ["debug", "Info", " WARNING ", "critical"])
def test_a_level_however_it_is_written(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_LOG_LEVEL", said)
    level = Settings().log_level
    assert level == said.strip().upper()
    assert isinstance(logging.getLevelName(level), int), "one that logging takes"


@pytest.mark.parametrize("said", ["verbose", "", "7"])
def test_a_level_that_is_none_is_refused_when_the_settings_are_read(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_LOG_LEVEL", said)
    with pytest.raises(ValidationError) as told:
        Settings()
    (error,) = told.value.errors()
    assert error["loc"] == ("log_level",), "the command line names the variable by it"
    assert "'INFO'" in error["msg"]

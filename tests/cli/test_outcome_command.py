"""`handoff outcome` as somebody runs it: one by one and from a file, every row accounted for."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import command_line, main
from scoring.types import Verdict
from tests.desk.world import row, sheet

app = command_line()


class Shell:
    """Commands in an empty folder, in this process."""

    def __init__(self) -> None:
        self._runner = CliRunner()

    def __call__(self, *words: str) -> str:
        done = self._runner.invoke(app, list(words))
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    made = Shell()
    made("member", "add", "U0LEAD", "--role", "lead")
    made("campaign", "add", "aurora", "--name", "Aurora", "--market", "BR", "--channel", "C1", "--owner", "U0MAYA",
         "--type", "discovery", "--stakes", "low")  # fmt: skip
    calm = (row(name) for name in ("ana", "bruno", "carla", "dan"))
    (tmp_path / "list.csv").write_bytes(sheet([*calm, row("eva", verdict=Verdict.DECLINE)]))
    made("import", "list.csv", "--campaign", "aurora")
    return made


def by_handle(shell: Shell) -> dict[str, dict[str, Any]]:
    return {line["handle"]: line for line in json.loads(shell("review", "list", "--json"))}


def decided(shell: Shell, verdict: str) -> list[str]:
    """Handles that the AI decided alone that way."""
    return [h for h, line in by_handle(shell).items() if line["decision"] == verdict]


def test_one_by_one(shell: Shell) -> None:
    handle = decided(shell, "proceed")[0]
    review = by_handle(shell)[handle]["id"]
    assert "signed." in shell("outcome", review, "signed", "--date", "2026-03-01")
    with pytest.raises(Exception, match="already_yours"):
        shell("outcome", review, "signed")
    assert json.loads(shell("review", "show", review, "--json"))["outcomes"] == ["signed"]


def test_a_file_row_by_row(shell: Shell, tmp_path: Path) -> None:
    good, second, *_ = decided(shell, "proceed")
    declined = decided(shell, "decline")
    lines = [
        ("Campaign", "Handle", "Outcome", "Date"),
        ("aurora", f"@{good}", "Signed", "2026-02-03"),
        ("aurora", good, "above plan", "3 March 2026"),
        ("aurora", f"https://instagram.com/{good}", "signed", ""),
        ("aurora", second, "накрутка", ""),
        ("aurora", "nobody", "signed", ""),
        ("aurora", second, "=cmd()", ""),
        ("aurora", "", "signed", ""),
        ("aurora", second, "lost", "05/11/2026"),
        *(("aurora", handle, "signed", "") for handle in declined[:1]),
    ]
    with (tmp_path / "became.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(lines)
    said = shell("outcome", "--file", "became.csv", "--report", "account.csv")
    rejected = 4 + len(declined[:1])
    assert f"{len(lines) - 1} rows: 3 recorded, 1 known already, {rejected} rejected" in said
    with (tmp_path / "account.csv").open(encoding="utf-8-sig", newline="") as file:
        account = list(csv.DictReader(file))
    assert [one["fate"] for one in account][:4] == ["recorded", "recorded", "known", "recorded"]
    assert account[5]["outcome"] == "'=cmd()", "no spreadsheet takes it for a formula"
    assert all(one["reason"] for one in account if one["fate"] != "recorded")
    again = shell("outcome", "--file", "became.csv")
    assert f"0 recorded, 4 known already, {rejected} rejected" in again


@pytest.mark.parametrize(
    ("content", "reason"), [("a,b\n1,2\n", "headers"), ("review,date\nrv_1,\n", "headers"), ("", "empty")]
)
def test_a_file_that_is_none_is_said(
    shell: Shell, tmp_path: Path, content: str, reason: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "became.csv").write_text(content)
    monkeypatch.setattr("sys.argv", ["handoff", "outcome", "--file", "became.csv"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert reason in capsys.readouterr().err


def test_it_says_what_it_needs(shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.argv", ["handoff", "outcome"])
    with pytest.raises(SystemExit):
        main()
    assert "--file" in capsys.readouterr().err

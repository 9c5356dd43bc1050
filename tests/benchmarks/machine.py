"""What the figures were measured on: without it they mean nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from pathlib import Path
from statistics import median
from time import perf_counter

from tests import postgres
from tests.benchmarks.lines import Json

ROOT = Path(__file__).parents[2]


def cores() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def told(folder: Path) -> Json:
    """One line for the whole run; `folder` is where its databases lie."""
    return {
        "name": "machine", "cpu": _cpu(), "cores": len(cores()), "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version, "postgres": _postgres(), "fsync_ms": _fsync(folder), "commit": _commit(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }  # fmt: skip


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _postgres() -> str | None:
    if postgres.why_not() is not None:
        return None
    programs = postgres._programs()
    done = subprocess.run([f"{programs}/postgres", "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip().rpartition(" ")[2] or None


def _fsync(folder: Path) -> float:
    """What one durable commit waits for at the least, in ms: on a disk in memory it is nothing."""
    file, each = folder / "fsync", []
    with file.open("wb", buffering=0) as out:
        for _ in range(50):
            out.write(b"x" * 4096)
            began = perf_counter()
            os.fsync(out.fileno())
            each.append(perf_counter() - began)
    file.unlink()
    return round(1000 * median(each), 3)


def _commit() -> str | None:
    """With a + where the checkout differs from it; None outside of one."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    try:
        commit = git("rev-parse", "--short", "HEAD")
        changed = git("status", "--porcelain", "--untracked-files=no", "--", "bot", "db", "scoring")
    except OSError:
        return None
    return commit + "+" * bool(changed) if commit else None

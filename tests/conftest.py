"""What holds for every test: nobody outside this machine is asked, no secret of the developer is used, nothing is slow.

Markers: `data` needs the real exports, `browser` needs Chromium, `postgres` an embedded PostgreSQL; each skips with a
reason where that is not here.
`--no-skips` turns every other skip into a failure, so that a missing tool cannot pass for a green run.
"""

from __future__ import annotations

import ipaddress
import operator
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from tests import postgres as embedded

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("HANDOFF_DATA") or ROOT.parent / "shared" / "data")
NO_DATA = "the real exports are not here: set HANDOFF_DATA to the folder that holds creators/"
NO_CHROMIUM = "Chromium is not here: install it (Debian: apt-get install chromium) or set CHROMIUM to its path"

#: Slack's rules come as scripts of their own; they are called, not collected.
collect_ignore = ["slack_rules"]

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("house"), derandomize=True, print_blob=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail when a test is skipped, unless the data is absent")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("ci" if os.environ.get("CI") else "house")
    for name in list(os.environ):
        # A developer's own token or database must never be met by a test.
        if name.startswith(("SLACK_", "HANDOFF_")) and name != "HANDOFF_DATA":
            del os.environ[name]
    _stay_at_home(config)
    _compile_once()
    if (memory := embedded.in_memory()) is not None:
        # Databases and browsers' profiles: no test can show what a disk does when the machine dies. Workers follow.
        os.environ["TMPDIR"] = tempfile.tempdir = memory
    if config.getoption("--no-skips") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_NoSkips(), "no-skips")


def pytest_unconfigure() -> None:
    embedded.close_shared()


# In what order, and how many at once

#: Folders that wait more than they work, then files that take a worker longest: nobody is left alone with one at the
#: end, and while one worker waits the others have the processors.
_FIRST = (
    "tests/faults/", "tests/benchmarks/", "tests/desk/test_lifecycle_machine.py", "tests/slack/test_process",
    "tests/e2e/", "tests/db/test_patience.py", "tests/sandbox/", "tests/test_promises.py", "tests/cli/",
)  # fmt: skip


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: hundreds of tests wait for a clock, a process or a lock."""
    return (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1) + 1


def _turn(item: pytest.Item) -> int:
    return next((n for n, start in enumerate(_FIRST) if item.nodeid.startswith(start)), len(_FIRST))


def _compile_once() -> None:
    """Engines of one kind share the statements that they have compiled.

    In production there is one engine for as long as the process lives; here each test has its own, and would spend a
    third of its time on compiling the same statements anew.
    """
    compiled = LRUCache[Any, Any](4000)
    kind = operator.attrgetter("__class__", "paramstyle")
    Engine._compiled_cache = property(lambda _self: compiled, lambda _self, _own: None)  # type: ignore[assignment]
    DefaultDialect.__hash__ = lambda self: hash(kind(self))  # type: ignore[method-assign]
    DefaultDialect.__eq__ = lambda self, other: self.__class__ is other.__class__ and kind(self) == kind(other)  # type: ignore[assignment,method-assign]


# What is here, and what is not


def find_chromium() -> str | None:
    """CHROMIUM if set, else what Debian and Chrome install; None where there is no browser."""
    given = os.environ.get("CHROMIUM")
    names = [given] if given else ["chromium", "chromium-browser", "google-chrome", "/usr/bin/chromium"]
    return next((found for name in names if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = {}
    if not DATA.is_dir():
        missing["data"] = NO_DATA
    if find_chromium() is None:
        missing["browser"] = NO_CHROMIUM
    if reason := embedded.why_not():
        missing["postgres"] = reason
    for item in items:
        for marker, reason in missing.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=_turn)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of the real exports. For tests marked `data` only."""
    return DATA


@pytest.fixture(scope="session")
def chromium() -> dict[str, Any]:
    """How Playwright starts the browser: `await playwright.chromium.launch(**chromium)`. For tests marked `browser`."""
    return chromium_options()


def chromium_options() -> dict[str, Any]:
    """The same for whoever is no test."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"]
    plain = ["--disable-gpu", "--no-first-run", "--force-color-profile=srgb", "--font-render-hinting=none"]
    # Chromium's own sandbox refuses to run as root, as in a container.
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return {"executable_path": find_chromium(), "headless": True, "args": [*quiet, *plain, *root]}


@pytest.fixture(scope="session")
def postgres() -> embedded.Server:
    """The PostgreSQL server of this process of tests. For tests marked `postgres` only."""
    try:
        return embedded.shared()
    except embedded.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def pg_url(postgres: embedded.Server) -> Iterator[str]:
    """SQLAlchemy's URL of a fresh database at the level of this code. For tests marked `postgres` only."""
    name = postgres.create(embedded.migrated())
    yield postgres.url(name)
    postgres.drop(name)


# Nobody outside is asked


class OutsideError(RuntimeError):
    """A test tried to reach another machine."""


_attempts: list[str] = []


def _is_here(host: object) -> bool:
    """Whether a host is this machine: a loopback address, any name of localhost, nothing (a socket to listen on)."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(host: object) -> None:
    if not _is_here(host):
        _attempts.append(f"{host!r}")
        raise OutsideError(f"tests reach nothing but this machine, not {host!r}")


def _stay_at_home(config: pytest.Config) -> None:
    """Guard the socket module itself: asyncio, aiohttp, httpx and urllib all pass here."""
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)

    def guarded(name: str) -> Callable[..., Any]:
        original = getattr(socket.socket, name)

        def connect(self: socket.socket, *args: Any) -> Any:
            if self.family != getattr(socket, "AF_UNIX", None) and isinstance(args[-1], tuple):
                _refuse(args[-1][0])
            return original(self, *args)

        return connect

    for name in ("connect", "connect_ex", "sendto"):
        patch.setattr(socket.socket, name, guarded(name))

    def looked_up(name: str) -> Callable[..., Any]:
        original = getattr(socket, name)

        def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
            _refuse(host)
            return original(host, *args, **kwargs)

        return look_up

    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        patch.setattr(socket, name, looked_up(name))


@pytest.fixture(autouse=True)
def _nobody_outside() -> Iterator[None]:
    """Fail a test that asked somebody outside, also when the code under test swallowed the refusal and tried again."""
    _attempts.clear()
    yield
    asked = ", ".join(dict.fromkeys(_attempts))
    _attempts.clear()
    assert not asked, f"this test reached out to {asked}"


# No skips


class _NoSkips:
    """Fails the run when something was skipped for any reason but absent data, and names it."""

    def __init__(self) -> None:
        self.skipped: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report.nodeid, report.longrepr, excused="data" in report.keywords)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report.nodeid, report.longrepr, excused=False)

    def _note(self, test: str, longrepr: Any, *, excused: bool) -> None:
        reason = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
        if not (excused and "HANDOFF_DATA" in reason):
            self.skipped[test] = reason

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.skipped:
            terminalreporter.section("skipped for want of a tool (--no-skips)", red=True)
            for test, reason in sorted(self.skipped.items()):
                terminalreporter.line(f"{test}: {reason}")

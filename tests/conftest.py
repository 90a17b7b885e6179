"""What holds for every test: a world of its own, no internet, no leftovers, and in CI nothing skipped."""

from __future__ import annotations

import asyncio
import inspect
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import leftovers, world
from tests.support.network_guard import NetworkGuard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
SHARED_SERVERS = ("bed", "keyring", "frozen", "tray")
"""Tests with such a marker run one after the other, in one worker, so that their servers start once."""

_at_start = pytest.StashKey[leftovers.Traces]()
_expected = pytest.StashKey[leftovers.Traces]()
_guard = NetworkGuard()
_guard.install()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def _no_task_survives() -> AsyncIterator[None]:
    """Every coroutine test asks for it first, so it looks when all other fixtures have cleaned up."""
    before = asyncio.all_tasks()
    yield
    left = {task for task in asyncio.all_tasks() - before if "TestRunner" not in repr(task.get_coro())}  # anyio's own
    if left:
        _, left = await asyncio.wait(left, timeout=leftovers.GRACE)
    assert not left, f"tasks that outlived the test: {left}"


# --- one world for the whole run ---


def pytest_configure(config: pytest.Config) -> None:
    folder = world.enter()
    config.add_cleanup(lambda: world.leave(folder))


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[_at_start] = leftovers.look()
    _guard.watching = True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        shared = next((name for name in SHARED_SERVERS if item.get_closest_marker(name)), None)
        if shared and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(shared))
        if getattr(config.option, "loadgroup", False):
            _name_the_group(item)


def _name_the_group(item: pytest.Item) -> None:
    """Tell xdist by the test's id to which group it belongs.

    xdist 3.8 writes that into an attribute which pytest 9.2 does not read, and so spreads each group over all
    workers; see `test_tests_of_one_group_run_in_one_worker`.
    """
    groups = sorted(str(mark.args[0]) for mark in item.iter_markers("xdist_group"))
    structured: Any = getattr(item, "_id", None)
    if groups and structured is not None and f"@{'_'.join(groups)}" not in item.nodeid:
        item._id = type(structured).parse(f"{item.nodeid}@{'_'.join(groups)}")


def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str, obj: object) -> None:
    if inspect.iscoroutinefunction(obj) and collector.istestfunction(obj, name):
        pytest.mark.usefixtures("_no_task_survives")(obj)


# --- nothing is left behind, nobody speaks to the internet ---


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    item.stash[_expected] = leftovers.look()
    _guard.watching = item.get_closest_marker("bed") is None
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Generator[None]:
    if fixturedef.scope == "function":
        return (yield)
    before = leftovers.look()
    try:
        return (yield)
    finally:
        item = getattr(request, "_pyfuncitem", None)
        if item is not None:
            item.stash[_expected] |= leftovers.look() - before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    try:
        result = yield
    finally:
        attempts, _guard.attempts = _guard.attempts, []
        _guard.watching = True
    assert not attempts, f"the test tried {', '.join(attempts)}"
    expected = item.stash[_expected]
    if nextitem is None:  # the fixtures that served several tests have just cleaned up as well
        expected = replace(item.config.stash[_at_start], threads=expected.threads)
    left = leftovers.beyond(expected)
    assert not left, f"left behind: {left}"
    return result


# --- in CI, a check that did not run is a failed one ---


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and in CI nothing may skip: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for whole modules: `pytest.skip(allow_module_level=True)` and `importorskip`."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped, and in CI nothing may skip: {report.longrepr}"
    return report

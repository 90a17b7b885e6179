"""What only the wiring knows: who is told of what."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.settings import GeneralSettings, Settings, VerifySettings
from ddns_tray.system.paths import Paths
from ddns_tray.wiring import build_runtime, on_wake
from tests.support.clock import FakeClock, settle
from tests.support.engine_fakes import World

if TYPE_CHECKING:
    from pathlib import Path


async def test_each_sleep_is_told_once_and_only_while_somebody_wants_to_know() -> None:
    world, wakes = World(), []
    running = asyncio.ensure_future(world.engine.run())
    await settle()
    with on_wake(world.engine, lambda: wakes.append(world.clock.now())):
        await world.clock.advance(180)
        assert wakes == []
        for expected in (1, 2):
            world.clock.jump(3600)
            await world.clock.advance(180)
            assert len(wakes) == expected
    world.clock.jump(3600)
    await world.clock.advance(180)
    assert len(wakes) == 2
    world.engine.stop()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    ("wanted", "hints", "asks"),
    [(True, (), True), (False, (), False), (True, ("127.0.0.10",), False)],
)
def test_sign_in_pages_are_looked_for_where_that_is_wanted_and_there_is_a_world(
    tmp_path: Path, *, wanted: bool, hints: tuple[str, ...], asks: bool
) -> None:
    settings = Settings(general=GeneralSettings(portal_check=wanted), verify=VerifySettings(root_hints=hints))
    paths = Paths(config_file=tmp_path / "config.toml", data_dir=tmp_path, runtime_dir=tmp_path, log_dir=tmp_path)
    runtime = build_runtime(paths, settings=settings, clock=FakeClock(), environ={})
    assert (runtime._workshop.setup(settings).portal is not None) is asks

"""The demo behind both doors: its world started, the product wired into it, the story playing."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.core.settings import GeneralSettings
from ddns_tray.system.clock import SystemClock
from ddns_tray.system.paths import Paths
from ddns_tray.terminal import LiveView
from ddns_tray.wiring import build_runtime
from ddns_tray.words import Words, resolve_language
from ddns_tray.words.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import TextIO

    from ddns_tray.core.ports import Clock
    from ddns_tray.wiring import Runtime


@contextlib.asynccontextmanager
async def demonstration(general: GeneralSettings, clock: Clock | None = None) -> AsyncIterator[Runtime]:
    """Start the small world, and give a runtime that lives in it. Nothing of the person's is read or written.

    The engine is not running yet: the door runs it, as it does for the real world.
    """
    from ddns_tray.demo import DemoWorld, MemorySecrets, NoMemory, Story  # noqa: PLC0415 - brings dnspython

    clock = clock or SystemClock()
    world = DemoWorld(clock)
    await world.start()
    try:
        with tempfile.TemporaryDirectory(prefix="ddns-tray-demo-") as folder:
            place = Path(folder)
            runtime = build_runtime(
                Paths(config_file=place / "config.toml", data_dir=place, runtime_dir=place, log_dir=place),
                settings=world.settings(general),
                secrets=MemorySecrets(),
                memory=NoMemory(),
                clock=clock,
            )
            story = asyncio.ensure_future(Story(world).play())
            try:
                yield runtime
            finally:
                story.cancel()
                await asyncio.gather(story, return_exceptions=True)
                await runtime.aclose()
    finally:
        await world.close()


def manners(config_file: Path) -> GeneralSettings:
    """The language and the theme of the person's settings, be the rest of them broken or not there."""
    try:
        general = tomllib.loads(config_file.read_text("utf-8-sig")).get("general")
    except (OSError, ValueError, RecursionError):
        general = None
    wished = general if isinstance(general, dict) else {}
    language, theme = wished.get("language"), wished.get("theme")
    return GeneralSettings(
        language=language if language in LANGUAGES else "auto", theme=theme if theme in ("light", "dark") else "auto"
    )


def run_demo_in_terminal(language: str = "auto", stream: TextIO = sys.stdout, *, seconds: float | None = None) -> int:
    """Show the demo as a live view until Ctrl-C, SIGTERM or the end of `seconds`; returns the exit code."""
    return asyncio.run(_show(language, stream, seconds))


async def _show(language: str, stream: TextIO, seconds: float | None) -> int:
    from ddns_tray.daemon import stop_engine, stopping_signals  # noqa: PLC0415 - the two doors share one way to stop

    words = Words(resolve_language(language))
    async with demonstration(GeneralSettings(language=language)) as runtime:
        stop = asyncio.Event()
        footer = words.tr("This is the demo: a small world on this computer. Press Ctrl-C to leave.")
        view = LiveView(stream, words, runtime.clock, footer=footer)
        if seconds is not None:
            asyncio.get_running_loop().call_later(seconds, stop.set)
        with stopping_signals(stop):
            async with asyncio.TaskGroup() as group:
                rounds = group.create_task(runtime.engine.run())
                await view.run(runtime.engine, stop)
                await stop_engine(runtime, rounds)
    return 0

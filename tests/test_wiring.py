"""What only the wiring knows: who is told of what."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Self

import pytest

from ddns_tray.core.minisign import public_key
from ddns_tray.core.settings import AddressSettings, GeneralSettings, Settings, VerifySettings
from ddns_tray.engine import RoundRequest
from ddns_tray.http import HttpxClient
from ddns_tray.system.paths import Paths
from ddns_tray.system.updates import FIRST_WAIT, ReleaseSource
from ddns_tray.wiring import build_runtime, on_wake
from tests.support.certificates import CertificateAuthority
from tests.support.clock import FakeClock, settle
from tests.support.engine_fakes import World
from tests.support.http_server import Answer, HttpServer
from tests.support.minisign import Signer

if TYPE_CHECKING:
    from pathlib import Path

    from ddns_tray.core.model import Snapshot
    from tests.support.http_server import Script


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


async def test_newer_versions_are_looked_for_while_that_is_wanted_and_no_longer(tmp_path: Path) -> None:
    signer, authority = Signer(), CertificateAuthority(tmp_path)
    clock = FakeClock()
    content = json.dumps(
        {
            "schema": 1,
            "product": "ddns-tray",
            "sequence": 1,
            "published": "2026-11-22T00:00:00Z",
            "expires": "2099-01-01T00:00:00Z",
            "version": "99.0.0",
            "page": "https://ddns-tray.example/",
        }
    ).encode()
    config = tmp_path / "config.toml"
    config.write_text("schema = 1\n", encoding="utf-8")
    paths = Paths(config_file=config, data_dir=tmp_path / "data", runtime_dir=tmp_path, log_dir=tmp_path)
    script: dict[str, Script] = {"/f": Answer(body=content), "/f.minisig": Answer(body=signer.sign(content))}
    async with HttpServer(script, tls=authority.server_context("127.0.0.1")) as server:
        runtime = build_runtime(paths, clock=clock, environ={})
        runtime.http = HttpxClient(ca_file=authority.ca_file)
        told: list[str | None] = []
        came = asyncio.Event()

        def note(snapshot: Snapshot) -> None:
            release = snapshot.news.release if snapshot.news is not None else None
            told.append(None if release is None else release.version)
            came.set()

        runtime.engine.subscribe(note)
        source = ReleaseSource(server.url("/f"), (public_key(signer.public),))
        watching = asyncio.ensure_future(runtime.watch_updates(source))
        await clock.advance(3 * FIRST_WAIT)
        assert server.requests == []
        config.write_text("schema = 1\n[general]\nupdate_check = true\n", encoding="utf-8")
        runtime.settings = runtime.settings_file.read()
        runtime._chosen.set()
        await clock.advance(3 * FIRST_WAIT)
        await came.wait()
        assert told == ["99.0.0"]
        runtime.settings = Settings()
        runtime._chosen.set()
        await settle()
        assert told == ["99.0.0", None]
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await runtime.aclose()


async def test_a_checkout_looks_for_no_versions_whatever_the_settings_say(tmp_path: Path) -> None:
    paths = Paths(config_file=tmp_path / "config.toml", data_dir=tmp_path, runtime_dir=tmp_path, log_dir=tmp_path)
    settings = Settings(general=GeneralSettings(update_check=True))
    await build_runtime(paths, settings=settings, clock=FakeClock(), environ={}).watch_updates()


class Neighbour:
    """Somebody who knows of the network what its own messages do not tell; one that is deaf has nothing to say."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.news = asyncio.Event()
        self.turns = 0
        self.doings: list[str] = []
        self._deaf = deaf

    def __enter__(self) -> Self:
        if self._deaf:
            raise OSError(0, "nothing to say")
        self.doings.append("listens")
        return self

    def __exit__(self, *_: object) -> None:
        self.doings.append("leaves")

    async def wait(self) -> None:
        await self.news.wait()
        self.news.clear()

    def seen(self) -> int:
        return self.turns

    def tell(self) -> None:
        self.turns += 1
        self.news.set()


async def test_who_else_knows_of_the_network_makes_us_look_anew_and_never_write_by_itself(tmp_path: Path) -> None:
    paths = Paths(config_file=tmp_path / "config.toml", data_dir=tmp_path, runtime_dir=tmp_path, log_dir=tmp_path)
    no_router = AddressSettings(sources=("static:",))
    settings = Settings(address=no_router, ipv4=no_router, ipv6=no_router)
    runtime = build_runtime(paths, settings=settings, clock=FakeClock(), environ={})
    deaf, neighbour = Neighbour(deaf=True), Neighbour()

    def wish() -> RoundRequest | None:
        return runtime.engine._pending

    watches = [asyncio.ensure_future(runtime.watch_network(each)) for each in (deaf, neighbour)]
    await settle()
    assert neighbour.doings == ["listens"]
    assert wish() is None
    neighbour.tell()
    await settle()
    assert wish() == RoundRequest(woke=True)
    assert not any(watch.done() for watch in watches), "nobody is missed who has nothing to say"
    for watch in watches:
        watch.cancel()
    await asyncio.gather(*watches, return_exceptions=True)
    assert neighbour.doings == ["listens", "leaves"]
    await runtime.aclose()

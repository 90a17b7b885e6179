"""Repairs on a real PowerDNS: the preview shows what its HTTP API has, and what is written is what is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import ProviderError
from ddns_tray.core.model import Change, Outcome, RecordKey, RecordType, VerdictKind
from ddns_tray.core.repairs import RepairKind, lines, offered
from ddns_tray.demo import NoMemory
from ddns_tray.engine import RoundRequest
from ddns_tray.system.paths import Paths
from ddns_tray.wiring import build_runtime

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ddns_tray.core.ports import Provider
    from ddns_tray.core.repairs import Repair
    from ddns_tray.wiring import Runtime
    from tests.support.real_bed import Bed

pytestmark = [pytest.mark.bed, pytest.mark.slow, pytest.mark.xdist_group("bed")]

MINE, FOREIGN, OTHER = "203.0.113.10", "198.51.100.66", "198.51.100.67"
PRIMARY = "127.0.0.21"
SETTINGS = """\
schema = 1
[address]
sources = ["static:203.0.113.10"]
quorum = 1
[verify]
resolvers = ["udp://127.0.0.53"]
root_hints = ["127.0.0.10"]
[[account]]
id = "home"
provider = "powerdns"
server = "http://127.0.0.21:8081"
[[record]]
name = "{name}"
types = ["A"]
account = "home"
ttl = 3600
allow_private = true
"""
LOOK = RoundRequest(write=False)


def at_home(bed: Bed, folder: Path, name: str, work: Callable[[Runtime, Provider, RecordKey], Awaitable[None]]) -> None:
    """Run `work` in the bed with a wired product for one name."""

    async def run() -> None:
        paths = Paths(folder / "config.toml", folder, folder, folder)
        paths.config_file.write_text(SETTINGS.format(name=name), encoding="utf-8")
        runtime = build_runtime(paths, memory=NoMemory(), environ={"DDNS_TRAY_SECRET_HOME_API_KEY": "bedkey"})
        provider = await runtime.desk.open(runtime.settings.accounts[0])
        try:
            await work(runtime, provider, RecordKey(name, RecordType.A))
        finally:
            await provider.aclose()
            await runtime.aclose()

    bed.run(run)


async def put(provider: Provider, key: RecordKey, *addresses: str) -> None:
    """Let somebody else write this name."""
    await provider.apply(Change(key, await provider.read(key), addresses, create=addresses, ttl=3600))


def shown(repair: Repair) -> set[tuple[str | None, str | None]]:
    return {
        (line.before.address if line.before else None, line.after.address if line.after else None)
        for line in lines(repair)
    }


def test_a_missing_record_is_created_and_extra_addresses_go(bed: Bed, tmp_path: Path) -> None:
    async def work(runtime: Runtime, provider: Provider, key: RecordKey) -> None:
        engine = runtime.engine
        await engine.run_once(LOOK)
        assert engine.snapshot.records[0].verdict.kind is VerdictKind.MISSING
        repair = await engine.preview_repair(key, offered(engine.snapshot.records[0])[0])
        assert shown(repair) == {(None, MINE)}
        assert (await engine.apply_repair(repair)).outcome is Outcome.UPDATED
        existing = await provider.read(key)
        assert existing is not None
        assert existing.addresses == (MINE,)

    at_home(bed, tmp_path, "fixme1.example.test", work)
    assert bed.dig(PRIMARY, "fixme1.example.test") == {MINE}


def test_extra_addresses_are_removed_and_a_change_meanwhile_stops_it(bed: Bed, tmp_path: Path) -> None:
    async def work(runtime: Runtime, provider: Provider, key: RecordKey) -> None:
        engine = runtime.engine
        await put(provider, key, MINE, FOREIGN)
        await engine.run_once(LOOK)
        repair = await engine.preview_repair(key, RepairKind.REPLACE_EXTRA)
        assert shown(repair) == {(FOREIGN, None), (MINE, MINE)}
        await put(provider, key, MINE, FOREIGN, OTHER)
        with pytest.raises(ProviderError):
            await engine.apply_repair(repair)
        existing = await provider.read(key)
        assert existing is not None
        assert set(existing.addresses) == {MINE, FOREIGN, OTHER}
        repair = await engine.preview_repair(key, RepairKind.REPLACE_EXTRA)
        assert (await engine.apply_repair(repair)).after == (MINE,)

    at_home(bed, tmp_path, "fixme2.example.test", work)
    assert bed.dig(PRIMARY, "fixme2.example.test") == {MINE}


def test_a_long_ttl_is_lowered(bed: Bed, tmp_path: Path) -> None:
    async def work(runtime: Runtime, provider: Provider, key: RecordKey) -> None:
        engine = runtime.engine
        await engine.run_once(RoundRequest())
        existing = await provider.read(key)
        assert existing is not None
        assert existing.records[0].ttl == 3600
        repair = await engine.preview_repair(key, RepairKind.LOWER_TTL)
        (line,) = lines(repair)
        assert line.after is not None
        assert (line.after.address, line.after.ttl) == (MINE, 60)
        await engine.apply_repair(repair)
        lowered = await provider.read(key)
        assert lowered is not None
        assert lowered.records[0].ttl == 60

    at_home(bed, tmp_path, "fixme3.example.test", work)

"""The demo's world put together: who listens where, and the settings that lead the product there."""

from __future__ import annotations

import contextlib
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import RecordType
from ddns_tray.core.ports import Secret
from ddns_tray.core.settings import (
    AccountSettings,
    AddressSettings,
    GeneralSettings,
    RecordSettings,
    Settings,
    VerifySettings,
)
from ddns_tray.demo.name_server import Authority, Cache, NameServer
from ddns_tray.demo.service import DemoService
from ddns_tray.demo.zone import ZONE, DemoZone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import RecordKey, RecordMemory
    from ddns_tray.core.ports import Clock

API_KEY = "demo-key"
FIRST_ADDRESS = "203.0.113.7"
TTL = 15
LOOPBACK = "127.0.0.1"
SECOND_LOOPBACK = "127.0.0.2"
INTERVAL = 5.0


class DemoWorld:
    """Servers on loopback. `address` and the zones are what a story changes."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.address: str | None = FIRST_ADDRESS
        self.primary = DemoZone(("ns1", "ns2"))
        self.secondary = DemoZone(("ns1", "ns2"))
        for name in ("home", "nas", "blog"):
            self.primary.replace(name, (FIRST_ADDRESS,), TTL)
        self.secondary.copy_from(self.primary)
        self.has_secondary = False
        self._servers: list[NameServer] = []
        self._services: list[DemoService] = []
        self._dns_port = self._cache_port = 0
        self._ports: list[int] = []

    async def start(self) -> None:
        """Begin to listen. A second name server runs where the system lends us a second loopback address."""
        hosts = {"ns1": LOOPBACK}
        authority = Authority(self.primary, hosts)
        self._dns_port = await self._listen(authority, LOOPBACK)
        with contextlib.suppress(OSError):
            await self._listen(Authority(self.secondary, hosts), SECOND_LOOPBACK, self._dns_port)
            hosts["ns2"] = SECOND_LOOPBACK
            self.has_secondary = True
        self._cache_port = await self._listen(Cache(authority, self.clock.monotonic), LOOPBACK)
        for _ in range(2):
            service = DemoService(self.primary, API_KEY, lambda: self.address)
            self._services.append(service)
            self._ports.append(await service.start(LOOPBACK))

    async def _listen(self, answerer: Authority | Cache, address: str, port: int = 0) -> int:
        server = NameServer(answerer)
        bound = await server.start(address, port)
        self._servers.append(server)
        return bound

    async def close(self) -> None:
        """Stop all servers."""
        for server in self._servers:
            await server.close()
        for service in self._services:
            await service.close()

    def settings(self, general: GeneralSettings) -> Settings:
        """Settings that lead every adapter into this world; `general` (language, theme) stays the person's."""
        sources = (f"http://{LOOPBACK}:{self._ports[0]}/ip", f"http://localhost:{self._ports[1]}/ip")
        address = AddressSettings(sources=sources, quorum=2, interval=INTERVAL)
        return Settings(
            general=general,
            address=address,
            ipv4=address,
            ipv6=address,
            accounts=(
                AccountSettings(
                    "demo",
                    "powerdns",
                    MappingProxyType({"server": f"http://{LOOPBACK}:{self._ports[0]}"}),
                ),
            ),
            records=(
                _record("home", account="demo"),
                _record("nas", account="demo"),
                _record("blog", account=None),
            ),
            verify=VerifySettings(
                interval=INTERVAL,
                resolvers=(f"udp://{LOOPBACK}:{self._cache_port}",),
                root_hints=(f"{LOOPBACK}:{self._dns_port}",),
            ),
        )


def _record(host: str, *, account: str | None) -> RecordSettings:
    ttl = TTL if account is not None else None
    return RecordSettings(name=f"{host}.{ZONE}", types=(RecordType.A,), account=account, ttl=ttl, allow_private=True)


class MemorySecrets:
    """A `SecretStore` that forgets with the process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Secret] = {("demo", "api_key"): Secret(API_KEY)}

    async def get(self, account: str, field_name: str) -> Secret | None:
        """The secret, or None."""
        return self._kept.get((account, field_name))

    async def set(self, account: str, field_name: str, value: Secret) -> None:
        """Keep it until the demo ends."""
        self._kept[account, field_name] = value

    async def delete(self, account: str, field_name: str) -> None:
        """Forget it."""
        self._kept.pop((account, field_name), None)


class NoMemory:
    """A `MemoryStore` that starts empty and keeps nothing."""

    def load(self) -> Mapping[RecordKey, RecordMemory]:
        """Nothing is known."""
        return {}

    def save(self, memory: Mapping[RecordKey, RecordMemory], *, changed: RecordKey | None = None) -> None:
        """Nothing is kept."""

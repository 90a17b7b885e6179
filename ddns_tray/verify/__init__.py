"""How we look: authoritative servers found from parent to child, and recursive resolvers, over one small UDP pool.

`build_verifier` is the way in. It costs nothing until the first look: dnspython is imported then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.verify.targets import parse_endpoint, parse_resolver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ddns_tray.core.model import Family, RecordKey, View
    from ddns_tray.core.ports import Anchors, Chance, Clock, HttpClient, Sockets, Verifier
    from ddns_tray.core.settings import VerifySettings
    from ddns_tray.verify.asker import Patience

__all__ = ["build_verifier", "parse_endpoint", "parse_resolver"]


def build_verifier(
    settings: VerifySettings,
    *,
    clock: Clock,
    chance: Chance,
    system_resolvers: Callable[[], Sequence[str]],
    http: HttpClient | None = None,
    patience: Patience | None = None,
    sockets: Sockets | None = None,
) -> Verifier:
    """Make the witnesses.

    `system_resolvers` lists the DNS servers of the operating system, and is called at each look. `http` is for
    `https://` resolvers, and stays the caller's to close. `sockets` knows the way out, where that is not always the
    system's; a new one is taken with `forget_delegations`. Raises `ConfigError` for a resolver or root hint that cannot
    be read.
    """
    for uri in settings.resolvers:
        parse_resolver(uri)
    for hint in settings.root_hints:
        parse_endpoint(hint)

    def open_verifier() -> Verifier:
        from ddns_tray.verify.asker import Patience  # noqa: PLC0415 - dnspython is not wanted before the first look
        from ddns_tray.verify.verifier import DnsVerifier  # noqa: PLC0415 - as above

        return DnsVerifier(
            settings,
            clock=clock,
            chance=chance,
            system_resolvers=system_resolvers,
            patience=patience or Patience(),
            http=http,
            sockets=sockets,
        )

    return _LateVerifier(open_verifier)


class _LateVerifier:
    """Opens the real one at first use."""

    def __init__(self, open_verifier: Callable[[], Verifier]) -> None:
        self._open_verifier = open_verifier
        self._opened: Verifier | None = None

    async def observe(self, keys: Sequence[RecordKey], *, resolvers: bool = True) -> Mapping[RecordKey, View]:
        return await self._verifier().observe(keys, resolvers=resolvers)

    async def anchors(self) -> Anchors:
        return await self._verifier().anchors()

    async def look_up(self, host: str, family: Family, /) -> Sequence[str]:
        return await self._verifier().look_up(host, family)

    def forget_delegations(self) -> None:
        if self._opened is not None:
            self._opened.forget_delegations()

    async def aclose(self) -> None:
        if self._opened is not None:
            await self._opened.aclose()

    def _verifier(self) -> Verifier:
        if self._opened is None:
            self._opened = self._open_verifier()
        return self._opened

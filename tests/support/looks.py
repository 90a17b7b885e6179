"""Observations and views in few words, for everything that judges them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import Observation, RecordKey, RecordType, Role, Transport, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import LookError

NOW = 1_800_000_000.0
KEY = RecordKey("home.example.org", RecordType.A)
NEW, OLD, OTHER = "11.22.33.44", "99.10.20.30", "55.66.77.88"


def auth(
    server: str,
    *answer: str,
    at: float = NOW,
    ttl: int | None = 60,
    rcode: str | None = "NOERROR",
    aa: bool = True,
    serial: int | None = None,
    error: LookError | None = None,
    negative_ttl: int | None = 300,
    cnames: tuple[str, ...] = (),
    ttls: tuple[int, ...] = (),
    referral: bool = False,
    address: str = "192.0.2.53",
) -> Observation:
    """What an authoritative server said; without addresses it is a NODATA with its SOA."""
    return Observation(
        role=Role.AUTHORITATIVE,
        server=server,
        address=address,
        transport=Transport.UDP,
        at=at,
        rcode=None if error else rcode,
        answer=answer,
        ttl=min(ttls) if ttls else ttl if answer else None,
        aa=aa,
        negative_ttl=None if answer else negative_ttl,
        serial=serial,
        error=error,
        cnames=cnames,
        ttls=ttls,
        referral=referral,
    )


def resolver(
    server: str,
    *answer: str,
    at: float = NOW,
    ttl: int | None = 60,
    rcode: str | None = "NOERROR",
    ede: tuple[int, ...] = (),
    error: LookError | None = None,
    negative_ttl: int | None = 300,
    referral: bool = False,
    address: str = "192.0.2.99",
    checking_disabled: str | None = None,
    cnames: tuple[str, ...] = (),
    ttls: tuple[int, ...] = (),
) -> Observation:
    """What a resolver said; its transport is that of its URI."""
    scheme = server.split(":", 1)[0]
    return Observation(
        role=Role.RESOLVER,
        server=server,
        address=address,
        transport=Transport(scheme) if scheme in set(Transport) else Transport.UDP,
        at=at,
        rcode=None if error else rcode,
        answer=answer,
        ttl=min(ttls) if ttls else ttl if answer else None,
        ede=ede,
        negative_ttl=None if answer else negative_ttl,
        error=error,
        referral=referral,
        checking_disabled=checking_disabled,
        cnames=cnames,
        ttls=ttls,
    )


def look(
    *observations: Observation,
    at: float = NOW,
    delegation_error: LookError | None = None,
    secondary_interval: int | None = None,
) -> View:
    """One look at KEY."""
    zone = "example.org" if delegation_error is None else None
    return View(KEY, zone, observations, at, delegation_error, secondary_interval)


def resolvers(count: int, *answer: str, scheme: str = "udp", first: int = 1, ttl: int = 60) -> Sequence[Observation]:
    """Return `count` resolvers that say the same."""
    return [resolver(f"{scheme}://9.9.9.{number}", *answer, ttl=ttl) for number in range(first, first + count)]

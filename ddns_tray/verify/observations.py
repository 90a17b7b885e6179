"""From replies to observations: plain data that can be saved, judged, and judged again."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ddns_tray.core.model import LookError, Observation, RecordType, Role, Transport
from ddns_tray.verify import answers
from ddns_tray.verify.targets import DNS_PORT, HTTPS_PORT, TLS_PORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.verify.asker import Reply
    from ddns_tray.verify.targets import Target

_USUAL_PORTS = {
    Transport.UDP: DNS_PORT,
    Transport.TCP: DNS_PORT,
    Transport.TLS: TLS_PORT,
    Transport.HTTPS: HTTPS_PORT,
}


def observe(role: Role, target: Target, reply: Reply, name: str, record_type: RecordType) -> Observation:
    """Take down what one server said about one key."""
    rtt_ms = None if reply.rtt is None else round(reply.rtt * 1000, 3)
    seen = Observation(
        role=role,
        server=target.label,
        address=place_of(target),
        transport=reply.transport,
        at=reply.at,
        rtt_ms=rtt_ms,
        error=reply.error,
    )
    message = reply.message
    if message is None:
        return seen
    chain = answers.follow_chain(message, name, record_type)
    return replace(
        seen,
        rcode=answers.rcode_of(message),
        answer=chain.addresses,
        ttl=chain.ttl,
        aa=answers.is_authoritative(message),
        ad=answers.is_authentic(message),
        ede=answers.extended_errors(message),
        cnames=chain.cnames,
        referral=answers.is_referral(message),
        checking_disabled=None if reply.unchecked is None else answers.rcode_of(reply.unchecked),
        negative_ttl=None if chain.addresses else answers.negative_ttl_of(message),
        ttls=chain.ttls if chain.cnames else (),
    )


def unheard(server: str, error: LookError, at: float) -> Observation:
    """The finding that a server could not even be asked: its name has no address, or its zone was not found."""
    return Observation(Role.AUTHORITATIVE, server, "", Transport.UDP, at, error=error)


def denies(seen: Observation) -> bool:
    """Whether an authoritative server says that there is no such record.

    A referral says nothing of the kind, nor does an alias that leads out of the server's zones.
    """
    if not seen.aa or seen.error is not None or seen.answer:
        return False
    return seen.rcode == "NXDOMAIN" or (seen.rcode == "NOERROR" and (seen.negative_ttl is not None or not seen.cnames))


def without_unroutable(seen: Sequence[Observation]) -> list[Observation]:
    """Leave out addresses to which this machine has no way, if the same server was reached at another one.

    A machine without IPv6 learns nothing about a server from not reaching its IPv6 address.
    """
    if all(o.error is None for o in seen):
        return list(seen)
    reached = {o.server for o in seen if o.error is not LookError.UNREACHABLE}
    return [o for o in seen if o.error is not LookError.UNREACHABLE or o.server not in reached]


def led_by(alias: Observation, seen: Observation) -> Observation:
    """What a server said at the end of an alias, with the way there: its names and their TTLs."""
    known = [ttl for ttl in (alias.ttl, seen.ttl) if ttl is not None]
    ttls = alias.ttls + (seen.ttls if seen.cnames or seen.ttl is None else (seen.ttl,))
    return replace(seen, ttl=min(known, default=None), ttls=ttls, cnames=alias.cnames + seen.cnames)


@lru_cache(maxsize=1024)
def place_of(target: Target) -> str:
    """The address that was asked, with its port where that is not the usual one."""
    if target.endpoint is None:
        return target.host
    endpoint = target.endpoint
    if endpoint.port == _USUAL_PORTS[target.transport]:
        return endpoint.address
    return f"[{endpoint.address}]:{endpoint.port}" if endpoint.is_ipv6 else f"{endpoint.address}:{endpoint.port}"

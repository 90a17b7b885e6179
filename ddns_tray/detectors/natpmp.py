"""What the router says over NAT-PMP (RFC 6886) and its successor PCP (RFC 6887): messages, and one look with each.

NAT-PMP has a question for the outside address that changes nothing, so it comes first. PCP has none: there one asks for
a mapping of a port of our own for a moment, reads the address that comes with it, and gives it back (RFC 6887 §11.6).
A router that speaks only the other version says so in its answer, in the form of that version.
"""

from __future__ import annotations

import contextlib
import secrets
import struct
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from ddns_tray.core.errors import DdnsTrayError, DetectorError, ProblemCode
from ddns_tray.core.model import Family
from ddns_tray.core.text import text
from ddns_tray.detectors.datagram import doubling, exchange
from ddns_tray.detectors.way_out import ANYWHERE

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.core.model import IPAddress
    from ddns_tray.detectors.way_out import Prepare, WayOut

SERVER_PORT = 5351
ANNOUNCEMENTS_PORT = 5350
ANNOUNCEMENTS_GROUP = "224.0.0.1"
NATPMP_ANSWER = 12
"""Octets of an answer with an address; a PCP announcement of 24 octets begins alike and holds none."""

_NATPMP_VERSION, _PCP_VERSION = 0, 2
_OK, _UNSUPPORTED_VERSION, _NOT_AUTHORISED, _NETWORK_FAILURE = 0, 1, 2, 3
_NATPMP_HEADER = 8
_ADDRESS_ANSWERED = 128
_PCP_HEADER, _PCP_MAP = 24, 60
_PCP_MAX = 1100
_MAP = 1
_ANSWER_BIT = 0x80
_UDP = 17
_PCP_NETWORK_FAILURE = 7
_LIFETIME = 60
_FIRST_WAIT = 0.25


class _OtherVersion(DetectorError):
    """The router speaks the other one of the two protocols."""


async def ask_natpmp(router: str, seconds: float, port: int = SERVER_PORT, *, out: WayOut = ANYWHERE) -> IPAddress:
    """Ask a router for its outside address, over PCP if it has no NAT-PMP. Raises `DdnsTrayError`."""
    prepare = out.preparing(Family.IPV4)
    try:
        return await _ask_natpmp(router, seconds, port, prepare)
    except _OtherVersion:
        return await _ask_pcp(router, seconds, port, prepare)


async def ask_pcp(router: str, seconds: float, port: int = SERVER_PORT, *, out: WayOut = ANYWHERE) -> IPAddress:
    """As `ask_natpmp`, with PCP first."""
    prepare = out.preparing(Family.IPV4)
    try:
        return await _ask_pcp(router, seconds, port, prepare)
    except _OtherVersion:
        return await _ask_natpmp(router, seconds, port, prepare)


async def _ask_natpmp(router: str, seconds: float, port: int, prepare: Prepare) -> IPAddress:
    found: IPAddress = await exchange(
        router, port, b"\0\0", outside_address, waits=doubling(_FIRST_WAIT, seconds), prepare=prepare
    )
    return found


async def _ask_pcp(router: str, seconds: float, port: int, prepare: Prepare) -> IPAddress:
    nonce = secrets.token_bytes(12)
    asked: list[bytes] = []

    def question(lifetime: int) -> Callable[[str, int], bytes]:
        def built(client: str, client_port: int) -> bytes:
            asked.append(map_request(client, client_port if not asked else _port_of(asked[0]), nonce, lifetime))
            return asked[-1]

        return built

    def accept(datagram: bytes) -> IPAddress | None:
        return mapped_address(datagram, nonce)

    found: IPAddress = await exchange(
        router, port, question(_LIFETIME), accept, waits=doubling(_FIRST_WAIT, seconds), prepare=prepare
    )
    with contextlib.suppress(DdnsTrayError):  # the mapping ends by itself
        await exchange(router, port, question(0), accept, waits=iter((_FIRST_WAIT,)), prepare=prepare)
    return found


# --- messages -------------------------------------------------------------------------------------------------------


def outside_address(datagram: bytes) -> IPAddress | None:
    """Return the address in an answer to the NAT-PMP question, or None if the datagram is no answer to it.

    Raises `DetectorError` where the router says no, or speaks PCP only.
    """
    if len(datagram) < _NATPMP_HEADER:
        return None
    version, operation, result = struct.unpack_from("!BBH", datagram)
    if version == _PCP_VERSION and operation & _ANSWER_BIT and len(datagram) >= _PCP_HEADER:
        raise _OtherVersion(_NEITHER)
    if version != _NATPMP_VERSION or operation != _ADDRESS_ANSWERED:
        return None
    if result == _OK:
        return _told(IPv4Address(datagram[8:NATPMP_ANSWER])) if len(datagram) == NATPMP_ANSWER else None
    if result == _UNSUPPORTED_VERSION:
        raise _OtherVersion(_NEITHER)
    raise _refusal(result, no_address=_NETWORK_FAILURE)


def map_request(client: str, port: int, nonce: bytes, lifetime: int) -> bytes:
    """Return a PCP request to map one of our UDP ports for `lifetime` seconds; 0 gives it back."""
    nothing = IPv6Address("::ffff:0:0").packed
    header = struct.pack("!BBHI", _PCP_VERSION, _MAP, 0, lifetime) + IPv6Address(f"::ffff:{client}").packed
    return header + nonce + struct.pack("!BxxxHH", _UDP, port, 0) + nothing


def _port_of(request: bytes) -> int:
    return int.from_bytes(request[40:42])


def mapped_address(datagram: bytes, nonce: bytes) -> IPAddress | None:
    """Return the outside address of a mapping, or None if the datagram does not answer the request with this nonce."""
    if len(datagram) < _NATPMP_HEADER or len(datagram) > _PCP_MAX:
        return None
    if datagram[0] == _NATPMP_VERSION and datagram[1] & _ANSWER_BIT:
        if datagram[2:4] == _UNSUPPORTED_VERSION.to_bytes(2):
            raise _OtherVersion(_NEITHER)
        return None
    if datagram[0] != _PCP_VERSION or len(datagram) < _PCP_HEADER or datagram[1] != _ANSWER_BIT | _MAP:
        return None
    result = datagram[3]
    if result == _UNSUPPORTED_VERSION:
        raise _OtherVersion(_NEITHER)
    if len(datagram) < _PCP_MAP or not secrets.compare_digest(datagram[24:36], nonce):
        return None
    if result != _OK:
        raise _refusal(result, no_address=_PCP_NETWORK_FAILURE)
    outside = IPv6Address(datagram[44:60])
    return _told(outside if outside.ipv4_mapped is None else outside.ipv4_mapped)


def _told(address: IPAddress) -> IPAddress:
    """Return an address that is one; routers without a connection also answer "all is well" with none."""
    if address.is_unspecified:
        raise no_outside_address()
    return address


def is_announcement(datagram: bytes) -> bool:
    """Say whether this is what routers send to all when their outside address or their state has changed.

    RFC 6886 §3.2.1: an answer that nobody asked for; RFC 6887 §14.1: an answer with the operation ANNOUNCE (0).
    """
    if datagram[:2] == bytes((_NATPMP_VERSION, _ADDRESS_ANSWERED)):
        return len(datagram) == NATPMP_ANSWER
    return len(datagram) >= _PCP_HEADER and datagram[:2] == bytes((_PCP_VERSION, _ANSWER_BIT))


_NEITHER = text("The router speaks neither NAT-PMP nor PCP in a version that we know.")


def _refusal(result: int, *, no_address: int) -> DetectorError:
    if result == _NOT_AUTHORISED:
        return DetectorError(
            text("The router refuses to tell its outside address."),
            text("Turn on NAT-PMP or PCP for this computer in the router's settings."),
        )
    if result == no_address:
        return no_outside_address()
    return DetectorError(
        text("The router could not tell its outside address (code {code}).", code=result),
        text("Nothing needs doing if this passes; otherwise restart the router."),
    )


def no_outside_address() -> DetectorError:
    """Return the error for a router that is not connected at the moment; it is no proof that there is no address."""
    return DetectorError(
        text("The router has no outside address at the moment."),
        text("Nothing needs doing if this passes; otherwise see whether the router is connected."),
        code=ProblemCode.NO_OUTSIDE_ADDRESS,
    )

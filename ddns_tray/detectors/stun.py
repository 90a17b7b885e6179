"""`stun`, `stun:HOST`, `stun:HOST:PORT`: from where a server sees our datagrams come (RFC 8489, a binding request).

What a STUN server sees is the mapping of this line's outermost address translator, without any proxy of the web in
between. An answer has to carry the 96 random bits of the question and to come from the address that was asked.
"""

from __future__ import annotations

import secrets
import struct
import zlib
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ddns_tray.core.errors import DetectorError, ProblemCode
from ddns_tray.core.model import Family, SourceKind
from ddns_tray.core.text import text
from ddns_tray.detectors.base import BaseDetector, Identity, unusable_source
from ddns_tray.detectors.datagram import doubling, exchange, resolve, within
from ddns_tray.detectors.operators import families_of, origin_of
from ddns_tray.detectors.parsing import strict_address
from ddns_tray.detectors.presets import Preset

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ddns_tray.core.model import IPAddress
    from ddns_tray.detectors.base import Tools

PORT = 3478
_MAGIC = 0x2112A442
_BINDING_REQUEST = 0x0001
_BINDING_SUCCESS = 0x0101
_BINDING_ERROR = 0x0111
_XOR_MAPPED_ADDRESS = 0x0020
_FINGERPRINT = 0x8028
_FINGERPRINT_MASK = 0x5354554E
_FINGERPRINT_LENGTH = 8
_HEADER = 20
_TRANSACTION = 12
_FIRST_WAIT = 0.5
_IPV6 = 2
_IPV4_LENGTH, _IPV6_LENGTH = 8, 20


@dataclass(frozen=True, slots=True)
class StunServer:
    """One operator's server."""

    host: str
    port: int = PORT
    families: frozenset[Family] = frozenset(Family)


WORLD = (
    StunServer("stun.cloudflare.com"),
    StunServer("stun.l.google.com", 19302),
    StunServer("stun.nextcloud.com"),
    StunServer("stun.sipgate.net", families=frozenset({Family.IPV4})),
)
CHINA = (
    StunServer("stun.miwifi.com", families=frozenset({Family.IPV4})),
    StunServer("stun.chat.bilibili.com", families=frozenset({Family.IPV4})),
)


class StunDetector(BaseDetector):
    """Asks one server."""

    def __init__(self, source: str, server: StunServer, tools: Tools) -> None:
        identity = Identity(source, origin_of(server.host), SourceKind.STUN, server.families)
        super().__init__(identity, tools.clock)
        self._server = server
        self._timeout = tools.timeout
        self._out = tools.out

    async def _look(self, family: Family) -> IPAddress:
        server = self._server
        async with within(self._timeout, server.host):
            address = await resolve(server.host, family, self._out.lookup)
            transaction = secrets.token_bytes(_TRANSACTION)
            found = await exchange(
                address,
                server.port,
                binding_request(transaction),
                lambda datagram: mapped_address(datagram, transaction),
                waits=doubling(_FIRST_WAIT, self._timeout),
                prepare=self._out.preparing(family),
            )
        return strict_address(str(found), family)


def binding_request(transaction: bytes) -> bytes:
    """Return a binding request without attributes."""
    return struct.pack("!HHI", _BINDING_REQUEST, 0, _MAGIC) + transaction


def mapped_address(datagram: bytes, transaction: bytes) -> IPAddress | None:
    """Return the address in a binding response to `transaction`, or None if the datagram is no such thing.

    Raises `DetectorError` for an error response to our transaction, and for a response without an address.
    """
    if len(datagram) < _HEADER:
        return None
    kind, length, magic = struct.unpack_from("!HHI", datagram)
    ours = magic == _MAGIC and secrets.compare_digest(datagram[8:_HEADER], transaction)
    if not ours or length % 4 or length != len(datagram) - _HEADER or not _fingerprint_holds(datagram):
        return None
    if kind == _BINDING_SUCCESS:
        for attribute, value in _attributes(datagram):
            if attribute == _XOR_MAPPED_ADDRESS:
                return _unmasked(value, transaction)
    elif kind != _BINDING_ERROR:
        return None
    raise DetectorError(
        text("The STUN server did not say from where it sees us."),
        text("Nothing needs doing if this passes; otherwise choose another source."),
        code=ProblemCode.NOT_AN_ADDRESS,
    )


def _unmasked(value: bytes, transaction: bytes) -> IPAddress | None:
    """Undo the masking that keeps well-meaning routers from "translating" addresses in the payload (§14.2)."""
    mask = struct.pack("!I", _MAGIC) + transaction
    plain = bytes(octet ^ key for octet, key in zip(value[4:], mask, strict=False))
    if len(value) == _IPV4_LENGTH and value[1] == 1:
        return IPv4Address(plain)
    if len(value) == _IPV6_LENGTH and value[1] == _IPV6:
        return IPv6Address(plain)
    return None


def _attributes(datagram: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and value of each attribute; a length that leads out of the message ends them."""
    place = _HEADER
    while place + 4 <= len(datagram):
        kind, length = struct.unpack_from("!HH", datagram, place)
        value = datagram[place + 4 : place + 4 + length]
        if len(value) < length:
            return
        yield kind, value
        place += 4 + length + -length % 4


def _fingerprint_holds(datagram: bytes) -> bool:
    """Check the FINGERPRINT attribute, the last one where there is one (§14.7)."""
    if len(datagram) < _HEADER + _FINGERPRINT_LENGTH:
        return True
    if struct.unpack_from("!HH", datagram, len(datagram) - _FINGERPRINT_LENGTH) != (_FINGERPRINT, 4):
        return True
    told = int.from_bytes(datagram[-4:])
    return told == zlib.crc32(datagram[:-_FINGERPRINT_LENGTH]) ^ _FINGERPRINT_MASK


def stun_detectors(source: str, tools: Tools) -> Sequence[StunDetector]:
    """Return the detector of `stun:HOST:PORT`."""
    try:
        parts = urlsplit(f"//{source.partition(':')[2]}")
        host, port = parts.hostname, parts.port
    except ValueError as exc:
        raise unusable_source(source) from exc
    if not host or port == 0 or parts.username is not None or parts.path or parts.query:
        raise unusable_source(source)
    return (StunDetector(source, StunServer(host, port or PORT, families_of(host)), tools),)


def stun_preset(tools: Tools) -> Preset:
    """Return what `stun` stands for: servers of the world, and servers of China."""
    world, china = (tools.rotated(group) for group in (WORLD, CHINA))
    return Preset(
        tuple(StunDetector(_written(each), each, tools) for each in world),
        tuple(StunDetector(_written(each), each, tools) for each in china),
    )


def _written(server: StunServer) -> str:
    return f"stun:{server.host}" if server.port == PORT else f"stun:{server.host}:{server.port}"

"""A forger on the same wire who knows the port and tries every id, against a real server that takes its time."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING

import pytest

from ddns_tray.verify import answers
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.targets import Endpoint
from ddns_tray.verify.udp_pool import UdpPool
from tests.bed.test_looking import RealClock

if TYPE_CHECKING:
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.question import Received
    from tests.support.real_bed import Bed

pytestmark = [pytest.mark.bed, pytest.mark.xdist_group("bed")]

LIAR = "127.0.0.58"
SLOW = prepare("a.very.slow.name.delay.fault", "A", recursive=True)
"""The bed's liar answers it after three seconds, truly: there is no such name."""
EVERY_ID = 65_536
AT_ONCE = 16
"""Datagrams between two turns of the loop, so that the receiver's buffer loses few."""


def forged(query: Query, port: int) -> bytearray:
    """A UDP datagram with an IP header, from the server's port 53 to ours; the id is still 0."""
    answer = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04" + socket.inet_aton("203.0.113.66")
    message = b"\x00\x00\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + query.question + answer
    udp = struct.pack("!HHHH", 53, port, 8 + len(message), 0) + message
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, socket.IPPROTO_UDP, 0)
    return bytearray(head + socket.inet_aton(LIAR) + socket.inet_aton("127.0.0.1") + udp)


async def flood(query: Query, port: int, first: int, asking: asyncio.Future[Received]) -> None:
    """Send the forged answer under every id there is, the right one first, until the true answer comes."""
    datagram = forged(query, port)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as wire:
        for turn in range(EVERY_ID):
            datagram[28:30] = ((first + turn) % EVERY_ID).to_bytes(2)
            wire.sendto(datagram, ("127.0.0.1", 0))
            if turn % AT_ONCE == 0:
                await asyncio.sleep(0)
                if asking.done():
                    return


async def _attack() -> tuple[str, set[str], int, int]:
    pool = UdpPool(RealClock())
    endpoint = Endpoint(LIAR)
    asking = pool.start(endpoint, SLOW, (8.0,))
    await asyncio.sleep(0)
    (open_socket,) = pool._servers[endpoint].sockets
    (message_id,) = open_socket.waiting
    await flood(SLOW, open_socket._socket.getsockname()[1], int.from_bytes(message_id), asking)
    received = await asking
    pool.close()
    assert received.wire is not None, received.error
    message = answers.read(received.wire)
    assert message is not None
    told = set(answers.follow_chain(message, SLOW.name, "A").addresses)
    return answers.rcode_of(message), told, pool.counts.ignored, pool.counts.sent


def test_every_id_at_the_right_port_is_not_enough_to_be_believed(bed: Bed) -> None:
    rcode, told, ignored, sent = bed.run(_attack)
    assert (rcode, told) == ("NXDOMAIN", set())
    assert ignored > 1000, "the forged answers did not arrive, so nothing was shown"
    assert sent == 2, "the right id without the right case makes one more question go out, and is not believed"

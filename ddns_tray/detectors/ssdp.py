"""Finding the router's UPnP description by SSDP (UPnP Device Architecture 1.1 §1.3).

Anybody in the house can answer such a search, so only the default router is listened to, and only a description that
lies on the router itself is taken: otherwise any device could speak for it, or send us anywhere.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ddns_tray.core.errors import ConnectFailed, TimedOut
from ddns_tray.core.model import Family
from ddns_tray.core.text import text
from ddns_tray.detectors.datagram import connected, heard
from ddns_tray.detectors.way_out import ANYWHERE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.detectors.way_out import Prepare, WayOut

GROUP = "239.255.255.250"
PORT = 1900
TARGETS = (
    "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
)
_WAITS = (0.4, 0.8, 1.6)
_TTL = 2
_MOST_HEADERS = 64


async def find_description(router: str, out: WayOut = ANYWHERE) -> str:
    """Return the URL of the description of the router at this address. Raises `TransportError`."""
    prepare = out.preparing(Family.IPV4)
    try:
        with _searching_socket(local_address_towards(router, prepare), prepare) as searcher:
            for wait in _WAITS:
                for target in TARGETS:
                    for destination in (GROUP, router):
                        searcher.sendto(search_request(target, destination), (destination, PORT))
                try:
                    async with asyncio.timeout(wait):
                        return await first_answer(searcher, router)
                except TimeoutError:
                    continue
    except OSError as exc:
        raise ConnectFailed(
            text("There is no way to {host}.", host=router),
            text("Check the network connection, and a firewall if there is one."),
        ) from exc
    raise TimedOut(
        text("{host} did not answer in time.", host=router),
        text("Turn on UPnP in the router's settings, or leave this source out."),
        sent=True,
    )


def local_address_towards(router: str, prepare: Prepare | None = None) -> str:
    """Return our own address as the router sees it. Raises `OSError`."""
    with connected(router, PORT, prepare) as probe:
        return str(probe.getsockname()[0])


def search_request(target: str, destination: str) -> bytes:
    """Return an M-SEARCH for a kind of device; MX is the longest that answers may be delayed, in seconds."""
    lines = ("M-SEARCH * HTTP/1.1", f"HOST: {destination}:{PORT}", 'MAN: "ssdp:discover"', "MX: 1", f"ST: {target}")
    return "\r\n".join((*lines, "", "")).encode("ascii")


def described_at(datagram: bytes, sender: str) -> str | None:
    """Return the URL in an answer to a search of ours, if it is one and lies on its sender."""
    status, *lines = datagram.decode("utf-8", "replace").split("\r\n")[:_MOST_HEADERS]
    version, _, code = status.partition(" ")
    if not version.startswith("HTTP/1.") or not code.startswith("200"):
        return None
    headers = {name.strip().lower(): value.strip() for name, _, value in _pairs(lines)}
    location = headers.get("location", "")
    return location if headers.get("st") in TARGETS and lies_on(location, sender) else None


def lies_on(url: str, host: str) -> bool:
    """Say whether a URL is plain HTTP on this very address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname == host and parts.username is None and port != 0


def _pairs(lines: Iterable[str]) -> Iterable[tuple[str, str, str]]:
    return (line.partition(":") for line in lines)


def _searching_socket(local: str, prepare: Prepare) -> socket.socket:
    searcher = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        searcher.setblocking(False)
        searcher.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, _TTL)
        searcher.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(local))
        prepare(searcher)
        if not is_bound(searcher):
            searcher.bind((local, 0))
    except BaseException:
        searcher.close()
        raise
    return searcher


def is_bound(sock: socket.socket) -> bool:
    """Say whether a socket has a port; Windows refuses to name the address of one that has not (WSAEINVAL)."""
    try:
        return bool(sock.getsockname()[1])
    except OSError:
        return False


async def first_answer(searcher: socket.socket, router: str) -> str:
    """Return the first URL that the router answers with; whoever else answers is passed over."""
    while True:
        datagram, sender = await heard(searcher)
        location = described_at(datagram, sender) if sender == router else None
        if location is not None:
            return location
        await asyncio.sleep(0)

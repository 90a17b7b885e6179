"""The DNS servers that this system asks, as addresses with a port where it is not 53.

Linux and other POSIX systems name them in resolv.conf; where that is systemd-resolved's stub, its own list tells whom
it asks in turn. macOS tells by `scutil --dns`, Windows through GetAdaptersAddresses. What reads is apart from what
decodes. Failing to read gives an empty list: a machine without known servers is no error of ours.
"""

from __future__ import annotations

import ctypes
import socket
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

RESOLV_CONF = Path("/etc/resolv.conf")
BEHIND_THE_STUB = Path("/run/systemd/resolve/resolv.conf")
STUBS = frozenset({"127.0.0.53", "127.0.0.54"})
"""Where systemd-resolved listens (systemd-resolved.service(8))."""
_MAX_SERVERS = 6
_SCUTIL_SECONDS = 3.0


def system_resolvers() -> Sequence[str]:
    """Return the servers in the system's order, each once, at most six."""
    try:
        if sys.platform == "win32":
            return unique(_windows_servers())
        if sys.platform == "darwin":
            return unique(parse_scutil(_scutil()))
        return resolvers_of_files(RESOLV_CONF, BEHIND_THE_STUB)
    except (OSError, subprocess.SubprocessError):
        return ()


def unique(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return addresses in canonical spelling, each once; what is no address is left out."""
    found: dict[str, None] = {}
    for written in addresses:
        try:
            address = ip_address(written)
        except ValueError:
            continue
        if not address.is_unspecified:
            found[str(address)] = None
    return tuple(found)[:_MAX_SERVERS]


# --- resolv.conf ----------------------------------------------------------------------------------------------------


def resolvers_of_files(resolv_conf: Path, behind_the_stub: Path) -> tuple[str, ...]:
    """Read resolv.conf, and the list behind systemd-resolved's stub if it is the stub that is listed.

    The stub itself stays where its list cannot be read or is empty: it is what programs here ask.
    """
    listed = parse_resolv_conf(_read(resolv_conf))
    if not STUBS.intersection(listed):
        return listed
    behind = parse_resolv_conf(_read(behind_the_stub))
    kept = [address for address in listed if address not in STUBS or not behind]
    return unique((*kept, *behind))


def parse_resolv_conf(content: str) -> tuple[str, ...]:
    """Return the addresses of the `nameserver` lines of a resolv.conf(5)."""
    lines = (line.split() for line in content.splitlines() if not line.lstrip().startswith(("#", ";")))
    return unique(words[1] for words in lines if len(words) > 1 and words[0] == "nameserver")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


# --- macOS ----------------------------------------------------------------------------------------------------------


def parse_scutil(output: str) -> tuple[str, ...]:
    """Return the servers of the resolvers that serve all names, from what `scutil --dns` prints.

    Blocks with a `domain` serve that domain alone (VPNs, .local); the part "for scoped queries" repeats the interfaces.
    """
    general = output.partition("DNS configuration (for scoped queries)")[0]
    found: list[str] = []
    for block in general.split("resolver #")[1:]:
        settings = [(key.strip(), value.strip()) for key, _, value in (line.partition(" : ") for line in _lines(block))]
        if not any(key == "domain" for key, _ in settings):
            found += [value for key, value in settings if key.startswith("nameserver[")]
    return unique(found)


def _lines(block: str) -> Iterator[str]:
    return (line for line in block.splitlines() if " : " in line)


def _scutil() -> str:
    done = subprocess.run(
        ["/usr/sbin/scutil", "--dns"], capture_output=True, check=False, text=True, timeout=_SCUTIL_SECONDS
    )
    return done.stdout


# --- Windows --------------------------------------------------------------------------------------------------------

_IF_OPER_STATUS_UP = 1
_ERROR_BUFFER_OVERFLOW = 111
_SKIP_ADDRESSES = 0x0001 | 0x0002 | 0x0004 | 0x0020
"""GAA_FLAG_SKIP_UNICAST, _ANYCAST, _MULTICAST, _FRIENDLY_NAME: only the DNS servers are wanted."""
_WINDOWS_AF_INET6 = 23
_FIRST_BUFFER = 16 * 1024
_SITE_LOCAL_DEFAULTS = "fec0:0:0:ffff::"
"""Windows lists fec0:0:0:ffff::1 to ::3 where nobody set a server; nobody answers there."""


class _SocketAddress(ctypes.Structure):
    _fields_ = (("sockaddr", ctypes.c_void_p), ("length", ctypes.c_int))


class _DnsServer(ctypes.Structure):
    """IP_ADAPTER_DNS_SERVER_ADDRESS."""


_DnsServer._fields_ = (
    ("alignment", ctypes.c_ulonglong),
    ("next", ctypes.POINTER(_DnsServer)),
    ("address", _SocketAddress),
)


class _Adapter(ctypes.Structure):
    """The first part of IP_ADAPTER_ADDRESSES, up to OperStatus."""


_Adapter._fields_ = (
    ("alignment", ctypes.c_ulonglong),
    ("next", ctypes.POINTER(_Adapter)),
    ("name", ctypes.c_char_p),
    ("unicast", ctypes.c_void_p),
    ("anycast", ctypes.c_void_p),
    ("multicast", ctypes.c_void_p),
    ("dns_server", ctypes.POINTER(_DnsServer)),
    ("dns_suffix", ctypes.c_wchar_p),
    ("description", ctypes.c_wchar_p),
    ("friendly_name", ctypes.c_wchar_p),
    ("physical_address", ctypes.c_ubyte * 8),
    ("physical_address_length", ctypes.c_uint32),
    ("flags", ctypes.c_uint32),
    ("mtu", ctypes.c_uint32),
    ("type", ctypes.c_uint32),
    ("status", ctypes.c_int),
)


def parse_socket_address(octets: bytes) -> str | None:
    """Return the address in a SOCKADDR_IN or SOCKADDR_IN6 of Windows, or None for another family."""
    family = int.from_bytes(octets[:2], "little")
    if family == socket.AF_INET and len(octets) >= 8:  # noqa: PLR2004 - up to sin_addr's end
        return socket.inet_ntop(socket.AF_INET, octets[4:8])
    if family == _WINDOWS_AF_INET6 and len(octets) >= 24:  # noqa: PLR2004 - up to sin6_addr's end
        address = socket.inet_ntop(socket.AF_INET6, octets[8:24])
        scope = int.from_bytes(octets[24:28], "little")
        return f"{address}%{scope}" if scope and address.startswith("fe80:") else address
    return None


def _windows_servers() -> Iterator[str]:
    size = ctypes.c_uint32(_FIRST_BUFFER)
    while True:
        buffer = ctypes.create_string_buffer(size.value)
        # Reached by name, since only Windows has it.
        library = ctypes.windll.iphlpapi  # type: ignore[attr-defined,unused-ignore]
        code = library.GetAdaptersAddresses(socket.AF_UNSPEC, _SKIP_ADDRESSES, None, buffer, ctypes.byref(size))
        if code != _ERROR_BUFFER_OVERFLOW:
            break
    if code != 0:
        return
    adapter = ctypes.cast(buffer, ctypes.POINTER(_Adapter))
    while _points(adapter):
        if adapter.contents.status == _IF_OPER_STATUS_UP:
            yield from _servers_of(adapter.contents)
        adapter = adapter.contents.next


def _servers_of(adapter: _Adapter) -> Iterator[str]:
    server = adapter.dns_server
    while _points(server):
        place = server.contents.address
        address = parse_socket_address(ctypes.string_at(place.sockaddr, place.length))
        if address is not None and not address.startswith(_SITE_LOCAL_DEFAULTS):
            yield address
        server = server.contents.next


def _points(pointer: object) -> bool:
    """Whether a pointer of ctypes is not NULL."""
    return bool(pointer)

"""The DNS servers that this system asks, as addresses with a port where it is not 53.

Linux and other POSIX systems name them in resolv.conf; where that is systemd-resolved's stub, its own list tells whom
it asks in turn. macOS tells by `scutil --dns`, Windows through GetAdaptersAddresses. What reads is apart from what
decodes. Failing to read gives an empty list: a machine without known servers is no error of ours.
"""

from __future__ import annotations

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
            from ddns_tray.system.adapters import walk_dns_servers, windows_adapters  # noqa: PLC0415 - of Windows alone

            return without_defaults(windows_adapters(walk_dns_servers))
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

_SITE_LOCAL_DEFAULTS = "fec0:0:0:ffff::"
"""Windows lists fec0:0:0:ffff::1 to ::3 where nobody set a server; nobody answers there."""


def without_defaults(listed: Iterable[str]) -> tuple[str, ...]:
    """Leave out what Windows lists where nobody set a server."""
    return unique(each for each in listed if not each.startswith(_SITE_LOCAL_DEFAULTS))

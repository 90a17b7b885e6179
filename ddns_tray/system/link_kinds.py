"""What the system says that each network interface is: ordinary, a tunnel, or a dialled connection.

Only tunnels of VPNs are called so. What carries one IP version inside the other (6in4, 6rd, DS-Lite, MAP-E: the kinds
`sit` and `ip6tnl`, `gif` on the BSDs) is how internet providers give that version to a house, so it is ordinary here. A
point-to-point protocol is a dialled connection, which may be either; where Linux knows of a session of PPPoE, it is the
line of the house.

The readers are apart from what decodes their bytes, so that the decoding is tested everywhere.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import InterfaceKind
from ddns_tray.system import interfaces, netlink
from ddns_tray.system.told import or_os_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PPPOE_SESSIONS = Path("/proc/thread-self/net/pppoe")

# Linux, as in linux/rtnetlink.h, linux/if_link.h and linux/if_arp.h
_GET_LINK = 18
_IFINFOMSG = 16
_IFNAME, _LINKINFO, _INFO_KIND = 3, 18, 1
_ARP_PPP, _ARP_TUNNEL, _ARP_GRE, _ARP_GRE6 = 512, 768, 778, 823
_TUNNELS = frozenset(
    {
        "amneziawg", "erspan", "gre", "gretap", "ip6gre", "ip6gretap", "ipip", "ovpn", "ovpn-dco", "tun", "vti", "vti6",
        "wireguard", "xfrm",
    }
)  # fmt: skip

# The BSDs, as in net/if_types.h and net/if.h
_AF_LINK = 18
_IFT_OTHER, _IFT_PPP = 0x01, 0x17
_IFF_POINTOPOINT = 0x10

# Windows, as in ipifcons.h
_IF_TYPE_PPP, _IF_TYPE_PROP_VIRTUAL, _IF_TYPE_TUNNEL = 23, 53, 131
_TAP_DRIVERS = ("tap-", "wireguard", "wintun")


@or_os_error
def interface_kinds() -> Mapping[str, InterfaceKind]:
    """Return the kind of each interface by its name. Raises `OSError` where the system will not tell."""
    if sys.platform == "win32":
        from ddns_tray.system.adapters import walk_kinds, windows_adapters  # noqa: PLC0415 - of Windows alone

        found = windows_kinds(windows_adapters(walk_kinds))
    elif sys.platform == "darwin":
        with interfaces.bsd_interfaces() as first:
            found = bsd_kinds(first)
    else:
        links = netlink.ask(_GET_LINK, netlink.DUMP, bytes(_IFINFOMSG))
        found = linux_kinds(links, pppoe=_has_pppoe())
    return MappingProxyType(found)


def linux_kinds(links: Iterable[bytes], *, pppoe: bool) -> dict[str, InterfaceKind]:
    """Read the payloads of RTM_NEWLINK: a header with the hardware type, and attributes."""
    found: dict[str, InterfaceKind] = {}
    for link in links:
        hardware = int.from_bytes(link[2:4], sys.byteorder)
        told = dict(netlink.attributes(link[_IFINFOMSG:]))
        name = told.get(_IFNAME, b"").rstrip(b"\0").decode("utf-8", "replace")
        info = dict(netlink.attributes(told.get(_LINKINFO, b"")))
        kind = info.get(_INFO_KIND, b"").rstrip(b"\0").decode("ascii", "replace")
        if kind in _TUNNELS or hardware in {_ARP_TUNNEL, _ARP_GRE, _ARP_GRE6}:
            found[name] = InterfaceKind.TUNNEL
        elif (kind == "ppp" or hardware == _ARP_PPP) and not pppoe:
            found[name] = InterfaceKind.DIAL_UP
        else:
            found[name] = InterfaceKind.ORDINARY
    return found


def _has_pppoe() -> bool:
    """Say whether there is a session of PPPoE; the first line of the table is its heading."""
    try:
        return len(_PPPOE_SESSIONS.read_text(encoding="ascii", errors="replace").splitlines()) > 1
    except OSError:
        return False


def bsd_kinds(first: interfaces.IfAddrs | None) -> dict[str, InterfaceKind]:
    """Read a list as getifaddrs(3) gives it: the entries of the link layer carry the type of the interface."""
    found: dict[str, InterfaceKind] = {}
    for entry in interfaces.entries(first):
        if interfaces.bsd_family(entry) != _AF_LINK or not entry.data:
            continue
        name = (entry.name or b"").decode("utf-8", "replace")
        kind = ctypes.string_at(entry.data, 1)[0]  # `ifi_type`, the first octet of `struct if_data`
        if kind == _IFT_OTHER and entry.flags & _IFF_POINTOPOINT:
            found[name] = InterfaceKind.TUNNEL
        else:
            found[name] = InterfaceKind.DIAL_UP if kind == _IFT_PPP else InterfaceKind.ORDINARY
    return found


def windows_kinds(adapters: Iterable[tuple[str, int, str]]) -> dict[str, InterfaceKind]:
    """Read names, types and descriptions; some VPNs pretend to be Ethernet, and only their driver's name tells."""
    found: dict[str, InterfaceKind] = {}
    for name, kind, description in adapters:
        driver = description.lower()
        if kind in {_IF_TYPE_PROP_VIRTUAL, _IF_TYPE_TUNNEL} or any(each in driver for each in _TAP_DRIVERS):
            found[name] = InterfaceKind.TUNNEL
        else:
            found[name] = InterfaceKind.DIAL_UP if kind == _IF_TYPE_PPP else InterfaceKind.ORDINARY
    return found

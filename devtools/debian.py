"""Debian packages: the libraries that Qt needs, and the real servers and desktop parts that the tests use.

Installed through apt when we are root; otherwise the person gets the one command to type. The list of Qt's libraries
was found with ldd on an empty Debian 12. Newly installed test servers are neither started nor enabled.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from devtools.environment import base_python
from devtools.shell import run_quietly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

QT_LIBRARIES = (
    *("libegl1", "libgl1", "libdbus-1-3", "libfontconfig1", "libglib2.0-0", "libxkbcommon0", "libbrotli1"),
    *("libx11-xcb1", "libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-randr0", "libxcb-render-util0"),
    *("libxcb-shape0", "libxcb-shm0", "libxcb-sync1", "libxcb-xfixes0", "libxcb-xkb1", "libxkbcommon-x11-0"),
    *("libwayland-cursor0", "fonts-dejavu-core"),
)
"""For the window and the tray, on X11 and Wayland."""

TEST_SERVERS = (
    *("pdns-server", "pdns-backend-sqlite3", "pdns-recursor", "dnsdist"),
    *("bind9", "bind9-utils", "bind9-dnsutils", "knot", "knot-dnsutils", "nsd", "unbound", "knot-resolver"),
    *("coturn", "miniupnpd", "miniupnpd-nftables", "iproute2", "nftables", "sqlite3", "openssl", "faketime", "procps"),
)
"""The DNS servers, resolvers and router parts of the test bed, and what drives them."""

TEST_DESKTOP = (
    *("xvfb", "xfce4-panel", "trayer", "dunst", "dbus", "libglib2.0-bin", "xdotool", "imagemagick"),
    *("x11-xserver-utils", "fonts-noto-cjk", "gnome-keyring", "at-spi2-core"),
)
"""A tray host, a notification server and a Secret Service for the tests. Not dbus-x11: it leaves stray bus daemons."""

TEST_PACKAGING = ("debootstrap", "nsis", "wine", "wine64", "groff", "desktop-file-utils", "xz-utils")
"""Beside what builds packages: a bare Debian and a Windows-like system to install them in."""

_POLICY = Path("/usr/sbin/policy-rc.d")
_POLICY_TEXT = (
    "#!/bin/sh\n# DDNS Tray's set-up is installing test servers that must not start; it removes this file.\nexit 101\n"
)
_STARTED_BY_THEMSELVES = {".service", ".socket", ".target", ".timer"}
_QUIET = {"DEBIAN_FRONTEND": "noninteractive", "APT_LISTCHANGES_FRONTEND": "none", "NEEDRESTART_MODE": "l"}


def has_apt() -> bool:
    """Whether this is Debian or a relative."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-query") is not None


def is_root() -> bool:
    """Whether we may install."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def build_tools(python: str = "") -> tuple[str, ...]:
    """What takes libraries apart for the bundle, and packs the .rpm; the bundle holds libraries of the machine.

    Debian's Python carries its library inside and has the one that a bundle can hold in a package of its own.
    """
    of_debian = Path(python or base_python()).resolve().is_relative_to("/usr/bin")
    library = f"libpython{sys.version_info.major}.{sys.version_info.minor}"
    return ("binutils", "rpm", *((library,) if of_debian else ()))


def missing(packages: Sequence[str]) -> list[str]:
    """Return those of `packages` that are not installed, neither by name nor as what another package provides."""
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}\t${Package}\t${Provides}\n"],
        capture_output=True,
        text=True,
        check=True,
    )
    there: set[str] = set()
    for line in answer.stdout.splitlines():
        status, name, provides = line.split("\t")
        if status == "installed":
            there.add(name)
            there.update(word.split()[0] for word in provides.split(",") if word.strip())
    return [package for package in packages if package not in there]


def command_to_type(packages: Sequence[str]) -> str:
    """Return the command line that a person who may use sudo types."""
    return f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def install(packages: Sequence[str]) -> None:
    """Install `packages` as root, without questions, without starting what they bring."""
    hint = f"To do it by hand: {command_to_type(packages)}"
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=600"]
    with _services_stay_off():
        run_quietly("Finishing what an interrupted dpkg left", ["dpkg", "--configure", "-a"], env=_QUIET, hint=hint)
        run_quietly("Refreshing the Debian package lists", [*apt, "update"], env=_QUIET, hint=hint)
        run_quietly(
            f"Installing {len(packages)} Debian packages",
            [*apt, "install", "-y", "--fix-broken", "--no-install-recommends", *packages],
            env=_QUIET,
            hint=hint,
        )
    _disable_services([package for package in packages if package in TEST_SERVERS])


@contextlib.contextmanager
def _services_stay_off() -> Iterator[None]:
    """Answer "no" for as long as we install when a package asks whether it may start its service.

    A policy that the machine has of its own stays; one that a killed set-up of ours left behind is taken over.
    """
    if _POLICY.exists() and _POLICY.read_text(encoding="utf-8", errors="replace") != _POLICY_TEXT:
        yield
        return
    _POLICY.write_text(_POLICY_TEXT, encoding="ascii")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink(missing_ok=True)


def _disable_services(packages: Sequence[str]) -> None:
    """Keep servers that came for the tests alone from starting with the machine."""
    if shutil.which("systemctl") is None or not packages:
        return
    listing = subprocess.run(["dpkg", "-L", *packages], capture_output=True, text=True, check=False).stdout
    files = [Path(line) for line in listing.splitlines() if "/systemd/system/" in line]
    units = sorted({file.name for file in files if file.suffix in _STARTED_BY_THEMSELVES and "@" not in file.name})
    if units:
        run_quietly("Keeping the test servers from starting by themselves", ["systemctl", "disable", *units])

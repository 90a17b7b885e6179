"""What Qt hears of the network: a stand-in says what no test can make a desktop say; the real class hears a kernel."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation

from ddns_tray.system.network_events import watch
from ddns_tray.ui.network_information import NetworkInformation, load_information
from tests.support.clock import FakeClock, settle
from tests.support.igd import ip
from tests.support.joined_pair import joined_pair

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Reachability = QNetworkInformation.Reachability
Medium = QNetworkInformation.TransportMedium


class Desktop(QObject):
    """Stands in for Qt's information, which no program can make or change."""

    reachabilityChanged = Signal(Reachability)  # noqa: N815 - Qt's name
    transportMediumChanged = Signal(Medium)  # noqa: N815 - Qt's name
    isBehindCaptivePortalChanged = Signal(bool)  # noqa: N815 - Qt's name

    def __init__(self) -> None:
        super().__init__()
        self.state = Reachability.Unknown, Medium.Unknown, False

    def backendName(self) -> str:  # noqa: N802 - Qt's name
        return "stand-in"

    def reachability(self) -> Reachability:
        return self.state[0]

    def transportMedium(self) -> Medium:  # noqa: N802 - Qt's name
        return self.state[1]

    def isBehindCaptivePortal(self) -> bool:  # noqa: N802 - Qt's name
        return self.state[2]

    def becomes(self, reachability: Reachability, medium: Medium, *, portal: bool = False) -> None:
        before, self.state = self.state, (reachability, medium, portal)
        if before[0] is not reachability:
            self.reachabilityChanged.emit(reachability)
        if before[1] is not medium:
            self.transportMediumChanged.emit(medium)
        if before[2] is not portal:
            self.isBehindCaptivePortalChanged.emit(portal)


async def test_a_desktop_that_finds_out_how_things_are_is_no_news_and_each_change_is_told_once(qapp: object) -> None:
    assert qapp is not None
    desktop, clock, told = Desktop(), FakeClock(), []
    witness = NetworkInformation(lambda: cast("QNetworkInformation", desktop))
    watching = asyncio.ensure_future(watch(witness, witness.seen, lambda: told.append("!"), clock))
    await settle()
    steps = (
        (Reachability.Online, Medium.WiFi, False, 0),
        (Reachability.Unknown, Medium.WiFi, False, 0),
        (Reachability.Online, Medium.WiFi, False, 0),
        (Reachability.Site, Medium.WiFi, True, 1),
        (Reachability.Online, Medium.WiFi, False, 2),
        (Reachability.Online, Medium.Ethernet, False, 3),
        (Reachability.Disconnected, Medium.Unknown, False, 4),
        (Reachability.Online, Medium.Cellular, False, 5),
    )
    for reachability, medium, portal, expected in steps:
        desktop.becomes(reachability, medium, portal=portal)
        await clock.advance(1)
        assert len(told) == expected
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    desktop.becomes(Reachability.Local, Medium.Ethernet)
    assert witness.seen() == 5, "two signals of one change count once, and nothing counts after the end"


async def test_a_desktop_that_knows_nothing_is_said_to_know_nothing() -> None:
    witness = NetworkInformation(lambda: None)
    with pytest.raises(OSError, match="no backend"):
        await watch(witness, witness.seen, lambda: None, FakeClock())


WITHOUT_THE_MODULE = """
import sys
sys.modules["PySide6.QtNetwork"] = None
from ddns_tray.ui.network_information import load_information
assert load_information() is None
"""


def test_a_qt_without_its_network_module_has_nothing_to_tell() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_THE_MODULE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_real_information_is_listened_to_and_left_in_peace(qapp: object) -> None:
    assert qapp is not None
    if load_information() is None:
        pytest.skip("Qt has no backend for this desktop")
    for _ in range(2):
        with NetworkInformation() as witness:
            assert witness.seen() == 0


LISTENER = """
import asyncio, sys
import qasync
from PySide6.QtWidgets import QApplication
from ddns_tray.ui.network_information import NetworkInformation

async def main():
    with NetworkInformation() as witness:
        print("listening to", witness.name, flush=True)
        for _ in range(int(sys.argv[1])):
            async with asyncio.timeout(20):
                await witness.wait()
            print("changed", flush=True)

app = QApplication(["listener", "-platform", "offscreen"])
with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
    runner.run(main())
"""


@pytest.fixture
def namespace() -> Iterator[str]:
    with joined_pair() as name:
        ip("-n", name, "addr", "add", "10.9.8.7/24", "dev", "v0")
        yield name


@pytest.mark.bed
@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None,
    reason="needs root on Linux, and iproute2, for a network namespace",
)
def test_the_real_information_tells_of_a_network_that_becomes_reachable(namespace: str) -> None:
    if "glib" not in QNetworkInformation.availableBackends():
        pytest.skip("Qt has no backend that listens to the kernel")
    nowhere = {
        "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
    }
    with subprocess.Popen(
        ["ip", "netns", "exec", namespace, sys.executable, "-c", LISTENER, "1"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **nowhere},
    ) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == "listening to glib\n"
        ip("-n", namespace, "route", "add", "default", "via", "10.9.8.1")
        assert listener.stdout.readline() == "changed\n"
        assert listener.wait(timeout=10) == 0


NETWORK_MANAGER = """
import select, sys
from jeepney import DBusAddress, MessageType, message_bus, new_method_return, new_signal
from jeepney.io.blocking import open_dbus_connection

NAME, PATH = "org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager"
STATES = {
    "online": {"State": ("u", 70), "Connectivity": ("u", 4), "Metered": ("u", 4)},
    "portal": {"State": ("u", 60), "Connectivity": ("u", 2), "Metered": ("u", 4)},
}
bus = open_dbus_connection(sys.argv[1])
bus.send_and_get_reply(message_bus.RequestName(NAME))
print("here", flush=True)
while True:
    try:
        message = bus.receive(timeout=0.02)
    except TimeoutError:
        pass
    else:
        if message.header.message_type is MessageType.method_call:
            bus.send(new_method_return(message, "a{sv}", (STATES["online"],)))
    if select.select([sys.stdin], [], [], 0)[0]:
        state = STATES[sys.stdin.readline().strip()]
        emitter = DBusAddress(PATH, interface="org.freedesktop.DBus.Properties")
        bus.send(new_signal(emitter, "PropertiesChanged", "sa{sv}as", (NAME, state, [])))
"""


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    if shutil.which("dbus-daemon") is None or "networkmanager" not in QNetworkInformation.availableBackends():
        pytest.skip("needs dbus-daemon, and Qt's backend for NetworkManager")
    address = f"unix:path={tmp_path / 'bus'}"
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as daemon:
        assert daemon.stdout is not None
        assert daemon.stdout.readline()
        yield address
        daemon.kill()


def test_the_real_information_tells_when_the_network_wants_a_log_in_and_when_it_has_it(bus: str) -> None:
    manage, listen = [sys.executable, "-c", NETWORK_MANAGER, bus], [sys.executable, "-c", LISTENER, "2"]
    environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus}
    with subprocess.Popen(manage, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as manager:
        assert manager.stdout is not None
        assert manager.stdin is not None
        assert manager.stdout.readline() == "here\n"
        with subprocess.Popen(listen, stdout=subprocess.PIPE, text=True, env=environment) as listener:
            assert listener.stdout is not None
            assert listener.stdout.readline() == "listening to networkmanager\n"
            for state in ("portal", "online"):
                manager.stdin.write(f"{state}\n")
                manager.stdin.flush()
                assert listener.stdout.readline() == "changed\n"
            assert listener.wait(timeout=10) == 0
        manager.kill()

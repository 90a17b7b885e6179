"""Notifications at a real service on a session bus of their own."""

from __future__ import annotations

import asyncio
import logging
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from ddns_tray.system.notifications import Image, SessionBusNotifications
from tests.support.tray_session import TraySession, missing_programs

if TYPE_CHECKING:
    from collections.abc import Iterator

needs_a_desktop = pytest.mark.skipif(
    bool(missing_programs()) or shutil.which("dunstctl") is None, reason="this machine lacks dunst or Xvfb"
)


@pytest.fixture
def desktop() -> Iterator[TraySession]:
    with TraySession() as session:
        session.start_notification_daemon()
        yield session


@pytest.mark.tray
@needs_a_desktop
async def test_a_new_one_takes_the_place_of_the_old_and_a_click_is_heard(desktop: TraySession) -> None:
    clicked = asyncio.Event()
    service = SessionBusNotifications("DDNS Tray", clicked.set, bus=desktop.env["DBUS_SESSION_BUS_ADDRESS"])
    try:
        picture = Image(8, 8, bytes([44, 159, 69, 255]) * 64)
        assert await service.show("Your IPv4 address is now 192.0.2.2", "It was <192.0.2.1> & more.", image=picture)
        assert await service.show("home.example.org: 地址错误", "second")
        count = await asyncio.to_thread(_dunstctl, desktop, "count", "displayed")
        assert count == "1"
        await asyncio.to_thread(_dunstctl, desktop, "action", "0")
        async with asyncio.timeout(10):
            await clicked.wait()
    finally:
        await service.close()


def _dunstctl(desktop: TraySession, *arguments: str) -> str:
    answer = subprocess.run(["dunstctl", *arguments], env=desktop.env, capture_output=True, check=True)
    return answer.stdout.decode().strip()


@pytest.mark.tray
@needs_a_desktop
async def test_a_bus_without_such_a_service_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with TraySession() as desktop:
        # A bus that starts services would start a notification daemon by itself: this one knows none.
        config = desktop.home / "bus.conf"
        config.write_text(
            "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>"
            '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
            '<allow own="*"/></policy></busconfig>'
        )
        bus = desktop.start(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"], stdout=subprocess.PIPE
        )
        assert bus.stdout is not None
        address = (await asyncio.to_thread(bus.stdout.readline)).decode().strip()
        service = SessionBusNotifications("DDNS Tray", bus=address)
        assert not await service.show("title", "body")
        await service.close()
    assert "ServiceUnknown" in caplog.text


async def test_without_a_bus_the_log_knows_why(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    service = SessionBusNotifications("DDNS Tray", bus="unix:path=/nonexistent/bus")
    assert not await service.show("title", "body")
    assert not await service.show("title", "body")
    assert "no notification was shown" in caplog.text

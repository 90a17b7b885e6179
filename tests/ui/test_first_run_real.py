"""The first run for real: the program on a screen, PowerDNS, a keyring, and a hand that clicks six times at most."""

from __future__ import annotations

import signal
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import keyring_session
from tests.support.dns_servers import Datum, PowerDnsServer, missing_program, powerdns_server
from tests.support.processes import end_process
from tests.support.screen_reader import ACCESSIBLE_PROGRAM, Reader, missing_registry, start_registry
from tests.support.tray_session import TraySession, missing_programs, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = ", ".join(
    [
        *missing_programs(),
        *missing_registry(),
        *keyring_session.missing_programs(),
        *filter(None, [missing_program("pdns_server")]),
    ]
)
pytestmark = [
    pytest.mark.tray,
    pytest.mark.keyring,
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"this machine lacks {MISSING}"),
]
NAME = "home.example.test"
OLD, MINE = "99.10.20.30", "11.22.33.44"
CLOSED_NETWORK = f"""schema = 1
[general]
language = "en"
[address]
sources = ["static:{MINE}"]
quorum = 1
[verify]
resolvers = ["udp://127.0.0.1:9"]
root_hints = ["127.0.0.1:9"]
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PowerDnsServer]:
    with powerdns_server(tmp_path) as running:
        running.reset([Datum(NAME, "A", OLD)])
        yield running


@pytest.fixture
def desktop() -> Iterator[TraySession]:
    with TraySession() as session:
        start_registry(session)
        folder = Path(session.env["XDG_CONFIG_HOME"]) / "ddns-tray"
        folder.mkdir()
        (folder / "config.toml").write_text(CLOSED_NETWORK)
        keyring = keyring_session.start_keyring(session.env)
        yield session
        end_process(keyring, keyring_session.PATIENCE)


class Hand:
    """Clicks what a person reads, and counts."""

    def __init__(self, desktop: TraySession, reader: Reader) -> None:
        self.clicks = 0
        self._desktop = desktop
        self._reader = reader

    def click(self, said: str) -> None:
        places: list[tuple[int, int]] = []

        def stands_still() -> bool:
            program = self._reader.program()
            for role, name, part in () if program is None else self._reader.parts(program):
                if name.partition(",")[0] == said and role not in {"label", "filler"}:
                    places.append(self._reader.middle(part))
                    return len(places) > 1 and places[-1] == places[-2]
            return False

        wait_for(stands_still, said, pause=0.2)
        self.clicks += 1
        self._desktop.click(*places[-1])

    def wait_for(self, said: str) -> None:
        def heard() -> bool:
            program = self._reader.program()
            return program is not None and any(said in name for _, name, _ in self._reader.parts(program))

        wait_for(heard, said)


def test_a_first_name_is_kept_with_six_clicks(desktop: TraySession, server: PowerDnsServer) -> None:
    program = desktop.start([sys.executable, "-m", "ddns_tray"], env=ACCESSIBLE_PROGRAM)
    wait_for(lambda: bool(desktop.windows("^DDNS Tray$")), "the window")
    reader = Reader(desktop.env["DBUS_SESSION_BUS_ADDRESS"])
    try:
        hand = Hand(desktop, reader)
        hand.click("Keep a name true")
        hand.wait_for("Who hosts your DNS?")
        desktop.type("powerdns")
        hand.click("PowerDNS")
        hand.wait_for("Your account at PowerDNS")
        desktop.type(f"http://127.0.0.1:{server.api_port}")
        desktop.key("Tab", "Tab")
        desktop.type(server.api_key)
        desktop.key("Return")
        hand.wait_for("It works. It sees")
        hand.click("Choose names")
        hand.wait_for(OLD)
        hand.click(NAME)
        hand.wait_for(MINE)
        hand.click("Start with 1 record")
        hand.wait_for("All set")
        assert hand.clicks <= 6
    finally:
        reader.close()
    config = tomllib.loads((Path(desktop.env["XDG_CONFIG_HOME"]) / "ddns-tray" / "config.toml").read_text())
    assert config["record"] == [{"name": NAME, "types": ["A"], "account": "powerdns"}]
    assert server.api_key not in str(config)
    wait_for(lambda: MINE in written(server), "the address at PowerDNS")
    program.send_signal(signal.SIGTERM)
    assert program.wait(10) == 0
    assert server.api_key not in desktop.log(Path(sys.executable).name)


def written(server: PowerDnsServer) -> str:
    """What PowerDNS has at the name now."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(server.database, timeout=10)) as connection:
        rows = connection.execute("SELECT content FROM records WHERE name = ? AND type = 'A'", (NAME,))
        return " ".join(content for (content,) in rows)

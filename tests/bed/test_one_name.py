"""One name kept true on real servers, by the real program: the sentence that the product stands for."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.product import Product

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.real_bed import Bed

pytestmark = [pytest.mark.bed, pytest.mark.slow, pytest.mark.xdist_group("bed")]

SETTINGS = """\
schema = 1
[address]
sources = ["http://127.0.0.1:7001/", "http://127.0.0.2:7001/"]
interval = "5s"
[verify]
interval = "5s"
resolvers = ["udp://127.0.0.53", "udp://127.0.0.54", "udp://127.0.0.56"]
root_hints = ["127.0.0.10"]
[[account]]
id = "home"
provider = "powerdns"
server = "http://127.0.0.21:8081"
[[account]]
id = "bind"
provider = "rfc2136"
server = "127.0.0.23"
zone = "{zone}"
key_name = "ddns."
[[record]]
name = "{name}"
types = ["A"]
account = "{account}"
ttl = {ttl}
allow_private = true
"""


class Home:
    """A house with a line whose address the test changes."""

    def __init__(self, bed: Bed, folder: Path) -> None:
        self.address_file = folder / "address"
        secrets = {
            "DDNS_TRAY_SECRET_HOME_API_KEY": "bedkey",
            "DDNS_TRAY_SECRET_BIND_KEY": bed.tsig_secret(),
        }
        self.product = Product(folder, bed, secrets)
        self.set_address("203.0.113.10")
        self._pages = bed.popen(
            sys.executable,
            "-m",
            "tests.support.address_service",
            str(self.address_file),
            "127.0.0.1:7001",
            "127.0.0.2:7001",
            environment={**self.product.environment(), "PYTHONPATH": "."},
        )
        assert self._pages.stdout is not None
        assert self._pages.stdout.readline() == "ready\n"

    def set_address(self, address: str) -> None:
        self.address_file.write_text(address, encoding="ascii")

    def settings(self, name: str, account: str, *, ttl: int = 6, zone: str = "dyn.test") -> None:
        toml = SETTINGS.format(name=name, account=account, ttl=ttl, zone=zone)
        self.product.config.write_text(toml, encoding="utf-8")

    def record(self) -> dict[str, Any]:
        """The one record as the running instance shows it; empty while there is none."""
        records = self.snapshot().get("records") or [{}]
        return dict(records[0])

    def snapshot(self) -> dict[str, Any]:
        """What the running instance shows; empty while there is none."""
        done = self.product.run("status", "--json")
        return dict(json.loads(done.stdout)) if done.stdout else {}

    def wait_for_verdict(self, *verdicts: str, seconds: float = 30) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            record = self.record()
            return record if record.get("verdict") in verdicts else None

        found: dict[str, Any] = self.product.wait_for(look, seconds=seconds, what=" or ".join(verdicts))
        return found

    def close(self) -> None:
        self.product.stop_all()
        self._pages.kill()
        self._pages.communicate(timeout=10)


@pytest.fixture
def home(bed: Bed, tmp_path: Path) -> Iterator[Home]:
    house = Home(bed, tmp_path)
    try:
        yield house
    finally:
        house.close()


def epoch(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()


def served(bed: Bed, name: str, *servers: str) -> Callable[[str], bool]:
    return lambda address: all(bed.dig(server, name) == {address} for server in servers)


def test_through_the_http_api_a_change_is_written_propagates_and_is_proven(bed: Bed, home: Home) -> None:
    name = "story.example.test"
    home.settings(name, "home")
    daemon = home.product.start("daemon")
    first = home.wait_for_verdict("matched", seconds=40)
    assert first["colour"] == "green"
    assert first["expected"] == ["203.0.113.10"]
    roles = {(seen["role"], seen["server"]) for seen in first["observations"]}
    assert {role for role, _ in roles} == {"authoritative", "resolver"}
    assert len([role for role, _ in roles if role == "authoritative"]) == 2

    home.set_address("203.0.113.11")
    waiting = home.wait_for_verdict("propagating", "secondary_lag", seconds=30)
    while waiting["verdict"] == "secondary_lag":
        waiting = home.wait_for_verdict("propagating", "matched", seconds=30)
    changed_at = time.time()
    green = home.wait_for_verdict("matched", seconds=60)
    assert green["expected"] == ["203.0.113.11"]
    assert served(bed, name, "127.0.0.21", "127.0.0.22")("203.0.113.11")
    if waiting["verdict"] == "propagating":
        assert waiting["colour"] == "yellow"
        promised = epoch(waiting["deadline"])
        assert changed_at - 1 <= promised <= changed_at + 6 + 30 + 10
        assert time.time() <= promised + 2
    assert home.product.stop(daemon) == 0


def test_through_tsig_the_verdict_names_a_secondary_that_lags_until_it_follows(bed: Bed, home: Home) -> None:
    name = "home.lag.test"
    home.set_address("203.0.113.20")
    home.settings(name, "bind", zone="lag.test")
    home.product.start("daemon")
    lagging = home.wait_for_verdict("secondary_lag", seconds=40)
    assert lagging["colour"] == "yellow"
    assert bed.dig("127.0.0.23", name) == {"203.0.113.20"}
    assert bed.dig("127.0.0.26", name) != {"203.0.113.20"}
    assert lagging["deadline"] is not None
    bed.release_lag()
    bed.flush(name)
    green = home.wait_for_verdict("matched", seconds=90)
    assert green["colour"] == "green"
    assert bed.dig("127.0.0.26", name) == {"203.0.113.20"}


def test_a_record_that_is_gone_is_created_and_one_command_says_what_happened(bed: Bed, home: Home) -> None:
    name = "new.dyn.test"
    home.settings(name, "bind")
    looked = home.product.run("check", "--json")
    assert looked.returncode == 2, looked.stderr
    report = home.product.json("update")
    (result,) = report["results"]
    assert (result["name"], result["type"], result["outcome"]) == (name, "A", "updated")
    assert (result["before"], result["after"], result["error"]) == ([], ["203.0.113.10"], None)
    assert bed.dig("127.0.0.23", name) == {"203.0.113.10"}
    again = home.product.json("update")
    assert again["results"][0]["outcome"] == "noop"
    bed.flush(name)
    proven = home.product.run("check", "--json")
    assert proven.returncode == 0, proven.stdout


@pytest.mark.parametrize(
    ("account", "name", "secrets", "code"),
    [
        ("home", "a.example.test", {"DDNS_TRAY_SECRET_HOME_API_KEY": "wrong"}, "authentication_failed"),
        ("home", "a.elsewhere.test", {}, "zone_not_found"),
        (
            "bind",
            "a.dyn.test",
            {"DDNS_TRAY_SECRET_BIND_KEY": "d3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmcgd3I="},
            "authentication_failed",
        ),
        ("bind", "a.signed.test", {}, "zone_not_found"),
    ],
)
def test_what_the_server_refuses_is_one_clear_error(
    home: Home, account: str, name: str, secrets: dict[str, str], code: str
) -> None:
    home.settings(name, account)
    home.product.secrets = {**home.product.secrets, **secrets}
    done = home.product.run("update", "--json")
    assert done.returncode == 2, done.stderr
    assert f'"{code}"' in done.stdout
    assert '"hint"' in done.stdout
    for secret in home.product.secrets.values():
        assert secret not in done.stdout + done.stderr


def test_killed_in_the_middle_it_starts_again_and_nothing_is_lost(bed: Bed, home: Home) -> None:
    home.settings("killed.example.test", "home")
    for _ in range(3):
        process = home.product.start("daemon")
        home.wait_for_verdict("matched", seconds=40)
        process.kill()
        process.wait(timeout=10)
    assert bed.dig("127.0.0.21", "killed.example.test") == {"203.0.113.10"}


def test_a_second_instance_is_refused_and_the_first_goes_on(home: Home) -> None:
    home.settings("two.example.test", "home")
    home.product.start("daemon")
    home.wait_for_verdict("matched", seconds=40)
    second = home.product.run("daemon", timeout=20)
    assert second.returncode == 64
    assert "already running" in second.stderr
    assert home.record()["verdict"] == "matched"


def test_settings_that_break_while_it_runs_are_told_and_the_last_good_ones_stay(home: Home) -> None:
    home.settings("good.example.test", "home")
    home.product.start("daemon")
    home.wait_for_verdict("matched", seconds=40)
    good = home.product.config.read_text(encoding="utf-8")
    home.product.config.write_text(good + "\nnonsense = [\n", encoding="utf-8")
    home.product.wait_for(lambda: home.snapshot().get("problems"), seconds=20, what="a problem is shown")
    assert home.record()["verdict"] == "matched"
    home.product.config.write_text(good.replace("good.example", "better.example"), encoding="utf-8")
    home.product.wait_for(lambda: home.record().get("name") == "better.example.test", seconds=20, what="new settings")


def test_without_any_network_at_the_start_it_waits_in_grey_and_recovers(tmp_path: Path, bed: Bed) -> None:
    home = Home(bed, tmp_path)
    try:
        home.settings("late.example.test", "home")
        cut = ["ip", "netns", "exec", bed.namespace, "nft", "add", "table", "ip", "cut"]
        subprocess.run(cut, check=True)
        for rule in (
            "add chain ip cut out { type filter hook output priority 0; }",
            "add rule ip cut out meta l4proto { tcp, udp } reject with icmp type net-unreachable",
        ):
            subprocess.run(["ip", "netns", "exec", bed.namespace, "nft", rule], check=True)
        try:
            home.product.start("daemon")
            grey = home.product.wait_for(home.record, seconds=40, what="a first snapshot")
            home.product.wait_for(
                lambda: home.record().get("verdict") in {"offline", "unknown"}, seconds=60, what="offline or unknown"
            )
            assert grey.get("colour") in {"grey", "yellow"}
        finally:
            subprocess.run(["ip", "netns", "exec", bed.namespace, "nft", "delete", "table", "ip", "cut"], check=True)
        home.wait_for_verdict("matched", seconds=90)
    finally:
        home.close()

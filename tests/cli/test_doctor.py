"""`doctor` as a person runs it, on sources that work, lie, hang and are not there."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from ddns_tray.commands.doctor import hint_at_icon
from ddns_tray.words import Words
from tests.support.http_server import Answer, Fault, HttpServer
from tests.support.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """\
schema = 1
[general]
portal_check = false
[address]
sources = [{sources}]
quorum = {quorum}
[verify]
resolvers = ["udp://127.0.0.1:1"]
authoritative = false
root_hints = ["127.0.0.1"]
[[record]]
name = "home.example.org"
types = [{types}]
allow_private = true
"""
OURS = Answer(body=b"203.0.113.7\n")


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path, secrets={"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"})
    yield product
    product.stop_all()


async def _findings(
    product: Product, *sources: str, quorum: int = 1, types: tuple[str, ...] = ("A",)
) -> dict[str, dict[str, Any]]:
    product.config.write_text(
        SETTINGS.format(
            sources=", ".join(f'"{each}"' for each in sources),
            quorum=quorum,
            types=", ".join(f'"{each}"' for each in types),
        ),
        encoding="utf-8",
    )
    report = await asyncio.to_thread(product.json, "doctor")
    return {each["what"]: each for each in report["findings"]}


async def test_every_source_is_asked_although_one_would_do_for_a_round(product: Product) -> None:
    async with (
        HttpServer({"/": OURS}) as one,
        HttpServer({"/": OURS}) as two,
        HttpServer({"/": Answer(body=b"<html>Please log in</html>")}) as page,
        HttpServer({"/": Answer(fault=Fault.STALL)}) as hanging,
        HttpServer({"/": Answer(body=b"198.51.100.9\n")}) as liar,
    ):
        servers = (one, two, page, hanging, liar)
        found = await _findings(product, "static:203.0.113.7", *(server.url() for server in servers), quorum=2)
    good, other, html, silent, lying = (found[f"Source {server.url()} (IPv4)"] for server in servers)
    assert found["Source static:203.0.113.7 (IPv4)"]["health"] == "good"
    assert (good["health"], other["health"]) == ("good", "good")
    assert good["finding"].startswith("203.0.113.7 (")
    assert good["finding"].endswith(" ms)")
    assert 0 <= good["seconds"] < 5
    assert (html["health"], silent["health"], lying["health"]) == ("doubtful", "doubtful", "doubtful")
    assert html["hint"]
    assert silent["hint"]
    assert 4 < silent["seconds"] < 7
    assert "203.0.113.7" in lying["hint"]
    assert all(len(server.requests) >= 1 for server in servers)


async def test_what_no_round_would_take_is_refused_here_too(product: Product) -> None:
    async with HttpServer({"/": OURS}) as honest, HttpServer({"/": Answer(body=b"0.1.2.3\n")}) as odd:
        found = await _findings(product, honest.url(), odd.url())
    refused = found[f"Source {odd.url()} (IPv4)"]
    assert refused["health"] == "doubtful"
    assert refused["finding"].startswith("0.1.2.3 (not used: ")


def test_a_settings_file_that_was_named_and_is_not_there_is_bad(product: Product) -> None:
    done = product.run("--config", str(product.home / "mistyped.toml"), "doctor", "--json")
    (settings,) = [each for each in json.loads(done.stdout)["findings"] if each["what"] == "Settings"]
    assert (settings["health"], done.returncode) == ("bad", 2)
    assert "mistyped.toml" in settings["finding"]
    assert "--config" in settings["hint"]


def test_all_that_is_wrong_in_the_settings_is_found_at_once(product: Product) -> None:
    product.config.write_text('schema = 1\n[address]\nquorum = 0\nsources = ["ftp://x/"]\n', encoding="utf-8")
    found = [each for each in product.json("doctor")["findings"] if each["what"] == "Settings"]
    assert [each["health"] for each in found] == ["bad", "bad"]
    assert ":3: " in found[0]["finding"]
    assert ":4: " in found[1]["finding"]


def test_one_advice_is_given_once_for_all_that_it_is_for(product: Product) -> None:
    product.config.write_text(
        SETTINGS.format(sources='"http://127.0.0.1:1/", "http://127.0.0.1:2/", "file:/no"', quorum=1, types='"A"'),
        encoding="utf-8",
    )
    said = product.run("doctor").stdout.splitlines()
    advice = "  Check that the server is running and that the port is right."
    (place,) = [number for number, line in enumerate(said) if line == advice]
    assert "http://127.0.0.1:1/" in said[place - 2]
    assert "http://127.0.0.1:2/" in said[place - 1]


async def test_a_family_that_this_line_does_not_have_is_one_finding_and_no_fault(product: Product) -> None:
    async with HttpServer({"/": OURS}) as server:
        found = await _findings(
            product, server.url(), "file:/nowhere/at/all", "static:203.0.113.7", types=("A", "AAAA")
        )
    assert found["Sources of IPv6"]["health"] == "good"
    assert not any("(IPv6)" in what for what in found)
    assert found["Source file:/nowhere/at/all (IPv4)"]["health"] == "doubtful"


async def test_without_any_answer_each_source_says_why(product: Product) -> None:
    found = await _findings(product, "http://127.0.0.1:1/", "file:/nowhere/at/all")
    assert found["Public address"]["health"] == "bad"
    for what in ("Source http://127.0.0.1:1/ (IPv4)", "Source file:/nowhere/at/all (IPv4)"):
        assert found[what]["health"] == "doubtful"
        assert found[what]["hint"]


@pytest.mark.parametrize(("platform", "named"), [("linux", "GNOME"), ("win32", "taskbar"), ("darwin", "")])
def test_where_the_icon_is_missed_is_said_for_the_desktop_at_hand(platform: str, named: str) -> None:
    hint = hint_at_icon(Words("en"), platform)
    assert named in hint
    assert bool(hint) is bool(named)

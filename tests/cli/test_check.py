"""`check` judged again from a file, followed live, and asked for absurd names: by the real program."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ddns_tray import recorded, report
from ddns_tray.commands.rounds import is_measured_by_our_address, lines_in_doubt, names_without_ipv4
from ddns_tray.core.errors import UsageError
from ddns_tray.core.judge import judge_again
from ddns_tray.core.model import (
    AtProvider,
    Circumstances,
    Colour,
    Family,
    LineState,
    Reason,
    RecordMemory,
    RecordStatus,
    RecordType,
    Verdict,
    VerdictKind,
)
from ddns_tray.core.names import mixes_alphabets, readable_name
from ddns_tray.core.settings import RecordSettings, Settings
from ddns_tray.terminal import render
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.looks import KEY, NEW, NOW, OLD, auth, look, resolver
from tests.support.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Nothing of this leaves the machine: the only source is a fixed address, and nobody is there to be asked.
CLOSED = """\
schema = 1
[address]
sources = ["static:203.0.113.7"]
quorum = 1
[verify]
resolvers = ["udp://127.0.0.1:1", "udp://127.0.0.2:1"]
authoritative = false
root_hints = ["127.0.0.1"]
"""
EN = Words("en")


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path)
    product.config.write_text(CLOSED)
    yield product
    product.stop_all()


# --- judged again -----------------------------------------------------------------------------------------------------


def on_its_way() -> RecordStatus:
    memory = RecordMemory(
        expected=frozenset({NEW}),
        expected_since=NOW - 20.123456,
        served_since=NOW - 10.25,
        old_ttl=60,
        old_assumed=True,
        served_path=("there.example.org",),
        served_path_ttl=300,
        served_edge=frozenset({"104.16.1.1"}),
        cached_until={"udp://9.9.9.9": NOW + 40.5},
        at_provider=AtProvider(frozenset({NEW}), proxied=False, at=NOW - 7.5, edge=frozenset({"104.16.1.1"})),
    )
    told = Circumstances(NOW, frozenset({NEW}), memory, online=True, watched_only=False)
    view = look(
        auth("ns1", NEW, serial=7),
        auth("ns2", NEW, cnames=("there.example.org",), ttls=(300, 60)),
        resolver("udp://9.9.9.9", OLD, ttl=41, ede=(3, 22)),
        resolver("tls://1.1.1.1", NEW),
        resolver("udp://8.8.8.8", rcode="SERVFAIL", checking_disabled="NOERROR"),
        secondary_interval=4200,
    )
    view = replace(view, wildcard=True)
    verdict, _ = judge_again(view, told)
    return RecordStatus(KEY, "home", (NEW,), verdict, view, since=NOW - 5, circumstances=told)


def test_what_was_saved_gives_the_judge_the_same_case() -> None:
    status = on_its_way()
    snapshot = snapshots.snapshot(status)
    saved = json.dumps(report.snapshot_report(snapshot, EN))
    ((_, key, view, told),) = recorded.records_of(recorded.read_report(saved, "file"), "file")
    assert (key, view, told) == (status.key, status.view, status.circumstances)
    assert judge_again(view, told)[0] == status.verdict


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"schema": 2, "records": []}',
        '{"schema": 1, "records": [{"name": "a.example.org", "type": "A"}]}',
        '{"schema": 1, "records": [7]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_report_is_refused_in_one_sentence(content: str) -> None:
    with pytest.raises(UsageError, match="does not hold what check --json prints"):
        recorded.read_report(content, "file")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("since",), -1),
        (("since",), "0001-01-01T00:00:00Z"),
        (("proven",), "soon"),
        (("expected",), None),
        (("verdict",), []),
        (("observations", 0, "ttl"), 10**400),
        (("observations", 0, "rtt_ms"), float("nan")),
        (("observations", 0, "rtt_ms"), float("inf")),
        (("circumstances", "time"), "9999-12-31T23:59:59Z"),
        (("circumstances", "memory", "old_ttl"), float("inf")),
    ],
)
def test_what_nobody_can_have_seen_is_refused(place: tuple[str | int, ...], value: object) -> None:
    saved: Any = json.loads(json.dumps(report.snapshot_report(snapshots.snapshot(on_its_way()), EN)))
    *way, last = place
    inner = saved["records"][0]
    for step in way:
        inner = inner[step]
    assert last in inner
    inner[last] = value
    with pytest.raises(UsageError):
        recorded.records_of(recorded.read_report(json.dumps(saved), "file"), "file")


def test_a_saved_report_gives_no_orders_to_a_terminal() -> None:
    saved: Any = json.loads(json.dumps(report.snapshot_report(snapshots.snapshot(on_its_way()), EN)))
    saved["records"][0]["name"] = "a\x1b[31m.example.org"
    saved["records"][0]["observations"][0]["answer"] = ["\x1b]0;owned\x07"]
    read = recorded.read_report(json.dumps(saved), "file")
    assert not {"\x1b", "\x07"} & set(json.dumps(read, ensure_ascii=False))
    assert "\\u001b" not in json.dumps(read)


def test_a_report_with_a_damaged_record_is_refused() -> None:
    saved = report.snapshot_report(snapshots.snapshot(on_its_way()), EN)
    text = json.dumps(saved)
    for good, bad in (('"watched_only"', '"watched"'), ('"role": "resolver"', '"role": "oracle"'), ('"A"', '"MX"')):
        assert good in text
        with pytest.raises(UsageError):
            recorded.records_of(recorded.read_report(text.replace(good, bad), "file"), "file")


def test_a_saved_check_is_judged_again_without_settings_and_without_a_network(product: Product, tmp_path: Path) -> None:
    looked = product.run("check", "a.example.org", "--expect", "203.0.113.7", "--json")
    saved = tmp_path / "saved.json"
    saved.write_text(looked.stdout)
    product.config.unlink()
    again = product.run("check", "--replay", str(saved), "--json")
    before, after = json.loads(looked.stdout), json.loads(again.stdout)
    assert again.returncode == looked.returncode
    assert after["records"] == before["records"]
    assert (after["colour"], after["addresses"], after["time"]) == tuple(
        before[key] for key in ("colour", "addresses", "time")
    )
    by_pipe = product.run("check", "--replay", "-", stdin=looked.stdout)
    assert by_pipe.returncode == looked.returncode
    assert "a.example.org" in by_pipe.stdout


def test_a_verdict_that_is_another_now_is_told(product: Product, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    looked = product.run("check", "a.example.org", "--expect", "203.0.113.7", "--json").stdout
    before = json.loads(looked)["records"][0]["verdict"]
    saved.write_text(looked.replace(f'"verdict": "{before}"', '"verdict": "matched"'))
    again = product.run("check", "--replay", str(saved))
    assert "a.example.org A was judged otherwise then" in again.stderr


@pytest.mark.parametrize(
    "arguments", [["--replay", "/nowhere"], ["--replay", "-", "a.example.org"], ["--replay", "-", "--watch"]]
)
def test_a_replay_that_means_nothing_ends_with_64(product: Product, arguments: list[str]) -> None:
    done = product.run("check", *arguments, stdin="{}")
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.strip()


# --- followed live ----------------------------------------------------------------------------------------------------


def test_the_bar_is_full_when_the_deadline_has_come_and_not_before() -> None:
    snapshot = snapshots.on_its_way()
    (status,) = [each for each in snapshot.records if each.verdict.deadline is not None]
    deadline = status.verdict.deadline
    assert deadline is not None

    def bar(now: float) -> str:
        (line,) = [line for line in render(snapshot, EN, now, 100) if line.rstrip().endswith(" %")]
        return line.strip()

    assert bar(status.since or 0.0).startswith("─")
    assert bar(deadline - 0.001).endswith("─ 99 %")
    assert bar(deadline) == bar(deadline + 5) == "━" * 30 + " 100 %"


def test_a_watch_says_how_it_is_line_by_line_until_it_is_told_to_stop(product: Product) -> None:
    process = product.start("check", "a.example.org", "--expect", "203.0.113.7", "--watch", "--json")
    product.wait_for(lambda: "a.example.org" in product.log(), seconds=30, what="a first look")
    code = product.stop(process, how=signal.SIGINT)
    lines = product.log().splitlines()
    assert code == {"yellow": 1, "red": 2, "grey": 3}[json.loads(lines[-1])["colour"]]


# --- absurd names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (".", "A dot alone is the root of the DNS, which leads to no address."),
        ("", "The name is empty."),
        ("203.0.113.7", "203.0.113.7 is an address, not a name."),
        ("2001:DB8::1", "2001:db8::1 is an address, not a name."),
        ("[2001:db8::1]", "2001:db8::1 is an address, not a name."),
        ("home.example.org..", "The name home.example.org.. has an empty label."),
        (".home.example.org", "The name .home.example.org has an empty label."),
        ("a" * 64 + ".org", "is longer than 63 octets."),
        (".".join(["a" * 49] * 5) + ".org", "The name is 253 octets long"),
        ("home example.org", "home example.org is not a host name."),
        ("https://home.example.org", "https://home.example.org is not a host name."),
        ("-home.example.org", "-home.example.org is not a host name."),
        ("home.example.org/24", "home.example.org/24 is not a host name."),
    ],
)
def test_what_is_no_name_gets_one_clear_answer(product: Product, name: str, says: str) -> None:
    if "253" in says:
        name, says = name + "x", "The name is 254 octets long; the DNS allows 253."
    done = product.run("check", "--", name)
    assert (done.returncode, done.stdout) == (64, "")
    title, hint = done.stderr.splitlines()
    assert says in title
    assert hint.strip()


@pytest.mark.parametrize(
    ("name", "shown", "told"),
    [
        ("HOME.Example.ORG.", "home.example.org", ""),
        ("_acme.home_nas.example.org", "_acme.home_nas.example.org", ""),
        ("*.example.org", "*.example.org", ""),
        ("org", "org", ""),
        ("家.例え.test", "xn--fct.xn--r8jz45g.test", "家.例え.test is xn--fct.xn--r8jz45g.test in the DNS."),
        ("家。test", "xn--fct.test", "家.test is xn--fct.test in the DNS."),
        ("\u0430pple.test", "xn--pple-43d.test", "letters of several alphabets"),
        ("xn--pple-43d.test", "xn--pple-43d.test", "letters of several alphabets"),
    ],
)
def test_an_unusual_name_is_looked_up_as_the_dns_has_it(product: Product, name: str, shown: str, told: str) -> None:
    done = product.run("check", name, "--json")
    assert [each["name"] for each in json.loads(done.stdout)["records"]] == [shown]
    assert told in done.stderr
    assert bool(told) == bool(done.stderr)


def test_only_a_name_of_nobody_knows_whom_is_said_to_be_compared_with_our_own_address() -> None:
    found = snapshots.snapshot(snapshots.mismatch("home.example.org"))
    assert is_measured_by_our_address(Settings(), found)
    listed = Settings(records=(RecordSettings("home.example.org", (RecordType.A,)),))
    assert not is_measured_by_our_address(listed, found)
    asked_for = replace(found, records=(replace(found.records[0], expected=("192.0.2.9",)),))
    assert not is_measured_by_our_address(Settings(), asked_for)
    assert not is_measured_by_our_address(Settings(), snapshots.snapshot(snapshots.record("home.example.org")))


def test_who_asks_for_a_stranger_that_has_no_ipv4_is_told_how_to_ask_for_ipv6() -> None:
    none = Verdict(VerdictKind.MISSING, Colour.RED, Reason("missing", {"rcode": "NODATA", "servers": ("ns1",)}))
    found = snapshots.snapshot(replace(snapshots.record("home.example.org"), verdict=none))
    assert names_without_ipv4(Settings(), found) == ["home.example.org"]
    listed = Settings(records=(RecordSettings("home.example.org", (RecordType.A,)),))
    assert names_without_ipv4(listed, found) == []
    gone = replace(none, reason=Reason("missing", {"rcode": "NXDOMAIN", "servers": ("ns1",)}))
    assert names_without_ipv4(Settings(), replace(found, records=(replace(found.records[0], verdict=gone),))) == []


def test_a_line_in_doubt_is_named_where_it_keeps_a_name_from_being_judged() -> None:
    found = snapshots.on_two_lines()
    assert lines_in_doubt(found) == []
    line = replace(found.lines[0], states={Family.IPV4: LineState.DOUBTFUL})
    doubtful = replace(found, lines=(line, *found.lines[1:]))
    assert lines_in_doubt(doubtful) == []
    unknown = Verdict(VerdictKind.UNKNOWN, Colour.GREY, Reason("address_unknown"))
    assert lines_in_doubt(replace(doubtful, records=(replace(found.records[0], verdict=unknown),))) == [line.id]


def test_letters_are_read_back_where_they_can_be() -> None:
    assert readable_name("xn--fct.example.org") == "家.example.org"
    assert readable_name("xn--zzzzzzzzzzz99999.example.org") == "xn--zzzzzzzzzzz99999.example.org"
    assert not mixes_alphabets("xn--fct.example.org")
    assert not mixes_alphabets("home.example.org")
    assert mixes_alphabets("xn--pple-43d.test")

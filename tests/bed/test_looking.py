"""Looks at real servers: every way in which a zone can be well or ill, as observations."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from typing import TYPE_CHECKING

import dns.name
import dns.query
import dns.tsigkeyring
import dns.update
import pytest

from ddns_tray.core.model import LookError, Observation, RecordKey, RecordType, Role, Transport, View
from ddns_tray.core.ports import Anchors
from ddns_tray.core.settings import VerifySettings
from ddns_tray.verify import build_verifier
from ddns_tray.verify.asker import Patience
from tests.support.real_bed import RESOLVERS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ddns_tray.core.ports import Verifier
    from tests.support.real_bed import Bed

pytestmark = [pytest.mark.bed, pytest.mark.xdist_group("bed")]

UNBOUND, BIND = "127.0.0.53", "127.0.0.54"
NAMES = (
    "multi.example.test",
    "abc.wild.example.test",
    "nope.example.test",
    "txtonly.example.test",
    "ext.example.test",
    "dangling.example.test",
    "home.psigned.test",
    "home.bogus.test",
    "x.lame.test",
    "home.halflame.test",
    "x.dead.test",
    "x.blackhole.test",
    "x.servfail.test",
    "no.such.zone.test",
    "no.such.top",
)
PATIENCE = Patience(authoritative=(0.5, 1.0), resolver=(2.0, 2.0, 4.0), walk=(0.5, 1.0), anchor=(0.5, 1.0), stream=3.0)


class RealClock:
    """Real time."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def verifier(*resolvers: str, hints: tuple[str, ...] = (ROOT,)) -> Verifier:
    return build_verifier(
        VerifySettings(resolvers=resolvers, root_hints=hints),
        clock=RealClock(),
        chance=random.Random(1),
        system_resolvers=lambda: [UNBOUND],
        patience=PATIENCE,
    )


def look(
    bed: Bed, *names: str, resolvers: tuple[str, ...] = (), hints: tuple[str, ...] = (ROOT,), kind: str = "A"
) -> Mapping[str, View]:
    async def main() -> Mapping[str, View]:
        eyes = verifier(*resolvers, hints=hints)
        try:
            views = await eyes.observe([RecordKey(name, RecordType(kind)) for name in names])
        finally:
            await eyes.aclose()
        return {key.name: view for key, view in views.items()}

    return bed.run(main)


@pytest.fixture(scope="module")
def views(bed: Bed) -> Mapping[str, View]:
    return look(bed, *NAMES, resolvers=(f"udp://{UNBOUND}", f"udp://{BIND}"))


def servers(view: View) -> dict[str, Observation]:
    return {seen.address: seen for seen in view.observations if seen.role is Role.AUTHORITATIVE}


def resolvers(view: View) -> list[Observation]:
    return [seen for seen in view.observations if seen.role is Role.RESOLVER]


def test_a_healthy_name(views: Mapping[str, View]) -> None:
    view = views["multi.example.test"]
    assert (view.zone, view.secondary_interval) == ("example.test", 4200)
    assert set(servers(view)) == {"127.0.0.21", "127.0.0.22"}
    for seen in view.observations:
        assert (seen.rcode, set(seen.answer), seen.error) == ("NOERROR", {"198.51.100.8", "198.51.100.9"}, None)
    assert {seen.aa for seen in servers(view).values()} == {True}
    assert len(resolvers(view)) == 2


def test_a_wildcard_answers(views: Mapping[str, View]) -> None:
    assert {seen.answer for seen in views["abc.wild.example.test"].observations} == {("198.51.100.99",)}


@pytest.mark.parametrize(("name", "rcode"), [("nope.example.test", "NXDOMAIN"), ("txtonly.example.test", "NOERROR")])
def test_a_no_has_its_time_and_is_not_asked_of_resolvers(views: Mapping[str, View], name: str, rcode: str) -> None:
    view = views[name]
    assert {(seen.rcode, seen.answer, seen.negative_ttl) for seen in servers(view).values()} == {(rcode, (), 60)}
    assert resolvers(view) == []


def test_an_alias_into_another_zone(views: Mapping[str, View]) -> None:
    seen = servers(views["ext.example.test"])
    assert set(seen) == {"127.0.0.21", "127.0.0.22", "127.0.0.23"}
    assert {each.cnames for each in seen.values()} == {("home.dyn.test",)}
    assert seen["127.0.0.23"].answer
    assert servers(views["dangling.example.test"])["127.0.0.23"].rcode == "NXDOMAIN"


def test_a_validated_name_and_a_bogus_one(views: Mapping[str, View]) -> None:
    assert {seen.ad for seen in resolvers(views["home.psigned.test"])} == {True}
    bogus = views["home.bogus.test"]
    assert {seen.answer for seen in servers(bogus).values()} == {("198.51.100.25",)}
    assert {seen.rcode for seen in resolvers(bogus)} == {"SERVFAIL"}
    assert any(code in range(5, 13) for seen in resolvers(bogus) for code in seen.ede)


def test_an_answer_that_a_wildcard_may_have_given_is_noted(views: Mapping[str, View]) -> None:
    assert {name for name, view in views.items() if view.wildcard} == {"abc.wild.example.test"}


def test_broken_delegations(views: Mapping[str, View]) -> None:
    assert servers(views["x.lame.test"])["127.0.0.31"].rcode == "REFUSED"
    half = servers(views["home.halflame.test"])
    assert (half["127.0.0.31"].rcode, half["127.0.0.25"].answer) == ("REFUSED", ("198.51.100.25",))
    assert half["127.0.0.31"].server != half["127.0.0.25"].server
    assert servers(views["x.dead.test"])["127.0.0.39"].error is LookError.PORT_CLOSED
    assert servers(views["x.blackhole.test"])["127.0.0.38"].error is LookError.TIMEOUT
    assert servers(views["x.servfail.test"])["127.0.0.22"].rcode == "SERVFAIL"


def test_names_above_every_cut(views: Mapping[str, View]) -> None:
    assert views["no.such.zone.test"].zone == "test"
    assert views["no.such.top"].zone == ""
    assert {seen.rcode for name in ("no.such.zone.test", "no.such.top") for seen in views[name].observations} == {
        "NXDOMAIN"
    }


def test_without_hints_the_walk_begins_at_the_systems_resolver(bed: Bed) -> None:
    found = look(bed, "home.halflame.test", "multi.example.test", "x.lame.test", hints=())
    assert {name: view.zone for name, view in found.items()} == {
        "home.halflame.test": "halflame.test",
        "multi.example.test": "example.test",
        "x.lame.test": "lame.test",
    }
    assert set(servers(found["home.halflame.test"])) == {"127.0.0.31", "127.0.0.25"}


def test_tcp_tls_and_the_systems_own_resolver(bed: Bed) -> None:
    authority = bed.folder / "tls" / "ca.pem"
    tls = tuple(f"tls://dns.bed.test?ip=127.0.0.{last}&ca={authority}" for last in (53, 54, 55, 57))
    stranger = "tls://other.name?ip=127.0.0.53&ca=" + str(authority)
    view = look(bed, "multi.example.test", resolvers=("system", f"tcp://{BIND}", *tls, stranger))["multi.example.test"]
    told = {seen.server: seen for seen in resolvers(view)}
    assert told.pop(stranger).error is LookError.TLS
    assert {seen.transport for seen in told.values()} == {Transport.UDP, Transport.TCP, Transport.TLS}
    assert len(told) == 6
    assert {frozenset(seen.answer) for seen in told.values()} == {frozenset({"198.51.100.8", "198.51.100.9"})}


def test_an_ipv6_resolver(bed: Bed) -> None:
    view = look(bed, "multi.example.test", resolvers=("udp://[2001:db8:bed::53]",))["multi.example.test"]
    assert [seen.rcode for seen in resolvers(view)] == ["NOERROR"]


def test_a_truncating_resolver_is_asked_over_tcp(bed: Bed) -> None:
    view = look(bed, "a.tc.fault", resolvers=("udp://127.0.0.58",), hints=())["a.tc.fault"]
    (seen,) = resolvers(view)
    assert (seen.transport, seen.answer) == (Transport.TCP, ("198.51.100.88",))


@contextlib.contextmanager
def udp_blocked(bed: Bed, address: str) -> Iterator[None]:
    def nft(*words: str) -> None:
        bed.script("exec", "nft", *words)

    nft("add", "chain", "ip", "bed", "looking", "{ type filter hook input priority 20; }")
    try:
        nft("add", "rule", "ip", "bed", "looking", "ip", "daddr", address, "udp", "dport", "53", "drop")
        yield
    finally:
        nft("flush", "chain", "ip", "bed", "looking")
        nft("delete", "chain", "ip", "bed", "looking")


def test_where_udp_is_dropped_tcp_is_tried(bed: Bed) -> None:
    with udp_blocked(bed, "127.0.0.22"):
        view = look(bed, "multi.example.test")["multi.example.test"]
    seen = servers(view)
    assert (seen["127.0.0.21"].transport, seen["127.0.0.22"].transport) == (Transport.UDP, Transport.TCP)
    assert seen["127.0.0.22"].answer


def test_a_secondary_that_lags_is_seen_by_its_serial(bed: Bed) -> None:
    def add() -> None:
        ring = dns.tsigkeyring.from_text({"ddns.": ("hmac-sha256", bed.tsig_secret())})
        update = dns.update.UpdateMessage("lag.test", keyring=ring, keyname=dns.name.from_text("ddns."))
        update.replace("looked-at", 60, "A", "203.0.113.9")
        dns.query.tcp(update, "127.0.0.23", timeout=5)

    bed.inside(add)
    seen = servers(look(bed, "looked-at.lag.test")["looked-at.lag.test"])
    ahead, behind = seen["127.0.0.23"], seen["127.0.0.26"]
    assert (ahead.answer, behind.rcode) == (("203.0.113.9",), "NXDOMAIN")
    assert ahead.serial is not None
    assert behind.serial is not None
    assert ahead.serial > behind.serial


def test_anchors(bed: Bed) -> None:
    async def main() -> tuple[Anchors, Anchors]:
        eyes = verifier(*(f"udp://{address}" for address in RESOLVERS))
        alone = verifier(hints=("127.0.0.38", "127.0.0.39", "127.0.0.40"))
        try:
            return await eyes.anchors(), await alone.anchors()
        finally:
            await eyes.aclose()
            await alone.aclose()

    there, nobody = bed.run(main)
    assert there == Anchors(asked=5, answered=5)
    assert nobody == Anchors(asked=3, answered=0)

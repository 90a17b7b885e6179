"""The status lab: real servers in known states, the real verifier, the real judge; and what each case must come to.

A scenario says what to arrange, which fault lies on the line, what is expected and remembered, and the verdict to the
letter. Scenarios without a fault in common run one fault after the other; within one they run at the same time.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.tsigkeyring
import dns.update

from ddns_tray.core.judge import judge
from ddns_tray.core.model import AddressState, Colour, RecordKey, RecordMemory, RecordType, VerdictKind
from ddns_tray.core.settings import VerifySettings
from ddns_tray.http import HttpxClient
from ddns_tray.verify import build_verifier
from ddns_tray.verify.asker import Patience
from tests.support.real_bed import API_KEY, ROOT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from ddns_tray.core.model import Verdict, View
    from ddns_tray.core.ports import HttpClient, Verifier
    from tests.support.real_bed import Bed

PLAIN = ("udp://127.0.0.53", "udp://127.0.0.54", "udp://127.0.0.55", "udp://127.0.0.56")
TLS = tuple(f"tls://dns.bed.test?ip=127.0.0.{last}&ca={{ca}}" for last in (53, 54, 55))
HTTPS = tuple(f"https://dns.bed.test/dns-query?ip=127.0.0.{last}&ca={{ca}}" for last in (53, 54, 55, 57))
"""Unbound, BIND, Knot Resolver and dnsdist."""
PATIENCE = Patience(
    authoritative=(0.5, 1.0),
    resolver=(1.5, 2.0, 4.0),
    silent=(0.5, 1.0),
    walk=(0.4, 0.8),
    anchor=(0.4, 0.8),
    stream=4.0,
)
LONG_AGO = 1_000_000.0
PRIMARY, SECONDARY = "127.0.0.21", "127.0.0.22"
DYNAMIC, LAGGING = "127.0.0.23", "127.0.0.26"
SIGNING, REFUSING = "127.0.0.24", "127.0.0.25"
OFFLINE_ANCHORS = 3


class ShiftedClock:
    """Real time with hands that are wrong by `shift` seconds."""

    def __init__(self, shift: float = 0.0) -> None:
        self._shift = shift

    def now(self) -> float:
        return time.time() + self._shift

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True)
class Says:
    """The verdict to the letter. `until` bounds the deadline in seconds from the look; None: there is no deadline.

    `data` are facts of the reason that have to be there just so.
    """

    kind: VerdictKind
    colour: Colour
    code: str = ""
    until: tuple[float, float] | None = None
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """One case. `wanted` None: nobody says what to expect, and (if `watched`) the name is held against itself."""

    title: str
    name: str
    says: Says
    wanted: tuple[str, ...] | None = None
    watched: bool = True
    kind: RecordType = RecordType.A
    sees: tuple[str, ...] = PLAIN
    authoritative: bool = True
    hints: tuple[str, ...] = (ROOT,)
    arrange: Callable[[Lab, Scenario], Awaitable[RecordMemory | None]] | None = None
    """Brings the servers into the state; may return what the product would remember of it."""
    fault: str = ""
    """nftables rules of chains `in` (input) and `out` (output) and `turn` (nat output), laid on for the look."""
    shift: float = 0.0
    address_state: AddressState | None = None
    paused: bool = False


@dataclass(frozen=True)
class Found:
    """What a scenario came to. `wrong` is empty if that is what it had to come to."""

    scenario: Scenario
    verdict: Verdict
    view: View
    wrong: str


class Lab:
    """Works inside the bed's namespace, on one loop."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed
        self._authority = str(bed.folder / "tls" / "ca.pem")
        self._one_change = asyncio.Lock()
        self._tsig = dns.tsigkeyring.from_text({"ddns.": ("hmac-sha256", bed.tsig_secret())})

    async def run(self, scenarios: Iterable[Scenario]) -> list[Found]:
        """Play all scenarios, fault by fault."""
        by_fault: dict[str, list[Scenario]] = {}
        for scenario in scenarios:
            by_fault.setdefault(scenario.fault, []).append(scenario)
        found: list[Found] = []
        for fault, some in by_fault.items():
            found += await self._under(fault, some)
        return found

    async def _under(self, fault: str, scenarios: Sequence[Scenario]) -> list[Found]:
        """All preparations come before a fault; without one, each look follows its own."""
        if not fault:
            return await asyncio.gather(*(self._play(each) for each in scenarios))
        memories = await asyncio.gather(*(self._prepare(each) for each in scenarios))
        await self._nft(f"table inet lab {{ {fault}\n}}")
        try:
            looks = [self.play(each, memory) for each, memory in zip(scenarios, memories, strict=True)]
            return await asyncio.gather(*looks)
        finally:
            await self._nft("delete table inet lab")

    async def _play(self, scenario: Scenario) -> Found:
        return await self.play(scenario, await self._prepare(scenario))

    async def _prepare(self, scenario: Scenario) -> RecordMemory:
        memory = None if scenario.arrange is None else await scenario.arrange(self, scenario)
        return settled(scenario, time.time() + scenario.shift) if memory is None else memory

    async def play(self, scenario: Scenario, memory: RecordMemory) -> Found:
        """Look and judge."""
        verdict, _, view, now = await self.judged(scenario, memory)
        return Found(scenario, verdict, view, _difference(scenario.says, verdict, now))

    async def judged(self, scenario: Scenario, memory: RecordMemory) -> tuple[Verdict, RecordMemory, View, float]:
        """One look with the real verifier, and the real judge's word on it."""
        clock = ShiftedClock(scenario.shift)
        key = RecordKey(scenario.name, scenario.kind)
        http = HttpxClient()
        verifier = self._verifier(scenario, clock, http)
        try:
            view = (await verifier.observe([key]))[key]
            online = await _online(view, verifier)
        finally:
            await verifier.aclose()
            await http.aclose()
        now = clock.now()
        verdict, after = judge(
            view,
            None if scenario.wanted is None else frozenset(scenario.wanted),
            memory,
            now=now,
            online=online,
            paused=scenario.paused,
            watched_only=scenario.watched,
            address_state=scenario.address_state,
        )
        return verdict, after, view, now

    def _verifier(self, scenario: Scenario, clock: ShiftedClock, http: HttpClient) -> Verifier:
        return build_verifier(
            VerifySettings(
                resolvers=tuple(each.format(ca=self._authority) for each in scenario.sees),
                authoritative=scenario.authoritative,
                root_hints=scenario.hints,
            ),
            clock=clock,
            chance=random.Random(1),
            system_resolvers=tuple,
            patience=PATIENCE,
            http=http,
        )

    # --- changing the world ---

    async def publish(
        self, name: str, *addresses: str, ttl: int = 60, kind: str = "A", servers: Sequence[str] = (PRIMARY, SECONDARY)
    ) -> None:
        """Put an RRset in place by the API of the primary, and wait until both servers have it."""
        async with self._one_change:  # the database of the bed's API takes no two at once
            await asyncio.to_thread(_patch, name, kind, addresses, ttl)
        for server in servers:
            await self.wait_for(server, name, set(addresses))

    async def update(self, name: str, zone: str, *addresses: str, ttl: int = 60) -> None:
        """Put an RRset in place by a signed update."""
        change = dns.update.UpdateMessage(zone, keyring=self._tsig, keyname=dns.name.from_text("ddns."))
        change.replace(dns.name.from_text(name), ttl, "A", *addresses)
        await asyncio.to_thread(dns.query.tcp, change, DYNAMIC, timeout=5)

    async def delegate(self, zone: str, *servers: tuple[str, str]) -> None:
        """Let signed.test name these servers, with their addresses, for a zone below it."""
        change = dns.update.UpdateMessage("signed.test", keyring=self._tsig, keyname=dns.name.from_text("ddns."))
        change.replace(dns.name.from_text(zone), 60, "NS", *(f"{name}." for name, _ in servers))
        for name, address in servers:
            change.replace(dns.name.from_text(name), 60, "A", address)
        await asyncio.to_thread(dns.query.tcp, change, SIGNING, timeout=5)

    async def serve(self, zone: str, *records: tuple[str, str, str]) -> None:
        """Make a zone at the primary, of these records (name, type, content)."""
        named = [f"{content}." for name, kind, content in records if kind == "NS"]
        async with self._one_change:
            await asyncio.to_thread(
                _call, "POST", "zones", {"name": f"{zone}.", "kind": "Native", "nameservers": named}
            )
            for name, kind, content in records:
                if kind != "NS":
                    await asyncio.to_thread(_patch, name, kind, [content], 60, zone)

    async def rewrite(self, name: str, zone: str, address: str) -> None:
        """Put another address in place, in a zone that the primary alone serves."""
        async with self._one_change:
            await asyncio.to_thread(_patch, name, "A", [address], 60, zone)

    async def wait_for_alias(self, server: str, name: str) -> None:
        """Poll until one server knows of an alias."""
        end = time.monotonic() + 60
        while not await self.ask(server, name, "CNAME"):
            assert time.monotonic() < end, f"{server} does not know {name}"
            await asyncio.sleep(0.05)

    async def ask(self, server: str, name: str, kind: str = "A") -> set[str]:
        """The addresses that one server tells, also to put them into its cache."""
        query = dns.message.make_query(name, kind, use_edns=0, payload=1232)
        try:
            answer = await dns.asyncquery.udp(query, server, timeout=3)
        except (dns.exception.Timeout, OSError):
            return set()
        return {str(record) for rrset in answer.answer for record in rrset if rrset.rdtype.name == kind}

    async def wait_for(self, server: str, name: str, addresses: set[str]) -> None:
        """Poll until one server says this."""
        end = time.monotonic() + 60
        while await self.ask(server, name) != addresses:
            assert time.monotonic() < end, f"{server} does not say {addresses} of {name}"
            await asyncio.sleep(0.05)

    async def warm(self, name: str, servers: Iterable[str] = ("53", "54", "55", "56")) -> None:
        """Put a name into the resolvers' caches."""
        await asyncio.gather(*(self.ask(f"127.0.0.{last}", name) for last in servers))

    async def script(self, *arguments: str) -> None:
        """Call the bed's script."""
        await asyncio.to_thread(self.bed.script, *arguments)

    async def _nft(self, rules: str) -> None:
        command = ["ip", "netns", "exec", self.bed.namespace, "nft", rules]
        await asyncio.to_thread(subprocess.run, command, check=True)


def settled(scenario: Scenario, now: float) -> RecordMemory:
    """What is remembered of a record that has been well for long."""
    return RecordMemory(
        expected=frozenset(scenario.wanted or ()),
        expected_since=now - LONG_AGO,
        served_since=now - LONG_AGO,
        last_matched=now - LONG_AGO,
        served_ttl=60,
    )


async def _online(view: View, verifier: Verifier) -> bool | None:
    """As the engine settles it: any answer says yes, only silent anchors say no."""
    if any(seen.rcode is not None for seen in view.observations):
        return True
    anchors = await verifier.anchors()
    if anchors.answered:
        return True
    return False if anchors.asked >= OFFLINE_ANCHORS else None


def _patch(name: str, kind: str, addresses: Sequence[str], ttl: int, zone: str = "example.test") -> None:
    records = [{"content": address, "disabled": False} for address in addresses]
    rrset = {"name": f"{name}.", "type": kind, "ttl": ttl, "changetype": "REPLACE", "records": records}
    _call("PATCH", f"zones/{zone}.", {"rrsets": [rrset]})


def _call(method: str, place: str, wanted: Mapping[str, object]) -> None:
    connection = http.client.HTTPConnection(PRIMARY, 8081, timeout=10)
    try:
        path = f"/api/v1/servers/localhost/{place}"
        headers = {"X-API-Key": API_KEY, "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(wanted), headers)
        answer = connection.getresponse()
        assert answer.status in {201, 204}, answer.read()
    finally:
        connection.close()


def _difference(says: Says, verdict: Verdict, now: float) -> str:
    faults = []
    got = (verdict.kind.value, verdict.colour.value, verdict.reason.code)
    want = (says.kind.value, says.colour.value, says.code or says.kind.value)
    if got != want:
        faults.append(f"says {got}, not {want}")
    for fact, value in says.data.items():
        if verdict.reason.data.get(fact) != value:
            faults.append(f"{fact} is {verdict.reason.data.get(fact)!r}, not {value!r}")
    if (verdict.deadline is None) != (says.until is None):
        faults.append(f"deadline {verdict.deadline}")
    elif verdict.deadline is not None and says.until is not None:
        low, high = says.until
        if not low <= verdict.deadline - now <= high:
            faults.append(f"deadline in {verdict.deadline - now:.1f} s, not in {low} to {high}")
    return "; ".join(faults)


def confusion(found: Iterable[Found]) -> list[str]:
    """The matrix of colours, and the verdicts that were due against those that came, as lines of text."""
    results = list(found)
    colours = Counter((each.scenario.says.colour, each.verdict.colour) for each in results)
    lines = ["due \\ came  " + "".join(f"{colour:>8}" for colour in Colour)]
    lines += [f"{due:<12}" + "".join(f"{colours[due, came]:>8}" for came in Colour) for due in Colour]
    kinds = Counter((each.scenario.says.kind, each.verdict.kind) for each in results)
    for (due, came), count in sorted(kinds.items()):
        lines.append(f"{due:<18} {came:<18} {count:>3}{'' if due is came else '  WRONG'}")
    wrong = [each for each in results if each.wrong]
    lines += [f"WRONG: {each.scenario.title}: {each.wrong}" for each in wrong]
    lines.append(f"{len(results)} scenarios, {len(wrong)} wrong")
    return lines


def with_memory(scenario: Scenario, **changes: object) -> RecordMemory:
    """The settled memory with some facts changed."""
    return replace(settled(scenario, time.time() + scenario.shift), **changes)  # type: ignore[arg-type] # by name

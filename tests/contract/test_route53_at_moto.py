"""Route 53 keeps the contract at moto's server, which knows nothing of our stand-in. It checks no signatures."""

from __future__ import annotations

import re
import urllib.request
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest

from ddns_tray.core.ports import Secret
from ddns_tray.http import HttpxClient
from ddns_tray.providers.registry import open_account
from tests.contract.suite import Harness, ZonedContract
from tests.support.clock import FakeClock
from tests.support.dns_servers import HOST, SUB_ZONE, ZONE, Datum, free_port
from tests.support.faults import FaultyHttp
from tests.support.index_servers import interpreter, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from ddns_tray.core.ports import Provider
    from tests.support.faults import WireFault

pytestmark = pytest.mark.xdist_group("moto")

API = "/2013-04-01/hostedzone"
NAMESPACE = "{https://route53.amazonaws.com/doc/2013-04-01/}"
SIGNED = "AWS4-HMAC-SHA256 Credential=x/20261122/us-east-1/route53/aws4_request, SignedHeaders=host, Signature=x"


class Moto:
    """The running server, looked at and filled behind the provider's back."""

    def __init__(self, port: int) -> None:
        self.url = f"http://{HOST}:{port}"
        self.zones = {zone: self._create(zone) for zone in (ZONE, SUB_ZONE)}

    def ask(self, method: str, where: str, body: str = "") -> ET.Element:
        """Send one request as any client would."""
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.url + where,
            method=method,
            data=body.encode() or None,
            headers={"Authorization": SIGNED, "Content-Type": "application/xml"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return ET.fromstring(answer.read())  # noqa: S314 - as above

    def _create(self, zone: str) -> str:
        named = f"<Name>{zone}</Name><CallerReference>{zone}</CallerReference>"
        body = f'<CreateHostedZoneRequest xmlns="{NAMESPACE[1:-1]}">{named}</CreateHostedZoneRequest>'
        found = self.ask("POST", API, body).findtext(f"{NAMESPACE}HostedZone/{NAMESPACE}Id")
        assert found is not None
        return found.rpartition("/")[2]

    def sets(self, zone: str) -> list[tuple[str, str, int, list[str]]]:
        """All RRsets of a zone but those that it was born with."""
        listed = self.ask("GET", f"{API}/{self.zones[zone]}/rrset?maxitems=300")
        found: list[tuple[str, str, int, list[str]]] = []
        for each in listed.iter(f"{NAMESPACE}ResourceRecordSet"):
            name = re.sub(r"\\052", "*", each.findtext(f"{NAMESPACE}Name") or "").rstrip(".")
            kind = each.findtext(f"{NAMESPACE}Type") or ""
            values = [value.text or "" for value in each.iter(f"{NAMESPACE}Value")]
            if kind not in {"NS", "SOA"}:
                found.append((name, kind, int(each.findtext(f"{NAMESPACE}TTL") or 0), values))
        return found

    def change(self, zone: str, action: str, rrset: tuple[str, str, int], values: Iterable[str]) -> None:
        """Write or delete one RRset."""
        name, kind, ttl = rrset
        records = "".join(f"<ResourceRecord><Value>{escape(value)}</Value></ResourceRecord>" for value in values)
        self.ask(
            "POST",
            f"{API}/{self.zones[zone]}/rrset/",
            f'<ChangeResourceRecordSetsRequest xmlns="{NAMESPACE[1:-1]}"><ChangeBatch><Changes><Change>'
            f"<Action>{action}</Action><ResourceRecordSet><Name>{escape(name)}</Name><Type>{kind}</Type><TTL>{ttl}</TTL>"
            f"<ResourceRecords>{records}</ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch>"
            "</ChangeResourceRecordSetsRequest>",
        )


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    port = free_port()
    command = (str(interpreter("moto")), "-P", "-m", "moto.server", "-H", HOST, "-p", str(port))
    with serving(command, tmp_path_factory.mktemp("moto"), port):
        yield Moto(port)


class MotoHarness(Harness):
    """The provider at moto."""

    def __init__(self, moto: Moto, http: FaultyHttp) -> None:
        self.moto, self.http = moto, http

    def open(self, *, secret: str | None = None) -> Provider:
        secrets = {"secret_access_key": Secret(secret or self.secret)}
        options = {"access_key_id": "AKIDEXAMPLE", "base_url": self.moto.url}
        return open_account("route53", options, secrets, http=self.http, clock=FakeClock())

    def seed(self, data: Iterable[Datum]) -> None:
        for zone in self.moto.zones:
            while found := self.moto.sets(zone):
                name, kind, ttl, values = found[0]
                self.moto.change(zone, "DELETE", (name, kind, ttl), values)
        sets: dict[tuple[str, str, int], list[str]] = {}
        for datum in data:
            sets.setdefault((datum.name, datum.type, datum.ttl), []).append(datum.content)
        for rrset, values in sets.items():
            self.moto.change(SUB_ZONE if rrset[0].endswith(SUB_ZONE) else ZONE, "UPSERT", rrset, values)

    def content(self) -> set[Datum]:
        return {
            Datum(name, kind, value.rstrip(".") if kind == "CNAME" else value, ttl)
            for zone in self.moto.zones
            for name, kind, ttl, values in self.moto.sets(zone)
            for value in values
        }

    def fail_wire(self, fault: WireFault, *, on_write: bool) -> None:
        self.http.fail_next(fault, lambda request: not on_write or request.method != "GET")


@pytest.fixture
async def harness(moto: Moto) -> AsyncIterator[MotoHarness]:
    client = HttpxClient()
    yield MotoHarness(moto, FaultyHttp(client))
    await client.aclose()


class TestRoute53AtMoto(ZonedContract):
    async def test_a_wrong_secret_stops_and_asks_and_is_told_to_nobody(self) -> None:  # type: ignore[override]
        """Moto checks no signatures; the stand-in does."""

    async def test_names_that_no_host_can_have_do_not_disturb(self) -> None:  # type: ignore[override]
        """Moto writes such names in a form of its own."""

    async def test_a_cname_that_comes_after_the_look_is_a_conflict_too(self) -> None:  # type: ignore[override]
        """Moto takes an address beside a CNAME; Amazon and the stand-in do not."""

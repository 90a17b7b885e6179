"""The REST family: every service keeps the contract, on a stand-in written from its documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.ports import Secret
from ddns_tray.core.settings import DEFAULT_TTL
from ddns_tray.providers.registry import open_account, spec
from tests.contract.suite import HttpFaults, HttpHarness, ZonedContract
from tests.support import fake_rest_clouds as clouds
from tests.support import fake_rest_dns as dns
from tests.support import fake_rest_registrars as registrars
from tests.support import fake_rest_webhosts as webhosts
from tests.support.clock import FakeClock
from tests.support.faults import FaultyHttp, WireFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ddns_tray.core.ports import HttpRequest, HttpResponse, Provider
    from tests.support.dns_servers import Datum
    from tests.support.fake_rest import FakeRest

FAKES: Mapping[str, type[FakeRest]] = {
    "bunny": webhosts.FakeBunny,
    "desec": dns.FakeDesec,
    "digitalocean": clouds.FakeDigitalOcean,
    "dnsimple": dns.FakeDnsimple,
    "gandi": registrars.FakeGandi,
    "gcore": webhosts.FakeGcore,
    "godaddy": registrars.FakeGoDaddy,
    "hetzner": clouds.FakeHetzner,
    "ionos": registrars.FakeIonos,
    "linode": clouds.FakeLinode,
    "luadns": dns.FakeLuaDns,
    "name_com": registrars.FakeNameCom,
    "namesilo": registrars.FakeNameSilo,
    "netlify": webhosts.FakeNetlify,
    "ns1": dns.FakeNs1,
    "ovh": registrars.FakeOvh,
    "porkbun": registrars.FakePorkbun,
    "scaleway": webhosts.FakeScaleway,
    "vercel": webhosts.FakeVercel,
    "vultr": clouds.FakeVultr,
}
OPTIONS: Mapping[str, Mapping[str, str]] = {
    "luadns": {"email": "me@example.org"},
    "name_com": {"username": "somebody"},
}
IN_THE_QUERY = frozenset({"namesilo"})
"""Services whose documentation knows no other place for the key than the query."""


class RestHarness(HttpHarness):
    """One service, with the same secret in all its secret fields."""

    def __init__(self, service: str, fake: FakeRest) -> None:
        self.spec = spec(service)
        self.service = fake
        self.http = FaultyHttp(fake)
        self.options = OPTIONS.get(service, {})
        self.default_ttl = max(DEFAULT_TTL, self.spec.capabilities.ttl[0]) if self.spec.capabilities.ttl else 0
        self.calls_to_look, self.changes_in_place = fake.calls_to_look, fake.changes_in_place
        self.lists_zones = self.spec.capabilities.list_zones

    def open(self, *, secret: str | None = None) -> Provider:
        secrets = {field.name: Secret(secret or self.secret) for field in self.spec.fields if field.secret}
        return open_account(self.spec.id, self.options, secrets, http=self.http, clock=FakeClock())

    def seed(self, data: Iterable[Datum]) -> None:
        self.service.seed(data)

    def content(self) -> set[Datum]:
        return self.service.content()

    def fail_wire(self, fault: WireFault, *, on_write: bool) -> None:
        self.http.fail_next(fault, lambda request: not on_write or self.service.writes(request))

    def fail_http(self, response: HttpResponse) -> None:
        self.http.fail_next(response)

    def requests(self) -> list[HttpRequest]:
        return self.http.requests


@pytest.fixture(params=FAKES)
def harness(request: pytest.FixtureRequest) -> RestHarness:
    return RestHarness(request.param, FAKES[request.param](RestHarness.secret))


class TestRestServices(ZonedContract, HttpFaults):
    async def test_secrets_travel_in_headers_only(self, harness: HttpHarness) -> None:
        """Where there is no other way, the query holds the key, which no log and no error shows."""
        assert isinstance(harness, RestHarness)
        if harness.spec.id not in IN_THE_QUERY:
            await super().test_secrets_travel_in_headers_only(harness)
            return
        await self.poke(harness.open())
        for request in harness.requests():
            assert harness.secret not in repr(request)
            assert harness.secret not in request.url

"""The REST family: every service keeps the contract, on a stand-in written from its documentation."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import Intent
from ddns_tray.core.ports import Secret
from ddns_tray.core.settings import DEFAULT_TTL
from ddns_tray.providers.registry import open_account, spec
from tests.contract.suite import (
    HOME,
    NEIGHBOURS,
    NEW,
    OLD,
    HttpFaults,
    HttpHarness,
    RefusedWrites,
    WritingHarness,
    ZonedContract,
    update,
)
from tests.support import fake_rest_clouds as clouds
from tests.support import fake_rest_dns as dns
from tests.support import fake_rest_keyed as keyed
from tests.support import fake_rest_registrars as registrars
from tests.support import fake_rest_unlisted as unlisted
from tests.support import fake_rest_webhosts as webhosts
from tests.support.clock import FakeClock
from tests.support.dns_servers import Datum
from tests.support.fake_rest_azure import FakeAzure
from tests.support.fake_rest_netcup import FakeNetcupCloud
from tests.support.faults import FaultyHttp, WireFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ddns_tray.core.ports import HttpRequest, HttpResponse, Provider
    from tests.contract.suite import Harness
    from tests.support.fake_rest import FakeRest

FAKES: Mapping[str, type[FakeRest]] = {
    "azure": FakeAzure,
    "bunny": webhosts.FakeBunny,
    "cloudns": dns.FakeClouDns,
    "desec": dns.FakeDesec,
    "digitalocean": clouds.FakeDigitalOcean,
    "dnsimple": dns.FakeDnsimple,
    "easydns": unlisted.FakeEasyDns,
    "gandi": registrars.FakeGandi,
    "gcore": webhosts.FakeGcore,
    "google_cloud": keyed.FakeGoogleCloud,
    "godaddy": registrars.FakeGoDaddy,
    "hetzner": clouds.FakeHetzner,
    "hostinger": webhosts.FakeHostinger,
    "infomaniak": unlisted.FakeInfomaniak,
    "ionos": registrars.FakeIonos,
    "linode": clouds.FakeLinode,
    "luadns": dns.FakeLuaDns,
    "mythic_beasts": webhosts.FakeMythicBeasts,
    "name_com": registrars.FakeNameCom,
    "namesilo": registrars.FakeNameSilo,
    "nearlyfreespeech": unlisted.FakeNearlyFreeSpeech,
    "netcup_cloud": FakeNetcupCloud,
    "netlify": webhosts.FakeNetlify,
    "ns1": dns.FakeNs1,
    "ovh": registrars.FakeOvh,
    "porkbun": registrars.FakePorkbun,
    "scaleway": webhosts.FakeScaleway,
    "servercow": unlisted.FakeServercow,
    "spaceship": webhosts.FakeSpaceship,
    "transip": keyed.FakeTransip,
    "vercel": webhosts.FakeVercel,
    "vultr": clouds.FakeVultr,
}
WITHOUT_TTL: Mapping[str, type[FakeRest]] = {
    "dynadot": unlisted.FakeDynadot,
    "dynv6": dns.FakeDynv6,
    "netcup": unlisted.FakeNetcup,
}
OPTIONS: Mapping[str, Mapping[str, str]] = {
    "azure": {"subscription_id": "the-subscription", "tenant_id": "the-tenant", "client_id": "the-app"},
    "cloudns": {"auth_id": "4711"},
    "easydns": {"token": "the-token"},
    "luadns": {"email": "me@example.org"},
    "mythic_beasts": {"key_id": "the-key"},
    "name_com": {"username": "somebody"},
    "nearlyfreespeech": {"login": "somebody"},
    "netcup": {"customer_number": "4711"},
    "servercow": {"username": "somebody"},
    "transip": {"login": "somebody"},
}
NEW_TTL = {"gcore": 120, "luadns": 300, "netcup_cloud": 300}
"""The TTL of records that nobody asked a TTL for, where it is not the usual one."""
KEY_FILES: Mapping[str, Callable[[str], str]] = {"google_cloud": keyed.key_file, "transip": keyed.pem}
"""Services of which the secret is a file with a key that signs."""
IN_THE_QUERY = frozenset({"namesilo"})
"""Services whose documentation knows no other place for the key than the query."""


class RestHarness(WritingHarness):
    """One service, with the same secret in all its secret fields."""

    def __init__(self, service: str, fake: FakeRest) -> None:
        self.spec = spec(service)
        self.service = fake
        self.http = FaultyHttp(fake)
        self.options = OPTIONS.get(service, {})
        self.default_ttl = self.spec.capabilities.offered_ttl(NEW_TTL.get(service, DEFAULT_TTL)) or 0
        self.calls_to_look, self.changes_in_place = fake.calls_to_look, fake.changes_in_place
        self.lists_zones = self.spec.capabilities.list_zones
        if service in KEY_FILES:
            self.secret = KEY_FILES[service]("good")

    def open(self, *, secret: str | None = None) -> Provider:
        if secret is not None and self.spec.id in KEY_FILES:
            secret = KEY_FILES[self.spec.id]("another")
        secrets = {field.name: Secret(secret or self.secret) for field in self.spec.fields if field.secret}
        return open_account(self.spec.id, self.options, secrets, http=self.http, clock=FakeClock())

    def seed(self, data: Iterable[Datum]) -> None:
        self.service.seed(data)

    def content(self) -> set[Datum]:
        return self.service.content()

    def fail_wire(self, fault: WireFault, *, on_write: bool) -> None:
        self.http.fail_next(fault, lambda request: not on_write or self.service.writes(request))

    def fail_http(self, response: HttpResponse) -> None:
        """Fail the next request; where zones are looked for one by one, forbid both that are looked for."""
        self.http.fail_next(response)
        if not self.lists_zones and response.status == HTTPStatus.FORBIDDEN:
            self.http.fail_next(response)

    def fail_write(self, response: HttpResponse) -> None:
        self.http.fail_next(response, self.service.writes)

    def requests(self) -> list[HttpRequest]:
        return self.http.requests


class RestContract(ZonedContract, HttpFaults, RefusedWrites):
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


class TestRestServices(RestContract):
    @pytest.fixture(params=FAKES)
    def harness(self, request: pytest.FixtureRequest) -> RestHarness:
        return RestHarness(request.param, FAKES[request.param](RestHarness.secret))


class TestRestServicesWithoutTtl(RestContract):
    """Services at which a record has no TTL of its own: there is none to keep and none to wish for."""

    @pytest.fixture(params=WITHOUT_TTL)
    def harness(self, request: pytest.FixtureRequest) -> RestHarness:
        return RestHarness(request.param, WITHOUT_TTL[request.param](RestHarness.secret))

    async def test_an_update_touches_the_name_and_type_and_nothing_else(
        self, provider: Provider, harness: Harness
    ) -> None:
        harness.seed((*NEIGHBOURS, Datum(HOME.name, "A", OLD)))
        assert (await update(provider, HOME, NEW)).intent is Intent.UPDATE
        assert harness.content() == {*NEIGHBOURS, Datum(HOME.name, "A", NEW)}

    async def test_a_missing_record_is_created_beside_its_neighbours(
        self, provider: Provider, harness: Harness
    ) -> None:
        harness.seed(NEIGHBOURS)
        await update(provider, HOME, NEW)
        assert harness.content() == {*NEIGHBOURS, Datum(HOME.name, "A", NEW)}

    async def test_a_created_record_has_a_sensible_ttl(self, provider: Provider, harness: Harness) -> None:
        harness.seed(())
        await update(provider, HOME, NEW)
        existing = await provider.read(HOME)
        assert existing is not None
        assert [(record.address, record.ttl) for record in existing.records] == [(NEW, None)]

    async def test_a_wish_for_another_ttl_is_carried_out(self, provider: Provider, harness: Harness) -> None:
        harness.seed((Datum(HOME.name, "A", NEW), *NEIGHBOURS))
        assert (await update(provider, HOME, NEW, ttl=60)).intent is Intent.PRESERVE
        assert harness.content() == {*NEIGHBOURS, Datum(HOME.name, "A", NEW)}
